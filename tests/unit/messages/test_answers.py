"""What people read in answer to a command or a click: help and problems."""

import pytest

from fakes import HELSINKI, MANAGEMENT, contribution, first
from ossi.domain.contribution import Contribution, Status
from ossi.domain.levels import CompensationLevels
from ossi.domain.months import Month
from ossi.domain.payroll import Obstacle
from ossi.ports import Message
from ossi.runtime.clock import any_of
from ossi.slack.messages import phrases, problems
from ossi.slack.messages.closing import closing_underway, not_closed
from ossi.slack.messages.help import help_message
from ossi.slack.messages.notifications import Words
from ossi.slack.messages.report_coming import report_coming
from unit.messages.judge import UGLY, acts_of, assert_taken, every_wording, read

OCTOBER = Month(2026, 10)
WORDS = Words(HELSINKI, CompensationLevels(), first)
every_ugly_text = pytest.mark.parametrize("text", UGLY.values(), ids=UGLY.keys())


def unreadable(typed: str) -> Message:
    return problems.month_unreadable(typed, OCTOBER)


def helped(unknown: str | None = None, nearest: str | None = None) -> Message:
    return help_message("1.2.3", "production", first, unknown=unknown, nearest=nearest)


# help


def test_help_names_every_command_and_ends_with_version_and_stack() -> None:
    message = helped()
    assert_taken(message)
    seen = read(message).text
    for command in ("/ossi new", "/ossi list", "/ossi report", "/ossi help"):
        assert command in seen
        assert command in message.text
    assert seen.splitlines()[-1] == "Ossi 1.2.3 · production"


def test_help_greets_in_many_ways() -> None:
    messages = list(every_wording(lambda choose: help_message("1", "dev", choose)))
    assert len({message.text for message in messages}) == len(phrases.GREETINGS)
    for message in messages:
        assert_taken(message)


def test_an_unknown_word_is_named_with_the_nearest_command() -> None:
    message = helped("lsit", "list")
    assert "I do not know the word “lsit”. Did you mean /ossi list?" in read(message).text
    assert "/ossi report" in read(message).text, "the help follows"
    assert "Did you mean" not in helped("xyzzy").text


@every_ugly_text
def test_an_unknown_word_appears_as_typed_and_does_nothing(text: str) -> None:
    word = text.split()[0]
    message = helped(word)
    assert_taken(message)
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
    ("message", "said"),
    [
        (problems.month_not_begun(Month(2027, 12), OCTOBER), "December 2027 has not begun"),
        (problems.month_too_early(Month(1999, 5), Month(2000, 1), OCTOBER), "a month since January 2000"),
    ],
)
def test_a_month_that_there_is_not_is_answered_with_one_that_there_is(message: Message, said: str) -> None:
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
    assert "try /ossi new again" in problems.form_not_opened("").text


@pytest.mark.parametrize(
    "message", [problems.membership_set_up("missing_scope"), problems.form_not_opened("x", set_up="missing_scope")]
)
def test_what_only_an_admin_can_change_sends_people_to_the_admin_with_the_code(message: Message) -> None:
    assert_taken(message)
    assert "trying again won't help" in message.text
    assert "tell your Ossi admin: missing_scope" in message.text
    assert "in a moment" not in message.text


@pytest.mark.parametrize(
    ("decided", "said"),
    [
        (contribution(status=Status.ACCEPTED, decided_by="U0MATTI01", decided_at=1_793_000_000_000),
         "Somebody was quicker. Accepted by <@U0MATTI01> on 2026-10-26 09:33."),
        (contribution(status=Status.DECLINED, decided_by="U0MAIJA01", decided_at=1_793_000_000_000),
         "You have decided on this one before. Declined by <@U0MAIJA01> on 2026-10-26 09:33."),
        (contribution(status=Status.DECLINED), "Somebody was quicker. Declined."),
    ],
)  # fmt: skip
def test_whoever_came_too_late_reads_why(decided: Contribution, said: str) -> None:
    assert said in problems.already_decided(decided, WORDS, "U0MAIJA01").text


def test_whoever_decides_on_nothing_reads_why() -> None:
    assert "does not exist any more" in problems.contribution_gone().text
    assert "cannot be read" in problems.contribution_unreadable("wrong or missing: text").text
    assert "wrong or missing: text" in problems.contribution_unreadable("wrong or missing: text").text


@pytest.mark.parametrize(
    "message",
    [problems.not_a_manager(), problems.membership_unknown(), problems.not_here(), problems.something_broke(),
     problems.may_not_close(), problems.membership_set_up("missing_scope"), problems.form_not_opened("", set_up="invalid_auth"),
     report_coming(Month(2026, 10), MANAGEMENT), report_coming(Month(2026, 10), MANAGEMENT, running=True),
     closing_underway(OCTOBER), *(not_closed(OCTOBER, obstacle) for obstacle in Obstacle)],
)  # fmt: skip
def test_the_short_answers_are_sentences(message: Message) -> None:
    assert message.text.endswith(".")
    assert 30 < len(message.text) < 300


def test_chance_picks_every_wording_sooner_or_later() -> None:
    assert {any_of(phrases.CHEERS) for _ in range(500)} == set(phrases.CHEERS)
