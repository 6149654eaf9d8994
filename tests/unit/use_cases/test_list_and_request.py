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
from ossi.domain.payroll import Obstacle
from ossi.ports import Asking, Page
from ossi.slack.errors import PermanentSlackError, SlackError, TransientSlackError
from ossi.use_cases.list_contributions import list_contributions
from ossi.use_cases.membership import Refusal, SetUpBroken, refusal
from ossi.use_cases.request_closing import ClosingRequested, request_closing
from ossi.use_cases.request_report import Requested, request_report

NOW = datetime(2026, 11, 1, 9, 0, tzinfo=HELSINKI)
SEPTEMBER = Month(2026, 9)
MAIJA = Asking("U0MAIJA01", "1.2.3", "https://hooks.slack.com/commands/1/2/3")
# What stays until someone changes the set-up (Slack: errors of conversations.members).
SET_UP = [
    *(
        "missing_scope",
        "channel_not_found",
        "invalid_auth",
        "not_in_channel",
        "token_revoked",
        "account_inactive",
        "is_archived",
    ),
    *("a_code_of_tomorrow", "endless_list"),
]
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
    assert request_report(month, MAIJA, here) == Requested(month, running)
    assert (here.report_requests.asked, here.report_requests.closed) == ([(month, MAIJA)], [])


def test_anyone_else_gets_none() -> None:
    here = managed()
    assert request_report(Month(2026, 10), Asking("U0AINO001", "1.2.3"), here) is Refusal.NOT_A_MANAGER
    assert request_closing(SEPTEMBER, Asking("U0AINO001", "1.2.3"), here) is Refusal.NOT_A_MANAGER
    assert refusal("U0AINO001", here) is Refusal.NOT_A_MANAGER
    assert refusal("U0MAIJA01", here) is None
    assert (here.report_requests.asked, here.report_requests.closed) == ([], [])


@pytest.mark.parametrize(
    ("error", "refused", "level"),
    [
        (TransientSlackError("ratelimited"), Refusal.MEMBERSHIP_UNKNOWN, "WARNING"),
        *((PermanentSlackError(code), SetUpBroken(code), "ERROR") for code in SET_UP),
    ],
)
def test_nobody_is_let_in_while_slack_does_not_say_who_is_a_manager(
    error: SlackError, refused: Refusal | SetUpBroken, level: str, caplog: pytest.LogCaptureFixture
) -> None:
    here = managed()
    here.chat.failing = fails_at(MANAGEMENT, error)
    assert request_report(Month(2026, 10), MAIJA, here) == refused
    assert request_closing(SEPTEMBER, MAIJA, here) == refused
    assert (here.report_requests.asked, here.report_requests.closed) == ([], [])
    logged = [(record.levelname, record.__dict__["why"], record.__dict__["metric"]) for record in caplog.records]
    assert logged == [(level, error.code, "Failed")] * 2


# request a closing


@pytest.mark.parametrize(
    ("now", "result"),
    [
        (datetime(2026, 11, 3, 0, 59, 59, tzinfo=HELSINKI), Obstacle.NOT_OVER),
        (datetime(2026, 11, 3, 1, tzinfo=HELSINKI), ClosingRequested(Month(2026, 10))),
    ],
)
def test_a_manager_closes_a_month_that_is_over(now: datetime, result: object) -> None:
    here = managed()
    here.clock.now = now
    assert request_closing(Month(2026, 10), MAIJA, here) == result
    closed = [(Month(2026, 10), MAIJA)] if result is not Obstacle.NOT_OVER else []
    assert (here.report_requests.asked, here.report_requests.closed) == ([], closed)
