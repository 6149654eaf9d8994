"""A workbook as LibreOffice has it: its flat XML (OpenDocument 1.3, part 3, chapter 9), which says of each cell what it is."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from xml.etree.ElementTree import Element, parse

from openpyxl.utils import get_column_letter

_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_DRAW = "{urn:oasis:names:tc:opendocument:xmlns:drawing:1.0}"
_LINK = "{http://www.w3.org/1999/xlink}href"
_CELLS = (f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell")
_ROW_GROUPS = (f"{_TABLE}table-header-rows", f"{_TABLE}table-rows", f"{_TABLE}table-row-group")

Value = str | Decimal | datetime


@dataclass(frozen=True)
class Cell:
    """A cell that is not empty. shown: the text that people see. link: where a click leads."""

    value: Value
    shown: str
    link: str | None = None
    formula: str | None = None


Cells = dict[str, Cell]


@dataclass(frozen=True)
class FlatBook:
    """sheets: name -> "A1" -> cell. filters: the areas with filters. charts: the areas that charts draw."""

    sheets: dict[str, Cells]
    filters: list[str]
    charts: list[str]


def read(file: Path) -> FlatBook:
    """Reads the flat XML file of a spreadsheet."""
    root = parse(file).getroot()  # noqa: S314 - LibreOffice wrote it, from a workbook of the tests
    sheets = {_name(table): dict(_cells(table)) for table in root.iter(f"{_TABLE}table") if _of_the_book(table)}
    filters = [
        each.get(f"{_TABLE}target-range-address", "")
        for each in root.iter(f"{_TABLE}database-range")
        if each.get(f"{_TABLE}display-filter-buttons") == "true"
    ]
    objects = (each.get(f"{_DRAW}notify-on-update-of-ranges") for each in root.iter(f"{_DRAW}object"))
    return FlatBook(sheets, filters, [area for areas in objects if areas for area in areas.split()])


def _name(table: Element) -> str:
    return table.get(f"{_TABLE}name", "")


def _of_the_book(table: Element) -> bool:
    """The numbers of a chart stand in a table too, which belongs to no sheet."""
    return table.get(f"{_TABLE}name") != "local-table"


def _cells(table: Element) -> Iterator[tuple[str, Cell]]:
    number = 0
    for row in _rows(table):
        repeated = int(row.get(f"{_TABLE}number-rows-repeated", "1"))
        column = 0
        for each in (child for child in row if child.tag in _CELLS):
            times = int(each.get(f"{_TABLE}number-columns-repeated", "1"))
            cell = _cell(each)
            if cell is not None:
                for row_number in range(number + 1, number + repeated + 1):
                    yield from (
                        (f"{get_column_letter(column + place)}{row_number}", cell) for place in range(1, times + 1)
                    )
            column += times
        number += repeated


def _rows(element: Element) -> Iterator[Element]:
    """Those of the table itself: a chart that lies on it has rows of its own."""
    for each in element:
        if each.tag == f"{_TABLE}table-row":
            yield each
        elif each.tag in _ROW_GROUPS:
            yield from _rows(each)


def _cell(element: Element) -> Cell | None:
    kind = element.get(f"{_OFFICE}value-type")
    if kind is None:
        return None
    links = [each.get(_LINK, "") for each in element.iter(f"{_TEXT}a")]
    return Cell(
        value=_value(element, kind),
        shown=_shown(element),
        link=" ".join(links) or None,
        formula=element.get(f"{_TABLE}formula"),
    )


def _value(element: Element, kind: str) -> Value:
    if kind == "string":
        return _shown(element)
    if kind == "float":
        return Decimal(element.get(f"{_OFFICE}value", ""))
    if kind == "date":
        # Cut, never rounded: what is before its second by anything at all is another one.
        return datetime.fromisoformat(element.get(f"{_OFFICE}date-value", "")).replace(microsecond=0)
    return f"{kind}: {''.join(element.itertext())}"  # an error, a truth value: nothing that is written


def _shown(element: Element) -> str:
    return "\n".join(_text(each) for each in element.findall(f"{_TEXT}p"))


def _text(paragraph: Element) -> str:
    """Blanks that follow each other, tabs and line ends are elements; anything else is as it stands."""
    parts = [paragraph.text or ""]
    for each in paragraph:
        if each.tag == f"{_TEXT}s":
            parts.append(" " * int(each.get(f"{_TEXT}c", "1")))
        elif each.tag == f"{_TEXT}tab":
            parts.append("\t")
        elif each.tag == f"{_TEXT}line-break":
            parts.append("\n")
        else:
            parts.append(_text(each))
        parts.append(each.tail or "")
    return "".join(parts)
