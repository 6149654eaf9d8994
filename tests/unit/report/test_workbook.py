"""The workbook as finance opens it: what stands in it, where, and how it looks and prints."""

import html
import re
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from ossi.domain.contribution import Contribution, Status
from ossi.domain.levels import CompensationLevel, CompensationLevels
from ossi.domain.payroll import Change, ChangeKind
from ossi.domain.report import Edition
from ossi_report import cell_values
from ossi_report import sheet as sheet_module
from ossi_report.aggregate import aggregate
from ossi_report.figures import People, Total
from ossi_report.workbook import build_workbook
from unit.report.months import (
    CLOSED,
    HELSINKI,
    LEVELS,
    MADE_AT,
    OCTOBER,
    contribution,
    drawn,
    file_of,
    milliseconds,
    reopened,
    table,
    wall_clock,
)

ORIGINAL_COLUMNS = ["Slack ID", "Target month", "Timestamp", "Name", "Compensation", "Description", "URL"]
TOTALS = ("Status", None, None, "Count", "Amount", "Currency")
PER_LEVEL = ("Compensation", None, "Level", "Count", "Amount", "Currency")
PER_CONTRIBUTOR = ("Name", "Slack ID", None, "Count", "Amount", "Currency")
PER_CONTRIBUTOR_AND_LEVEL = ("Name", "Slack ID", "Level", "Count", "Amount", "Currency")

MONTH = [
    contribution(timestamp=milliseconds("2026-10-24T23:30:00+03:00"), user_id="U2", name="Eino Mäki", level="MEDIUM"),
    contribution(timestamp=milliseconds("2026-10-26T08:00:00+02:00"), user_id="U1", level="STOCKHOLM"),
    contribution(timestamp=milliseconds("2026-10-25T08:00:00+02:00"), user_id="U1", level="SMALL"),
    contribution(timestamp=milliseconds("2026-10-27T08:00:00+02:00"), user_id="U1", level="SMALL"),
    contribution(timestamp=5, status=Status.PENDING, decided_by=None, decided_at=None, level="MEDIUM"),
    contribution(timestamp=6, status=Status.DECLINED, level="MEDIUM"),
]


@pytest.fixture(scope="module")
def book() -> Workbook:
    return reopened(MONTH)


def named(rows: Sequence[Contribution], people: People, edition: Edition = CLOSED) -> Workbook:
    """The month's workbook, of these people, opened again."""
    report, figures = drawn(rows, edition)
    return load_workbook(BytesIO(build_workbook(report, replace(figures, people=people), HELSINKI, MADE_AT)))


def headings(sheet: Worksheet) -> list[Any]:
    return [cell.value for cell in sheet[1]]


def test_sheets_and_columns_have_stable_names(book: Workbook) -> None:
    assert book.sheetnames == ["Summary", "Accepted", "Late", "Pending", "Declined"]
    decided = ["Decided by", "Decided at"]
    assert headings(book["Accepted"]) == [*ORIGINAL_COLUMNS, "Amount", "Currency", *decided, "Level", "Decider"]
    assert headings(book["Late"]) == headings(book["Accepted"])
    assert headings(book["Pending"]) == [*ORIGINAL_COLUMNS, "Amount", "Currency", "Level"]
    assert headings(book["Declined"]) == [*ORIGINAL_COLUMNS, *decided, "Level", "Decider"]


def test_the_rows_are_the_contributions_by_name_and_time(book: Workbook) -> None:
    rows = table(book["Accepted"], headings(book["Accepted"]))

    assert [(row["Slack ID"], row["Timestamp"], row["Compensation"], row["Amount"]) for row in rows] == [
        ("U1", wall_clock("2026-10-25 08:00"), "SMALL", 50),
        ("U1", wall_clock("2026-10-26 08:00"), "STOCKHOLM", 1500.10),
        ("U1", wall_clock("2026-10-27 08:00"), "SMALL", 50),
        ("U2", wall_clock("2026-10-24 23:30"), "MEDIUM", 200),
    ]
    assert rows[3] == {
        "Slack ID": "U2",
        "Target month": "2026-10",
        "Timestamp": wall_clock("2026-10-24 23:30"),
        "Name": "Eino Mäki",
        "Compensation": "MEDIUM",
        "Description": "Fixed the connection pool of the driver, with tests.",
        "URL": "https://github.com/owner/project/pull/1",
        "Amount": 200,
        "Currency": "EUR",
        "Decided by": "U0MAIJA01",
        "Decided at": wall_clock("2026-10-06 12:00"),
        "Level": "Medium bonus - 200 €",
        "Decider": "U0MAIJA01",
    }


