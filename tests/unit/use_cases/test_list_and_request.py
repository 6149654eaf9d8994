"""Listing, and requesting a report: what each answers."""

from datetime import datetime

import pytest

from fakes import (
    HELSINKI,
    MANAGEMENT,
    SUBMITTED_AT,
    FakeChat,
    FakeClock,
    FakeContributions,
    FakeWorld,
    contribution,
    fails_at,
)
from ossi.domain.contribution import Contribution, MessageRef
from ossi.domain.months import Month
from ossi.ports import Page
from ossi.slack.errors import PermanentSlackError, TransientSlackError
from ossi.use_cases.list_contributions import list_contributions
from ossi.use_cases.request_report import Refusal, Requested, refusal, request_report

NOW = datetime(2026, 11, 1, 9, 0, tzinfo=HELSINKI)
SEEN_IN = MessageRef(channel=MANAGEMENT, ts="1.2")
KEY = str(contribution().key)


def world(*rows: Contribution) -> FakeWorld:
    return FakeWorld(FakeClock(NOW), FakeContributions(*rows))


# list


def texts(page: Page) -> list[str]:
    return [row.text for row in page.contributions]


def test_a_page_whose_rows_are_gone_begins_again_with_the_newest() -> None:
    here = world(*(contribution(timestamp=1000 + number) for number in range(3)))
    newest = list_contributions("U0AINO001", here)
    assert len(newest.contributions) == 3
    assert list_contributions("U0AINO001", here, before=1000) == newest
    assert list_contributions("U0AINO001", here, after=5000) == newest


def test_somebody_without_contributions_has_an_empty_page() -> None:
    page = list_contributions("U0EINO001", world(contribution()))
    assert (page.contributions, page.newer, page.older) == ((), False, False)


def test_one_turns_from_page_to_page_and_back() -> None:
    rows = [contribution(timestamp=SUBMITTED_AT + number, text=f"number {number}") for number in range(25)]
    here = world(*rows, contribution(user_id="U0EINO001", text="of another"))
    page = list_contributions("U0AINO001", here)
    pages = [texts(page)]
    while page.older:
        page = list_contributions("U0AINO001", here, before=page.last)
        pages.append(texts(page))
    assert [text for texts in pages for text in texts] == [f"number {number}" for number in reversed(range(25))]
    assert [len(texts) for texts in pages] == [10, 10, 5]
    for expected in reversed(pages[:-1]):
        assert page.newer
        page = list_contributions("U0AINO001", here, after=page.first)
        assert texts(page) == expected
    assert not page.newer


# request a report


def managed() -> FakeWorld:
    return FakeWorld(FakeClock(NOW), chat=FakeChat(members={MANAGEMENT: {"U0MAIJA01"}}))


@pytest.mark.parametrize(("month", "running"), [(Month(2026, 10), False), (Month(2026, 11), True)])
def test_a_manager_gets_the_month_and_whether_it_is_over(month: Month, running: bool) -> None:
    here = managed()
    assert request_report(month, "U0MAIJA01", "1.2.3", here) == Requested(month, running)
    assert here.report_requests.asked == [(month, "U0MAIJA01", "1.2.3")]


def test_anyone_else_gets_none() -> None:
    here = managed()
    assert request_report(Month(2026, 10), "U0AINO001", "1.2.3", here) is Refusal.NOT_A_MANAGER
    assert refusal("U0AINO001", here) is Refusal.NOT_A_MANAGER
    assert refusal("U0MAIJA01", here) is None
    assert here.report_requests.asked == []


@pytest.mark.parametrize("error", [TransientSlackError("ratelimited"), PermanentSlackError("missing_scope")])
def test_nobody_is_let_in_while_slack_does_not_say_who_is_a_manager(error: Exception) -> None:
    here = managed()
    here.chat.failing = fails_at(MANAGEMENT, error)
    assert request_report(Month(2026, 10), "U0MAIJA01", "1.2.3", here) is Refusal.MEMBERSHIP_UNKNOWN
    assert here.report_requests.asked == []
