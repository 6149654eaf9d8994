"""The report's link: seven days to the second, and nothing but what was signed."""

import itertools
import re
from datetime import UTC, datetime, timedelta

import pytest

from fakes import HELSINKI
from ossi.domain.links import (
    LINK_LIFE,
    LinkExpired,
    LinkRefused,
    check_link,
    friendly_name,
    report_names,
    report_stem,
    signed_path,
)
from ossi.domain.months import Month

KEY = "a-key-of-thirty-two-characters-or-more"
MADE = datetime(2026, 11, 3, 6, 0, 0, tzinfo=HELSINKI)
NAME = "ossi-2026-10-20261103T040000Z-0123456789abcdef.xlsx"
PATH = signed_path(NAME, MADE + LINK_LIFE, KEY)
TOKEN = PATH.partition("token=")[2]
SECOND = timedelta(seconds=1)


def test_the_path_names_the_file_and_carries_one_token() -> None:
    assert f"/reports/{NAME}?token={TOKEN}" == PATH
    assert re.fullmatch(r"\d{10}\.[0-9a-f]{64}", TOKEN)


@pytest.mark.parametrize("after", [timedelta(0), SECOND, timedelta(days=3), LINK_LIFE - SECOND])
def test_the_link_works_for_seven_days(after: timedelta) -> None:
    check_link(NAME, TOKEN, KEY, MADE + after)


def test_it_works_in_the_last_millisecond_and_not_at_seven_days() -> None:
    check_link(NAME, TOKEN, KEY, MADE + LINK_LIFE - timedelta(milliseconds=1))
    for after in (LINK_LIFE, LINK_LIFE + SECOND, timedelta(days=400)):
        with pytest.raises(LinkExpired):
            check_link(NAME, TOKEN, KEY, MADE + after)


def test_the_zone_of_the_clock_does_not_matter() -> None:
    last = (MADE + LINK_LIFE - SECOND).astimezone(UTC)
    check_link(NAME, TOKEN, KEY, last)
    with pytest.raises(LinkExpired):
        check_link(NAME, TOKEN, KEY, last + SECOND)


def later_token() -> str:
    expires, _, signature = TOKEN.partition(".")
    return f"{int(expires) + 86400}.{signature}"


@pytest.mark.parametrize(
    "token",
    ["", TOKEN[:-1], TOKEN[1:], TOKEN + "0", TOKEN.upper(), TOKEN.replace(".", ""), f" {TOKEN}", f"{TOKEN}\n",
     later_token(), TOKEN.partition(".")[2], f"{TOKEN.partition('.')[0]}.", f"-{TOKEN}", "9" * 5000, "ä.ö",
     f"{TOKEN.partition('.')[0]}.{'0' * 64}", signed_path(NAME, MADE + LINK_LIFE, KEY + "!").partition("token=")[2],
     f"１{TOKEN[1:]}"],
)  # fmt: skip
def test_an_altered_token_is_refused(token: str) -> None:
    with pytest.raises(LinkRefused) as caught:
        check_link(NAME, token, KEY, MADE)
    assert not isinstance(caught.value, LinkExpired)


@pytest.mark.parametrize(
    "name",
    ["", NAME.replace("2026-10", "2026-11"), NAME + "x", NAME[1:], f"../{NAME}", f"{NAME}/..", NAME.upper(), "ä.xlsx"],
)
def test_a_token_serves_only_its_own_file(name: str) -> None:
    with pytest.raises(LinkRefused):
        check_link(name, TOKEN, KEY, MADE)


def test_a_strange_name_is_refused_even_with_a_valid_signature() -> None:
    for name in ("../secrets", "a/b", "", "-x", "a" * 200, "a\nb"):
        token = signed_path(name, MADE + LINK_LIFE, KEY).partition("token=")[2]
        with pytest.raises(LinkRefused):
            check_link(name, token, KEY, MADE)


def test_a_wrong_key_is_refused() -> None:
    with pytest.raises(LinkRefused):
        check_link(NAME, TOKEN, "another key", MADE)


def test_an_expired_link_that_was_altered_is_not_said_to_have_been_good_once() -> None:
    with pytest.raises(LinkRefused) as caught:
        check_link(NAME, TOKEN[:-1] + ("0" if TOKEN[-1] != "0" else "1"), KEY, MADE + LINK_LIFE)
    assert not isinstance(caught.value, LinkExpired)


def test_a_file_name_says_month_and_time_and_cannot_be_guessed() -> None:
    names = {report_names(report_stem(Month(2026, 10), MADE), ["xlsx"])["xlsx"] for _ in range(20)}
    assert len(names) == 20
    for name in names:
        assert re.fullmatch(r"ossi-2026-10-20261103T040000Z-[0-9a-f]{16}\.xlsx", name)
        check_link(name, signed_path(name, MADE + LINK_LIFE, KEY).partition("token=")[2], KEY, MADE)


def test_the_files_of_a_report_have_one_name_with_their_suffixes_and_a_token_each() -> None:
    names = report_names(report_stem(Month(2026, 10), MADE), ["xlsx", "csv", "json"])
    assert {name.rpartition(".")[::2] for name in names.values()} == {
        (names["xlsx"].removesuffix(".xlsx"), suffix) for suffix in ("xlsx", "csv", "json")
    }
    tokens = {name: signed_path(name, MADE + LINK_LIFE, KEY).partition("token=")[2] for name in names.values()}
    for name, other in itertools.permutations(names.values(), 2):
        check_link(name, tokens[name], KEY, MADE)
        with pytest.raises(LinkRefused):
            check_link(name, tokens[other], KEY, MADE)


@pytest.mark.parametrize("suffix", ["xlsx", "csv", "json"])
def test_a_file_is_saved_under_a_name_that_people_keep(suffix: str) -> None:
    name = report_names(report_stem(Month(2026, 10), MADE), [suffix])[suffix]
    assert friendly_name(name) == f"ossi-2026-10.{suffix}"
