"""What a month of Ossi costs on AWS, on paper: `make cost` prints the tables of docs/cost.md.

Prices are AWS's list prices for us-east-1 in USD, as of 2026; Europe is up to a fifth dearer. Quantities follow from what the functions
do for one contribution; a test compares the number of alarms and metrics with the Pulumi program and the code.
"""

import math
from dataclasses import dataclass
from datetime import timedelta

from ossi_reconcile.reconcile import NEWS_FOR, TURNS
from ossi_reconcile.rounds import LONGEST_PAUSE, PAUSE_FOR_A_ROW

MONTHS_KEPT = 12
VOLUMES = (50, 1_000, 5_000, 500_000)

SECRETS = 2
ALARMS = 7
METRICS = 4
"""Names of metrics that the functions send: only what an alarm watches, and only where something fails."""
HOURS_OF_TROUBLE = 0.02
"""The share of the hours in which something does: fifteen hours a month."""
EFFECTS = 6
"""Deliveries of an accepted contribution: confirmation, request, its redrawing, a look for a second one, the decision, the publication."""

ROW_KB = 1.3
"""A row with the two events of its history."""
READS_OF_A_ROW = 0.125 * ROW_KB
READS_OF_ITS_RECORDS = 0.5 * EFFECTS
"""Units of reading for one row in a round of the reconciler; and for the records of its deliveries, where it's looked at."""

HOURS = 730
RUNS_OF_RECONCILE = 60 * HOURS
"""It looks at what is due every minute."""
READS_OF_A_RUN = 1 + 6 * 0.5
"""Units of reading for a run that finds nothing to do: where the round is, consistently; what is unsettled of rows and of reports; what is
new in two months; whether the monthly report was begun, and if no one has begun one, whether its month is closed."""
LOOKS_AT_A_NEW_ROW = 15
"""Each minute for a quarter of an hour."""
_SECONDS_OF_A_RUN = (
    0.1  # seven calls to DynamoDB on kept connections: an environment that is used every minute stays warm
)
_LOGGED_BY_A_RUN = 2_000  # bytes: one line of its own, and Lambda's about the start and the end
_GB = 1e9


@dataclass(frozen=True)
class Item:
    """A line of the bill. list_price and free: USD a month, and how much of it AWS's permanent allowances cover."""

    name: str
    list_price: float
    free: float = 0.0


def bill(contributions: int) -> list[Item]:
    """The month's bill for so many contributions a month, of which a year is kept."""
    return [*_fixed(), *_functions(contributions), *_data(contributions), *_rest(contributions)]


def _fixed() -> list[Item]:
    # A metric is paid for in the hours in which it is sent.
    metrics = 0.30 * METRICS * HOURS_OF_TROUBLE
    alarms = 0.10 * ALARMS
    return [
        Item("Secrets Manager: keeping", 0.40 * SECRETS),
        Item(f"CloudWatch: {ALARMS} alarms", alarms, min(alarms, 0.10 * 10)),
        Item("CloudWatch: own metrics, in the hours in which something fails", metrics, metrics),
    ]


def _functions(contributions: int) -> list[Item]:
    """Seconds are rather too many: each answer is taken for one from cold."""
    answers = 3.5 * contributions  # the command, the form, the decision, and now and then a list
    stream = 3 * contributions  # submitted, decided, and a retry or a batch that held something else
    rounds = _rounds(contributions) * MONTHS_KEPT * contributions / 1_000  # seconds of looking at every row
    gb_s = (
        1.0 * 0.5 * answers
        + 0.5 * EFFECTS * 0.3 * contributions
        + 0.5 * (_SECONDS_OF_A_RUN * RUNS_OF_RECONCILE + rounds)
        + 1.0 * (5 + 0.0003 * contributions)
    )
    invocations = answers + stream + RUNS_OF_RECONCILE + 10
    price = 0.20 * invocations / 1e6 + 0.0000133334 * gb_s
    free = min(price, 0.20 * min(invocations, 1e6) / 1e6 + 0.0000133334 * min(gb_s, 400_000))
    return [
        Item("Lambda, arm64", price, free),
        Item("API Gateway: HTTP API", 1.00 * (answers + 10) / 1e6),
        Item("EventBridge Scheduler: a run every minute", *2 * [1.00 * RUNS_OF_RECONCILE / 1e6]),
    ]


