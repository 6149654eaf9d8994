"""What people read in answer to a command or a click: help, problems, the announcement of a report."""

from dataclasses import replace
from datetime import datetime
from decimal import Decimal

import pytest

from fakes import HELSINKI, contribution, first
from ossi.clock import any_of
from ossi.domain.commands import parse_command
from ossi.domain.compensation import CompensationLevels
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
from ossi.domain.months import Month
from ossi.domain.report import ContributorTotal, MonthSummary
from ossi.ports import Message
from ossi.slack_ui import phrases, problems
from ossi.slack_ui.announcement import money, report_coming, report_empty, report_ready
from ossi.slack_ui.help import help_message
from ossi.slack_ui.notifications import Words
from unit.slack_ui.judge import LONG_NAME, UGLY, acts_of, assert_taken, elements_of, every_wording, read

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


# the announcement of a report

LINK = "https://api.example/reports/ossi-2026-10.xlsx?token=1793685600.0a"
LINKS = {
    "xlsx": LINK,
    "csv": "https://api.example/reports/ossi-2026-10.csv?token=1793685600.0b",
    "json": "https://api.example/reports/ossi-2026-10.json?token=1793685600.0c",
}
EXPIRES = datetime(2026, 11, 10, 6, 0, tzinfo=HELSINKI)


def people(*names: str) -> tuple[ContributorTotal, ...]:
    return tuple(ContributorTotal(f"U{number}", name, 1, {"EUR": Decimal(50)}) for number, name in enumerate(names))


SUMMARY = MonthSummary(
    month=Month(2026, 10),
    accepted=3,
    pending=2,
    declined=1,
    totals={"SEK": Decimal("1200.5"), "EUR": Decimal(250)},
    contributors=people("Aino Lahti", "Eino Mäki"),
)


def test_the_announcement_has_the_counts_the_total_the_contributors_and_the_links() -> None:
    message = report_ready(SUMMARY, LINKS, EXPIRES, "U0MAIJA01")
    assert_taken(message)
    seen = read(message).text
    for fact in ("October 2026", "3 accepted, 2 pending, 1 declined", "250.00 EUR, 1,200.50 SEK", "Aino Lahti, Eino Mäki",
                 "Contributors (2)", "2026-11-10 06:00", "@Maija Salo"):  # fmt: skip
        assert fact in seen
    assert {("link", link) for link in LINKS.values()} <= acts_of(message)
    assert "Download the workbook, or for scripts CSV, JSON" in seen
    for fact in ("October 2026", "3 accepted, 2 pending, 1 declined", "250.00 EUR", "Eino Mäki", LINK):
        assert fact in message.text


def test_the_schedule_is_named_where_nobody_asked() -> None:
    assert "schedule" in read(report_ready(SUMMARY, LINKS, EXPIRES, None)).text
    assert not {act for act in acts_of(report_ready(SUMMARY, LINKS, EXPIRES, None)) if act[0] == "user"}


@every_ugly_text
def test_names_in_an_announcement_appear_as_typed_and_do_nothing(text: str) -> None:
    message = report_ready(replace(SUMMARY, contributors=people(text)), LINKS, EXPIRES, None)
    assert_taken(message)
    assert text[:59].rstrip() in read(message).text
    assert acts_of(message) == acts_of(report_ready(SUMMARY, LINKS, EXPIRES, None))


def test_a_month_of_many_contributors_names_twenty() -> None:
    names = [f"{LONG_NAME} {number}" for number in range(200)]
    message = report_ready(replace(SUMMARY, contributors=people(*names)), LINKS, EXPIRES, "U0MAIJA01")
    assert_taken(message)
    seen = read(message).text
    assert seen.count("Ääkkönen-Österlund") == 20
    assert "Contributors (200)" in seen
    assert "and 180 more" in seen


def test_a_month_without_accepted_contributions_has_no_link() -> None:
    nothing = replace(SUMMARY, accepted=0, totals={}, contributors=())
    message = report_empty(nothing, None)
    assert_taken(message)
    assert "no accepted contributions for October 2026" in read(message).text
    assert "(2 pending, 1 declined)" in read(message).text
    assert acts_of(message) == set()
    assert elements_of(report_empty(replace(nothing, pending=0, declined=0), "U0MAIJA01"), "button") == []


@pytest.mark.parametrize(
    ("totals", "text"),
    [
        ({}, "none"),
        ({"EUR": Decimal(0)}, "0.00 EUR"),
        ({"EUR": Decimal("1234567.5")}, "1,234,567.50 EUR"),
        ({"SEK": Decimal(1), "EUR": Decimal("0.1")}, "0.10 EUR, 1.00 SEK"),
    ],
)
def test_money_is_written_by_currency(totals: dict[str, Decimal], text: str) -> None:
    assert money(totals) == text


def test_chance_picks_every_wording_sooner_or_later() -> None:
    assert {any_of(phrases.CHEERS) for _ in range(500)} == set(phrases.CHEERS)
