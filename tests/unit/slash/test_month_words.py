"""What may stand after /ossi report, and what month it means."""

import calendar
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes import HELSINKI
from ossi.domain.months import Month
from ossi_slash.month_words import EARLIEST, NotAMonth, NotBegun, TooEarly, read_month

NOW = datetime(2026, 11, 15, 12, tzinfo=HELSINKI)
FINNISH = ["tammikuu", "helmikuu", "maaliskuu", "huhtikuu", "toukokuu", "kesäkuu", "heinäkuu", "elokuu", "syyskuu", "lokakuu",
           "marraskuu", "joulukuu"]  # fmt: skip

moments = st.datetimes(datetime(2000, 2, 1), datetime(2100, 1, 1), timezones=st.just(HELSINKI))  # noqa: DTZ001 - hypothesis wants naive limits


def read(typed: str, now: datetime = NOW) -> str:
    return str(read_month(typed, now))


@pytest.mark.parametrize(
    "typed",
    ["2026-10", " 2026-10 ", "2026/10", "2026.10", "2026 10", "10/2026", "10-2026", "10.2026", "2026–10", "2026‐10", "２０２６-１０",
     "october", "October", "OCTOBER", "oct", "oct.", "octo", "october 2026", "Oct 2026", "2026 october", "oct-2026", "oct/2026",
     "lokakuu", "Lokakuu 2026", "loka 2026", "", "last", "last month", "LAST  month", "previous", "previous month",
     "\u200b", "\u200e2026-10\u200e", "\ufeff2026\u2060-\u200b10", "octo\u00adber\u2800", "last\u200b month", "2026\u3000\u200b10"],
)  # fmt: skip
def test_these_mean_october_2026(typed: str) -> None:
    assert read(typed) == "2026-10"


@pytest.mark.parametrize(
    "typed", ["this", "This month", "now", "current", "current month", "november", "2026-11", "marraskuu"]
)
def test_these_mean_the_running_month(typed: str) -> None:
    assert read(typed) == "2026-11"


@pytest.mark.parametrize(
    ("typed", "month"),
    [("2026-1", "2026-01"), ("2026-01", "2026-01"), ("1/2026", "2026-01"), ("2025-12", "2025-12"), ("2000-01", "2000-01"),
     ("december", "2025-12"), ("dec 2024", "2024-12"), ("mar", "2026-03"), ("may", "2026-05"), ("sept", "2026-09"),
     ("kesäkuu", "2026-06"), ("kesakuu", "2026-06"), ("KESÄKUU 2020", "2020-06"), ("kesa\u0308kuu", "2026-06")],
)  # fmt: skip
def test_other_months(typed: str, month: str) -> None:
    assert read(typed) == month


@pytest.mark.parametrize("typed", ["2026-12", "2027-01", "december 2026", "12/2026", "9999-12", "joulukuu 2026"])
def test_a_month_that_has_not_begun_is_told_apart(typed: str) -> None:
    month = read_month(typed, NOW)
    assert isinstance(month, NotBegun)
    assert month.month.number in (12, 1)


@pytest.mark.parametrize("typed", ["1999-12", "october 1999", "0001-01", "1/1970"])
def test_a_month_of_long_ago_is_told_apart(typed: str) -> None:
    month = read_month(typed, NOW)
    assert isinstance(month, TooEarly)
    assert month.month < EARLIEST


@pytest.mark.parametrize(
    "typed",
    ["2026", "10", "2026-13", "2026-00", "13/2026", "0/2026", "0000-10", "october 0000", "26-10", "2026-10-01", "2026-10 2026-11",
     "20261", "oc", "octopus", "october 26", "2026 october 2026", "october november", "last year", "next", "-2026-10", "=2026-10",
     "<!channel>", "٢٠٢٦-١٠", "october ٢٠٢٦", "ﷺ", "\u0308", "-", ".", "📅"],
)  # fmt: skip
def test_rubbish_is_named_as_typed(typed: str) -> None:
    assert read_month(typed, NOW) == NotAMonth(typed)


def test_the_border_of_the_running_month_is_local_midnight() -> None:
    midnight = datetime(2026, 12, 1, tzinfo=HELSINKI)
    assert read("2026-12", midnight) == "2026-12"
    assert read_month("2026-12", midnight - timedelta(microseconds=1)) == NotBegun(Month(2026, 12))


@given(moments, st.integers(1, 12), st.integers(2000, 2100))
def test_every_way_to_write_a_month_means_the_same(now: datetime, number: int, year: int) -> None:
    month = Month(year, number)
    english, finnish = calendar.month_name[number], FINNISH[number - 1]  # tests run with the C locale's names
    ways = [str(month), f"{year}-{number}", f"{year}/{number:02}", f"{number}/{year}", f"{english} {year}", f"{english[:3]} {year}",
            f"{finnish} {year}", month.label, month.label.upper()]  # fmt: skip
    for way in ways:
        assert read_month(way, now) == (NotBegun(month) if month > Month.of(now) else month)


@given(moments, st.integers(1, 12))
def test_a_name_without_a_year_is_the_latest_such_month_that_has_begun(now: datetime, number: int) -> None:
    running = Month.of(now)
    candidates = [Month(year, number) for year in range(1999, 2101)]
    expected = max(month for month in candidates if month <= running)
    for name in (calendar.month_name[number], calendar.month_name[number][:3], FINNISH[number - 1]):
        assert read_month(name, now) == (TooEarly(expected) if expected < EARLIEST else expected)


words = st.sampled_from(["2026", "10", "oct", "loka", "-", "/", ".", " ", "last", "this", "month", "٣", "0", "1999"])


@given(moments, st.one_of(st.text(), st.lists(words).map("".join)))
def test_whatever_is_typed_is_a_month_that_has_begun_or_one_of_three_answers(now: datetime, typed: str) -> None:
    match read_month(typed, now):
        case Month() as month:
            assert EARLIEST <= month <= Month.of(now)
        case NotBegun(month):
            assert month > Month.of(now)
        case TooEarly(month):
            assert month < EARLIEST
        case NotAMonth(words):
            assert words == typed
