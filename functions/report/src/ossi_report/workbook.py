"""The monthly workbook (R17), written by openpyxl.

Its sheets and columns are named in columns.py.

Its frame is openpyxl's: properties, styles, widths, print set-up, filters, the chart. The rows of its sheets are put into that as text
(sheet_text.py), so that a large month costs little time and memory. Whatever was typed is a text cell. The file holds no formula
at all: totals are numbers.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from math import ceil
from operator import itemgetter
from zoneinfo import ZoneInfo

from ossi.domain.contribution import Contribution, Status
from ossi.domain.levels import CompensationLevel, CompensationLevels
from ossi.domain.money import decimal_places, written
from ossi.domain.months import Month
from ossi.domain.payroll import Change
from ossi.domain.report import WAITING_OR_REFUSED, Edition, Report, is_late
from ossi_report.book import Book
from ossi_report.cell_values import link_target, local_time, text_width
from ossi_report.chart import Cells, bar_chart
from ossi_report.columns import (
    ACCEPTED,
    AMOUNT,
    CHANGE,
    CHANGES,
    COMPENSATION,
    COUNT,
    COUNTED_AS,
    COUNTED_IN,
    CURRENCY,
    DECIDED_AT,
    DECIDED_BY,
    DECIDER,
    DESCRIPTION,
    EMAIL,
    LATE,
    LEVEL,
    NAME,
    SHEET_COLUMNS,
    SLACK_ID,
    STATUS,
    SUMMARY,
    SUMMARY_COLUMNS,
    TARGET_MONTH,
    TIMESTAMP,
    URL,
    sheet_of,
    with_email,
)
from ossi_report.figures import NOTHING, MonthFigures, People, Total
from ossi_report.sheet import (
    BLANK,
    HEADER,
    HEADER_STYLES,
    INDENTED,
    LINKED,
    MOMENT,
    NOTE,
    NUMBER,
    PLAIN,
    SECTION,
    TITLE,
    TOTAL,
    TOTAL_INDENTED,
    TOTAL_NUMBER,
    TYPED,
    TYPED_WRAPPED,
    Entry,
    Sheet,
    fits_row,
    money,
)

# In digits of the default font. Together they print legibly across A4: the narrower they are, the larger the print is.
_USUAL_WIDTHS = {
    SLACK_ID: 13, TARGET_MONTH: 9, TIMESTAMP: 16, NAME: 20, COMPENSATION: 27, DESCRIPTION: 52, URL: 36,
    AMOUNT: 11, CURRENCY: 10, DECIDED_BY: 13, DECIDED_AT: 16,
    CHANGE: 24, COUNTED_AS: 27, COUNTED_IN: 12, LEVEL: 28, DECIDER: 18, EMAIL: 28,
}  # fmt: skip
_DESCRIPTION_WIDTHS = (_USUAL_WIDTHS[DESCRIPTION], 68, 84)  # the last one shows the longest text that the form takes
_URL_WIDTH_MAX = 64
_URL_INDENT = 3  # digits, that the cell's style takes and the margins
_AMOUNT_MARGIN, _BOLD_MARGIN = 2, 2  # digits
_SUMMARY_WIDTHS = (28, 17, 32, 9, 13, 10)
_CHART_ANCHOR = "H4"
_CHART_ROWS = 16  # that the chart covers, at LINE_HEIGHT


def build_workbook(report: Report, figures: MonthFigures, zone: ZoneInfo, made_at: datetime) -> bytes:
    """The month's workbook as an XLSX file. The same arguments give the same bytes.

    figures: the report's own; its rows stay in their order. made_at: aware; moments are shown on zone's clocks. Every row given is in it,
    whatever its texts, level or moments.
    """
    with Book(f"Open source contributions, {report.month.label}", made_at) as book:
        _write_summary(book, figures, report.edition, zone, made_at)
        _write_contributions(book, report, figures, zone)
        return book.save()


def _write_contributions(book: Book, report: Report, figures: MonthFigures, zone: ZoneInfo) -> None:
    changes, emails = report.edition.changes, figures.people.emails is not None
    cells = _Cells(report.levels, figures.people, zone)
    rows: dict[str, list[Contribution]] = {title: [] for title in (ACCEPTED, LATE, *map(sheet_of, WAITING_OR_REFUSED))}
    for row in figures.rows:
        late = row.status is Status.ACCEPTED and is_late(row, report.month)
        rows[LATE if late else sheet_of(row.status)].append(row)
    for title, of_sheet in rows.items():
        columns = with_email(SHEET_COLUMNS[title], wanted=emails)
        widths = _widths(columns, of_sheet, report.levels)
        _write_rows(book, title, columns, widths, map(cells.of, of_sheet))
    if report.edition.compared_at is not None:
        columns = with_email(SHEET_COLUMNS[CHANGES], wanted=emails)
        widths = _widths(columns, [change.contribution for change in changes], report.levels)
        _write_rows(book, CHANGES, columns, widths, map(cells.of_change, changes))


def _write_summary(book: Book, month: MonthFigures, edition: Edition, zone: ZoneInfo, made_at: datetime) -> None:
    summary = month.summary
    sheet = book.sheet(SUMMARY, _summary_widths(month), frozen_rows=2, vertical="center")
    sheet.append((f"Open source contributions, {summary.month.label}", TITLE))
    sheet.append(("Made at", NOTE), (_wall_time(made_at, zone), NOTE), (f"All times: {zone}", NOTE))
    sheet.append((_standing(edition, summary.month), NOTE))

    _write_header(sheet, "Contributions", STATUS, "", "", COUNT)
    counts = {
        ACCEPTED: summary.accepted - summary.late,
        LATE: summary.late,
        **{sheet_of(status): count for status, count in summary.others.items()},
    }
    for status, count in counts.items():
        sheet.append((status, PLAIN), BLANK, BLANK, (count, NUMBER))

    _write_header(sheet, "Total compensation", STATUS, "", "", COUNT, AMOUNT, CURRENCY)
    for currency, total in month.by_currency.items():
        parts = {ACCEPTED: month.own_by_currency.get(currency), LATE: month.late_by_currency.get(currency)}
        if parts[LATE] is not None:
            for status, part in parts.items():
                sheet.append((status, PLAIN), BLANK, BLANK, *_total(part or NOTHING, currency))
        title = ACCEPTED if parts[LATE] is None else f"{ACCEPTED} and {LATE.lower()}"
        sheet.append((title, TOTAL), ("", TOTAL), ("", TOTAL), *_grand_total(total, currency))

    header = _write_header(sheet, "Accepted per level", COMPENSATION, "", LEVEL, COUNT, AMOUNT, CURRENCY)
    for line in month.by_level:
        sheet.append(
            (line.level.key, TYPED_WRAPPED),
            BLANK,
            (_label(line.level), TYPED_WRAPPED),
            *_total(line.total, line.level.currency),
        )
    labels, counts = (SUMMARY_COLUMNS.index(column) + 1 for column in (LEVEL, COUNT))
    chart = bar_chart(
        "Accepted contributions per level",  # counts, because amounts of several currencies do not share an axis
        Cells(sheet.reference(labels, header + 1, sheet.rows), [_label(line.level) for line in month.by_level]),
        Cells(sheet.reference(counts, header + 1, sheet.rows), [line.total.count for line in month.by_level]),
    )
    sheet.add_chart(chart, _CHART_ANCHOR)
    while sheet.rows < _CHART_ROWS + 3:
        sheet.append()  # the tables of people are below the chart: their filter hides whole rows

    _write_header(sheet, "Accepted per contributor", NAME, SLACK_ID, "", COUNT, AMOUNT, CURRENCY)
    for person in summary.contributors:
        for currency, total in month.by_contributor[person.user_id].items():
            sheet.append((person.name, TYPED_WRAPPED), (person.user_id, TYPED), BLANK, *_total(total, currency))

    header = _write_header(sheet, "Accepted per contributor and level", *SUMMARY_COLUMNS)
    for line in month.by_contributor_and_level:
        sheet.append(
            (line.name, TYPED_WRAPPED),
            (line.user_id, TYPED),
            (_label(line.level), TYPED_WRAPPED),
            *_total(line.total, line.level.currency),
        )
    sheet.filter_from(header)


def _write_header(sheet: "Sheet", title: str, *columns: str) -> int:
    """Begins a table below an empty row and its title; answers the row of its header."""
    sheet.append()
    sheet.append((title, SECTION))
    return sheet.append(*((column, HEADER_STYLES.get(column, HEADER)) for column in columns))


def _label(level: CompensationLevel) -> str:
    return level.label or "(none)"  # a row without a level


def _total(total: Total, currency: str) -> tuple[Entry, Entry, Entry]:
    return ((total.count, NUMBER), _amount(total.amount, currency), (currency, INDENTED))


def _grand_total(total: Total, currency: str) -> tuple[Entry, Entry, Entry]:
    return ((total.count, TOTAL_NUMBER), _amount(total.amount, currency, bold=True), (currency, TOTAL_INDENTED))


def _amount(amount: Decimal, currency: str, *, bold: bool = False) -> Entry:
    return (amount, money(decimal_places(amount, currency), bold=bold))


def _write_rows(
    book: Book, title: str, columns: Sequence[str], widths: Sequence[float], rows: Iterable[dict[str, Entry]]
) -> None:
    sheet = book.sheet(title, widths, frozen_rows=1)
    sheet.append(*((column, HEADER_STYLES.get(column, HEADER)) for column in columns))
    ordered = itemgetter(*columns)
    for row in rows:
        sheet.append(*ordered(row))
    sheet.filter_from(1)
    if sheet.rows == 1:
        sheet.append()  # so it's no row of the table
        sheet.append(("No changes" if title == CHANGES else f"No {title.lower()} contributions", NOTE))


def _widths(columns: Sequence[str], rows: Sequence[Contribution], levels: CompensationLevels) -> list[float]:
    return [_width(column, rows, levels) for column in columns]


def _width(column: str, rows: Sequence[Contribution], levels: CompensationLevels) -> float:
    """Wider than usual where something could not be read: a text that fits into no row, a link, an amount.

    LibreOffice does not wrap links, and a number without room is shown as ###.
    """
    usual = _USUAL_WIDTHS[column]
    if column == DESCRIPTION:
        fitting = (width for width in _DESCRIPTION_WIDTHS if all(fits_row(row.text, width) for row in rows))
        return next(fitting, _DESCRIPTION_WIDTHS[-1])
    if column == URL:
        return min(max(usual, ceil(_longest_link(rows)) + _URL_INDENT), _URL_WIDTH_MAX)
    if column == AMOUNT:
        occurring = [levels.get(size) for size in {row.level for row in rows}]
        return max([usual, *(_amount_width(level.amount, level.currency) for level in occurring)])
    return usual


def _longest_link(rows: Iterable[Contribution]) -> float:
    longest = 0.0
    for row in rows:
        width = text_width(row.url)
        if width > longest and link_target(row.url) is not None:
            longest = width
    return longest


def _summary_widths(month: MonthFigures) -> list[float]:
    """As usual, unless the totals need more."""
    *others, amount, currency = _SUMMARY_WIDTHS
    needed = max((_amount_width(total.amount, code) for code, total in month.by_currency.items()), default=0)
    return [*others, max(amount, needed + _BOLD_MARGIN), currency]


def _amount_width(amount: Decimal, currency: str) -> int:
    return ceil(text_width(written(amount, currency))) + _AMOUNT_MARGIN


class _Cells:
    """The cells of a row, by column. What all rows of a level have alike is made once."""

    def __init__(self, levels: CompensationLevels, people: People, zone: ZoneInfo) -> None:
        self._levels = levels
        self._names = people.names
        self._emails = people.emails or {}
        self._zone = zone
        self._of_level: dict[str, dict[str, Entry]] = {}

    def of(self, contribution: Contribution) -> dict[str, Entry]:
        decided_by, decided_at = contribution.decided_by or "", contribution.decided_at
        return {
            SLACK_ID: (contribution.user_id, TYPED),
            TARGET_MONTH: (contribution.contribution_month, TYPED),
            TIMESTAMP: (local_time(contribution.timestamp, self._zone), MOMENT),
            NAME: (contribution.person, TYPED_WRAPPED),
            DESCRIPTION: (contribution.text, TYPED_WRAPPED),
            URL: (contribution.url, LINKED),
            DECIDED_BY: (decided_by, TYPED),
            DECIDED_AT: ("" if decided_at is None else local_time(decided_at, self._zone), MOMENT),
            DECIDER: (self._names.get(decided_by, decided_by), TYPED_WRAPPED),
            EMAIL: (self._emails.get(contribution.user_id, ""), TYPED_WRAPPED),
            **(self._of_level.get(contribution.level) or self._level(contribution.level)),
        }

    def of_change(self, change: Change) -> dict[str, Entry]:
        counted = change.counted_as is None or change.counted_in is not None
        return {
            **self.of(change.contribution),
            CHANGE: (change.kind.value, PLAIN),
            COUNTED_AS: (change.counted_as or "", TYPED_WRAPPED),
            COUNTED_IN: (str(change.counted_in or "next report") if counted else "", PLAIN),
        }

    def _level(self, key: str) -> dict[str, Entry]:
        level = self._levels.get(key)
        self._of_level[key] = {
            COMPENSATION: (key, TYPED_WRAPPED),
            LEVEL: (level.label, TYPED_WRAPPED),
            AMOUNT: _amount(level.amount, level.currency),
            CURRENCY: (level.currency, INDENTED),
        }
        return self._of_level[key]


def _standing(edition: Edition, month: Month) -> str:
    """Whether the report counts, as people read it."""
    if edition.history:
        return f"For reference only, not to be paid from: {month.label} is from before the first closed month"
    if edition.closed_at is None:
        return f"Provisional until {month.label} is closed, from {edition.closes_at:%Y-%m-%d %H:%M} on: nothing counts as paid by it"
    closed = f"{edition.closed_at:%Y-%m-%d %H:%M}"
    if edition.again:
        return f"Made again: the month was closed at {closed}, with what is counted here; {CHANGES} has what differs by now"
    return f"Closed at {closed}: what is on {ACCEPTED} and {LATE} counts as paid by this report"


def _wall_time(moment: datetime, zone: ZoneInfo) -> datetime:
    return moment.astimezone(zone).replace(microsecond=0, tzinfo=None)
