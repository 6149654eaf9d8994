"""What people read in answer to a command or a click: help and problems."""

from datetime import datetime

import pytest

from fakes import HELSINKI, contribution, first
from ossi.domain.commands import parse_command
from ossi.domain.contribution import Status
from ossi.domain.errors import (
    AlreadyDecided,
    FutureMonth,
    MonthTooEarly,
    OssiError,
    UnknownContribution,
    UnreadableContribution,
    UnreadableMonth,
)
from ossi.domain.levels import CompensationLevels
from ossi.domain.months import Month
from ossi.ports import Message
from ossi.runtime.clock import any_of
from ossi.slack.messages import phrases, problems
from ossi.slack.messages.help import help_message
from ossi.slack.messages.notifications import Words
from ossi.slack.messages.report import report_coming
from unit.slack_ui.judge import UGLY, acts_of, assert_taken, every_wording, read

NOW = datetime(2026, 11, 15, tzinfo=HELSINKI)
WORDS = Words(HELSINKI, CompensationLevels(), first)
every_ugly_text = pytest.mark.parametrize("text", UGLY.values(), ids=UGLY.keys())


def unreadable(typed: str) -> Message:
    return problems.no_such_month(UnreadableMonth(typed), NOW)


def helped(text: str) -> Message:
    return help_message(parse_command(text), "1.2.3", "production", first)


# help


@pytest.mark.parametrize("text", ["", "help"])
def test_help_names_every_command_and_ends_with_version_and_stack(text: str) -> None:
    message = helped(text)
    assert_taken(message)
    seen = read(message).text
    for command in ("/ossi new", "/ossi list", "/ossi report", "/ossi help"):
        assert command in seen
        assert command in message.text
    assert seen.splitlines()[-1] == "Ossi 1.2.3 · production"


def test_help_greets_in_many_ways() -> None:
    messages = list(every_wording(lambda choose: help_message(parse_command(""), "1", "dev", choose)))
    assert len({message.text for message in messages}) == len(phrases.GREETINGS)
    for message in messages:
        assert_taken(message)


def test_an_unknown_word_is_named_with_the_nearest_command() -> None:
    message = helped("lsit please")
    assert "I do not know the word “lsit”. Did you mean /ossi list?" in read(message).text
    assert "/ossi report" in read(message).text, "the help follows"
    assert "Did you mean" not in helped("xyzzy").text


@every_ugly_text
def test_an_unknown_word_appears_as_typed_and_does_nothing(text: str) -> None:
    message = helped(text.replace("\n", " "))
    assert_taken(message)
    word = text.split()[0]
    assert (f"“{word}”" if len(word) <= 60 else f"“{word[:59]}…”") in read(message).text
    assert acts_of(message) == acts_of(helped("xyzzy"))


# problems


@every_ugly_text
def test_a_month_that_cannot_be_read_appears_as_typed(text: str) -> None:
    message = unreadable(text)
    assert_taken(message)
    assert text[:59].rstrip() in read(message).text
    assert "/ossi report 2026-10" in read(message).text
    assert acts_of(message) == acts_of(unreadable("soon"))


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (FutureMonth("December 2027"), "December 2027 has not begun"),
        (MonthTooEarly("May 1999"), "a month since January 2000"),
    ],
)
def test_a_month_that_there_is_not_is_answered_with_one_that_there_is(
    error: FutureMonth | MonthTooEarly, said: str
) -> None:
    message = problems.no_such_month(error, NOW)
    assert_taken(message)
    assert said in message.text
    assert "for example /ossi report 2026-10" in message.text


@every_ugly_text
def test_a_form_that_did_not_open_gives_the_text_back(text: str) -> None:
    message = problems.form_not_opened(text)
    assert_taken(message)
    assert text in read(message).text
    assert acts_of(message) == acts_of(problems.form_not_opened("words"))


def test_a_form_that_did_not_open_without_text() -> None:
    assert "/ossi new" in problems.form_not_opened("").text


@pytest.mark.parametrize(
    ("error", "by", "said"),
    [
        (AlreadyDecided(contribution(status=Status.ACCEPTED, decided_by="U0MATTI01", decided_at=1_793_000_000_000)),
         "U0MAIJA01", "Somebody was quicker. Accepted by <@U0MATTI01> on 2026-10-26 09:33."),
        (AlreadyDecided(contribution(status=Status.DECLINED, decided_by="U0MAIJA01", decided_at=1_793_000_000_000)),
         "U0MAIJA01", "You have decided on this one before. Declined by <@U0MAIJA01> on 2026-10-26 09:33."),
        (AlreadyDecided(contribution(status=Status.DECLINED)), "U0MAIJA01", "Somebody was quicker. Declined."),
        (UnknownContribution("U#1"), "U0MAIJA01", "does not exist any more"),
        (UnreadableContribution("wrong or missing: text"), "U0MAIJA01", "cannot be read"),
    ],
)  # fmt: skip
def test_whoever_came_too_late_reads_why(error: OssiError, by: str, said: str) -> None:
    assert said in problems.decision_refused(error, WORDS, by).text


@pytest.mark.parametrize(
    "message",
    [problems.not_a_manager(), problems.membership_unknown(), problems.not_here(), problems.something_broke(),
     report_coming(Month(2026, 10)), report_coming(Month(2026, 10), running=True)],
)  # fmt: skip
def test_the_short_answers_are_sentences(message: Message) -> None:
    assert message.text.endswith(".")
    assert 30 < len(message.text) < 300


def test_chance_picks_every_wording_sooner_or_later() -> None:
    assert {any_of(phrases.CHEERS) for _ in range(500)} == set(phrases.CHEERS)
