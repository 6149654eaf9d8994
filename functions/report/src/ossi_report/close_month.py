"""What a month's report counts, recorded so that each contribution is counted once (R33). Asking is reading: only a closer closes (R11).

A report is drawn up from its record, also right after it was recorded: so another attempt, or a repetition years later, comes to the
same figures.
"""

import logging
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from ossi.domain.contribution import Contribution, ContributionKey, Status
from ossi.domain.errors import OssiError, UnreadableReport
from ossi.domain.levels import CompensationLevels
from ossi.domain.months import Month
from ossi.domain.payroll import (
    Closer,
    Counted,
    CountedList,
    Earlier,
    Obstacle,
    ReportRecord,
    changes_since,
    closes_at,
    obstacle,
    totals_of,
)
from ossi.domain.report import Edition, MonthBefore, Report, fingerprint_of
from ossi.ports import Clock, Contributions, ReportRecords

_logger = logging.getLogger("ossi.report")

# Each time somebody else was quicker, a month has been closed: that does not happen often.
_ATTEMPTS = 10
_LOOK_BACK = 24  # months, for those that were never closed

_Rows = Mapping[ContributionKey, Contribution]
_NOT_KEPT_YET = CountedList("", 0, 0)


class NotClosable(OssiError):
    """The month can't be closed, and nothing was recorded. obstacle: why."""

    def __init__(self, obstacle: Obstacle) -> None:
        super().__init__(obstacle.value)
        self.obstacle = obstacle


class OthersWereQuicker(OssiError):
    """Each time before this report could be recorded, another one was. The platform tries again."""


@dataclass(frozen=True)
class Books:
    """What drawing up a report needs.

    grace_days: for how many days of a month the previous one can be registered for. unannounced: of these runs (their ids), those whose
    announcement is still owed.
    """

    contributions: Contributions
    records: ReportRecords
    clock: Clock
    zone: ZoneInfo
    levels: CompensationLevels
    grace_days: int
    unannounced: Callable[[Collection[str]], Collection[str]] = lambda _: ()


def report_month(books: Books, month: Month, run_id: str, closer: Closer | None = None, known: str = "") -> Report:
    """The month's report of that run. It closes the month for the closer; without one it's only read.

    known: the fingerprint of the last report that was announced. One that has the same is not recorded, as nobody else will see it.
    The same run comes to the same figures however often it is made. Raises NotClosable where the closer may not close the month,
    UnreadableReport where it is not known what was counted before, and OthersWereQuicker where other reports were closed each time
    before this one was recorded. A schedule that comes to a closed month reads it.
    """
    for _ in range(_ATTEMPTS):
        version = (
            books.records.version()
        )  # before anything else: what is counted by then must not change until this is recorded
        records = books.records.all()
        record = records.get(month)
        reads = closer in {None, Closer.SCHEDULE}
        if record is not None and (record.run == run_id or (record.closed and reads)):
            return _Drawing(books, records, record, run_id).report()
        if closer is not None and (hindrance := _obstacle(books, records, month, closer)):
            raise NotClosable(hindrance)
        counting = _Counting(books, records, month)
        draft = counting.record(run_id, closed=closer is not None)
        drawing = _Drawing(books, records, draft, run_id, counting)
        if (closer is None and known == drawing.fingerprint) or books.records.keep(draft, counting.counted, version):
            return drawing.report()
    raise OthersWereQuicker


def _obstacle(books: Books, records: Mapping[Month, ReportRecord], month: Month, by: Closer) -> Obstacle | None:
    closed = {each for each, record in records.items() if record.closed}
    return obstacle(month, closed, books.clock(), books.grace_days, books.zone, by)


class _Counting:
    """Counts a month: what was accepted for it, and what came late, without what other closed reports count."""

    def __init__(self, books: Books, records: Mapping[Month, ReportRecord], month: Month) -> None:
        self._books = books
        self._month = month
        self._replaced = records.get(month)
        self.elsewhere = counted_by(books.records, records, month)
        self.rows = {row.key: row for row in books.contributions.of_month(month)}
        months = sorted(closed for closed, record in records.items() if record.closed and closed < month)
        # By key: a row that somebody moves from month to month at this moment can be seen in two.
        late = {row.key: row for each in months for row in books.contributions.of_month(each, Status.ACCEPTED)}
        self.rows = late | self.rows
        accepted = [row for row in self.rows.values() if row.status is Status.ACCEPTED]
        counted = [row for row in accepted if row.key not in self.elsewhere]
        self.counted = tuple(Counted.of(row, Month.parse(row.contribution_month)) for row in counted)
        self._counted_rows = counted

    def record(self, run_id: str, *, closed: bool) -> ReportRecord:
        now = self._books.clock()
        statuses = [row.status for row in self.rows.values()]
        replaced = self._replaced
        return ReportRecord(
            month=self._month,
            run=run_id,
            made_at=_ms(now),
            closed=closed,
            counted=_NOT_KEPT_YET,
            levels=tuple(self._books.levels),
            accepted=len(self.counted),
            late=sum(entry.month != self._month for entry in self.counted),
            pending=statuses.count(Status.PENDING),
            declined=statuses.count(Status.DECLINED),
            totals=totals_of(self._counted_rows, self._books.levels),
            earlier=Earlier(replaced.made_at, replaced.counted) if replaced else None,
        )


