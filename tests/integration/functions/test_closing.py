"""R33 through the handlers: a month that is closed with something pending, and what becomes of it."""

import io
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from openpyxl.utils import range_boundaries

from integration.functions.cloud import LEDGER
from integration.functions.events import Context, Event
from integration.functions.test_report_records import client
from integration.functions.world import EINO, MAIJA, MATTI, World, a_row
from ossi.aws.dynamodb import to_item
from ossi.domain.contribution import Contribution, Status
from ossi.domain.errors import UnreadableReport
from ossi.domain.months import Month
from ossi.runtime.errors import OutOfTime
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
    assert f"2 came late: for {Month.parse(october).label}, accepted after that was closed." in in_november
    assert amounts(november_sheets["Late"]) == [200, 200]
    assert {row["Target month"] for row in november_sheets["Late"]} == {october}
    assert amounts(november_sheets["Accepted"]) == [50]
    assert "There are no accepted contributions" in in_december
    assert december_sheets == {}
    # And October, made again, is what it was, and says where they are.
    again, sheets = made(world, asked(october))
    assert "Made again." in again
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
    again, sheets_again = made(world, asked(month, 2))

    assert "Provisional: nothing counts as paid by this report." in first
    assert "Provisional" in again
    assert "Nothing has changed since the report of" in again
    assert amounts(sheets["Accepted"]) == amounts(sheets_again["Accepted"]) == [50]
    assert ("report-version", "closed") not in world.cloud.ledger()


def test_a_crash_between_the_record_and_the_announcement_changes_no_figure(world: World) -> None:
    world.cloud.put(a_row(timestamp=1, status=Status.ACCEPTED))
    world.control.fail("chat.postMessage", "slack_error", error="service_unavailable")
    assert handler(asked("2026-10"), Context())["announced"] is False
    world.cloud.put(a_row(timestamp=2, status=Status.ACCEPTED))

    text, sheets = made(world, asked("2026-10"))

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
    assert "I could not make the report of October 2026. It took longer than I may work." in message.rendered
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
    assert "I could not make the report of October 2026. It took longer than I may work." in message.rendered


def test_a_record_that_somebody_spoiled_stops_the_reports_that_build_on_it_and_is_named(world: World) -> None:
    world.cloud.put(a_row(status=Status.ACCEPTED))
    made(world, scheduled("2026-10"))
    (part,) = [key for key, row in world.cloud.ledger().items() if "entries" in row]
    client().delete_item(TableName=LEDGER, Key=to_item({"id": part[0], "effect": part[1]}))

    for _ in range(3):
        with pytest.raises(UnreadableReport):
            handler(asked("2026-11"), Context())

    message = world.managers_see()[-1].rendered
    assert "I cannot read what was counted for October 2026, and do not guess about money." in message


def test_the_totals_of_the_message_are_those_of_the_files(world: World) -> None:
    world.cloud.put(
        *[a_row(timestamp=at, status=Status.ACCEPTED, level=("SMALL", "MEDIUM")[at % 2]) for at in range(7)]
    )

    text, sheets = made(world, scheduled("2026-10"))

    total = re.search(r"Total compensation\n([\d,.]+) EUR", text)
    assert total is not None
    assert Decimal(total[1].replace(",", "")) == sum(amounts(sheets["Accepted"])) == 4 * 50 + 3 * 200
