"""R11 and R33 through the handlers: who closes a month and how, and what becomes of what was pending in it."""

import io
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from openpyxl.utils import range_boundaries

from fakes import HELSINKI
from integration.functions.cloud import LEDGER
from integration.functions.events import Context, Event, interaction_body, signed
from integration.functions.test_report_records import client
from integration.functions.world import AINO, EINO, MAIJA, MANAGEMENT, MATTI, PUBLIC, World, a_row
from local_slack.control_models import InteractionResult
from ossi.aws.dynamodb import to_item
from ossi.domain.contribution import Contribution, Status
from ossi.domain.errors import UnreadableReport
from ossi.domain.months import Month
from ossi.runtime.errors import OutOfTime
from ossi_interactions.handler import handler as interactions_handler
from ossi_report.handler import handler

SHORTLY = Context(left_ms=60_000)  # no time for the work


def scheduled(month: str) -> Event:
    """The schedule's event that reports that month: on the 3rd of the next."""
    following = Month.parse(month)
    year, number = (following.year + 1, 1) if following.number == 12 else (following.year, following.number + 1)
    return {"source": "schedule", "scheduledTime": f"{year}-{number:02d}-03T04:00:00Z"}


def asked(month: str, number: int = 1) -> Event:
    return {"source": "slash", "month": month, "requestedBy": MAIJA, "requestId": f"1.2.{number}"}


def made(world: World, event: Event) -> tuple[str, dict[str, list[dict[str, Any]]]]:
    """Runs the report function. Answers the announcement, and sheet -> rows of its workbook as opened again, if it has one."""
    before = world.cloud.reports()
    assert handler(event, Context())["announced"] is True
    new = [content for name, content in world.cloud.reports().items() if name not in before and name.endswith("xlsx")]
    sheets: dict[str, list[dict[str, Any]]] = {}
    for content in new:
        book = openpyxl.load_workbook(io.BytesIO(content))
        for sheet in book.worksheets[1:]:
            last_row = range_boundaries(sheet.auto_filter.ref)[3]
            header, *rows = sheet.iter_rows(max_row=last_row, values_only=True)
            sheets[sheet.title] = [dict(zip(map(str, header), row, strict=True)) for row in rows]
    return world.managers_see()[-1].rendered, sheets


def amounts(rows: Sequence[dict[str, Any]]) -> list[int]:
    return sorted(row["Amount"] for row in rows)


def test_what_was_pending_when_its_month_was_closed_is_paid_by_the_next_report_and_by_no_third(world: World) -> None:
    # Given October with one accepted and two pending contributions, closed by the schedule.
    first, second, third = (world.register(), world.register(EINO, level="MEDIUM"), world.register(level="MEDIUM"))
    october = first.contribution_month
    november, december = (str(month) for month in following(Month.parse(october), 2))
    accept(world, first)
    text, sheets = made(world, scheduled(october))
    assert "1 accepted, 2 pending, 0 declined" in text
    assert "50.00 EUR" in text
    assert (amounts(sheets["Accepted"]), sheets["Late"]) == ([50], [])
    assert amounts(sheets["Pending"]) == [200, 200]

    # When both are accepted afterwards, and the next two months are closed.
    accept(world, second)
    accept(world, third)
    world.cloud.put(a_row(timestamp=9, status=Status.ACCEPTED, contribution_month=november))
    in_november, november_sheets = made(world, scheduled(november))
    in_december, december_sheets = made(world, scheduled(december))

    # Then they are in the totals of the next report, once, and in no third.
    assert "3 accepted (2 of them late), 0 pending, 0 declined" in in_november
    assert "450.00 EUR" in in_november
    assert f"2 came late: accepted for {Month.parse(october).label} after that month was closed." in in_november
    assert amounts(november_sheets["Late"]) == [200, 200]
    assert {row["Target month"] for row in november_sheets["Late"]} == {october}
    assert amounts(november_sheets["Accepted"]) == [50]
    assert "There are no accepted contributions" in in_december
    assert december_sheets == {}
    # And October, read again, is what it was, and says where they are.
    again, sheets = made(world, asked(october))
    assert "Copy of a closed report." in again
    assert "1 accepted, 0 pending, 0 declined" in again
    assert f"2 accepted (in the report of {Month.parse(november).label})" in again
    assert (amounts(sheets["Accepted"]), sheets["Late"]) == ([50], [])
    assert [(row["Change"], row["Counted in"]) for row in sheets["Changes"]] == [("accepted since", november)] * 2