def _data(contributions: int) -> list[Item]:
    # Row and mark in one transaction, which counts twice, and the row's index; a decision and its index; each delivery claimed and
    # recorded, in and out of the index of unsettled ones. A row is more than 1 KB, so each write of it counts as two.
    a_row = math.ceil(ROW_KB)
    writes = (2 * a_row + 2 + 3 * a_row + 4 * EFFECTS) * contributions
    rows = MONTHS_KEPT * contributions
    # A list and a decision; the pace of five places; which request to redraw; the row again after each of two redrawings.
    reads = (
        (3 + 5 + 1 + 2) * contributions
        + _rounds(contributions) * (rows * READS_OF_A_ROW + _looked_at(contributions) * READS_OF_ITS_RECORDS)
        + 0.125 * ROW_KB * rows  # the report, of all months that are closed
        + READS_OF_A_RUN * RUNS_OF_RECONCILE
        + LOOKS_AT_A_NEW_ROW * (READS_OF_A_ROW + READS_OF_ITS_RECORDS) * contributions
    )
    row_bytes, index_bytes, ledger_bytes = 1_000 * ROW_KB, 1_000 * ROW_KB, 1_800
    stored = rows * (row_bytes + index_bytes + ledger_bytes) / _GB
    return [
        Item("DynamoDB: writing, on demand", 0.625 * writes / 1e6),
        Item("DynamoDB: reading, on demand", 0.125 * reads / 1e6),
        Item("DynamoDB: storage", 0.25 * stored, 0.25 * min(stored, 25)),
        Item("DynamoDB: point-in-time recovery", 0.20 * rows * (row_bytes + ledger_bytes) / _GB),
    ]


def _rounds(contributions: int) -> float:
    """How often a month the reconciler looks at every row: the more there are the longer is the pause between."""
    pause = min(PAUSE_FOR_A_ROW * MONTHS_KEPT * contributions, LONGEST_PAUSE)
    return min(timedelta(hours=HOURS) / pause, RUNS_OF_RECONCILE)


def _looked_at(contributions: int) -> float:
    """Of so many rows a round compares the deliveries: of those to which something happened of late, and of others in their turn."""
    of_late = contributions * min(NEWS_FOR / timedelta(hours=HOURS), 1)
    return of_late + (MONTHS_KEPT * contributions - of_late) / TURNS


def _rest(contributions: int) -> list[Item]:
    logged = (20_000 * contributions + _LOGGED_BY_A_RUN * RUNS_OF_RECONCILE) / _GB
    secret_reads = min(5 * contributions, 3 * HOURS * 12)
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


def page_of_looking() -> list[str]:
    """The table of what looking at what is due costs in a month in which nothing ever is, in Markdown."""
    runs = RUNS_OF_RECONCILE
    gb_s, read = 0.5 * _SECONDS_OF_A_RUN * runs, READS_OF_A_RUN * runs
    lines = [
        (
            "CloudWatch Logs",
            f"{_LOGGED_BY_A_RUN * runs / 1e6:.0f} MB",
            (0.50 + 3 * 0.03) * _LOGGED_BY_A_RUN * runs / _GB,
        ),
        ("EventBridge Scheduler", f"{runs:,} invocations", 1.00 * runs / 1e6),
        (
            "Lambda",
            f"{runs:,} invocations, {gb_s:,.0f} GB-seconds",
            0.20 * runs / 1e6 + 0.0000133334 * gb_s,
        ),
        ("DynamoDB: reading", f"{read:,.0f} units", 0.125 * read / 1e6),
    ]
    return [
        f"| {runs:,} runs | quantity | USD |",
        "|---|---:|---:|",
        *(_row(name, [quantity, _usd(price)]) for name, quantity, price in lines),
        _row("**in all**", ["", f"**{_usd(sum(price for _, _, price in lines))}**"]),
    ]


def _row(name: str, cells: list[str]) -> str:
    return f"| {name} | {' | '.join(cells)} |"


def _usd(amount: float) -> str:
    return f"{amount:,.2f}" if amount >= 0.005 else "0.00"


if __name__ == "__main__":
    print("\n".join([*page(), "", *page_of_looking()]))
