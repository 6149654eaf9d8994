"""The sheet that other libraries write beside Ossi: its columns, with dates, formats, widths, links and a filter."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

COLUMNS = (
    "Slack ID", "Target month", "Timestamp", "Name", "Compensation", "Description", "URL", "Amount", "Currency", "Decided by",
    "Decided at", "Level", "Decider",
)  # fmt: skip
WIDTHS = (13, 9, 16, 20, 27, 52, 36, 11, 10, 13, 16, 28, 18)
LINKS_MAX = 65_530  # Excel's limit of a sheet
DATE_FORMAT, MONEY_FORMAT = "yyyy-mm-dd hh:mm", "#,##0.00"
_ZONE = ZoneInfo("Europe/Helsinki")
_AMOUNTS = {"SMALL": 50, "MEDIUM": 200}
_LABELS = {
    "NO_COMPENSATION": "No compensation", "COMPETENCE_DEVELOPMENT": "Competence development hours", "SMALL": "Small bonus - 50 €",
    "MEDIUM": "Medium bonus - 200 €",
}  # fmt: skip


@dataclass(frozen=True)
class Cells:
    """One row's values, as a library takes them."""

    user_id: str
    month: str
    submitted: datetime
    name: str
    level: str
    text: str
    url: str
    amount: int
    decided_by: str
    decided: datetime
    label: str
    decider: str


def read(path: str) -> list[dict[str, Any]]:
    """The rows as they are stored."""
    with Path(path).open(encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def cells(rows: Iterable[dict[str, Any]]) -> Iterable[Cells]:
    """Row after row."""
    for row in rows:
        yield Cells(
            row["userId"], row["contributionMonth"], _wall_time(row["timestamp"]), row["name"], row["size"], row["text"],
            row["url"], _AMOUNTS.get(row["size"], 0), row["decidedBy"], _wall_time(row["decidedAt"]),
            _LABELS[row["size"]], row["decidedBy"],
        )  # fmt: skip


def _wall_time(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds // 1000, UTC).astimezone(_ZONE).replace(tzinfo=None)