class _Drawing:
    """A report by its record, as it stands in the ledger or is about to. counting: what has just been read, if it was made just now."""

    def __init__(
        self,
        books: Books,
        records: Mapping[Month, ReportRecord],
        record: ReportRecord,
        run_id: str,
        counting: _Counting | None = None,
    ) -> None:
        self._books = books
        self._records = records
        self._record = record
        self._again = record.run != run_id
        self._elsewhere = counting.elsewhere if counting else None
        self._counted = counting.counted if counting else books.records.counted(record.counted)
        of_month = counting.rows if counting else {row.key: row for row in books.contributions.of_month(record.month)}
        self._waiting = [row for row in of_month.values() if row.status is not Status.ACCEPTED]
        self._rows = self._with(of_month, self._counted)

        self._shown = [entry.shown(self._rows.get(entry.key)) for entry in self._counted]

    def report(self) -> Report:
        return Report(
            month=self._record.month,
            rows=(*self._shown, *self._waiting),
            levels=CompensationLevels(self._record.levels),
            edition=self._edition if self._again else self._compared(),
            before=self._month_before(),
            unclosed=self._unclosed(),
            unannounced=self._unannounced(),
            fingerprint=self.fingerprint,
        )

    @cached_property
    def fingerprint(self) -> str:
        """See Report.fingerprint."""
        levels, rows = CompensationLevels(self._record.levels), (*self._shown, *self._waiting)
        return fingerprint_of(rows, levels, self._edition, changes=self._edition.changes)

    @cached_property
    def _edition(self) -> Edition:
        """Compared, if the month had been closed before, with what was counted then."""
        record, books = self._record, self._books
        closed_at = self._moment(record.made_at) if record.closed else None
        hindrance = _obstacle(books, self._records, record.month, Closer.MANAGER)
        edition = Edition(
            closed_at,
            closes_at(record.month, books.grace_days, books.zone),
            closable=closed_at is None and hindrance is None,
            history=closed_at is None and hindrance in {Obstacle.HISTORY, Obstacle.NOT_NEXT},
        )
        if not self._again:
            return edition
        known = {entry.key for entry in self._counted}
        added = [row for row in self._rows.values() if row.status is Status.ACCEPTED and row.key not in known]
        changes = changes_since(self._counted, self._rows, added, self._counted_elsewhere() if added else {})
        return replace(edition, again=True, compared_at=closed_at, changes=tuple(changes))

    def _compared(self) -> Edition:
        """Compared with the provisional report that it takes the place of, if there was one."""
        earlier = self._record.earlier
        if earlier is None:
            return self._edition
        try:
            before = self._books.records.counted(earlier.counted)
        except UnreadableReport:  # provisional ones are forgotten after a while; nothing is paid by them
            _logger.info(
                "an earlier provisional report is not known any more", extra={"month": str(self._record.month)}
            )
            return self._edition
        known = {entry.key for entry in before}
        added = [self._rows.get(entry.key) or entry.shown(None) for entry in self._counted if entry.key not in known]
        here = {row.key: self._record.month for row in added}
        changes = changes_since(before, self._with(self._rows, before), added, {**self._counted_elsewhere(), **here})
        return replace(self._edition, compared_at=self._moment(earlier.made_at), changes=tuple(changes))

    def _month_before(self) -> MonthBefore:
        month = self._record.month.previous()
        record = self._records.get(month)
        if record is not None and record.closed:
            return MonthBefore(month, record.accepted, record.totals)
        rows = list(self._books.contributions.of_month(month, Status.ACCEPTED))
        return MonthBefore(month, len(rows), totals_of(rows, self._books.levels))

    def _unclosed(self) -> dict[Month, int]:
        """Months before this one that could be closed and are not, with what no report will count as long as they are not.

        Only since the first closed month: what is older is history, which was paid by whoever kept the books then.
        """
        closed = {month for month, record in self._records.items() if record.closed}
        if not closed:
            return {}
        now, month = self._books.clock(), self._record.month
        unclosed: dict[Month, int] = {}
        for _ in range(_LOOK_BACK):
            month = month.previous()
            if month < min(closed):
                break
            if month in closed or now < closes_at(month, self._books.grace_days, self._books.zone):
                continue
            rows = self._books.contributions.of_month(month, Status.ACCEPTED)
            waiting = [row.key for row in rows if _accepted_here(row)]
            count = sum(key not in self._counted_elsewhere() for key in waiting) if waiting else 0
            if count:
                unclosed[month] = count
        return dict(sorted(unclosed.items()))

    def _unannounced(self) -> tuple[Month, ...]:
        """Other closed months whose report the management channel hasn't seen: Slack did not take it so far."""
        closed = {record.run: month for month, record in self._records.items() if record.closed}
        closed.pop(self._record.run, None)
        return tuple(sorted(closed[run] for run in self._books.unannounced(closed))) if closed else ()

    def _with(self, rows: _Rows, entries: Iterable[Counted]) -> _Rows:
        """The rows, and those of the entries that are not among them, as they are now."""
        missing = [entry.key for entry in entries if entry.key not in rows]
        if not missing:
            return rows
        found = self._books.contributions.look_up(missing)
        return {**rows, **{key: row for key, row in found.items() if row is not None}}

    def _counted_elsewhere(self) -> Mapping[ContributionKey, Month]:
        if self._elsewhere is None:
            self._elsewhere = counted_by(self._books.records, self._records, self._record.month)
        return self._elsewhere

    def _moment(self, milliseconds: int) -> datetime:
        return datetime.fromtimestamp(milliseconds / 1000, self._books.zone)


def counted_by(records: ReportRecords, made: Mapping[Month, ReportRecord], but: Month) -> dict[ContributionKey, Month]:
    """What closed reports count, but for that month's: each contribution, and which report counts it."""
    closed = {month: record for month, record in made.items() if record.closed and month != but}
    return {entry.key: month for month, record in closed.items() for entry in records.counted(record.counted)}


def _accepted_here(row: Contribution) -> bool:
    """Whether a row was accepted in Ossi: what was imported as accepted was paid by whoever had it before."""
    return row.imported_at is None or (row.decided_at or 0) > row.imported_at


def _ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
