"""Opening the form, listing, and asking for a report."""

from datetime import datetime

import pytest

from fakes import (
    DESCRIPTION,
    HELSINKI,
    MANAGEMENT,
    SUBMITTED_AT,
    FakeChat,
    FakeClock,
    FakeContributions,
    FakeReportRequests,
    contribution,
    fails_at,
)
from ossi.domain.levels import CompensationLevels
from ossi.domain.months import Month
from ossi.ports import Message
from ossi.slack.errors import PermanentSlackError, TransientSlackError
from ossi.use_cases.list_contributions import list_contributions
from ossi.use_cases.open_form import open_form
from ossi.use_cases.report import request_report
from unit.slack_ui.judge import elements_of

NOW = datetime(2026, 11, 1, 9, 0, tzinfo=HELSINKI)
CLOCK = FakeClock(NOW)
LEVELS = CompensationLevels()


# open the form


def test_the_form_opens_with_the_text_in_it() -> None:
    chat = FakeChat()
    open_form(chat, CLOCK, "trigger", DESCRIPTION, grace_days=2, levels=LEVELS)
    (call,) = chat.sent
    assert (call.method, call.where) == ("open_view", "trigger")
    assert call.view["blocks"][0]["element"]["initial_value"] == DESCRIPTION


def test_a_form_that_does_not_open_is_an_error() -> None:
    chat = FakeChat(failing=fails_at("trigger", PermanentSlackError("expired_trigger_id")))
    with pytest.raises(PermanentSlackError):
        open_form(chat, CLOCK, "trigger", "", grace_days=2, levels=LEVELS)


# list


def listed(message: Message) -> list[str]:
    return [quote["elements"][0]["text"] for quote in elements_of(message, "rich_text_quote")]


def test_a_page_whose_rows_are_gone_begins_anew() -> None:
    store = FakeContributions(*(contribution(timestamp=1000 + number) for number in range(3)))
    newest = list_contributions("U0AINO001", store, HELSINKI, LEVELS)
    for edge in ({"before": 1000}, {"after": 5000}):
        assert list_contributions("U0AINO001", store, HELSINKI, LEVELS, **edge) == newest


def test_one_turns_from_page_to_page_and_back() -> None:
    rows = [contribution(timestamp=SUBMITTED_AT + number, text=f"number {number}") for number in range(25)]
    store = FakeContributions(*rows, contribution(user_id="U0EINO001", text="of another"))
    message = list_contributions("U0AINO001", store, HELSINKI, LEVELS)
    pages = [listed(message)]
    while older := [each for each in elements_of(message, "button") if each["action_id"] == "list_older"]:
        message = list_contributions("U0AINO001", store, HELSINKI, LEVELS, before=int(older[0]["value"]))
        pages.append(listed(message))
    assert [text for page in pages for text in page] == [f"number {number}" for number in reversed(range(25))]
    assert [len(page) for page in pages] == [10, 10, 5]
    for page in reversed(pages[:-1]):
        (newer,) = [each for each in elements_of(message, "button") if each["action_id"] == "list_newer"]
        message = list_contributions("U0AINO001", store, HELSINKI, LEVELS, after=int(newer["value"]))
        assert listed(message) == page


# ask for a report


class Counter:
    """/ossi report, with fakes around it."""

    def __init__(self) -> None:
        self.chat = FakeChat(members={MANAGEMENT: {"U0MAIJA01"}})
        self.requests = FakeReportRequests()

    def ask(self, argument: str = "", user: str = "U0MAIJA01") -> str:
        return request_report(
            argument,
            user,
            "1.2.3",
            chat=self.chat,
            requests=self.requests,
            clock=CLOCK,
            management_channel=MANAGEMENT,
        ).text


def test_a_manager_gets_the_previous_month_without_saying_so() -> None:
    counter = Counter()
    assert "October 2026" in counter.ask()
    assert counter.requests.asked == [(Month(2026, 10), "U0MAIJA01", "1.2.3")]


def test_a_manager_gets_the_month_that_is_named() -> None:
    counter = Counter()
    assert "February 2025" in counter.ask("2025-2")
    assert counter.requests.asked == [(Month(2025, 2), "U0MAIJA01", "1.2.3")]


def test_a_month_that_is_over_is_not_called_provisional_and_the_running_one_is() -> None:
    counter = Counter()
    assert "provisional" not in counter.ask("last")
    assert "November 2026" in counter.ask("this")
    assert "provisional" in counter.ask("november")
    assert [month for month, *_ in counter.requests.asked] == [Month(2026, 10), Month(2026, 11), Month(2026, 11)]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("soon", "I cannot read “soon” as a month"),
        ("2026-12", "December 2026 has not begun"),
        ("1999-12", "December 1999 is before my time"),
    ],
)
def test_a_month_that_there_is_not_is_answered_with_an_example(typed: str, said: str) -> None:
    counter = Counter()
    answer = counter.ask(typed)
    assert said in answer
    assert "/ossi report 2026-10" in answer
    assert counter.requests.asked == []


def test_anyone_else_gets_a_friendly_no() -> None:
    counter = Counter()
    for argument in ("", "2026-10", "nonsense"):
        assert "members of the management channel" in counter.ask(argument, user="U0AINO001")
    assert counter.requests.asked == []


@pytest.mark.parametrize("error", [TransientSlackError("ratelimited"), PermanentSlackError("missing_scope")])
def test_nobody_is_let_in_while_slack_does_not_say_who_is_a_manager(error: Exception) -> None:
    counter = Counter()
    counter.chat.failing = fails_at(MANAGEMENT, error)
    assert "try again" in counter.ask()
    assert counter.requests.asked == []
