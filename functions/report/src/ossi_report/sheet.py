"""A sheet as openpyxl writes it: styles, widths, print set-up, and rows that are streamed.

Whatever was typed is a text cell. No cell is a formula.
"""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any, Literal
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from openpyxl import Workbook
from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.chart import BarChart, Reference
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.header_footer import HeaderFooterItem
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.page import PageMargins
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from ossi_report.cell_values import LINKS_MAX, cell_text, line_count, link_target
from ossi_report.columns import AMOUNT, COUNT, CURRENCY, URL

_BODY_SIZE, LINE_HEIGHT = 11, 15.0  # points, of the default font
_ROW_HEIGHT_MAX = 409.0  # Excel's limit

INK, _QUIET, ACCENT, _TINT, RULE, _LINK = "1F2933", "66757F", "2F6F7E", "E6EEF0", "C5CFD3", "0B5A9D"
DATE_FORMAT = "yyyy-mm-dd hh:mm"  # as ISO 8601, the same in every locale
# openpyxl writes the parts of a font in an order of its own; the standard (ISO/IEC 29500-1, 18.8.22 CT_Font) has them in this one.
Font.__elements__ = (
    "b", "i", "strike", "condense", "extend", "outline", "shadow", "u", "vertAlign", "sz", "color", "name", "family",
    "charset", "scheme",
)  # fmt: skip
Value = str | int | Decimal | datetime
Vertical = Literal["top", "center"]


@dataclass(frozen=True, eq=False)
class Style:
    """How cells look. typed: what stands in them came from a person, and stays a text even when it is edited in Excel."""

    bold: bool = False
    size: int = _BODY_SIZE
    color: str = INK
    underline: Literal["single"] | None = None
    fill: str | None = None
    line: Literal["hair", "thin"] | None = "hair"
    number_format: str = "General"
    horizontal: Literal["left", "right"] | None = None
    indent: int = 0
    wrap: bool = False
    typed: bool = False


TITLE = Style(bold=True, size=16, color=ACCENT, line=None)
NOTE = Style(color=_QUIET, line=None, number_format=DATE_FORMAT, horizontal="left")
SECTION = Style(bold=True, size=12, color=ACCENT, line=None)
HEADER = Style(bold=True, fill=_TINT, line="thin", wrap=True)
HEADER_NUMBER = Style(bold=True, fill=_TINT, line="thin", wrap=True, horizontal="right")
HEADER_INDENTED = Style(bold=True, fill=_TINT, line="thin", wrap=True, horizontal="left", indent=1)
PLAIN = Style()
INDENTED = Style(horizontal="left", indent=1)  # beside a number, which ends where this begins
TYPED = Style(typed=True)
TYPED_WRAPPED = Style(typed=True, wrap=True)
UNLINKED = Style(typed=True, wrap=True, horizontal="left", indent=1)  # beside a text that fills its column
LINKED = replace(UNLINKED, color=_LINK, underline="single")
MOMENT = Style(number_format=DATE_FORMAT, horizontal="left")
NUMBER = Style(number_format="#,##0")
TOTAL = Style(bold=True, line="thin")
TOTAL_NUMBER = Style(bold=True, line="thin", number_format=NUMBER.number_format)
TOTAL_INDENTED = Style(bold=True, line="thin", horizontal="left", indent=1)
HEADER_STYLES = {COUNT: HEADER_NUMBER, AMOUNT: HEADER_NUMBER, CURRENCY: HEADER_INDENTED, URL: HEADER_INDENTED}


@cache
def money(currency: str, *, bold: bool = False) -> Style:
    """With the ISO code, which Excel takes for a currency and no locale reads as another."""
    return Style(number_format=f"#,##0.00\\ [${currency}]", bold=bold, line="thin" if bold else "hair")


Entry = tuple[Value, Style]
BLANK = ("", PLAIN)


def fits_row(text: str, width: float) -> bool:
    """Whether a row can be as tall as the text needs it in a column that is so many digits wide."""
    return line_count(text, width) * LINE_HEIGHT <= _ROW_HEIGHT_MAX