def test_who_decided_is_named() -> None:
    names = {"U0MAIJA01": "=Maija", "U0PEKKA01": "Pekka Salo"}
    rows = [contribution(decided_by=user_id, timestamp=at) for at, user_id in enumerate([*names, "U0GONE001"])]
    declined = contribution(status=Status.DECLINED, decided_by="U0PEKKA01")

    book = named([*rows, declined], People(names))

    shown = [(row["Decided by"], row["Decider"]) for row in table(book["Accepted"], headings(book["Accepted"]))]
    assert shown == [("U0MAIJA01", "=Maija"), ("U0PEKKA01", "Pekka Salo"), ("U0GONE001", "U0GONE001")]
    assert [row["Decider"] for row in table(book["Declined"], headings(book["Declined"]))] == ["Pekka Salo"]
    assert book["Accepted"]["M2"].data_type == "s"
    assert book["Accepted"]["M2"].quotePrefix


def test_addresses_are_the_last_column_where_they_are_wanted() -> None:
    changes = (Change(ChangeKind.LEVEL, contribution(), "MEDIUM", OCTOBER),)
    edition = replace(CLOSED, again=True, compared_at=CLOSED.closed_at, changes=changes)
    rows = [contribution(), contribution(user_id="U2", name="Eino Mäki"), contribution(status=Status.PENDING)]

    book = named(rows, People(emails={"U0AINO001": "aino@example.com"}), edition)

    sheets = {sheet.title: table(sheet, headings(sheet)) for sheet in book.worksheets if sheet.title != "Summary"}
    assert {headings(book[title])[-1] for title in sheets} == {"Email"}
    assert [row["Email"] for row in sheets["Accepted"]] == ["aino@example.com", None]
    assert [row["Email"] for row in sheets["Pending"] + sheets["Changes"]] == ["aino@example.com"] * 2


def test_a_sheet_without_rows_says_so(book: Workbook) -> None:
    edition = replace(CLOSED, compared_at=CLOSED.closed_at)
    empty = reopened([], edition)

    assert book["Late"]["A3"].value == "No late contributions"
    assert [empty[title]["A3"].value for title in ("Accepted", "Late", "Pending", "Declined", "Changes")] == [
        "No accepted contributions",
        "No late contributions",
        "No pending contributions",
        "No declined contributions",
        "No changes",
    ]
    assert table(book["Late"], headings(book["Late"])) == [], "it's no row of the table"
    assert book["Late"].auto_filter.ref == "A1:M1"


def test_pending_and_declined_have_sheets_of_their_own(book: Workbook) -> None:
    assert [row["Amount"] for row in table(book["Pending"], headings(book["Pending"]))] == [200]
    assert [row["Decided by"] for row in table(book["Declined"], headings(book["Declined"]))] == ["U0MAIJA01"]


def test_the_summary_says_what_the_rows_say(book: Workbook) -> None:
    summary = book["Summary"]
    rows = table(book["Accepted"], headings(book["Accepted"]))
    summed: dict[str, Decimal] = {}
    for row in rows:
        summed[row["Currency"]] = summed.get(row["Currency"], Decimal(0)) + Decimal(str(row["Amount"]))

    assert [(row["Status"], row["Count"]) for row in table(summary, TOTALS[:4])] == [
        ("Accepted", 4),
        ("Late", 0),
        ("Pending", 1),
        ("Declined", 1),
    ]
    for header in (TOTALS, PER_LEVEL, PER_CONTRIBUTOR, PER_CONTRIBUTOR_AND_LEVEL):
        lines = table(summary, header)
        assert sum(line["Count"] for line in lines) == len(rows)
        for currency, total in summed.items():
            assert sum(Decimal(str(line["Amount"])) for line in lines if line["Currency"] == currency) == total
    assert summed == aggregate(OCTOBER, MONTH, LEVELS).summary.totals


