"""Sets a workbook, as openpyxl reads the file, against what LibreOffice has of it."""

import re
from datetime import datetime
from decimal import Decimal
from io import BytesIO

from openpyxl import load_workbook
from openpyxl.cell import Cell as WrittenCell

from office.flat import Cell, Cells, FlatBook
from ossi_report.sheet import DATE_FORMAT
from unit.report.months import as_shown

_PLACES = re.compile(r"#,##0(?:\.(0+))?")


def written(content: bytes) -> dict[str, Cells]:
    """The cells of the file that are not empty: sheet -> "A1" -> cell. A warning of the reader is an error, as in all tests."""
    book = load_workbook(BytesIO(content))
    return {
        sheet.title: {cell.coordinate: _cell(cell) for row in sheet.iter_rows() for cell in row if cell.value is not None}
        for sheet in book.worksheets
    }  # fmt: skip


def differences(content: bytes, opened: FlatBook) -> list[str]:
    """What LibreOffice has otherwise than the file, in sentences."""
    expected = written(content)
    if list(expected) != list(opened.sheets):
        return [f"the sheets are {list(opened.sheets)} instead of {list(expected)}"]
    return [
        f"{title}: {place} is {cells.get(place)} instead of {expected[title].get(place)}"
        for title, cells in opened.sheets.items()
        for place in sorted(expected[title].keys() | cells.keys())
        if expected[title].get(place) != cells.get(place)
    ]


def _cell(cell: WrittenCell) -> Cell:
    value = as_shown(cell.value)
    if isinstance(value, int | float | Decimal):
        places = _PLACES.fullmatch(cell.number_format)
        assert places is not None, f"{cell.number_format}: another format than those of counts and amounts"
        number = Decimal(str(value))
        return Cell(number, f"{number:,.{len(places[1] or '')}f}")
    if isinstance(value, datetime):
        assert cell.number_format == DATE_FORMAT
        return Cell(value, f"{value:%Y-%m-%d %H:%M}")
    link = cell.hyperlink
    target = f"{link.target}#{link.location}" if link and link.location else link and link.target
    return Cell(str(value), str(value), link=target or None)
