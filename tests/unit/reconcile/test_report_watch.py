"""Whether a monthly report is missing: at which moment, for which month, and for whom that is no news."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from fakes import HELSINKI, MANAGEMENT, FakeBookmark
from memory import MemoryDeliveries
from ossi.contracts import ANNOUNCE_REPORT, scheduled_report_subject
from ossi.delivery.policy import owed
from ossi.delivery.record import DeliveryKey
from ossi.domain.months import Month
from ossi.ports import Progress
from ossi_reconcile.report_watch import MonthlyMoment, ReportWatch
from ossi_report.make_report import ANNOUNCEMENT

OCTOBER, SEPTEMBER = Month(2026, 10), Month(2026, 9)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=HELSINKI)


def watch(
    now: str, *, due: str | None = "3 06:00", since: str = "2026-01-01", made: Month | None = None, closed: Month | None = None
) -> ReportWatch:  # fmt: skip
    """At that moment in Helsinki. since: when the first round was noted; made: of which month the run has begun."""
    deliveries = MemoryDeliveries()
    if made is not None:
        key = DeliveryKey(scheduled_report_subject(made), ANNOUNCE_REPORT)
        deliveries.records[key] = owed(key, MANAGEMENT, 1)
    return ReportWatch(
        MonthlyMoment.parse(due) if due else None,
        deliveries,
        lambda month: month == closed,
        FakeBookmark(Progress(since=round(at(since).timestamp() * 1000))),
        lambda: at(now),
    )


@pytest.mark.parametrize(
    ("now", "missing"),
    [
        ("2026-11-03T06:59", SEPTEMBER),  # until the next one is due, it's about the last
        ("2026-11-03T07:00", OCTOBER),
        ("2026-11-30T23:59", OCTOBER),
        ("2026-12-03T06:59", OCTOBER),
        ("2027-01-03T07:00", Month(2026, 12)),
    ],
)
def test_a_report_is_missing_an_hour_after_it_was_due(now: str, missing: Month) -> None:
    assert watch(now).missing() == missing


@pytest.mark.parametrize(
    ("due", "now", "missing"),
    [
        ("L 23:59", "2026-11-30T23:00", SEPTEMBER),
        ("L 23:59", "2026-12-01T01:00", OCTOBER),
        ("L 06:00", "2027-02-28T07:00", Month(2027, 1)),
        ("28 06:00", "2027-02-28T07:00", Month(2027, 1)),
        ("1 00:00", "2026-11-01T00:59", SEPTEMBER),
        ("1 00:00", "2026-11-01T01:00", OCTOBER),
    ],
)
def test_the_moment_is_that_of_the_schedule(due: str, now: str, missing: Month) -> None:
    assert watch(now, due=due).missing() == missing


def test_the_moment_is_local_and_what_is_missing_is_counted(caplog: pytest.LogCaptureFixture) -> None:
    now = datetime(2026, 11, 3, 5, 0, tzinfo=UTC).astimezone(HELSINKI)  # 07:00 there
    assert replace(watch("2026-11-01"), clock=lambda: now).missing() == OCTOBER
    (line,) = caplog.records
    assert (getattr(line, "metric", ""), getattr(line, "month", "")) == ("Overdue", "2026-10")


def test_a_report_that_has_begun_is_not_missing(caplog: pytest.LogCaptureFixture) -> None:
    """What becomes of it is told like that of any other message."""
    assert watch("2026-11-05T12:00", made=OCTOBER).missing() is None
    assert watch("2026-11-05T12:00", made=SEPTEMBER).missing() == OCTOBER
    assert len(caplog.records) == 1


def test_a_month_that_someone_has_closed_is_not_missing() -> None:
    assert watch("2026-11-05T12:00", closed=OCTOBER).missing() is None


@pytest.mark.parametrize(
    ("since", "missing"), [("2026-11-03T05:59", OCTOBER), ("2026-11-03T06:01", None), ("1970-01-01T02:00", None)]
)
def test_what_was_due_before_anyone_watched_is_not_missing(since: str, missing: Month | None) -> None:
    """A deployment is new, or its bookmark doesn't tell since when it's there."""
    assert watch("2026-11-05T12:00", since=since).missing() == missing


def test_a_schedule_that_leaves_out_months_is_not_watched() -> None:
    assert watch("2026-11-05T12:00", due=None).missing() is None


@pytest.mark.parametrize("text", ["", "3", "3 6:00", "32", "L", "3 06:00 "])
def test_what_is_no_moment_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="OSSI_REPORT_DUE"):
        MonthlyMoment.parse(text)


def test_the_delivery_has_the_name_that_the_report_function_gives_it() -> None:
    assert ANNOUNCE_REPORT == ANNOUNCEMENT
