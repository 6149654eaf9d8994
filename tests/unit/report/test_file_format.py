"""The workbook's file is one that Excel opens without a word, as far as that can be told without Excel."""

import zipfile
from io import BytesIO

import pytest

from unit.report.books import BOOKS
from unit.report.damage import SHEET, Change, damaged, gone, half, instead
from unit.report.file_format import STYLES, TYPES, WORKBOOK, complaints

LINKS = "xl/worksheets/_rels/sheet2.xml.rels"
CHART = "xl/charts/chart1.xml"
ADDRESS = b"https://github.com/owner/project/pull/1"


@pytest.mark.parametrize("book", BOOKS)
def test_the_file_keeps_the_rules_of_the_format(book: str) -> None:
    assert complaints(BOOKS[book].content) == []


@pytest.mark.parametrize(
    ("part", "change", "complaint"),
    [
        (SHEET, half, "cannot be read"),
        (SHEET, instead(b"</is>", b"</si>"), "cannot be read"),
        (SHEET, gone, "xl/worksheets/sheet2.xml, which is not there"),
        (STYLES, gone, "there is no xl/styles.xml"),
        (TYPES, instead(b"/xl/worksheets/sheet2.xml", b"/xl/worksheets/sheet9.xml"), "sheet9.xml has a content type"),
        (TYPES, instead(b"spreadsheetml.worksheet+xml", b"spreadsheetml.chartsheet+xml"), "is a worksheet and has the content"),
        (LINKS, gone, "names the relationship G2"),
        (LINKS, instead(ADDRESS, b"https://exa mple.com/"), "leads to 'https://exa mple.com/'"),
        (LINKS, instead(ADDRESS, b"https://example.com/a|b"), "leads to 'https://example.com/a|b'"),
        (LINKS, instead(ADDRESS, b"https://example.com/100%"), "leads to 'https://example.com/100%'"),
        (LINKS, instead(ADDRESS, b"https:///nowhere"), "leads to 'https:///nowhere'"),
        (LINKS, instead(ADDRESS, b"javascript:alert(1)"), "leads to 'javascript:alert(1)'"),
        (LINKS, instead(ADDRESS, b"https://example.com/" + b"a" * 2060), "leads to 'https://example.com/aaa"),
        (LINKS, instead(b'Id="G3"', b'Id="G2"'), "have one id"),
        (WORKBOOK, instead(b'name="Accepted"', b'name="Accepted?"'), "cannot be called 'Accepted?'"),
        (WORKBOOK, instead(b'name="Accepted"', b'name="' + b"A" * 32 + b'"'), "cannot be called 'AAA"),
        (WORKBOOK, instead(b'name="Accepted"', b'name="SUMMARY"'), "two sheets have one name"),
        (WORKBOOK, instead(b'sheetId="2"', b'sheetId="1"'), "two sheets have one sheetId"),
        (WORKBOOK, instead(b'localSheetId="1"', b'localSheetId="7"'), "belongs to sheet 7"),
        (WORKBOOK, instead(b"'Accepted'!", b"'Nowhere'!"), "which is on no sheet"),
        (STYLES, instead(b'<fonts count="', b'<fonts count="1'), "fonts counts 1"),
        (STYLES, instead(b'numFmtId="164" fontId', b'numFmtId="199" fontId'), "has the number format 199"),
        (STYLES, instead(b'fontId="1"', b'fontId="99"'), "has fontId 99"),
        (SHEET, instead(b'<c s="', b'<c s="99'), "A1 has the style 99"),
        (SHEET, instead(b'<row r="3"', b'<row r="2"'), "row 2 comes after row 2"),
        (SHEET, instead(b'r="B2"', b'r="A2"'), "A2 stands in row 2 after column 1"),
        (SHEET, instead(b'r="B2"', b'r="B3"'), "B3 stands in row 2"),
        (SHEET, instead(b'ht="30"', b'ht="410"'), "410 points high"),
        (SHEET, instead(b"<t>Slack ID</t>", b"<t>" + b"a" * 32_768 + b"</t>"), "A1 is no text of a cell"),
        (SHEET, instead(b"<v>50</v>", b"<v>fifty</v>"), "neither a text nor a number"),
        (SHEET, instead(b"<v>50</v>", b"<f>1+1</f><v>50</v>"), "holds a formula"),
        (SHEET, instead(b'min="2" max="2"', b'min="1" max="2"'), "columns 1 to 2 come after column 1"),
        (SHEET, instead(b'ref="G2"', b'ref="ZZZZ1"'), "is nowhere"),
        (SHEET, instead(b'ref="G2"', b'ref="G99"'), "beyond the cells"),
        (SHEET, instead(b'ref="G2"', b'ref="Q2"'), "is on no cell"),
        (SHEET, instead(b'ref="G2"', b'ref="G3"'), "G3 has two links"),
        (SHEET, instead(b"Page &amp;P", b"Page" * 80), "is too long"),
        (CHART, instead(b"$C$", b"$Z$"), "where nothing stands"),
        (CHART, instead(b'<ptCount val="', b'<ptCount val="1'), "points and holds"),
        # What the schema says: the order of elements, the names of attributes, their values.
        (SHEET, instead(b"<sheetFormatPr", b'<sheetFormatPr defaultRowHeight="15"/><sheetFormatPr'), "Unexpected element"),
        (SHEET, instead(b'orientation="landscape"', b'orientation="sideways"'), "Invalid value for attribute 'orientation'"),
        (SHEET, instead(b"<pageMargins", b'<pageMargins gutter="1"'), "'gutter' attribute is not declared"),
        (CHART, instead(b'barDir val="bar"', b'barDir val="up"'), "Invalid value for attribute 'val'"),
        (STYLES, instead(b'<b val="1"/>', b'<weight val="1"/>'), "Unexpected element 'weight'"),
    ],
)  # fmt: skip
def test_a_file_that_breaks_a_rule_is_found(part: str, change: Change, complaint: str) -> None:
    found = complaints(damaged(BOOKS["pages"].content, part, change))

    assert any(complaint in each for each in found), found


def test_an_entry_that_is_there_twice_is_found() -> None:
    content = BytesIO(BOOKS["empty"].content)
    with pytest.warns(UserWarning, match="Duplicate name"), zipfile.ZipFile(content, "a") as archive:
        archive.writestr(WORKBOOK, archive.read(WORKBOOK))

    assert complaints(content.getvalue()) == [f"{WORKBOOK} is there twice"]


def test_a_part_that_nothing_leads_to_is_found() -> None:
    content = BytesIO(BOOKS["empty"].content)
    with zipfile.ZipFile(content, "a") as archive:
        archive.writestr("xl/worksheets/sheet9.xml", "<worksheet/>")

    assert "nothing leads to xl/worksheets/sheet9.xml" in complaints(content.getvalue())


@pytest.mark.parametrize("kept", [0, 100, -100])
def test_what_is_no_whole_archive_is_found(kept: int) -> None:
    assert complaints(BOOKS["empty"].content[:kept]) == ["the file is no ZIP archive"]