class Sheet:
    """A sheet that is written from top to bottom, printed on A4 landscape, with its first rows frozen.

    vertical: where texts stand in their rows; at the top where some have many lines and others one.
    """

    def __init__(
        self, book: Workbook, title: str, widths: Sequence[float], frozen_rows: int, vertical: Vertical = "top"
    ) -> None:
        self.rows = 0
        self._vertical: Vertical = vertical
        self._sheet: Worksheet = book.create_sheet(title)
        self._widths = widths
        self._cells: dict[tuple[int, Style, Vertical], Cell] = {}
        self._links_left = LINKS_MAX
        for column, width in enumerate(widths, start=1):
            self._sheet.column_dimensions[get_column_letter(column)].width = width
        self._sheet.freeze_panes = f"A{frozen_rows + 1}"
        self._sheet.print_title_rows = f"1:{frozen_rows}"
        self._sheet.sheet_view.showGridLines = False
        self._set_up_page(book.properties.title)

    def append(self, *entries: Entry) -> int:
        """Writes the next row and answers its number."""
        self.rows += 1
        height = max((self._height(column, *entry) for column, entry in enumerate(entries)), default=LINE_HEIGHT)
        if height > LINE_HEIGHT:
            self._sheet.row_dimensions[self.rows].height = min(height, _ROW_HEIGHT_MAX)
        # What is taller than its row would be cut off at the top too, or reach over the rows around it.
        vertical: Vertical = self._vertical if height <= _ROW_HEIGHT_MAX else "top"
        self._sheet.append([self._cell(column, *entry, vertical) for column, entry in enumerate(entries, start=1)])
        self._sheet.row_dimensions.pop(self.rows, None)  # it is written, and a large month has many
        return self.rows

    def filter_from(self, header_row: int) -> None:
        """Puts filters on the table whose header is that row and which ends with the last row written."""
        self._sheet.auto_filter.ref = f"A{header_row}:{get_column_letter(len(self._widths))}{self.rows}"

    def reference(self, column: int, first_row: int, last_row: int) -> Reference:
        """Names cells of one column for a chart."""
        return Reference(self._sheet, min_col=column, min_row=first_row, max_row=last_row)

    def add_chart(self, chart: BarChart, anchor: str) -> None:
        """Places a chart with its upper left corner on that cell."""
        self._sheet.add_chart(chart, anchor)

    def _height(self, column: int, value: Value, style: Style) -> float:
        """In points. Not every program fits rows to wrapped text by itself; on paper text must not be cut."""
        lines = line_count(value, self._widths[column]) if style.wrap and isinstance(value, str) else 1
        return lines * LINE_HEIGHT * style.size / _BODY_SIZE

    def _cell(self, column: int, value: Value, style: Style, vertical: Vertical) -> Cell:
        """A cell to be appended at once: rows are streamed, so one cell of a column and style serves all rows."""
        link = self._link(str(value)) if style is LINKED else None
        if style is LINKED and link is None:
            style = UNLINKED
        cell = self._cells.get((column, style, vertical))
        if cell is None:
            cell = self._cells[column, style, vertical] = _styled_cell(self._sheet, style, vertical)
        if isinstance(value, str):
            cell.value = cell_text(value) or None
            cell.data_type = "s" if value else "n"  # else openpyxl takes =... for a formula and #N/A for an error
        else:
            cell.value = value
        cell.hyperlink = link
        return cell

    def _link(self, url: str) -> Hyperlink | None:
        target = link_target(url)
        if target is None or self._links_left == 0:
            return None
        self._links_left -= 1
        # Excel keeps what follows # apart, and so do other writers for it.
        address, _, fragment = target.partition("#")
        return Hyperlink(ref="", target=address, location=fragment or None)

    def _set_up_page(self, title: str) -> None:
        sheet = self._sheet
        sheet.page_setup.orientation = "landscape"
        sheet.page_setup.paperSize = int(Worksheet.PAPERSIZE_A4)
        sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
        sheet.page_setup.fitToWidth = 1
        sheet.page_setup.fitToHeight = 0  # as many pages as it takes
        sheet.page_margins = PageMargins(left=0.4, right=0.4, top=0.5, bottom=0.6, header=0.3, footer=0.3)
        footer = HeaderFooterItem()
        footer.left.text = f"{title}: &A"
        footer.right.text = "Page &P of &N"
        sheet.HeaderFooter.oddFooter = footer


def _styled_cell(sheet: Worksheet, style: Style, vertical: Vertical) -> Cell:
    cell = WriteOnlyCell(sheet)
    cell.font = Font(name="Calibri", size=style.size, bold=style.bold, color=style.color, underline=style.underline)
    cell.alignment = Alignment(
        horizontal=style.horizontal, vertical=vertical, wrap_text=style.wrap, indent=style.indent
    )
    cell.number_format = style.number_format
    cell.quotePrefix = style.typed
    if style.fill:
        cell.fill = PatternFill("solid", fgColor=style.fill)
    if style.line:
        cell.border = Border(bottom=Side(style=style.line, color=RULE))
    return cell


class DatedArchive(ZipFile):
    """A new ZIP archive whose entries all bear one time, so that equal workbooks are equal bytes."""

    def __init__(self, file: BytesIO, moment: datetime) -> None:
        super().__init__(file, "w", ZIP_DEFLATED)
        self._date_time = moment.astimezone(UTC).timetuple()[:6]

    def writestr(self, *arguments: Any, **options: Any) -> None:
        name, data = arguments
        super().writestr(self._entry(name), data, **options)

    def write(self, *arguments: Any, **options: Any) -> None:
        file, name = arguments
        with Path(file).open("rb") as source, self.open(self._entry(name), "w", **options) as target:
            shutil.copyfileobj(source, target)

    def _entry(self, name: str) -> ZipInfo:
        entry = ZipInfo(name, self._date_time)
        entry.compress_type = ZIP_DEFLATED
        return entry
