"""openpyxl in its write-only mode, through lxml: the same cells."""

import sys
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.styles import Alignment
from openpyxl.utils import get_column_letter

from ossi_bench.report.writers.same_cells import COLUMNS, DATE_FORMAT, LINKS_MAX, MONEY_FORMAT, WIDTHS, cells, read
from ossi_bench.report.writers.stopwatch import Stopwatch


def main() -> None:
    """See the package."""
    stopwatch = Stopwatch()
    rows = read(sys.argv[1])
    stopwatch.lap("load_s")
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Accepted")
    for column, width in enumerate(WIDTHS, start=1):
        sheet.column_dimensions[get_column_letter(column)].width = width
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(COLUMNS))}{len(rows) + 1}"
    sheet.append(COLUMNS)
    wrap = Alignment(wrap_text=True)

    def cell(value: Any, number_format: str = "General", *, wrapped: bool = False) -> Cell:
        made = WriteOnlyCell(sheet, value)
        made.number_format = number_format
        if wrapped:
            made.alignment = wrap
        return made

    for number, row in enumerate(cells(rows), start=1):
        url = cell(row.url, wrapped=True)
        if number <= LINKS_MAX:
            url.hyperlink = row.url
        sheet.append(
            [
                row.user_id, row.month, cell(row.submitted, DATE_FORMAT), cell(row.name, wrapped=True),
                cell(row.level, wrapped=True), cell(row.text, wrapped=True), url, cell(row.amount, MONEY_FORMAT), "EUR",
                row.decided_by, cell(row.decided, DATE_FORMAT), cell(row.label, wrapped=True), cell(row.decider, wrapped=True),
            ]
        )  # fmt: skip
    book.save(sys.argv[2])
    stopwatch.lap("write_s")
    stopwatch.tell()


main()