def test_the_workbook_shows_the_figures_that_it_is_given() -> None:
    """They are worked out once, for the message and all files: nothing here is counted or sorted again."""
    report, figures = drawn(MONTH)
    backwards = replace(
        figures,
        rows=figures.rows[::-1],
        by_currency={"EUR": Total(77, Decimal(777))},
        by_level=figures.by_level[::-1],
        by_contributor_and_level=figures.by_contributor_and_level[::-1],
    )

    book = load_workbook(BytesIO(build_workbook(report, backwards, HELSINKI, MADE_AT)))

    rows = table(book["Accepted"], headings(book["Accepted"]))
    assert [row["Slack ID"] for row in rows] == ["U2", "U1", "U1", "U1"]
    assert [(line["Count"], line["Amount"]) for line in table(book["Summary"], TOTALS)] == [(77, 777)]
    levels = [line["Compensation"] for line in table(book["Summary"], PER_LEVEL)]
    assert levels == [line.level.key for line in reversed(figures.by_level)]
    people = [line["Slack ID"] for line in table(book["Summary"], PER_CONTRIBUTOR_AND_LEVEL)]
    assert people == ["U2", "U1", "U1"]


def test_the_summary_by_contributor_and_level(book: Workbook) -> None:
    assert [tuple(row.values()) for row in table(book["Summary"], PER_CONTRIBUTOR_AND_LEVEL)] == [
        ("Aino Lahti", "U1", "Small bonus - 50 €", 2, 100, "EUR"),
        ("Aino Lahti", "U1", "Bonus in Sweden", 1, 1500.10, "SEK"),
        ("Eino Mäki", "U2", "Medium bonus - 200 €", 1, 200, "EUR"),
    ]


def test_amounts_are_numbers_with_the_decimal_places_of_their_currency_which_stands_beside_them() -> None:
    codes = {"EUR": "1500.1", "JPY": "25000", "KWD": "12.5", "CLF": "0.5", "ZZZ": "1"}
    levels = [CompensationLevel(code, code, Decimal(amount), code) for code, amount in codes.items()]
    rows = [contribution(timestamp=at, level=level.key) for at, level in enumerate(levels)]
    report = replace(drawn(rows)[0], levels=CompensationLevels(levels))
    figures = aggregate(OCTOBER, rows, report.levels)

    book = load_workbook(BytesIO(build_workbook(report, figures, HELSINKI, MADE_AT)))

    formats = {"EUR": "#,##0.00", "JPY": "#,##0", "KWD": "#,##0.000", "CLF": "#,##0.0000", "ZZZ": "#,##0.00"}
    amounts = {row[8].value: row[7] for row in book["Accepted"].iter_rows(min_row=2)}
    assert {code: (cell.data_type, cell.number_format) for code, cell in amounts.items()} == {
        code: ("n", number_format) for code, number_format in formats.items()
    }
    totals = {row[5].value: row[4].number_format for row in book["Summary"].iter_rows() if row[5].value in formats}
    assert totals == formats


def test_what_an_old_record_has_beyond_its_currency_s_places_is_shown_too() -> None:
    """Nothing is rounded: it was counted so."""
    level = CompensationLevel("HALF", "Half a yen", Decimal("0.50"), "JPY")
    report, _ = drawn([contribution(level="HALF")])
    report = replace(report, levels=CompensationLevels([level]))

    book = load_workbook(
        BytesIO(build_workbook(report, aggregate(OCTOBER, report.rows, report.levels), HELSINKI, MADE_AT))
    )

    assert (book["Accepted"]["H2"].value, book["Accepted"]["H2"].number_format) == (0.5, "#,##0.0")


def test_dates_are_dates_on_local_clocks_across_the_clock_change() -> None:
    moments = ["2026-10-25T00:30:00+00:00", "2026-10-25T01:30:00+00:00", "2026-10-31T21:59:59.999+00:00"]
    sheet = reopened([contribution(timestamp=milliseconds(each)) for each in moments])["Accepted"]

    cells = [row[2] for row in sheet.iter_rows(min_row=2)]

    assert [cell.value for cell in cells] == [
        wall_clock("2026-10-25 03:30"),
        wall_clock("2026-10-25 03:30"),  # an hour later: the clocks went back
        wall_clock("2026-10-31 23:59:59"),
    ]
    assert {(cell.data_type, cell.number_format) for cell in cells} == {("d", "yyyy-mm-dd hh:mm")}


