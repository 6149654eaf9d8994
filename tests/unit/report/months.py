"""Months of contributions for the tests of the report, and the workbook as it is opened again."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from io import BytesIO
from typing import Any
from zoneinfo import ZoneInfo

from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from ossi.domain.contribution import Contribution, Status
from ossi.domain.levels import DEFAULT_LEVELS, CompensationLevel, CompensationLevels
from ossi.domain.months import Month
from ossi.domain.report import Edition, MonthBefore, Report
from ossi_report.aggregate import aggregate
from ossi_report.figures import MonthFigures
from ossi_report.workbook import build_workbook

OCTOBER = Month(2026, 10)
HELSINKI = ZoneInfo("Europe/Helsinki")
MADE_AT = datetime(2026, 11, 3, 4, 0, 0, 123456, tzinfo=UTC)

STOCKHOLM = CompensationLevel(key="STOCKHOLM", label="Bonus in Sweden", amount=Decimal("1500.10"), currency="SEK")
LEVELS = CompensationLevels([*DEFAULT_LEVELS, STOCKHOLM])


def milliseconds(text: str) -> int:
    """An ISO 8601 moment, with its offset, as the table stores it."""
    return round(datetime.fromisoformat(text).timestamp() * 1000)


def wall_clock(text: str) -> datetime:
    """A moment without a zone, as a cell has it."""
    return datetime.fromisoformat(text)


def contribution(**changes: Any) -> Contribution:
    """An accepted contribution of October 2026."""
    row: dict[str, Any] = {
        "user_id": "U0AINO001",
        "timestamp": milliseconds("2026-10-05T09:30:15+03:00"),
        "status": Status.ACCEPTED,
        "size": "SMALL",
        "text": "Fixed the connection pool of the driver, with tests.",
        "name": "Aino Lahti",
        "url": "https://github.com/owner/project/pull/1",
        "contribution_month": "2026-10",
        "decided_by": "U0MAIJA01",
        "decided_at": milliseconds("2026-10-06T12:00:00+03:00"),
    }
    return Contribution.model_validate(row | changes)


CLOSES_AT = datetime(2026, 11, 3, 1, tzinfo=HELSINKI)
CLOSED = Edition(datetime(2026, 11, 3, 6, tzinfo=HELSINKI), CLOSES_AT)
PROVISIONAL = Edition(None, CLOSES_AT)


def drawn(contributions: Sequence[Contribution], edition: Edition = CLOSED) -> tuple[Report, MonthFigures]:
    """The report of October 2026 with these in it, and what it comes to."""
    report = Report(OCTOBER, tuple(contributions), LEVELS, edition, MonthBefore(OCTOBER.previous(), 0, {}))
    return report, aggregate(OCTOBER, report.rows, LEVELS)


def file_of(contributions: Sequence[Contribution], edition: Edition = CLOSED) -> bytes:
    """The month's workbook, as a file."""
    return build_workbook(*drawn(contributions, edition), HELSINKI, MADE_AT)


def reopened(contributions: Sequence[Contribution], edition: Edition = CLOSED) -> Workbook:
    """The month's workbook, written and opened again. pytest makes every warning of the reader an error."""
    return load_workbook(BytesIO(file_of(contributions, edition)))


def table(sheet: Worksheet, header: Sequence[str | None]) -> list[dict[str | None, Any]]:
    """The rows under the row that begins with these headings, down to the next empty row, by heading."""
    rows = [[as_shown(value) for value in row] for row in sheet.iter_rows(values_only=True)]
    first = next(index for index, row in enumerate(rows) if row[: len(header)] == list(header)) + 1
    found: list[dict[str | None, Any]] = []
    for row in rows[first:]:
        if all(value is None for value in row):
            break
        found.append(dict(zip(header, row, strict=False)))
    return found


def as_shown(value: Any) -> Any:
    """What Excel shows for a text in the file: it decodes _xHHHH_ (ECMA-376 part 1, 22.9.2.19), which openpyxl does not."""
    if not isinstance(value, str):
        return value
    return re.sub("_x([0-9A-Fa-f]{4})_", lambda found: chr(int(found[1], 16)), value)
