"""What may happen between submissions and reports, at random, and what must hold whatever happens (R33)."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from fakes import FakeClock, contribution
from ossi.domain.contribution import Contribution, ContributionKey, Status
from ossi.domain.months import Month
from ossi.domain.payroll import Closer, ReportRecord
from ossi.domain.report import Report
from ossi_report.close_month import Books, NotClosable, report_month

MONTHS = [Month(2026, number) for number in range(1, 13)]
SIZES = ["NO_COMPENSATION", "SMALL", "MEDIUM", "LARGE", "STOCKHOLM", "UNKNOWN"]

Act = tuple[str, dict[str, Any]]
_row, _size = st.integers(0, 5), st.sampled_from(SIZES)
# Contributions for few months and reports of many: so that many a row is late.
_month, _reported = st.sampled_from(MONTHS[:3]), st.sampled_from(MONTHS)
_status = st.sampled_from([Status.ACCEPTED, Status.ACCEPTED, Status.ACCEPTED, Status.PENDING, Status.DECLINED])
# The schedule may come to any month in any order; managers and admins are refused where they would pay history.
_by = st.sampled_from([Closer.SCHEDULE, Closer.SCHEDULE, Closer.SCHEDULE, Closer.MANAGER, Closer.ADMIN])


def _acts(name: str, **arguments: st.SearchStrategy[Any]) -> st.SearchStrategy[Act]:
    return st.tuples(st.just(name), st.fixed_dictionaries(arguments))


ACTS: st.SearchStrategy[list[Act]] = st.lists(
    st.one_of(
        _acts("submit", row=_row, month=_month, size=_size),
        _acts("come_late", row=_row, month=_month, size=_size),
        _acts("edit", row=_row, status=_status),
        _acts("edit", row=_row, size=_size),
        _acts("edit", row=_row, month=_month),
        _acts("remove", row=_row),
        _acts("wait", days=st.integers(0, 40)),
        _acts("report", month=_month, by=_by),
        _acts("report", month=_reported, by=_by),
        _acts("report", month=_month, by=_by, again=st.just(True)),
        _acts("report", month=_reported, by=_by, meanwhile=_reported),
        _acts("ask", month=_reported),
    ),
    min_size=5,
    max_size=25,
)


@dataclass
class Payroll:
    """A table, books and a clock to which things happen. put and remove: write the table by hand."""

    books: Books
    clock: FakeClock
    put: Callable[[Contribution], object]
    remove: Callable[[ContributionKey], object]
    meanwhile: Callable[[Callable[[], object]], None]
    rows: dict[int, Contribution] = field(default_factory=dict[int, Contribution])
    runs: list[tuple[Month, str, Closer]] = field(default_factory=list[tuple[Month, str, Closer]])
    known: dict[Month, str] = field(default_factory=dict[Month, str])
    asked: int = 0

    def do(self, acts: list[Act]) -> None:
        """One after the other; what must hold is looked at after each report."""
        for act, how in acts:
            getattr(self, f"_{act}")(**how)

    def close_everything(self) -> None:
        """Every month once more, and then one for what came late."""
        for month in [*MONTHS, Month(2027, 1)]:
            self._report(month, Closer.SCHEDULE)

    def counted(self) -> dict[ContributionKey, list[Month]]:
        """What closed reports count: each contribution, and the months of the reports."""
        found: dict[ContributionKey, list[Month]] = {}
        for month, record in self.books.records.all().items():
            if record.closed:
                for entry in self.books.records.counted(record.counted):
                    found.setdefault(entry.key, []).append(month)
        return found

    def assert_each_is_counted_once(self) -> None:
        """Of what is accepted by now."""
        counted = self.counted()
        accepted = [row.key for row in self.rows.values() if row.status is Status.ACCEPTED]
        assert {key: len(counted.get(key, [])) for key in accepted} == dict.fromkeys(accepted, 1)

    def _submit(self, row: int, month: Month, size: str) -> None:
        if row not in self.rows:
            self._write(
                row, contribution(user_id=f"U{row % 3}", timestamp=row, level=size, contribution_month=str(month))
            )

    def _edit(
        self, row: int, status: Status | None = None, size: str | None = None, month: Month | None = None
    ) -> None:
        if row in self.rows:
            now = int(self.clock.now.timestamp() * 1000)
            changes = {
                "status": status,
                "level": size,
                "contribution_month": month and str(month),
                "decided_at": status and now,
            }
            kept = {name: value for name, value in changes.items() if value is not None}
            self._write(row, self.rows[row].model_copy(update=kept))

    def _come_late(self, row: int, month: Month, size: str) -> None:
        """Accepted only after the month was closed."""
        self._submit(row, month, size)
        self._report(Month.parse(self.rows[row].contribution_month), Closer.SCHEDULE)
        self._edit(row, Status.ACCEPTED)

    def _remove(self, row: int) -> None:
        if row in self.rows:
            self.remove(self.rows.pop(row).key)

    def _wait(self, days: int) -> None:
        self.clock.move(timedelta(days=days))

    def _write(self, number: int, row: Contribution) -> None:
        self.rows[number] = row
        self.put(row)

    def _ask(self, month: Month) -> None:
        """Asking is reading: what is counted and paid is the same before and after."""
        before, counted = self._closed(), self.counted()
        self.asked += 1

        report = report_month(self.books, month, f"ask {self.asked}", None, self.known.get(month, ""))

        self.known[month] = report.fingerprint
        assert (self._closed(), self.counted()) == (before, counted)
        assert (report.edition.closed_at is not None) == (month in before)
        closed = list(before)
        assert not (report.edition.closable and closed and month < min(closed)), "history is not to be closed"
        assert not closed or all(each > min(closed) for each in report.unclosed), "history is not missing"

    def _closed(self) -> dict[Month, ReportRecord]:
        return {month: record for month, record in self.books.records.all().items() if record.closed}

    def _report(self, month: Month, by: Closer, *, again: bool = False, meanwhile: Month | None = None) -> None:
        if again and self.runs:
            month, run, by = self.runs[-1]  # another attempt of the last run
        else:
            run = f"run {len(self.runs)}"
            self.runs.append((month, run, by))
        if meanwhile is not None:
            self.meanwhile(lambda: report_month(self.books, meanwhile, f"{run} meanwhile", Closer.SCHEDULE))
        closed_before = self._closed()

        try:
            report = report_month(self.books, month, run, by)
        except NotClosable:
            assert by is not Closer.SCHEDULE
            report = None

        records = self.books.records.all()
        assert {each: records[each] for each in closed_before} == closed_before, "what is paid stays as it is"
        twice = {key: months for key, months in self.counted().items() if len(months) > 1}
        assert not twice, "paid twice"
        if report is None:
            return
        record = records[month]
        assert record.totals == _totals(report)
        assert record.accepted == sum(row.status is Status.ACCEPTED for row in report.rows)
        assert record.closed
        assert report.edition.closed_at is not None
        entries = self.books.records.counted(record.counted)
        shown = {(row.key, row.level) for row in report.rows if row.status is Status.ACCEPTED}
        assert shown == {(entry.key, entry.level) for entry in entries}


def _totals(report: Report) -> dict[str, Decimal]:
    totals: dict[str, Decimal] = {}
    for row in report.rows:
        if row.status is Status.ACCEPTED:
            level = report.levels.get(row.level)
            totals[level.currency] = totals.get(level.currency, Decimal(0)) + level.amount
    return totals