def test_a_web_address_is_a_link_and_anything_else_a_text() -> None:
    urls = ["https://example.com/a", "https://example.com/a?b#c", "javascript:alert(1)", ""]
    sheet = reopened([contribution(timestamp=at, url=url) for at, url in enumerate(urls)])["Accepted"]

    cells = [row[6] for row in sheet.iter_rows(min_row=2)]

    assert [cell.value for cell in cells] == ["https://example.com/a", "https://example.com/a?b#c", urls[2], None]
    assert [cell.hyperlink and (cell.hyperlink.target, cell.hyperlink.location) for cell in cells] == [
        ("https://example.com/a", None),
        ("https://example.com/a?b", "c"),
        None,
        None,
    ]


def test_no_more_links_than_excel_opens(monkeypatch: pytest.MonkeyPatch) -> None:
    assert cell_values.LINKS_MAX == 65_530
    monkeypatch.setattr(sheet_module, "LINKS_MAX", 2)
    sheet = reopened([contribution(timestamp=at) for at in range(4)])["Accepted"]

    cells = [row[6] for row in sheet.iter_rows(min_row=2)]

    assert [cell.hyperlink is not None for cell in cells] == [True, True, False, False]
    assert [cell.value for cell in cells] == ["https://github.com/owner/project/pull/1"] * 4


@pytest.mark.parametrize(
    ("title", "area"), [("Accepted", "A1:M5"), ("Late", "A1:M1"), ("Pending", "A1:J2"), ("Declined", "A1:K2")]
)
def test_the_header_is_frozen_and_has_filters(book: Workbook, title: str, area: str) -> None:
    sheet = book[title]

    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == area
    assert {cell.font.bold for (cell,) in sheet.iter_cols(max_row=1)} == {True}


def test_the_summary_has_a_filter_on_its_last_table_and_a_chart_of_the_levels(book: Workbook) -> None:
    with zipfile.ZipFile(BytesIO(file_of(MONTH))) as archive:
        chart = archive.read("xl/charts/chart1.xml").decode()
    summary = book["Summary"]
    rows = [[cell.value for cell in row] for row in summary.iter_rows()]
    level_rows = table(summary, PER_LEVEL)
    first = rows.index(list(PER_LEVEL)) + 2
    last = first + len(level_rows) - 1

    assert summary.auto_filter.ref == f"A{rows.index(list(PER_CONTRIBUTOR_AND_LEVEL)) + 1}:F{len(rows)}"
    assert f"'Summary'!$C${first}:$C${last}" in chart
    assert f"'Summary'!$D${first}:$D${last}" in chart
    assert "Accepted contributions per level" in chart


def test_the_chart_covers_no_row_of_a_filtered_table() -> None:
    """A filter hides whole rows, and with them what stands beside the table."""
    file = file_of([contribution()])
    with zipfile.ZipFile(BytesIO(file)) as archive:
        drawing = archive.read("xl/drawings/drawing1.xml").decode()
    first_row = int(re.findall("<(?:xdr:)?row>(\\d+)<", drawing)[0])
    height = int(re.findall(' cy="(\\d+)"', drawing)[0]) / 12_700  # EMU in a point

    summary = load_workbook(BytesIO(file))["Summary"]

    filtered_from = int(summary.auto_filter.ref[1:].partition(":")[0])
    assert first_row + height / 15 < filtered_from  # a row is 15 points high


def test_it_prints_on_a4_landscape(book: Workbook) -> None:
    for sheet in book.worksheets:
        assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
        assert sheet.sheet_properties.pageSetUpPr is not None
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (1, 0)
        assert sheet.print_title_rows == ("$1:$2" if sheet.title == "Summary" else "$1:$1")
        assert sheet.oddFooter is not None
        assert sheet.oddFooter.right.text == "Page &P of &N"


def test_columns_are_wide_enough_and_long_texts_wrap(book: Workbook) -> None:
    sheet = reopened([contribution(text="word " * 300)])["Accepted"]

    assert sheet["F2"].alignment.wrap_text
    assert sheet.row_dimensions[2].height > 200
    assert sheet.column_dimensions["C"].width >= len("2026-10-31 23:59")
    assert sheet.column_dimensions["E"].width >= len("COMPETENCE_DEVELOPMENT")
    assert book["Accepted"].row_dimensions[2].height is None


