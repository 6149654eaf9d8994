"""XlsxWriter in its mode of constant memory: the same cells."""

import sys

import xlsxwriter  # pyright: ignore[reportMissingTypeStubs] - it is typed itself

from ossi_bench.report.writers.same_cells import (
    COLUMNS,
    DATE_FORMAT,
    LINKS_MAX,
    MONEY_FORMAT,
    WIDTHS,
    cells,
    read,
)
from ossi_bench.report.writers.stopwatch import Stopwatch


def main() -> None:
    """See the package."""
    stopwatch = Stopwatch()
    rows = read(sys.argv[1])
    stopwatch.lap("load_s")
    book = xlsxwriter.Workbook(sys.argv[2], {"constant_memory": True})
    sheet = book.add_worksheet("Accepted")
    wrapped, moment = book.add_format({"text_wrap": True}), book.add_format({"num_format": DATE_FORMAT})
    money, link = book.add_format({"num_format": MONEY_FORMAT}), book.get_default_url_format()
    for column, width in enumerate(WIDTHS):
        sheet.set_column(column, column, width)
    sheet.write_row(0, 0, COLUMNS)
    for number, row in enumerate(cells(rows), start=1):
        sheet.write_string(number, 0, row.user_id)
        sheet.write_string(number, 1, row.month)
        sheet.write_datetime(number, 2, row.submitted, moment)
        sheet.write_string(number, 3, row.name, wrapped)
        sheet.write_string(number, 4, row.level, wrapped)
        sheet.write_string(number, 5, row.text, wrapped)
        if number <= LINKS_MAX:
            sheet.write_url(number, 6, row.url, link)
        else:
            sheet.write_string(number, 6, row.url, wrapped)
        sheet.write_number(number, 7, row.amount, money)
        sheet.write_string(number, 8, "EUR")
        sheet.write_string(number, 9, row.decided_by)
        sheet.write_datetime(number, 10, row.decided, moment)
        sheet.write_string(number, 11, row.label, wrapped)
        sheet.write_string(number, 12, row.decider, wrapped)
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, len(rows), len(COLUMNS) - 1)
    book.close()
    stopwatch.lap("write_s")
    stopwatch.tell()


main()
