"""The monthly workbook (R17), written by openpyxl.

Its sheets and columns are named in columns.py.

Rows are streamed (openpyxl's write-only mode), so that a large month costs time but little memory. Whatever was typed is
a text cell. The file holds no formula at all: totals are numbers.
"""

import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any, Literal
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo
from zoneinfo import ZoneInfo

from openpyxl import Workbook
from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.chart import BarChart, Reference
from openpyxl.chart.label import DataLabelList
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.header_footer import HeaderFooterItem
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.page import PageMargins
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet
from openpyxl.writer.excel import ExcelWriter

from ossi.domain.compensation import CompensationLevel, CompensationLevels
from ossi.domain.contribution import Contribution, Status
from ossi.domain.months import Month
from ossi_report.aggregate import MonthFigures, Total, figures, in_order
from ossi_report.cell_values import LINKS_MAX, cell_text, line_count, link_target, local_time
from ossi_report.columns import (
    ACCEPTED,
    AMOUNT,
    COMPENSATION,
    COUNT,
    CURRENCY,
    DECIDED_AT,
    DECIDED_BY,
    DECLINED,
    DESCRIPTION,
    LEVEL,
    NAME,
    PENDING,
    SHEET_COLUMNS,
    SLACK_ID,
    STATUS,
    SUMMARY,
    SUMMARY_COLUMNS,
    TARGET_MONTH,
    TIMESTAMP,
    URL,
)

_STATUS_OF_SHEET = {ACCEPTED: Status.ACCEPTED, PENDING: Status.PENDING, DECLINED: Status.DECLINED}

# In digits of the default font. Together they print legibly across A4.
_WIDTHS = {
    SLACK_ID: 14, TARGET_MONTH: 9, TIMESTAMP: 17, NAME: 22, COMPENSATION: 27, DESCRIPTION: 64, URL: 44,
    AMOUNT: 14, CURRENCY: 10, DECIDED_BY: 14, DECIDED_AT: 17,
}  # fmt: skip
_SUMMARY_WIDTHS = (28, 17, 32, 9, 17, 10)
_BODY_SIZE, _LINE_HEIGHT = 11, 15.0  # points, of the default font
_ROW_HEIGHT_MAX = 409.0  # Excel's limit

_INK, _QUIET, _ACCENT, _TINT, _RULE, _LINK = "1F2933", "66757F", "2F6F7E", "E6EEF0", "C5CFD3", "0B5A9D"
_DATE_FORMAT = "yyyy-mm-dd hh:mm"  # as ISO 8601, the same in every locale
_CHART_ANCHOR = "H4"
_CHART_WIDTH_CM, _CHART_HEIGHT_CM = 15, 8
_CHART_ROWS = 16  # that the chart covers, at _LINE_HEIGHT

_Value = str | int | Decimal | datetime


@dataclass(frozen=True, eq=False)
class _Style:
    """How cells look. typed: what stands in them came from a person, and stays a text even when it is edited in Excel."""

    bold: bool = False
    size: int = _BODY_SIZE
    color: str = _INK
    underline: Literal["single"] | None = None
    fill: str | None = None
    line: Literal["hair", "thin"] | None = "hair"
    number_format: str = "General"
    horizontal: Literal["left", "right"] | None = None
    indent: int = 0
    wrap: bool = False
    typed: bool = False


_TITLE = _Style(bold=True, size=16, color=_ACCENT, line=None)
_NOTE = _Style(color=_QUIET, line=None, number_format=_DATE_FORMAT, horizontal="left")
_SECTION = _Style(bold=True, size=12, color=_ACCENT, line=None)
_HEADER = _Style(bold=True, fill=_TINT, line="thin", wrap=True)
_HEADER_NUMBER = _Style(bold=True, fill=_TINT, line="thin", wrap=True, horizontal="right")
_HEADER_INDENTED = _Style(bold=True, fill=_TINT, line="thin", wrap=True, horizontal="left", indent=1)
_LABEL = _Style()
_INDENTED = _Style(horizontal="left", indent=1)  # beside a number, which ends where this begins
_TYPED = _Style(typed=True)
_TYPED_WRAPPED = _Style(typed=True, wrap=True)
_LINKED = _Style(typed=True, wrap=True, color=_LINK, underline="single")
_DATE = _Style(number_format=_DATE_FORMAT, horizontal="left")
_COUNT = _Style(number_format="#,##0")
_HEADER_STYLES = {COUNT: _HEADER_NUMBER, AMOUNT: _HEADER_NUMBER, CURRENCY: _HEADER_INDENTED}


@cache
def _money(currency: str, *, bold: bool = False) -> _Style:
    """With the ISO code, which Excel takes for a currency and no locale reads as another."""
    return _Style(number_format=f"#,##0.00\\ [${currency}]", bold=bold)


_Entry = tuple[_Value, _Style]
_BLANK = ("", _LABEL)