def test_what_is_long_can_be_read_whole() -> None:
    """The row of a long text cannot be taller than Excel allows, and LibreOffice does not wrap links: there the column is wider."""
    text = ("word " * 400)[:2000]
    url = "https://github.com/some-organisation/some-repository/pull/12345"
    usual = reopened([contribution()])["Accepted"]
    sheet = reopened([contribution(), contribution(timestamp=2, text=text, url=url)])["Accepted"]
    absurd = reopened([contribution(text="\n" * 500, url=f"{url}/{'a' * 500}")])["Accepted"]

    assert usual.column_dimensions["F"].width < sheet.column_dimensions["F"].width
    assert cell_values.line_count(text, sheet.column_dimensions["F"].width) * 15 == sheet.row_dimensions[2].height < 409
    assert usual.column_dimensions["G"].width < cell_values.text_width(url) < sheet.column_dimensions["G"].width
    assert absurd.column_dimensions["F"].width == 84
    assert absurd.column_dimensions["G"].width == 64
    assert absurd.row_dimensions[2].height == 409


def test_long_names_wrap() -> None:
    name = "Anna-Kaisa Hämäläinen-Virtanen af Björneborg"
    book = reopened([contribution(name=name, level="A_LEVEL_WITH_A_KEY_THAT_IS_LONG")])
    accepted, summary = book["Accepted"], book["Summary"]

    last = summary.max_row
    assert (accepted["D2"].value, summary[f"A{last}"].value) == (name, name)
    assert all(
        cell.alignment.wrap_text for cell in (accepted["D2"], accepted["E2"], summary[f"A{last}"], summary[f"C{last}"])
    )
    assert (accepted.row_dimensions[2].height, summary.row_dimensions[last].height) == (45, 30)


def test_the_chart_shows_its_values_also_where_nothing_is_calculated() -> None:
    """As previews do: they draw what stands in the chart, not what stands in the cells."""
    with zipfile.ZipFile(BytesIO(file_of([*MONTH, contribution(timestamp=9, level="\x00_x0041_")]))) as archive:
        chart = archive.read("xl/charts/chart1.xml").decode()

    _title, *values = [html.unescape(each) for each in re.findall("<(?:\\w+:)?v>(.*?)<", chart)]
    assert values[:6] == [
        "No compensation", "Competence development hours", "Small bonus - 50 €", "Medium bonus - 200 €", "Bonus in Sweden",
        "\u2400_x005F_x0041_",
    ]  # fmt: skip
    assert values[6:] == ["0", "0", "2", "1", "1", "1"]


def test_document_properties(book: Workbook) -> None:
    assert book.properties.title == "Open source contributions, October 2026"
    assert book.properties.creator == "Ossi"
    assert book.properties.created == book.properties.modified == wall_clock("2026-11-03 04:00")
    assert [cell.value for cell in book["Summary"][2]][:3] == [
        "Made at",
        wall_clock("2026-11-03 06:00"),
        "All times: Europe/Helsinki",
    ]


def test_the_same_month_gives_the_same_bytes() -> None:
    assert file_of(MONTH) == file_of(list(MONTH))


@pytest.mark.parametrize("rows", [[], [contribution(status=Status.PENDING)]])
def test_a_month_without_accepted_contributions_can_be_written(rows: list[Contribution]) -> None:
    with zipfile.ZipFile(BytesIO(file_of(rows))) as archive:
        assert "xl/charts/chart1.xml" in archive.namelist()
    book = reopened(rows)

    assert table(book["Accepted"], headings(book["Accepted"])) == []
    assert table(book["Summary"], TOTALS) == []
    assert book["Accepted"].auto_filter.ref == "A1:M1"


def test_rows_of_older_days_are_shown_as_they_are() -> None:
    bare = Contribution(user_id="U9", timestamp=0, status=Status.ACCEPTED, contribution_month="2026-10")
    old = bare.model_copy(update={"timestamp": 10**16, "decided_at": -5})  # past the domain's checks
    sheet = reopened([old])["Accepted"]

    (row,) = table(sheet, headings(sheet))

    assert row == {
        **dict.fromkeys(headings(sheet)),
        "Slack ID": "U9",
        "Target month": "2026-10",
        "Name": "U9",
        "Timestamp": str(10**16),
        "Amount": 0,
        "Currency": "EUR",
        "Decided at": "-5",
    }


def test_three_thousand_rows() -> None:
    month = [contribution(timestamp=at, user_id=f"U{at % 100}", level="STOCKHOLM") for at in range(3000)]

    book = reopened(month)

    assert sum(1 for _ in book["Accepted"].iter_rows()) == 3001
    assert [row["Amount"] for row in table(book["Summary"], TOTALS)] == [4_500_300]
