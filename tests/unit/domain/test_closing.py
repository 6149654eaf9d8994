"""When a month can be closed."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes import HELSINKI
from ossi.domain.form import FORM_LIFE, InvalidForm, SubmittedForm, check
from ossi.domain.levels import CompensationLevels
from ossi.domain.months import Month
from ossi.domain.payroll import closes_at


@pytest.mark.parametrize(
    ("month", "grace_days", "zone", "moment"),
    [
        (Month(2026, 10), 2, "Europe/Helsinki", "2026-11-03T01:00:00+02:00"),
        (Month(2026, 12), 2, "Europe/Helsinki", "2027-01-03T01:00:00+02:00"),
        (Month(2026, 10), 0, "Europe/Helsinki", "2026-11-01T01:00:00+02:00"),
        (Month(2026, 1), 31, "Europe/Helsinki", "2026-03-01T01:00:00+02:00"),  # February's form offers January, March's does not
        (Month(2026, 2), 28, "Europe/Helsinki", "2026-03-29T01:00:00+02:00"),  # the day on which the clocks go forward
        (Month(2026, 10), 2, "America/New_York", "2026-11-03T01:00:00-05:00"),
        (Month(9998, 12), 2, "Europe/Helsinki", "9999-01-03T01:00:00+02:00"),
        (Month(9999, 11), 2, "Europe/Helsinki", "9999-12-03T01:00:00+02:00"),
    ],
)  # fmt: skip
def test_a_month_closes_when_nothing_can_be_registered_for_it(
    month: Month, grace_days: int, zone: str, moment: str
) -> None:
    assert closes_at(month, grace_days, ZoneInfo(zone)) == datetime.fromisoformat(moment)


def test_the_last_month_of_all_never_closes() -> None:
    assert closes_at(Month(9999, 12), 2, HELSINKI) > datetime(9999, 12, 31, tzinfo=HELSINKI)


def accepted_by_the_form(month: Month, opened_at: datetime, sent_at: datetime, grace_days: int) -> bool:
    form = SubmittedForm("x" * 60, "https://host.example/1", str(month), "SMALL", opened_at)
    found = check(form, sent_at, grace_days, CompensationLevels())
    return not isinstance(found, InvalidForm) or "month" not in found.problems


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(0, 31))
def test_the_form_takes_nothing_for_a_month_that_can_be_closed(day: date, grace_days: int) -> None:
    month = Month.parse(f"{day:%Y-%m}")
    closing = closes_at(month, grace_days, HELSINKI)
    # The form was opened at the last moment at which it offered the month.
    opened_at = closing - FORM_LIFE - timedelta(seconds=1)

    assert accepted_by_the_form(month, opened_at, opened_at + timedelta(minutes=59), grace_days)
    assert not accepted_by_the_form(month, closing, closing, grace_days)
