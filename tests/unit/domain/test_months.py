"""Months in the configured time zone: borders, grace days, and what can be read as a month."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes import HELSINKI
from ossi.domain.errors import UnreadableMonth
from ossi.domain.months import Month, offered_months


def offered(moment: datetime, grace_days: int = 2) -> list[str]:
    return [str(month) for month in offered_months(moment, grace_days)]


@pytest.mark.parametrize(
    ("day", "months"),
    [
        (1, ["2026-11", "2026-10"]),
        (2, ["2026-11", "2026-10"]),
        (3, ["2026-11"]),
        (30, ["2026-11"]),
    ],
)
def test_the_previous_month_is_offered_in_the_days_of_grace(day: int, months: list[str]) -> None:
    assert offered(datetime(2026, 11, day, 12, tzinfo=HELSINKI)) == months


def test_the_days_of_grace_end_at_local_midnight() -> None:
    last = datetime(2026, 11, 2, 23, 59, 59, 999_999, tzinfo=HELSINKI)
    assert offered(last) == ["2026-11", "2026-10"]
    assert offered(last + timedelta(microseconds=1)) == ["2026-11"]


@pytest.mark.parametrize(("grace_days", "months"), [(0, ["2026-11"]), (31, ["2026-11", "2026-10"])])
def test_grace_may_be_nothing_or_a_whole_month(grace_days: int, months: list[str]) -> None:
    assert offered(datetime(2026, 11, 30, 12, tzinfo=HELSINKI), grace_days)[:1] == months[:1]
    assert offered(datetime(2026, 11, 1, tzinfo=HELSINKI), grace_days) == months


def test_in_january_the_previous_month_is_of_the_year_before() -> None:
    assert offered(datetime(2027, 1, 1, tzinfo=HELSINKI)) == ["2027-01", "2026-12"]


@pytest.mark.parametrize(
    ("utc", "in_helsinki", "in_utc"),
    [
        # Summer time, three hours ahead of UTC.
        (datetime(2026, 9, 30, 20, 59, 59, tzinfo=UTC), ["2026-09"], ["2026-09"]),
        (datetime(2026, 9, 30, 21, 0, 0, tzinfo=UTC), ["2026-10", "2026-09"], ["2026-09"]),
        # Winter time, two hours ahead.
        (datetime(2026, 12, 31, 21, 59, 59, tzinfo=UTC), ["2026-12"], ["2026-12"]),
        (datetime(2026, 12, 31, 22, 0, 0, tzinfo=UTC), ["2027-01", "2026-12"], ["2026-12"]),
        # The end of the days of grace.
        (datetime(2026, 11, 2, 22, 0, 0, tzinfo=UTC), ["2026-11"], ["2026-11", "2026-10"]),
        # The last Sunday of March 2024 was the 31st: the clocks went forward on the last day of the month.
        (datetime(2024, 3, 31, 20, 59, 59, tzinfo=UTC), ["2024-03"], ["2024-03"]),
        (datetime(2024, 3, 31, 21, 0, 0, tzinfo=UTC), ["2024-04", "2024-03"], ["2024-03"]),
        # And back on the last day of October 2027.
        (datetime(2027, 10, 31, 21, 59, 59, tzinfo=UTC), ["2027-10"], ["2027-10"]),
        (datetime(2027, 10, 31, 22, 0, 0, tzinfo=UTC), ["2027-11", "2027-10"], ["2027-10"]),
    ],
)
def test_the_time_zone_decides_on_the_month(utc: datetime, in_helsinki: list[str], in_utc: list[str]) -> None:
    assert offered(utc.astimezone(HELSINKI)) == in_helsinki
    assert offered(utc) == in_utc


def test_a_zone_behind_utc_is_still_in_the_month_before() -> None:
    moment = datetime(2026, 11, 1, 5, tzinfo=UTC)
    assert offered(moment.astimezone(ZoneInfo("America/Los_Angeles"))) == ["2026-10"]


@pytest.mark.parametrize(
    ("typed", "stored"),
    [("2026-10", "2026-10"), (" 2026-10\n", "2026-10"), ("2026-1", "2026-01"), ("0001-01", "0001-01")],
)
def test_a_month_is_read(typed: str, stored: str) -> None:
    assert str(Month.parse(typed)) == stored


@pytest.mark.parametrize(
    "typed",
    ["", "2026", "2026-00", "2026-13", "26-10", "2026/10", "10-2026", "2026-10-01", "October", "0000-01", "-2026-10",
     "2026-10 2026-11", "٢٠٢٦-١٠", "２０２６-１０", "2026-1٠", "2026‐10", "=2026-10", "2026-010"],
)  # fmt: skip
def test_what_is_no_month_is_named_as_typed(typed: str) -> None:
    with pytest.raises(UnreadableMonth) as caught:
        Month.parse(typed)
    assert caught.value.typed == typed


def test_the_months_have_english_names_whatever_the_locale() -> None:
    assert [Month(2026, number).label for number in (1, 2, 12)] == ["January 2026", "February 2026", "December 2026"]


@given(st.integers(1, 9999), st.integers(1, 12))
def test_what_is_written_can_be_read_again(year: int, number: int) -> None:
    assert Month.parse(str(Month(year, number))) == Month(year, number)


@given(st.datetimes(min_value=datetime(1, 2, 1)))  # noqa: DTZ001 - hypothesis wants naive limits
def test_the_previous_month_is_the_one_that_ended_last(moment: datetime) -> None:
    month = Month.of(moment.replace(tzinfo=UTC))
    day_before = moment.replace(day=1, tzinfo=UTC) - timedelta(days=1)
    assert month.previous() == Month.of(day_before)
    assert month.previous() < month
