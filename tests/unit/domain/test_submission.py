"""What a form may say: every field at its borders."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from fakes import DESCRIPTION, HELSINKI, URL
from ossi.domain.form import (
    AddressTooLong,
    InvalidForm,
    MonthNotOffered,
    NotAnAddress,
    Problem,
    SignInInAddress,
    Submission,
    SubmittedForm,
    TooLong,
    TooShort,
    check,
)
from ossi.domain.levels import CompensationLevels
from ossi.domain.months import Month

NOW = datetime(2026, 11, 15, 12, tzinfo=HELSINKI)
LEVELS = CompensationLevels()


def result(
    *, now: datetime = NOW, description: str = DESCRIPTION, url: str = URL, month: str = "2026-11",
    level: str = "SMALL", opened_at: datetime | None = None,
) -> Submission | InvalidForm:  # fmt: skip
    return check(SubmittedForm(description, url, month, level, opened_at), now, 2, LEVELS)


def checked(**fields: Any) -> Submission:
    found = result(**fields)
    assert isinstance(found, Submission)
    return found


def wrong_fields(**fields: Any) -> Mapping[str, Problem]:
    found = result(**fields)
    assert isinstance(found, InvalidForm)
    return found.problems


def month_of(form: SubmittedForm, now: datetime, grace_days: int) -> str | None:
    found = check(form, now, grace_days, LEVELS)
    return str(found.month) if isinstance(found, Submission) else None


def test_a_good_form_passes() -> None:
    submission = checked(description=f"  {DESCRIPTION}\n", url=f" {URL} ")
    assert (submission.description, submission.url, str(submission.month), submission.level) == (
        DESCRIPTION, URL, "2026-11", "SMALL",
    )  # fmt: skip


def test_every_wrong_field_is_named_at_once() -> None:
    assert set(wrong_fields(description="", url="", month="", level="")) == {"description", "url", "month", "level"}


@pytest.mark.parametrize("length", [50, 51, 1999, 2000])
def test_descriptions_of_fitting_length(length: int) -> None:
    assert len(checked(description="ä" * length).description) == length


@pytest.mark.parametrize(
    ("length", "problem"), [(0, TooShort(50, 0)), (49, TooShort(50, 49)), (2001, TooLong(2000, 2001))]
)
def test_descriptions_of_other_lengths(length: int, problem: Problem) -> None:
    assert wrong_fields(description="&" * length) == {"description": problem}


@pytest.mark.parametrize(
    ("description", "seen"),
    [(" " * 20 + "x" * 49 + "\n" * 20, 49), ("\u200b" * 50, 0), ("\u2800" * 60, 0), ("\u3164" * 60, 0), ("\U000e0041" * 60, 0),
     ("\u00a0\u2003\u3000" * 20, 0), ("x" + "\u2060" * 60 + "y", 2), ("x" + " " * 60 + "y", 3), ("\x00" * 60, 0),
     ("\ufe0f" * 60, 0), ("x\u200b" * 49, 49)],
)  # fmt: skip
def test_what_nobody_can_see_does_not_lengthen_a_description(description: str, seen: int) -> None:
    assert wrong_fields(description=description) == {"description": TooShort(50, seen)}


def test_what_nobody_can_see_does_not_make_a_description_too_long() -> None:
    assert checked(description="\ufeff" * 20 + "x" * 2000 + "\u200b\n" * 20).description == "x" * 2000


def test_a_description_is_stored_without_what_nobody_sees_at_its_ends() -> None:
    typed = f"\ufeff\u200e \u2800{DESCRIPTION} 👩\u200d💻 with ❤\ufe0f\u200b\u3164\n"
    assert checked(description=typed).description == f"{DESCRIPTION} 👩\u200d💻 with ❤\ufe0f"


@pytest.mark.parametrize(
    "url",
    ["https://a.b", "http://localhost:8080/x?y=z#w", "https://github.com/Owner/P", "https://ääkköset.fi/ö",
     "https://[2001:db8::1]/x", "https://medium.com/@user/x", "https://host/?to=a:b@c", "https://host/" + "x" * (2000 - 13),
     "https://host/a|b<c>d", "https://العربية.example/", "https://host/👩💻"],
)  # fmt: skip
def test_web_addresses(url: str) -> None:
    assert checked(url=url).url == url


@pytest.mark.parametrize(
    "url",
    ["", " ", "github.com/owner", "https://", "https:///path", "https://:80/", "https://?q", "http:host",
     "ftp://host/", "javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "mailto:a@b.example",
     "//host/path", "https://a b.example/", "https://host/a b", "https://host/\tx", "https://host/\nx",
     "\u200b", "https://\u200b/", "https://[::1/", "https://host:port/",
     "https://host:99999/", "https://.", "https://$/", "=HYPERLINK(\"https://x\")", "<https://host|x>"],
)  # fmt: skip
def test_what_is_no_web_address(url: str) -> None:
    assert wrong_fields(url=url) == {"url": NotAnAddress()}


@pytest.mark.parametrize(
    ("typed", "stored"),
    [("HTTPS://GitHub.com/Owner/P?Q#R", "https://github.com/Owner/P?Q#R"), ("Http://HOST:80", "http://host:80"),
     ("https://ÄÄKKÖSET.fi/Ö", "https://ääkköset.fi/Ö"), ("https://host/x\u200b", "https://host/x"),
     ("\ufeff\u00a0https://host/x\u3000\u2800", "https://host/x"), ("ht\u00adtps://ho\u200bst/a\u2060b", "https://host/ab"),
     ("https:/\u200b/host/x", "https://host/x"), ("https://host/\u202etxt\u202c", "https://host/txt"),
     ("https://host/x\ufe0f", "https://host/x"),
     ("https://ho\x00st/a\x1bb\x9d\u2800c\x7f", "https://host/abc"), ("https://host/x\u200d/\U000e0041y", "https://host/x/y"),
     ("https://host\u200d.example\ufe0f/", "https://host.example/"),
     ("https://host/👩\u200d💻", "https://host/👩%E2%80%8D💻"), ("https://host/❤\ufe0f", "https://host/❤%EF%B8%8F"),
     ("https://host/می\u200cخواهم", "https://host/می%E2%80%8Cخواهم")],
)  # fmt: skip
def test_an_address_is_stored_as_it_leads_somewhere(typed: str, stored: str) -> None:
    assert checked(url=typed).url == stored
    assert checked(url=stored).url == stored


@pytest.mark.parametrize(
    "url",
    ["https://user:secret@host/x", "https://user:@host/", "https://:secret@host/", "https://ghp_token@github.com/o/p",
     "HTTPS://User:Secret@Host/", "https://us\u200ber:sec\u200bret\u2060@host/", "https://@host/", "http://a@b@host/"],
)  # fmt: skip
def test_an_address_that_signs_someone_in_is_not_published(url: str) -> None:
    assert wrong_fields(url=url) == {"url": SignInInAddress()}
    assert wrong_fields(description=f"{DESCRIPTION} ({url})") == {"description": SignInInAddress()}


def test_neither_is_one_of_another_kind_in_a_description() -> None:
    found = wrong_fields(description=f"{DESCRIPTION} postgres://user:secret@host/db")
    assert found == {"description": SignInInAddress()}


@pytest.mark.parametrize(
    "words",
    [
        "ssh://git@github.com/o/p",
        "https://medium.com/@user",
        "a:b@c",
        "http://host:80, me@host",
        "https://x y@z",
        "<https://host.example|@aino>",
        "(https://host.example)@aino",
    ],
)
def test_words_that_sign_nobody_in_may_be_written(words: str) -> None:
    assert checked(description=f"{DESCRIPTION} {words}").description.endswith(words)


def test_an_address_of_2001_characters_is_too_long() -> None:
    assert wrong_fields(url="https://host/" + "x" * (2001 - 13)) == {"url": AddressTooLong(2000)}


@pytest.mark.parametrize("level", ["NO_COMPENSATION", "COMPETENCE_DEVELOPMENT", "SMALL", "MEDIUM"])
def test_offered_levels(level: str) -> None:
    assert checked(level=level).level == level


@pytest.mark.parametrize("level", ["", "LARGE", "small", "HUGE", "SMALL "])
def test_levels_that_are_not_offered(level: str) -> None:
    assert list(wrong_fields(level=level)) == ["level"]


@pytest.mark.parametrize("month", ["", "soon", "2026-13", "2026-12", "2026-10", "2025-11", "2026-9"])
def test_months_that_are_not_offered(month: str) -> None:
    assert list(wrong_fields(month=month)) == ["month"]


def test_the_previous_month_within_and_after_the_days_of_grace() -> None:
    assert str(checked(now=datetime(2026, 11, 2, 23, 59, tzinfo=HELSINKI), month="2026-10").month) == "2026-10"
    errors = wrong_fields(now=datetime(2026, 11, 3, 0, 0, tzinfo=HELSINKI), month="2026-10")
    assert errors == {"month": MonthNotOffered(Month(2026, 10))}


def test_a_form_opened_before_the_border_may_be_sent_after_it() -> None:
    opened = datetime(2026, 11, 2, 23, 55, tzinfo=HELSINKI)
    for after in (timedelta(minutes=5), timedelta(hours=1)):
        assert str(checked(now=opened + after, month="2026-10", opened_at=opened).month) == "2026-10"
    late = opened + timedelta(hours=1, milliseconds=1)
    assert list(wrong_fields(now=late, month="2026-10", opened_at=opened)) == ["month"]


def test_a_form_opened_in_the_last_minute_of_a_month_may_be_sent_in_the_next() -> None:
    opened = datetime(2026, 10, 31, 23, 59, tzinfo=HELSINKI)
    for grace_days in (0, 2):
        form = SubmittedForm(DESCRIPTION, URL, "2026-10", "SMALL", opened)
        assert month_of(form, opened + timedelta(minutes=2), grace_days) == "2026-10"


def test_a_form_that_says_it_was_opened_in_the_future_gets_nothing_for_it() -> None:
    future = datetime(2026, 12, 1, tzinfo=HELSINKI)
    assert list(wrong_fields(month="2026-12", opened_at=future)) == ["month"]


def test_an_hour_is_an_hour_where_the_clocks_change_at_midnight() -> None:
    # Cuba sets its clocks back from 1:00 to 0:00 on the first Sunday of November: 2026-11-01.
    havana = ZoneInfo("America/Havana")
    opened = datetime(2026, 11, 1, 3, 30, tzinfo=UTC).astimezone(havana)
    assert (opened.month, opened.hour) == (10, 23)
    in_time = datetime(2026, 11, 1, 4, 29, tzinfo=UTC).astimezone(havana)
    too_late = datetime(2026, 11, 1, 5, 5, tzinfo=UTC).astimezone(havana)  # it reads 0:05, for the second time
    form = SubmittedForm(DESCRIPTION, URL, "2026-10", "SMALL", opened)
    assert month_of(form, in_time, 0) == "2026-10"
    assert month_of(form, too_late, 0) is None
