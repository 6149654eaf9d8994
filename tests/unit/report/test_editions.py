"""What the workbook says of late contributions, of changes, and of whether it counts (R33)."""

from dataclasses import replace
from typing import Any

import pytest
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from ossi.domain.contribution import Status
from ossi.domain.months import Month
from ossi.domain.payroll import Change, ChangeKind
from ossi.domain.report import Edition
from ossi_report.aggregate import aggregate
from unit.report.months import CLOSED, LEVELS, OCTOBER, PROVISIONAL, STOCKHOLM, contribution, reopened, table

LATE = contribution(timestamp=3, level="MEDIUM", user_id="U2", name="Eino Mäki", contribution_month="2026-09")
ROWS = [
    contribution(timestamp=1, level="SMALL"),
    contribution(timestamp=2, level=STOCKHOLM.key),
    LATE,
    contribution(timestamp=4, level="SMALL", contribution_month="2026-08"),
    contribution(timestamp=5, level="SMALL", status=Status.PENDING),
]
AGAIN = replace(CLOSED, again=True, compared_at=CLOSED.closed_at)


def rows_of(sheet: Worksheet) -> list[dict[str | None, Any]]:
    return table(sheet, [str(cell.value) for cell in sheet[1]])


@pytest.fixture(scope="module")
def book() -> Workbook:
    return reopened(ROWS)


def test_late_ones_stand_on_a_sheet_of_their_own(book: Workbook) -> None:
    assert [(row["Name"], row["Target month"], row["Amount"]) for row in rows_of(book["Late"])] == [
        ("Aino Lahti", "2026-08", 50),
        ("Eino Mäki", "2026-09", 200),
    ]
    assert {row["Target month"] for row in rows_of(book["Accepted"])} == {"2026-10"}


def test_the_summary_shows_the_month_the_late_ones_and_the_sum(book: Workbook) -> None:
    totals = table(book["Summary"], ["Status", None, None, "Count", "Amount", "Currency"])

    assert [(line["Status"], line["Count"], line["Amount"], line["Currency"]) for line in totals] == [
        ("Accepted", 1, 50, "EUR"),
        ("Late", 2, 250, "EUR"),
        ("Accepted and late", 3, 300, "EUR"),
        ("Accepted", 1, 1500.10, "SEK"),
    ]
    counts = table(book["Summary"], ["Status", None, None, "Count"])
    assert [(line["Status"], line["Count"]) for line in counts] == [
        ("Accepted", 2), ("Late", 2), ("Pending", 1), ("Declined", 0),
    ]  # fmt: skip


def test_late_ones_are_in_the_totals_of_people_and_levels() -> None:
    month = aggregate(OCTOBER, ROWS, LEVELS)

    assert {person.user_id: person.count for person in month.summary.contributors} == {"U0AINO001": 3, "U2": 1}
    assert {line.level.key: line.total.count for line in month.by_level if line.total.count} == {
        "SMALL": 2, "MEDIUM": 1, "STOCKHOLM": 1,
    }  # fmt: skip
    assert (month.summary.accepted, month.summary.late) == (4, 2)
    assert month.summary.late_totals == {"EUR": 250}


@pytest.mark.parametrize(
    ("edition", "said"),
    [
        (
            PROVISIONAL,
            "Provisional until October 2026 is closed, from 2026-11-03 01:00 on: nothing counts as paid by it",
        ),
        (CLOSED, "Closed at 2026-11-03 06:00"),
        (AGAIN, "Made again: the month was closed at 2026-11-03 06:00"),
    ],
)
def test_the_summary_says_whether_it_counts(edition: Edition, said: str) -> None:
    shown = [cell for row in reopened(ROWS, edition)["Summary"].iter_rows(max_row=4, values_only=True) for cell in row]

    assert any(isinstance(cell, str) and cell.startswith(said) for cell in shown), shown


def test_changes_stand_on_a_sheet_of_their_own() -> None:
    changes = (
        Change(ChangeKind.ACCEPTED, contribution(timestamp=7), None, Month(2026, 11)),
        Change(ChangeKind.ACCEPTED, contribution(timestamp=8), None, None),
        Change(ChangeKind.LEVEL, contribution(timestamp=9, level="MEDIUM"), "SMALL"),
        Change(ChangeKind.REMOVED, contribution(timestamp=10, text="", name="", url=""), "SMALL"),
    )

    sheet = reopened(ROWS, replace(AGAIN, changes=changes))["Changes"]

    assert [
        (row["Change"], row["Compensation"], row["Counted as"], row["Counted in"]) for row in rows_of(sheet)
    ] == [
        ("accepted since", "SMALL", None, "2026-11"),
        ("accepted since", "SMALL", None, "next report"),
        ("level changed", "MEDIUM", "SMALL", None),
        ("removed", "SMALL", "SMALL", None),
    ]  # fmt: skip
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == sheet.dimensions


def test_a_first_report_has_nothing_to_compare_with(book: Workbook) -> None:
    assert "Changes" not in book.sheetnames
    assert rows_of(reopened(ROWS, AGAIN)["Changes"]) == []
