"""The workbook on paper, and as the picture of a page: A4 landscape, whole, with its header on every page (R17)."""

import re
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from io import BytesIO
from itertools import accumulate
from pathlib import Path

import pytest
from openpyxl import load_workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from office.libreoffice import convert
from office.pdf import Page, Word, bars, pages, words
from ossi.domain.contribution import Status
from ossi_report.columns import SHEET_COLUMNS
from ossi_report.sheet import ACCENT
from unit.report.books import BOOKS, LEVELS, LONG_LINK, LONG_TEXT
from unit.report.months import HELSINKI, OCTOBER

FOOT = re.compile(r"Open source contributions, October 2026: (\w+) +Page (\d+) of (\d+)\n*\Z")


@pytest.fixture(scope="module")
def files(workbooks: Sequence[Path], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """All workbooks as PDF files, made in one start."""
    return convert(workbooks, "pdf", tmp_path_factory.mktemp("printed"))


@pytest.fixture(scope="module")
def printed(files: dict[str, Path]) -> dict[str, list[Page]]:
    return {name: pages(file) for name, file in files.items()}


def _sheet(page: Page) -> str:
    foot = FOOT.search(page.text)
    assert foot is not None, page.text
    return foot[1]


def _of(sheet: str, printed: list[Page]) -> list[Page]:
    return [page for page in printed if _sheet(page) == sheet]


def _first(sheet: str, printed: list[Page]) -> int:
    """The number of the sheet's first page."""
    return next(number for number, page in enumerate(printed, start=1) if _sheet(page) == sheet)


@pytest.mark.parametrize("book", BOOKS)
def test_every_page_is_a4_landscape(book: str, printed: dict[str, list[Page]]) -> None:
    assert {(page.paper, page.landscape) for page in printed[book]} == {("A4", True)}


@pytest.mark.parametrize("book", BOOKS)
def test_pages_are_numbered_and_name_their_sheet(book: str, printed: dict[str, list[Page]]) -> None:
    feet = [FOOT.search(page.text) for page in printed[book]]
    sheets = ["Summary", *SHEET_COLUMNS]
    if BOOKS[book].edition.compared_at is None:
        sheets.remove("Changes")

    assert [foot and (int(foot[2]), int(foot[3])) for foot in feet] == [(n, len(feet)) for n in range(1, len(feet) + 1)]
    assert list(dict.fromkeys(map(_sheet, printed[book]))) == sheets


@pytest.mark.parametrize("book", BOOKS)
def test_the_header_is_on_every_page(book: str, printed: dict[str, list[Page]]) -> None:
    """All of it: a sheet is one page wide."""
    for page in printed[book]:
        sheet = _sheet(page)
        if sheet == "Summary":
            assert page.words.startswith("Open source contributions, October 2026 Made at 2026-11-03 06:00")
        else:
            head = Counter(" ".join(page.text.splitlines()[:4]).split())
            assert Counter(" ".join(SHEET_COLUMNS[sheet]).split()) <= head


def test_short_sheets_take_one_page_and_long_ones_as_many_as_they_need(printed: dict[str, list[Page]]) -> None:
    assert [_sheet(page) for page in printed["empty"]] == ["Summary", "Accepted", "Late", "Pending", "Declined"]
    assert Counter(map(_sheet, printed["pages"]))["Accepted"] in (2, 3, 4)
    assert Counter(map(_sheet, printed["pages"]))["Pending"] == 1


def test_every_row_is_printed_once(printed: dict[str, list[Page]]) -> None:
    names = [name for page in _of("Accepted", printed["pages"]) for name in re.findall(r"Person \d+", page.text)]

    assert names == sorted(set(names))
    assert len(names) == sum(each.status is Status.ACCEPTED for each in BOOKS["pages"].contributions) - 1


@pytest.mark.parametrize(("book", "sheet"), [("pages", "Accepted"), ("currencies", "Accepted"), ("currencies", "Late")])
def test_nothing_reaches_beyond_its_column(
    book: str, sheet: str, files: dict[str, Path], printed: dict[str, list[Page]]
) -> None:
    """What does is cut off: LibreOffice wraps texts, but neither links nor amounts."""
    found = words(files[book], _first(sheet, printed[book]))
    edges = _edges(load_workbook(BytesIO(BOOKS[book].content))[sheet], found)
    foot = max(word.top for word in found)

    beyond = [
        word
        for word in found
        if word.top < foot - 5 and word.right > next(edge for edge in edges if edge > word.left + 1) + 1
    ]

    assert len(found) > 50
    assert beyond == []


def _edges(sheet: Worksheet, found: list[Word]) -> list[float]:
    """Where the columns end, in points. Texts begin where their column does, and so do the headings of the first and of the 10th."""
    widths = [sheet.column_dimensions[get_column_letter(column)].width for column in range(1, sheet.max_column + 1)]
    first, tenth = (next(word.left for word in found if word.text == text) for text in ("Slack", "Decided"))
    unit = (tenth - first) / sum(widths[:9])
    return [first + unit * width for width in accumulate(widths)]


def test_what_is_long_is_printed_whole(files: dict[str, Path], printed: dict[str, list[Page]]) -> None:
    found = words(files["pages"], _first("Accepted", printed["pages"]))
    last = next(word for word in found if word.text == LONG_TEXT.split()[-1])
    next_row = next(word for word in found if word.text == "Person")

    assert {LONG_LINK, "Hämäläinen-Virtanen"} <= {word.text for word in found}
    assert last.bottom <= next_row.top + 1


def test_dates_and_amounts_are_printed_for_people(printed: dict[str, list[Page]]) -> None:
    (accepted,) = _of("Accepted", printed["currencies"])
    rows = [each for each in BOOKS["currencies"].contributions if each.contribution_month == str(OCTOBER)]
    moments = [moment for row in rows for moment in (row.timestamp, row.decided_at or 0)]

    shown = re.findall(r"\d{4}-\d\d-\d\d \d\d:\d\d", accepted.text)
    assert Counter(shown) == Counter(
        f"{datetime.fromtimestamp(each // 1000, HELSINKI):%Y-%m-%d %H:%M}" for each in moments
    )
    for amount in ("0.00 EUR", "50.00 EUR", "1,500.10 SEK", "30,000,000 JPY", "0.07 USD", "12.345 KWD"):
        assert amount in accepted.words, "in two columns, and the currency once"
    assert not re.search(r"\b([A-Z]{3}) \1\b", accepted.words)
    assert "###" not in "".join(page.text for book in printed.values() for page in book)  # a column that is too narrow


@pytest.mark.parametrize("book", ["currencies", "pages", "empty"])
def test_the_chart_is_drawn(book: str, files: dict[str, Path], printed: dict[str, list[Page]]) -> None:
    """A bar for each level that somebody got, in their order, as long as its count says."""
    accepted = Counter(each.level for each in BOOKS[book].contributions if each.status is Status.ACCEPTED)
    counts = [accepted[level.key] for level in LEVELS if accepted[level.key]]
    first = printed[book][0]

    lengths = bars(files[book], 1, ACCENT)

    assert "Accepted contributions per level" in first.words
    for level in LEVELS.offered:
        assert first.words.count(level.label) >= 2, "in the table and in the chart"
    assert len(lengths) == len(counts)
    for length, count in zip(lengths, counts, strict=True):
        assert length / max(lengths) == pytest.approx(count / max(counts), abs=0.02)
