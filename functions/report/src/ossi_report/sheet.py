"""A sheet: styles, widths and print set-up by openpyxl, and the rows, which go into its file as text (ADR 10).

Whatever was typed is a text cell. No cell is a formula.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from typing import Literal

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.chart import BarChart, Reference
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.header_footer import HeaderFooterItem
from openpyxl.worksheet.page import PageMargins
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from ossi_report.cell_values import LINKS_MAX, line_count, lines_at_most, link_target
from ossi_report.columns import AMOUNT, COUNT, CURRENCY, URL
from ossi_report.sheet_text import SheetText, Value, cell_around

_BODY_SIZE, LINE_HEIGHT = 11, 15.0  # points, of the default font
_ROW_HEIGHT_MAX = 409.0  # Excel's limit
_REPEATED_MAX, _KNOWN_MAX = 100, 10_000  # characters of a cell; cells

INK, _QUIET, ACCENT, _TINT, RULE, _LINK = "1F2933", "66757F", "2F6F7E", "E6EEF0", "C5CFD3", "0B5A9D"
DATE_FORMAT = "yyyy-mm-dd hh:mm"  # as ISO 8601, the same in every locale
# openpyxl writes the parts of a font in an order of its own; the standard (ISO/IEC 29500-1, 18.8.22 CT_Font) has them in this one.
Font.__elements__ = (
    "b", "i", "strike", "condense", "extend", "outline", "shadow", "u", "vertAlign", "sz", "color", "name", "family",
    "charset", "scheme",
)  # fmt: skip
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
def money(places: int, *, bold: bool = False) -> Style:
    """An amount with so many decimal places. Its currency stands in the cell beside it."""
    decimals = f".{'0' * places}" if places else ""
    return Style(number_format=f"#,##0{decimals}", bold=bold, line="thin" if bold else "hair")


Entry = tuple[Value, Style]
BLANK = ("", PLAIN)


@dataclass(frozen=True, slots=True)
class _Cell:
    """before and behind the number of its row: see cell_around. height: in points, that its row needs."""

    before: str
    behind: str
    height: float


@dataclass(frozen=True)
class _Column:
    """width: in digits. known: cells that have been written, and are likely to come again."""

    letter: str
    width: float
    known: dict[Entry, _Cell] = field(default_factory=dict[Entry, _Cell])


def fits_row(text: str, width: float) -> bool:
    """Whether a row can be as tall as the text needs it in a column that is so many digits wide."""
    most = _ROW_HEIGHT_MAX / LINE_HEIGHT
    return lines_at_most(text, width) <= most or line_count(text, width) <= most


class Sheet:
    """A sheet that is written from top to bottom, printed on A4 landscape, with its first rows frozen.

    vertical: where texts stand in their rows; at the top where some have many lines and others one.
    """

    def __init__(
        self, book: Workbook, title: str, widths: Sequence[float], frozen_rows: int, vertical: Vertical = "top"
    ) -> None:
        self.text = SheetText()
        self._vertical: Vertical = vertical
        self._sheet: Worksheet = book.create_sheet(title)
        self._columns = [_Column(get_column_letter(number), width) for number, width in enumerate(widths, start=1)]
        self._style_ids: dict[tuple[Style, Vertical], int] = {}
        for column in self._columns:
            self._sheet.column_dimensions[column.letter].width = column.width
        self._sheet.freeze_panes = f"A{frozen_rows + 1}"
        self._sheet.print_title_rows = f"1:{frozen_rows}"
        self._sheet.sheet_view.showGridLines = False
        self._set_up_page(book.properties.title)

    @property
    def rows(self) -> int:
        """How many were written."""
        return self.text.rows

    @property
    def part(self) -> str:
        """The name of its part of the file; openpyxl decides on it when it saves the workbook."""
        return self._sheet.path.removeprefix("/")

    def append(self, *entries: Entry) -> int:
        """Writes the next row and answers its number."""
        number, links = self.rows + 1, len(self.text.links)
        cells = [
            column.known.get(entry) or self._cell(column, number, entry, self._vertical)
            for column, entry in zip(self._columns, entries, strict=False)
        ]
        height = max([LINE_HEIGHT, *[cell.height for cell in cells]])
        if height > _ROW_HEIGHT_MAX and self._vertical != "top":
            # What is taller than its row would be cut off at the top too, or reach over the rows around it.
            del self.text.links[links:]
            pairs = zip(self._columns, entries, strict=False)
            cells = [self._cell(column, number, entry, "top") for column, entry in pairs]
        self.text.append(
            [f"{cell.before}{number}{cell.behind}" for cell in cells],
            min(height, _ROW_HEIGHT_MAX) if height > LINE_HEIGHT else None,
        )
        return number

    def filter_from(self, header_row: int) -> None:
        """Puts filters on the table whose header is that row and which ends with the last row written."""
        self._sheet.auto_filter.ref = f"A{header_row}:{self._columns[-1].letter}{self.rows}"

    def reference(self, column: int, first_row: int, last_row: int) -> Reference:
        """Names cells of one column for a chart."""
        return Reference(self._sheet, min_col=column, min_row=first_row, max_row=last_row)

    def add_chart(self, chart: BarChart, anchor: str) -> None:
        """Places a chart with its upper left corner on that cell."""
        self._sheet.add_chart(chart, anchor)

    def _cell(self, column: "_Column", row: int, entry: Entry, vertical: Vertical) -> "_Cell":
        value, style = entry
        if style is LINKED:
            target = link_target(str(value)) if len(self.text.links) < LINKS_MAX else None
            if target is None:
                style = UNLINKED
            else:
                self.text.links.append((f"{column.letter}{row}", target))
        before, behind = cell_around(value, self._style_id(style, vertical), column.letter)
        cell = _Cell(before, behind, self._height(column, value, style))
        # Ids, levels, names, currencies come again and again; moments hardly do, and a link belongs to its row.
        repeats = len(behind) <= _REPEATED_MAX and not isinstance(value, datetime) and entry[1] is not LINKED
        if repeats and vertical == self._vertical:
            if len(column.known) == _KNOWN_MAX:
                column.known.clear()
            column.known[entry] = cell
        return cell

    def _height(self, column: "_Column", value: Value, style: Style) -> float:
        """In points. Not every program fits rows to wrapped text by itself; on paper text must not be cut."""
        lines = line_count(value, column.width) if style.wrap and isinstance(value, str) else 1
        return lines * LINE_HEIGHT * style.size / _BODY_SIZE

    def _style_id(self, style: Style, vertical: Vertical) -> int:
        found = self._style_ids.get((style, vertical))
        if found is None:
            found = self._style_ids[style, vertical] = _style_id(self._sheet, style, vertical)
        return found

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


def _style_id(sheet: Worksheet, style: Style, vertical: Vertical) -> int:
    """The number of the style in the workbook's list, to which it is added where it is not there yet."""
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
    return cell.style_id
