"""What a month of Ossi costs on AWS, on paper: `make cost` prints the tables of docs/cost.md.

Prices are AWS's list prices for us-east-1 in USD, as of 2026; Europe is up to a fifth dearer. Quantities follow from what the functions
do for one contribution; a test compares the number of alarms and metrics with the Pulumi program and the code.
"""

import math
from dataclasses import dataclass
from datetime import timedelta

from ossi_reconcile.rounds import LONGEST_PAUSE, PAUSE_FOR_A_ROW

MONTHS_KEPT = 12
VOLUMES = (50, 1_000, 5_000, 500_000)

ALARMS = 24
METRICS = 8
"""Names of metrics that the functions count."""
EFFECTS = 6
"""Messages about an accepted contribution: confirmation, request, its redrawing, a look for a second one, the decision, the publication."""

READS_OF_A_ROW = 0.125 + 0.5 * 5
"""Units of reading for one row in a round of the reconciler: a row of 1 KB, and the ledger's records of its five messages."""

_HOURS = 730
_RUNS_OF_RECONCILE = 4 * 24 * 30
_GB = 1e9


@dataclass(frozen=True)
class Item:
    """A line of the bill. list_price and free: USD a month, and how much of it AWS's permanent allowances cover."""

    name: str
    list_price: float
    free: float = 0.0


def bill(contributions: int) -> list[Item]:
    """The month's bill for so many contributions a month, of which a year is kept."""
    return [*_fixed(contributions), *_functions(contributions), *_data(contributions), *_rest(contributions)]


def _fixed(contributions: int) -> list[Item]:
    # A metric is paid for in the hours in which it is sent: what is delivered comes in two bursts for each contribution.
    busy = 1 - math.exp(-2 * contributions / _HOURS)
    metrics = 0.30 * (busy + (METRICS - 1) * busy / 10)
    return [
        Item("Secrets Manager: one secret", 0.40),
        Item(f"CloudWatch: {ALARMS} alarms", 0.10 * ALARMS, 0.10 * 10),
        Item("CloudWatch: the dashboard", 3.00, 3.00),
        Item("CloudWatch: own metrics, in the hours in which they are sent", metrics, metrics),
    ]


def _functions(contributions: int) -> list[Item]:
    """Seconds are rather too many: each answer is taken for one from cold."""
    answers = 3.5 * contributions  # the command, the form, the decision, and now and then a list
    stream = 2 * 3 * contributions  # in both lanes: submitted, decided, and a retry or a batch that held something else
    rounds = _rounds(contributions) * MONTHS_KEPT * contributions / 1_000  # seconds of looking at every row
    gb_s = (
        1.0 * 0.5 * answers
        + 0.5 * EFFECTS * 0.3 * contributions
        + 0.5 * (0.5 * _RUNS_OF_RECONCILE + rounds)
        + 1.0 * (5 + 0.0003 * contributions)
    )
    invocations = answers + stream + _RUNS_OF_RECONCILE + 10
    price = 0.20 * invocations / 1e6 + 0.0000133334 * gb_s
    free = min(price, 0.20 * min(invocations, 1e6) / 1e6 + 0.0000133334 * min(gb_s, 400_000))
    return [
        Item("Lambda, arm64", price, free),
        Item("API Gateway: HTTP API", 1.00 * (answers + 10) / 1e6),
    ]


def _data(contributions: int) -> list[Item]:
    # Row, mark and index; a decision and its index; each message claimed and recorded, in and out of the index of open ones.
    # A run of the reconciler reads two bookmarks and the index, and writes a bookmark or two.
    writes = (2 + 2 + 1 + 1 + 1 + 4 * EFFECTS) * contributions + 1.5 * _RUNS_OF_RECONCILE
    rows = MONTHS_KEPT * contributions
    reads = (
        3 * contributions
        + _rounds(contributions) * rows * READS_OF_A_ROW
        + 0.125 * rows  # the report, of all months that are closed
        + 2.5 * _RUNS_OF_RECONCILE
    )
    row_bytes, index_bytes, ledger_bytes = 1_000, 1_000, 1_500
    stored = rows * (row_bytes + index_bytes + ledger_bytes) / _GB
    return [
        Item("DynamoDB: writing, on demand", 0.625 * writes / 1e6),
        Item("DynamoDB: reading, most of it the reconciler's rounds over all rows", 0.125 * reads / 1e6),
        Item("DynamoDB: storage", 0.25 * stored, 0.25 * min(stored, 25)),
        Item("DynamoDB: point-in-time recovery", 0.20 * rows * (row_bytes + ledger_bytes) / _GB),
    ]


def _rounds(contributions: int) -> float:
    """How often a month the reconciler looks at every row: the more there are the longer is the pause between."""
    pause = min(PAUSE_FOR_A_ROW * MONTHS_KEPT * contributions, LONGEST_PAUSE)
    return min(timedelta(hours=_HOURS) / pause, _RUNS_OF_RECONCILE)


def _rest(contributions: int) -> list[Item]:
    logged = (20_000 * contributions + 2_000 * _RUNS_OF_RECONCILE) / _GB
    secret_reads = min(5 * contributions, 3 * _HOURS * 12)
    sent = 15_000 * contributions / _GB
    report_files = MONTHS_KEPT * contributions * 400 / _GB
    return [
        Item("CloudWatch Logs: written, and kept for 90 days", (0.50 + 3 * 0.03) * logged, 0.50 * min(logged, 5)),
        Item("Secrets Manager: reading", 0.05 * secret_reads / 10_000),
        Item("S3: reports", 0.023 * report_files + 0.005 * 3 / 1_000),
        Item("data sent to Slack", 0.09 * sent, 0.09 * min(sent, 100)),
    ]


def totals(contributions: int) -> tuple[float, float]:
    """The list price; and what remains of it in an account in which nothing else uses the permanent allowances. USD a month."""
    items = bill(contributions)
    price = sum(item.list_price for item in items)
    return price, price - sum(item.free for item in items)


def page() -> list[str]:
    """The table, in Markdown."""
    bills = [bill(volume) for volume in VOLUMES]
    lines = [
        "| contributions a month | " + " | ".join(f"{volume:,}" for volume in VOLUMES) + " |",
        "|---|" + "---:|" * len(VOLUMES),
    ]
    lines += [_row(row[0].name, [_usd(item.list_price) for item in row]) for row in zip(*bills, strict=True)]
    both = [totals(volume) for volume in VOLUMES]
    lines.append(_row("**list price**", [f"**{_usd(price)}**" for price, _ in both]))
    lines.append(_row("**with AWS's permanent free allowances**", [f"**{_usd(remaining)}**" for _, remaining in both]))
    return lines


def _row(name: str, cells: list[str]) -> str:
    return f"| {name} | {' | '.join(cells)} |"


def _usd(amount: float) -> str:
    return f"{amount:,.2f}" if amount >= 0.005 else "0.00"


if __name__ == "__main__":
    print("\n".join(page()))