def following(month: Month, count: int) -> list[Month]:
    """The months after that one."""
    start = month.year * 12 + month.number
    return [Month(each // 12, each % 12 + 1) for each in range(start, start + count)]


def accept(world: World, row: Contribution) -> None:
    (request,) = [each for each in world.managers_see() if any(act.value == str(row.key) for act in each.actions)]
    world.control.press(MATTI, "accept_contribution", channel=request.channel, ts=request.ts)
    assert world.run_stream() == []


def test_the_summary_sheet_adds_the_late_ones_to_the_months_own(world: World) -> None:
    world.cloud.put(a_row(timestamp=1))
    made(world, scheduled("2026-10"))
    world.cloud.put(
        a_row(timestamp=1, status=Status.ACCEPTED),
        a_row(timestamp=2, status=Status.ACCEPTED, contribution_month="2026-11"),
    )

    made(world, scheduled("2026-11"))

    (content,) = [each for name, each in world.cloud.reports().items() if name.endswith("xlsx")]
    summary = openpyxl.load_workbook(io.BytesIO(content))["Summary"]
    lines = [
        row
        for row in summary.iter_rows(values_only=True)
        if row[5] == "EUR" and row[0] in {"Accepted", "Late", "Accepted and late"}
    ]
    assert [(row[0], row[3], row[4]) for row in lines] == [
        ("Accepted", 1, 50),
        ("Late", 1, 50),
        ("Accepted and late", 2, 100),
    ]


def test_a_running_month_is_provisional_and_closes_nothing(world: World) -> None:
    month = str(Month.of(datetime.now(UTC)))
    world.cloud.put(a_row(status=Status.ACCEPTED, contribution_month=month))

    first, sheets = made(world, asked(month, 1))
    world.cloud.put(a_row(timestamp=1, contribution_month=month))
    again, sheets_again = made(world, asked(month, 2))

    assert "Provisional: please don't pay from this report." in first
    assert "Provisional" in again
    assert "Nothing has changed since the report of" in again
    assert amounts(sheets["Accepted"]) == amounts(sheets_again["Accepted"]) == [50]
    assert ("report-version", "closed") not in world.cloud.ledger()


def test_a_crash_between_the_record_and_the_announcement_changes_no_figure(world: World) -> None:
    world.cloud.put(a_row(timestamp=1, status=Status.ACCEPTED))
    world.control.fail("chat.postMessage", "slack_error", error="service_unavailable")
    assert handler(scheduled("2026-10"), Context())["announced"] is False
    world.cloud.put(a_row(timestamp=2, status=Status.ACCEPTED))

    text, sheets = made(world, scheduled("2026-10"))

    assert "October 2026 is closed." in text
    assert "1 accepted, 0 pending" in text
    assert len(sheets["Accepted"]) == 1


# a report that fails


def test_a_report_that_takes_too_long_is_told_to_the_managers_after_the_third_attempt(world: World) -> None:
    world.cloud.put(a_row(status=Status.ACCEPTED))
    for _ in range(2):
        with pytest.raises(OutOfTime):
            handler(asked("2026-10"), SHORTLY)
        assert world.managers_see() == []

    with pytest.raises(OutOfTime):
        handler(asked("2026-10"), SHORTLY)

    (message,) = world.managers_see()
    assert "I couldn't create the October 2026 report. It took too long." in message.rendered
    assert "/ossi report 2026-10" in message.rendered
    # What it says works.
    text, _sheets = made(world, asked("2026-10", 2))
    assert "1 accepted" in text


def test_where_slack_is_down_too_the_trouble_is_told_when_it_is_back(world: World) -> None:
    world.cloud.put(a_row(status=Status.ACCEPTED))
    world.control.fail("chat.postMessage", "slack_error", times=None, error="service_unavailable")
    for _ in range(3):
        with pytest.raises(OutOfTime):
            handler(asked("2026-10"), SHORTLY)
    assert world.managers_see() == []

    world.control.heal()
    world.later(61)
    world.run_reconciler()
    assert [event["effect"] for event in world.cloud.invoked] == ["announce_trouble"]
    assert handler(world.cloud.invoked[0], Context()) == {"announced": True}
    (message,) = world.managers_see()
    assert "I couldn't create the October 2026 report. It took too long." in message.rendered


def test_a_record_that_somebody_spoiled_stops_the_reports_that_build_on_it_and_is_named(world: World) -> None:
    world.cloud.put(a_row(status=Status.ACCEPTED))
    made(world, scheduled("2026-10"))
    (part,) = [key for key, row in world.cloud.ledger().items() if "entries" in row]
    client().delete_item(TableName=LEDGER, Key=to_item({"id": part[0], "effect": part[1]}))

    for _ in range(3):
        with pytest.raises(UnreadableReport):
            handler(asked("2026-11"), Context())

    message = world.managers_see()[-1].rendered
    assert "I can't read what was counted for October 2026, and I won't guess about money." in message


def test_the_totals_of_the_message_are_those_of_the_files(world: World) -> None:
    world.cloud.put(
        *[a_row(timestamp=at, status=Status.ACCEPTED, level=("SMALL", "MEDIUM")[at % 2]) for at in range(7)]
    )

    text, sheets = made(world, scheduled("2026-10"))

    total = re.search(r"Total compensation\n([\d,.]+) EUR", text)
    assert total is not None
    assert Decimal(total[1].replace(",", "")) == sum(amounts(sheets["Accepted"])) == 4 * 50 + 3 * 200


# by whom, and when


@pytest.fixture
def books(world: World) -> World:
    """One accepted contribution in each of three months, of which August 2020 is closed."""
    for at, month in enumerate(("2019-10", "2020-08", "2020-09")):
        world.cloud.put(a_row(timestamp=at, status=Status.ACCEPTED, decided_at=at, contribution_month=month))
    made(world, scheduled("2020-08"))
    return world


def buttons(world: World) -> list[str | None]:
    """The months whose Close stands in the management channel."""
    return [act.value for each in world.managers_see() for act in each.actions if act.action_id == "close_month"]


def press_close(world: World, month: str = "2020-09") -> InteractionResult:
    return world.control.press(MATTI, "close_month", channel=MANAGEMENT, value=month)


def closed(world: World) -> list[str]:
    """The months that are closed."""
    return sorted(effect for (kind, effect), row in world.cloud.ledger().items() if kind == "reports" and row["closed"])


def test_a_month_that_was_asked_for_out_of_curiosity_is_not_closed_and_no_other_is_said_to_be_missing(
    world: World,
) -> None:
    for at, month in enumerate(("2025-10", "2026-09", "2026-10")):
        world.cloud.put(a_row(timestamp=at, status=Status.ACCEPTED, decided_at=at, contribution_month=month))
    text, _sheets = made(world, asked("2025-10"))
    assert "For reference only: please don't pay from this report." in text
    assert (closed(world), buttons(world)) == ([], [])

    text, sheets = made(world, scheduled("2026-10"))

    assert closed(world) == ["2026-10"]
    assert "Skipped" not in text
    assert (amounts(sheets["Accepted"]), sheets["Late"]) == ([50], [])


def test_a_manager_closes_a_month_with_the_button_of_its_report(books: World) -> None:
    # Given the report of a month that is over, which says that it is provisional.
    text, _sheets = made(books, asked("2020-09"))
    assert "Provisional: please don't pay from this report. September 2020 is over" in text
    assert buttons(books) == ["2020-09"]
    report = books.managers_see()[-1]

    # When a manager presses Close.
    result = press_close(books)
    assert (result.status, result.error, result.ephemeral) == (200, None, [])
    (event,) = books.cloud.invoked
    assert (event["source"], event["month"], event["by"], event["requestedBy"]) == (
        "close",
        "2020-09",
        "manager",
        MATTI,
    )

    # Then the button is gone, everyone sees who pressed it, and the rest of the message is as it was.
    redrawn = books.managers_see()[-1]
    assert (redrawn.ts, buttons(books)) == (report.ts, [])
    assert "@Matti Koski asked me to close September 2020." in redrawn.rendered
    kept = [block for block in report.blocks if block["type"] != "actions"]
    assert [block for block in redrawn.blocks if block in kept] == kept
    assert len(redrawn.blocks) == len(report.blocks)
    # And the month is closed by a report of its own, once, however often the function is invoked.
    for announced in (True, False, False):
        assert handler(event, Context()) == {"month": "2020-09", "announced": announced, "obstacle": ""}
    assert closed(books) == ["2020-08", "2020-09"]
    final = books.managers_see()[-1].rendered
    assert "September 2020 is closed. Pay these amounts from this report only." in final
    assert "Closed by @Matti Koski." in final
    # And the schedule has nothing to add.
    count = len(books.managers_see())
    assert handler(scheduled("2020-09"), Context())["announced"] is False
    assert len(books.managers_see()) == count


def test_a_button_is_checked_again_when_it_is_pressed(books: World) -> None:
    made(books, asked("2020-09"))
    press_close(books)
    payload = books.last_payload()
    action, running = payload["actions"][0], Month.of(datetime.now(HELSINKI))
    elsewhere = {"container": {"type": "message", "channel_id": PUBLIC, "message_ts": "1.2"}, "channel": {"id": PUBLIC}}
    for changes, said in [
        ({"user": {"id": AINO, "username": "aino"}}, "Only members of the management channel can close a month"),
        ({"actions": [action | {"value": str(running)}]}, f"{running.label} can't be closed yet"),
        ({"actions": [action | {"value": "soon"}]}, "I do not know that button."),
        (elsewhere, "I do not know that button."),
    ]:
        body = interaction_body({**payload, **changes})
        before = books.control.ephemeral(MATTI)
        assert interactions_handler(signed("/interactions", body), Context())["statusCode"] == 200
        (told,) = books.control.ephemeral(MATTI)[len(before) :]
        assert said in told.rendered
        assert interactions_handler(signed("/interactions", body, secret="forged"), Context())["statusCode"] == 401
    assert len(books.cloud.invoked) == 1
    assert closed(books) == ["2020-08"]


@pytest.mark.parametrize(
    ("first", "month", "said"),
    [("2020-10", "2020-10", "already closed"), ("2020-10", "2020-09", "before I started closing months"),
     ("", "2020-09", "I start with last month")],
)  # fmt: skip
def test_a_month_that_may_not_be_closed_is_answered_privately(world: World, first: str, month: str, said: str) -> None:
    if first:
        made(world, scheduled(first))
    world.control.command(MATTI, "report 2020-09", channel=MANAGEMENT)  # for a response_url that works
    event = {"source": "close", "month": month, "by": "manager", "requestedBy": MATTI, "requestId": "7.8.9"}
    url = world.cloud.invoked[-1]["responseUrl"]
    before, count = world.cloud.ledger(), len(world.managers_see())

    assert handler({**event, "responseUrl": url}, Context())["announced"] is False

    assert said in world.control.ephemeral(MATTI)[-1].rendered
    assert len(world.managers_see()) == count
    new = [(key, row) for key, row in world.cloud.ledger().items() if key not in before]
    assert [(key, "unsettled" in row) for key, row in new] == [
        ((f"report#{month}#manager#7.8.9", "announce_report"), False)
    ]


@pytest.mark.parametrize("answered", ["privately", "by direct message"])
def test_a_manager_who_is_answered_alone_can_close_the_month_from_there(books: World, answered: str) -> None:
    """The channel's message with the button may have been deleted."""
    made(books, asked("2020-09"))
    books.control.command(MATTI, "report 2020-09", channel=PUBLIC)
    event = books.cloud.invoked.pop()
    handler(event | ({} if answered == "privately" else {"responseUrl": ""}), Context())
    seen = books.control.ephemeral(MATTI) if answered == "privately" else books.control.dm(MATTI)

    result = books.control.press(MATTI, "close_month", value="2020-09", channel=seen[-1].channel, ts=seen[-1].ts)

    assert (result.status, result.error) == (200, None)
    (event,) = books.cloud.invoked
    assert handler(event, Context())["announced"] is True
    assert closed(books) == ["2020-08", "2020-09"]
    alone = [*books.control.ephemeral(MATTI), *books.control.dm(MATTI)]
    assert [act for each in alone for act in each.actions] == []


def test_a_button_that_cannot_be_taken_away_still_closes_and_is_answered(books: World) -> None:
    made(books, asked("2020-09"))
    books.control.fail("chat.update", "slack_error", error="cant_update_message")
    (told,) = press_close(books).ephemeral
    assert "I'm closing September 2020." in told.rendered
    assert len(books.cloud.invoked) == 1


def test_a_report_function_that_cannot_be_started_leaves_the_button(books: World) -> None:
    made(books, asked("2020-09"))
    books.cloud.refuse_invocations()
    (told,) = press_close(books).ephemeral
    assert "Something went wrong" in told.rendered
    assert buttons(books) == ["2020-09"]


def test_an_admin_chooses_the_first_month(world: World) -> None:
    world.cloud.put(a_row(timestamp=1, status=Status.ACCEPTED, contribution_month="2020-09"))
    event = {"source": "close", "month": "2020-09", "by": "admin", "requestId": "7.8.9"}
    assert handler(event, Context()) == {"month": "2020-09", "announced": True, "obstacle": ""}
    assert "Closed by an admin" in world.managers_see()[-1].rendered
    for month, obstacle in (("2020-09", "closed"), ("2020-08", "history"), ("2999-01", "not over")):
        again = {**event, "month": month, "requestId": month}
        assert handler(again, Context()) == {"month": month, "announced": False, "obstacle": obstacle}
    assert closed(world) == ["2020-09"]
    assert len(world.managers_see()) == 1


def test_a_close_that_runs_out_of_time_is_finished_as_a_close(books: World) -> None:
    made(books, asked("2020-09"))
    press_close(books)
    (event,) = books.cloud.invoked
    for _ in range(3):
        with pytest.raises(OutOfTime):
            handler(event, SHORTLY)
    assert closed(books) == ["2020-08"]
    assert "I'll keep trying" in books.managers_see()[-1].rendered
    books.later(3700)
    books.run_reconciler()
    handler(books.cloud.invoked[-1], Context())
    assert closed(books) == ["2020-08", "2020-09"]
    assert "Closed by @Matti Koski." in books.managers_see()[-1].rendered
