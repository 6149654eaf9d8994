"""Books to draw reports up from, with fakes around them."""

from datetime import datetime

from fakes import HELSINKI, FakeClock, FakeContributions, FakeReportRecords, contribution
from ossi.domain.contribution import Contribution, Status
from ossi.domain.levels import CompensationLevels
from ossi.domain.months import Month
from ossi.domain.payroll import Closer
from ossi.domain.report import Report
from ossi_report.close_month import Books, report_month

SEPTEMBER, OCTOBER, NOVEMBER, DECEMBER = (Month(2026, number) for number in (9, 10, 11, 12))


def accepted(at: int, month: Month = OCTOBER, level: str = "SMALL") -> Contribution:
    """An accepted contribution. at: its timestamp, by which the tests tell rows apart."""
    return contribution(
        timestamp=at, status=Status.ACCEPTED, level=level, contribution_month=str(month), decided_at=10**12
    )


class Office:
    """A table, records, a clock, and runs that number themselves."""

    def __init__(self, *rows: Contribution, now: datetime = datetime(2026, 11, 3, 6, tzinfo=HELSINKI)) -> None:
        self.table, self.records, self.clock = FakeContributions(*rows), FakeReportRecords(), FakeClock(now)
        self.books = Books(self.table, self.records, self.clock, HELSINKI, CompensationLevels(), 2)
        self._runs = 0

    def on(self, year: int, month: int, day: int, hour: int = 6) -> None:
        """Sets the clock."""
        self.clock.now = datetime(year, month, day, hour, tzinfo=HELSINKI)

    def put(self, *rows: Contribution) -> None:
        """Writes rows, by hand as it were."""
        self.table.rows |= {row.key: row for row in rows}

    def remove(self, at: int) -> None:
        """Deletes the row of that timestamp."""
        (key,) = [key for key in self.table.rows if key.timestamp == at]
        del self.table.rows[key]

    def report(self, month: Month, run: str | None = None, closer: Closer | None = None, *, known: str = "") -> Report:
        """A report, of a run of its own unless one is given. Without a closer it's only read."""
        self._runs += 1
        return report_month(self.books, month, run or f"run {self._runs}", closer, known)

    def close(self, month: Month, run: str | None = None, *, by: Closer = Closer.SCHEDULE) -> Report:
        """A report that closes the month."""
        return self.report(month, run, by)


def counted(report: Report) -> list[int]:
    """The timestamps of what the report counts."""
    return sorted(row.timestamp for row in report.rows if row.status is Status.ACCEPTED)


def late(report: Report) -> list[int]:
    """The timestamps of the late ones."""
    rows = [row for row in report.rows if row.status is Status.ACCEPTED]
    return sorted(row.timestamp for row in rows if row.contribution_month != str(report.month))
