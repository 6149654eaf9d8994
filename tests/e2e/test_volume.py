"""Many contributions: of one person, page by page; of one month, in one workbook."""

import itertools

from e2e.driving import MAIJA, TEXT, Ossi, accepted_row, now_ms
from e2e.workbooks import announcement, fetch, link_in, sheet
from local_slack.control_models import InteractionResult, MessageRead

OLDER, NEWER = "list_older", "list_newer"


def numbers_on(page: MessageRead) -> list[int]:
    """The contributions of a page by the numbers in their descriptions, in the order in which they stand there."""
    return [int(part.split()[0]) for part in page.rendered.split("contribution no. ")[1:]]


def turn(ossi: Ossi, user: str, button: str) -> MessageRead:
    result: InteractionResult = ossi.slack.press(user, button)
    assert (result.status, result.error) == (200, None)
    # The page is redrawn in place: however far one turns, there is one message.
    (page,) = ossi.slack.ephemeral(user)
    return page


def buttons_of(page: MessageRead) -> list[str]:
    return [action.action_id for action in page.actions]


def test_three_hundred_contributions_are_listed_page_by_page(ossi: Ossi) -> None:
    ella, started = ossi.employee(), now_ms()
    rows = [
        accepted_row(ella, started + number, "2026-01", text=f"contribution no. {number} {TEXT * 20}"[:2000])
        for number in range(300)
    ]
    ossi.write(rows)

    # From the newest to the oldest.
    (page,) = ossi.slack.command(ella, "list").ephemeral
    assert buttons_of(page) == [OLDER]
    pages = [numbers_on(page)]
    while OLDER in buttons_of(page):
        page = turn(ossi, ella, OLDER)
        pages.append(numbers_on(page))
        assert len(pages) <= 30
    assert buttons_of(page) == [NEWER]
    assert list(itertools.chain(*pages)) == list(reversed(range(300)))
    assert {len(numbers) for numbers in pages} == {10}

    # And back.
    way_back = [numbers_on(page)]
    while NEWER in buttons_of(page):
        page = turn(ossi, ella, NEWER)
        way_back.append(numbers_on(page))
        assert len(way_back) <= 30
    assert way_back == list(reversed(pages))
    assert buttons_of(page) == [OLDER]


def test_one_page_more_than_full_and_one_that_is_just_full(ossi: Ossi) -> None:
    ella, eino, started = ossi.employee(), ossi.employee(), now_ms()
    ossi.write(accepted_row(ella, started + n, "2026-01", text=f"contribution no. {n} {TEXT}") for n in range(10))
    ossi.write(accepted_row(eino, started + n, "2026-01", text=f"contribution no. {n} {TEXT}") for n in range(11))

    (full,) = ossi.slack.command(ella, "list").ephemeral
    assert (len(numbers_on(full)), buttons_of(full)) == (10, [])
    (first,) = ossi.slack.command(eino, "list").ephemeral
    assert buttons_of(first) == [OLDER]
    second = turn(ossi, eino, OLDER)
    assert (numbers_on(second), buttons_of(second)) == ([0], [NEWER])


def test_nobody_sees_the_contributions_of_others(ossi: Ossi) -> None:
    ella = ossi.employee()
    ossi.write([accepted_row(MAIJA, now_ms(), "2026-01")])

    (nothing,) = ossi.slack.command(ella, "list").ephemeral

    assert "You have not registered any contributions yet" in nothing.rendered


def test_a_month_of_three_thousand_contributions_is_reported(ossi: Ossi) -> None:
    started, month = now_ms(), "2025-10"
    # 2 kB each: the index answers in more than six pages of 1 MB.
    descriptions = [f"contribution no. {number} {'ä' * 960}" for number in range(3000)]
    ossi.write(
        accepted_row(f"U0PERSON{number % 120:03d}", started + number, month, text=text, name=f"Person {number % 120}")
        for number, text in enumerate(descriptions)
    )

    ossi.slack.command(MAIJA, f"report {month}")

    report = announcement(ossi)
    assert "3000 accepted, 0 pending, 0 declined" in report.rendered
    assert "150,000.00 EUR" in report.rendered
    assert "Contributors (120)" in report.rendered
    assert "and 100 more" in report.rendered
    rows = sheet(fetch(link_in(report)).content, "Accepted")
    assert sorted(str(row["Description"].value) for row in rows) == sorted(descriptions)
    # Rows that were written by hand in their final state are no transitions: nobody is told. A contribution that comes
    # behind them in the stream shows that they have been seen.
    row, request = ossi.submitted(ossi.employee())
    assert len(ossi.posts()) == 3
    assert ossi.requests() == [report, request]
    assert len(ossi.told(row)) == 1
