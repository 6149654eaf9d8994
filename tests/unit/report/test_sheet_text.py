"""The rows of a sheet as text, against what openpyxl makes of them."""

from datetime import datetime, timedelta
from decimal import Decimal
from xml.etree.ElementTree import Element, fromstring

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.utils.datetime import from_excel  # pyright: ignore[reportUnknownVariableType]

from ossi_report.sheet_text import SheetText, Value, cell_around
from unit.report.typed import NASTY, shown

FRAME = b"<worksheet><sheetData/><autoFilter ref='A1:B2'/><pageMargins left='1'/></worksheet>"


def cell(value: Value) -> str:
    before, behind = cell_around(value, 7, "B")
    return f"{before}3{behind}"


def parsed(xml: str | bytes) -> Element:
    return fromstring(xml)  # noqa: S314 - it was written here


@given(st.datetimes(datetime(1970, 1, 1), datetime(9999, 12, 31)))  # noqa: DTZ001 - as cells have them
def test_a_moment_is_that_second_again(moment: datetime) -> None:
    whole = moment.replace(microsecond=0)

    tree = parsed(cell(whole))

    assert from_excel(float(tree.findtext("v") or "")) == whole


@pytest.mark.parametrize("day", [datetime(1970, 1, 1), datetime(2026, 10, 25), datetime(9999, 12, 31)])  # noqa: DTZ001
def test_a_program_that_cuts_shows_the_very_second_and_minute(day: datetime) -> None:
    for second in range(86_400):
        days = float(parsed(cell(day + timedelta(seconds=second))).findtext("v") or "")

        assert (int(days % 1 * 86_400), int(days % 1 * 1_440)) == (second, second // 60)
        assert int(days * 1_440) == int(days) * 1_440 + second // 60


@given(st.integers(0, 999_999_999_999), st.integers(0, 6))
def test_a_number_is_that_number_again(digits: int, places: int) -> None:
    for value in (digits, Decimal(digits).scaleb(-places), Decimal(digits).scaleb(places)):
        tree = parsed(cell(value))

        assert Decimal(tree.findtext("v") or "") == value
        assert "E" not in (tree.findtext("v") or "")
        assert tree.attrib == {"s": "7", "r": "B3"}


@pytest.mark.parametrize("typed", NASTY)
def test_a_text_is_a_text(typed: str) -> None:
    tree = parsed(cell(typed))

    text = tree.find("is/t")
    assert tree.attrib == {"s": "7", "t": "inlineStr", "r": "B3"}
    assert text is not None
    assert (text.text or "").replace("_x005F_", "_") == shown(typed)
    if typed != typed.strip():
        assert text.attrib == {"{http://www.w3.org/XML/1998/namespace}space": "preserve"}


def test_no_text_is_an_empty_cell() -> None:
    assert cell("") == '<c s="7" r="B3"/>'


@pytest.mark.parametrize("empty", [b"<sheetData/>", b"<sheetData />", b"<sheetData></sheetData>"])
def test_rows_and_links_are_put_into_the_frame(empty: bytes) -> None:
    text = SheetText()
    for number in range(1, 1001):
        text.append([f'<c r="A{number}"/>'], 30 if number == 2 else None)
    text.links.append(("A2", "https://example.com/?a&b#c"))

    tree = parsed(b"".join(text.fill(FRAME.replace(b"<sheetData/>", empty))))
    links = parsed(b"".join(text.relationships()))
    text.close()

    assert [each.tag.rpartition("}")[2] for each in tree] == ["sheetData", "autoFilter", "hyperlinks", "pageMargins"]
    assert [row.get("r") for row in tree[0]] == [str(number) for number in range(1, 1001)]
    assert (tree[0][0].get("ht"), tree[0][1].get("ht")) == (None, "30")
    assert tree[2][0].get("location") == "c"
    assert [(each.get("Id"), each.get("Target")) for each in links] == [("A2", "https://example.com/?a&b")]


@pytest.mark.parametrize(
    "frame",
    [
        b"<worksheet><rows/><pageMargins/></worksheet>",
        b"<worksheet><sheetData><row/></sheetData><pageMargins/></worksheet>",
        b"<worksheet><sheetData/></worksheet>",
        b"<worksheet><pageMargins/><sheetData/></worksheet>",
    ],
)
def test_another_kind_of_frame_is_refused(frame: bytes) -> None:
    text = SheetText()

    with pytest.raises(ValueError, match="openpyxl writes sheets in another way"):
        list(text.fill(frame))

    text.close()


def test_the_seconds_of_a_day_are_all_different() -> None:
    day = datetime(2026, 10, 25)  # noqa: DTZ001

    cells = {cell(day + timedelta(seconds=second)) for second in range(86_400)}

    assert len(cells) == 86_400