def build_workbook(
    month: Month, contributions: Sequence[Contribution], levels: CompensationLevels, zone: ZoneInfo, made_at: datetime
) -> bytes:
    """The month's workbook as an XLSX file. The same arguments give the same bytes.

    made_at: aware; moments are shown on zone's clocks. Every row given is in it, whatever its texts, level or moments.
    """
    book = Workbook(write_only=True)
    book.properties.title = f"Open source contributions, {month.label}"
    book.properties.creator = "Ossi"
    book.properties.created = book.properties.modified = made_at.astimezone(UTC).replace(tzinfo=None)
    book.calculation.fullCalcOnLoad = False  # nothing to calculate: else Excel asks whether to save on closing
    _write_summary(book, figures(month, contributions, levels), zone, made_at)
    rows = in_order(contributions)
    for title, status in _STATUS_OF_SHEET.items():
        _write_contributions(book, title, [each for each in rows if each.status is status], levels, zone)
    content = BytesIO()
    # Not book.save(): that would put the present moment into the file.
    ExcelWriter(book, _DatedArchive(content, made_at)).save()
    return content.getvalue()


def _write_summary(book: Workbook, month: MonthFigures, zone: ZoneInfo, made_at: datetime) -> None:
    sheet = _Sheet(book, SUMMARY, _SUMMARY_WIDTHS, frozen_rows=2)
    summary = month.summary
    sheet.append((f"Open source contributions, {summary.month.label}", _TITLE))
    sheet.append(("Made at", _NOTE), (_wall_time(made_at, zone), _NOTE), (f"All times: {zone}", _NOTE))

    _write_header(sheet, "Contributions", STATUS, "", "", COUNT)
    for status, count in ((ACCEPTED, summary.accepted), (PENDING, summary.pending), (DECLINED, summary.declined)):
        sheet.append((status, _LABEL), _BLANK, _BLANK, (count, _COUNT))

    _write_header(sheet, "Total compensation", STATUS, "", "", COUNT, AMOUNT, CURRENCY)
    for currency, total in month.by_currency.items():
        sheet.append((ACCEPTED, _LABEL), _BLANK, _BLANK, *_total(total, currency, bold=True))

    header = _write_header(sheet, "Accepted per level", COMPENSATION, "", LEVEL, COUNT, AMOUNT, CURRENCY)
    for line in month.by_level:
        sheet.append(
            (line.level.key, _TYPED), _BLANK, (_label(line.level), _TYPED), *_total(line.total, line.level.currency)
        )
    sheet.add_chart(_level_chart(sheet, header, sheet.rows), _CHART_ANCHOR)
    while sheet.rows < _CHART_ROWS + 3:
        sheet.append()  # the tables of people are below the chart: their filter hides whole rows

    _write_header(sheet, "Accepted per contributor", NAME, SLACK_ID, "", COUNT, AMOUNT, CURRENCY)
    for person in summary.contributors:
        for currency, total in month.by_contributor[person.user_id].items():
            sheet.append((person.name, _TYPED), (person.user_id, _TYPED), _BLANK, *_total(total, currency))

    header = _write_header(sheet, "Accepted per contributor and level", *SUMMARY_COLUMNS)
    for line in month.by_contributor_and_level:
        sheet.append(
            (line.name, _TYPED),
            (line.user_id, _TYPED),
            (_label(line.level), _TYPED),
            *_total(line.total, line.level.currency),
        )
    sheet.filter_from(header)


def _write_header(sheet: "_Sheet", title: str, *columns: str) -> int:
    """Begins a table below an empty row and its title; answers the row of its header."""
    sheet.append()
    sheet.append((title, _SECTION))
    return sheet.append(*((column, _HEADER_STYLES.get(column, _HEADER)) for column in columns))


def _label(level: CompensationLevel) -> str:
    return level.label or "(none)"  # a row without a level


def _total(total: Total, currency: str, *, bold: bool = False) -> tuple[_Entry, _Entry, _Entry]:
    return ((total.count, _COUNT), (total.amount, _money(currency, bold=bold)), (currency, _INDENTED))


def _level_chart(sheet: "_Sheet", header_row: int, last_row: int) -> BarChart:
    """Bars of the counts per level. Counts, because amounts of several currencies do not share an axis."""
    level_column, count_column = (SUMMARY_COLUMNS.index(column) + 1 for column in (LEVEL, COUNT))
    chart = BarChart(barDir="bar", gapWidth=60)
    chart.title = "Accepted contributions per level"
    chart.width, chart.height = _CHART_WIDTH_CM, _CHART_HEIGHT_CM
    chart.add_data(sheet.reference(count_column, header_row, last_row), titles_from_data=True)
    chart.set_categories(sheet.reference(level_column, header_row + 1, last_row))
    chart.series[0].graphicalProperties = GraphicalProperties(solidFill=_ACCENT)
    chart.dLbls = DataLabelList(showVal=True, showSerName=False, showCatName=False, showLegendKey=False)
    chart.legend = None
    chart.x_axis.scaling.orientation = "maxMin"  # the first level on top
    chart.x_axis.delete = False
    chart.y_axis.delete = True  # the bars have their numbers
    chart.y_axis.majorGridlines = None
    chart.y_axis.scaling.min = 0
    return chart


