"""LibreOffice opens the workbook without a word, and has in it what went in (N5, R17)."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest

from office.comparing import differences
from office.flat import Cell, Cells, FlatBook, Value, read
from office.libreoffice import ComplaintError, convert
from ossi.domain.contribution import Contribution, Status
from unit.report.books import BOOKS, LEVELS, LINKS
from unit.report.damage import SHEET, damaged, half, instead
from unit.report.file_format import STYLES, WORKBOOK
from unit.report.months import HELSINKI, OCTOBER
from unit.report.typed import shown

PLACES = {"EUR": 2, "SEK": 2, "JPY": 0, "USD": 2, "KWD": 3}  # ISO 4217's minor units
# What LibreOffice opens all the same, without a word: only the data tell.
SILENT = {
    "half a sheet": (SHEET, half),
    "a cell that is not closed": (SHEET, instead(b"</is>", b"</si>")),
    "another amount": (SHEET, instead(b"<v>50</v>", b"<v>5</v>")),
    "a formula": (SHEET, instead(b"<v>50</v>", b"<f>25+25</f><v>50</v>")),
    "no styles": (STYLES, half),
}


@pytest.fixture(scope="module")
def opened(workbooks: Sequence[Path], tmp_path_factory: pytest.TempPathFactory) -> dict[str, FlatBook]:
    """All workbooks, and the damaged ones that can be opened, in one start. Name -> as LibreOffice has it."""
    folder = tmp_path_factory.mktemp("opened")
    broken = [folder / f"{name}.xlsx" for name in SILENT]
    for file, (part, change) in zip(broken, SILENT.values(), strict=True):
        file.write_bytes(damaged(BOOKS["pages"].content, part, change))
    return {name: read(file) for name, file in convert([*workbooks, *broken], "fods", folder).items()}


def _when(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds // 1000, HELSINKI).replace(tzinfo=None)


def _clock(milliseconds: int) -> str:
    """As people read it: the minute that the clock on the wall showed."""
    return f"{_when(milliseconds):%Y-%m-%d %H:%M}"


def _rows(cells: Cells) -> dict[Value, dict[str, Cell]]:
    """The rows of the table below the header, by the value under Timestamp: column title -> cell."""
    header = {place[0]: str(cell.value) for place, cell in cells.items() if place[1:] == "1"}
    rows: dict[str, dict[str, Cell]] = {}
    for place, cell in cells.items():
        if place[1:] != "1":
            rows.setdefault(place[1:], {})[header[place[0]]] = cell
    return {row["Timestamp"].value: row for row in rows.values() if "Timestamp" in row}


def _sheet(row: Contribution) -> str:
    late = row.status is Status.ACCEPTED and row.contribution_month != str(OCTOBER)
    return "Late" if late else row.status.value.title()


def _texts(row: Contribution) -> dict[str, str]:
    decided = (
        {} if row.status is Status.PENDING else {"Decided by": row.decided_by or "", "Decider": row.decided_by or ""}
    )
    return {
        "Slack ID": row.user_id,
        "Target month": row.contribution_month,
        "Name": row.name,
        "Compensation": row.level,
        "Level": LEVELS.get(row.level).label,
        "Description": row.text,
        "URL": row.url,
        **decided,
    }


@pytest.mark.parametrize("book", BOOKS)
def test_every_cell_is_the_one_that_was_written(book: str, opened: dict[str, FlatBook]) -> None:
    assert differences(BOOKS[book].content, opened[book]) == []


@pytest.mark.parametrize("book", BOOKS)
def test_no_cell_is_a_formula_or_an_error(book: str, opened: dict[str, FlatBook]) -> None:
    cells = [cell for sheet in opened[book].sheets.values() for cell in sheet.values()]

    assert cells
    assert [cell for cell in cells if cell.formula is not None] == []


@pytest.mark.parametrize("book", ["typed", "currencies", "changes", "links", "pages", "pending"])
def test_what_is_shown_is_what_was_typed(book: str, opened: dict[str, FlatBook]) -> None:
    rows = {title: _rows(cells) for title, cells in opened[book].sheets.items() if title != "Summary"}
    contributions = BOOKS[book].contributions

    for each in contributions:
        row = rows[_sheet(each)][_when(each.timestamp)]
        for title, typed in _texts(each).items():
            assert (row[title].shown if title in row else None) == shown(typed), title
        assert row["Timestamp"].shown == _clock(each.timestamp)
        if each.decided_at is not None:
            assert row["Decided at"] == Cell(_when(each.decided_at), _clock(each.decided_at))
        if each.status is not Status.DECLINED:
            level = LEVELS.get(each.level)
            assert row["Amount"] == Cell(level.amount, f"{level.amount:,.{PLACES[level.currency]}f}")
            assert row["Currency"].shown == level.currency
        else:
            assert "Amount" not in row
    assert sum(len(each) for title, each in rows.items() if title != "Changes") == len(contributions)


@pytest.mark.parametrize("book", ["typed", "changes"])
def test_what_differs_from_an_earlier_report_is_shown_too(book: str, opened: dict[str, FlatBook]) -> None:
    rows = _rows(opened[book].sheets["Changes"])
    changes = BOOKS[book].edition.changes

    assert len(rows) == len(changes)
    for each in changes:
        row = rows[_when(each.contribution.timestamp)]
        assert row["Change"].shown == each.kind.value
        assert (row["Counted as"].shown if "Counted as" in row else None) == shown(each.counted_as or "")
        assert (row["Description"].shown if "Description" in row else None) == shown(each.contribution.text)


def test_a_web_address_is_a_link_and_nothing_else_is(opened: dict[str, FlatBook]) -> None:
    cells = [row["URL"] for row in _rows(opened["links"].sheets["Accepted"]).values()]
    typed = [cell for sheet in opened["typed"].sheets.values() for cell in sheet.values()]

    assert {cell.shown: cell.link for cell in cells} == LINKS
    assert [cell for cell in typed if cell.link is not None] == []


def test_the_sum_of_every_currency_is_that_of_its_rows(opened: dict[str, FlatBook]) -> None:
    sheets = opened["currencies"].sheets
    paid = [row for title in ("Accepted", "Late") for row in _rows(sheets[title]).values()]
    summary = sheets["Summary"]
    totals = {
        summary[f"F{place[1:]}"].shown: summary[f"E{place[1:]}"]
        for place, cell in summary.items()
        if place[0] == "A" and cell.value == "Accepted and late"
    }

    assert totals.keys() == PLACES.keys()
    for currency, total in totals.items():
        amounts = [row["Amount"].value for row in paid if row["Currency"].value == currency]
        exact = sum((amount for amount in amounts if isinstance(amount, Decimal)), Decimal(0))
        assert total == Cell(exact, f"{exact:,.{PLACES[currency]}f}")


@pytest.mark.parametrize("book", BOOKS)
def test_tables_have_filters_and_the_summary_a_chart(book: str, opened: dict[str, FlatBook]) -> None:
    titles = list(opened[book].sheets)

    assert [area.partition(".")[0] for area in opened[book].filters] == titles
    assert [area.partition(":")[0].rstrip("0123456789") for area in opened[book].charts] == ["Summary.C", "Summary.D"]


def test_sheets_without_a_row_have_their_header_and_say_so(opened: dict[str, FlatBook]) -> None:
    for title in ("Accepted", "Late", "Pending", "Declined"):
        below = {place: cell.shown for place, cell in opened["empty"].sheets[title].items() if place[1:] != "1"}
        assert below == {"A3": f"No {title.lower()} contributions"}


@pytest.mark.parametrize("damage", SILENT)
def test_damage_that_libreoffice_passes_over_is_found(damage: str, opened: dict[str, FlatBook]) -> None:
    assert differences(BOOKS["pages"].content, opened[damage]) != []


def test_what_cannot_be_opened_is_found(tmp_path: Path, workbooks: Sequence[Path]) -> None:
    broken = tmp_path / "broken.xlsx"
    broken.write_bytes(damaged(BOOKS["pages"].content, WORKBOOK, half))

    with pytest.raises(ComplaintError) as complaint:
        convert([workbooks[0], broken], "fods", tmp_path)

    assert str(complaint.value).splitlines() == [
        "Error: source file could not be loaded",
        "broken.fods has not been written",
        "exit code 0",
    ]