def _write_contributions(
    book: Workbook, title: str, contributions: Iterable[Contribution], levels: CompensationLevels, zone: ZoneInfo
) -> None:
    columns = SHEET_COLUMNS[title]
    sheet = _Sheet(book, title, [_WIDTHS[column] for column in columns], frozen_rows=1)
    sheet.append(*((column, _HEADER_STYLES.get(column, _HEADER)) for column in columns))
    for contribution in contributions:
        entries = _entries(contribution, levels, zone)
        sheet.append(*(entries[column] for column in columns))
    sheet.filter_from(1)


def _entries(contribution: Contribution, levels: CompensationLevels, zone: ZoneInfo) -> dict[str, _Entry]:
    level = levels.get(contribution.size)
    decided_at = contribution.decided_at
    return {
        SLACK_ID: (contribution.user_id, _TYPED),
        TARGET_MONTH: (contribution.contribution_month, _TYPED),
        TIMESTAMP: (local_time(contribution.timestamp, zone), _DATE),
        NAME: (contribution.person, _TYPED),
        COMPENSATION: (contribution.size, _TYPED),
        DESCRIPTION: (contribution.text, _TYPED_WRAPPED),
        URL: (contribution.url, _LINKED),
        AMOUNT: (level.amount, _money(level.currency)),
        CURRENCY: (level.currency, _INDENTED),
        DECIDED_BY: (contribution.decided_by or "", _TYPED),
        DECIDED_AT: ("" if decided_at is None else local_time(decided_at, zone), _DATE),
    }


def _wall_time(moment: datetime, zone: ZoneInfo) -> datetime:
    return moment.astimezone(zone).replace(microsecond=0, tzinfo=None)


class _Sheet:
    """A sheet that is written from top to bottom, printed on A4 landscape, with its first rows frozen."""

    def __init__(self, book: Workbook, title: str, widths: Sequence[float], frozen_rows: int) -> None:
        self.rows = 0
        self._sheet: Worksheet = book.create_sheet(title)
        self._widths = widths
        self._cells: dict[tuple[int, _Style], Cell] = {}
        self._links_left = LINKS_MAX
        for column, width in enumerate(widths, start=1):
            self._sheet.column_dimensions[get_column_letter(column)].width = width
        self._sheet.freeze_panes = f"A{frozen_rows + 1}"
        self._sheet.print_title_rows = f"1:{frozen_rows}"
        self._sheet.sheet_view.showGridLines = False
        self._set_up_page(book.properties.title)

    def append(self, *entries: _Entry) -> int:
        """Writes the next row and answers its number."""
        self.rows += 1
        height = max((self._height(column, *entry) for column, entry in enumerate(entries)), default=_LINE_HEIGHT)
        if height > _LINE_HEIGHT:
            self._sheet.row_dimensions[self.rows].height = min(height, _ROW_HEIGHT_MAX)
        self._sheet.append([self._cell(column, *entry) for column, entry in enumerate(entries, start=1)])
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

    def _height(self, column: int, value: _Value, style: _Style) -> float:
        """In points. Not every program fits rows to wrapped text by itself; on paper text must not be cut."""
        lines = line_count(value, self._widths[column]) if style.wrap and isinstance(value, str) else 1
        return lines * _LINE_HEIGHT * style.size / _BODY_SIZE

    def _cell(self, column: int, value: _Value, style: _Style) -> Cell:
        """A cell to be appended at once: rows are streamed, so one cell of a column and style serves all rows."""
        link = self._link(str(value)) if style is _LINKED else None
        if style is _LINKED and link is None:
            style = _TYPED_WRAPPED
        cell = self._cells.get((column, style))
        if cell is None:
            cell = self._cells[column, style] = _styled_cell(self._sheet, style)
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


def _styled_cell(sheet: Worksheet, style: _Style) -> Cell:
    cell = WriteOnlyCell(sheet)
    cell.font = Font(name="Calibri", size=style.size, bold=style.bold, color=style.color, underline=style.underline)
    cell.alignment = Alignment(horizontal=style.horizontal, vertical="top", wrap_text=style.wrap, indent=style.indent)
    cell.number_format = style.number_format
    cell.quotePrefix = style.typed
    if style.fill:
        cell.fill = PatternFill("solid", fgColor=style.fill)
    if style.line:
        cell.border = Border(bottom=Side(style=style.line, color=_RULE))
    return cell


class _DatedArchive(ZipFile):
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
