"""The report function: workbook, message and link, once a run."""

import io
import json
import time
from typing import Any

import openpyxl
import pytest
from ossi.delivery.errors import DeliveryIncomplete

from integration.functions.cloud import BUCKET, LINK_KEY
from integration.functions.events import Context, load
from integration.functions.world import MAIJA, World, a_row
from ossi.domain.contribution import Status
from ossi.domain.errors import UnreadableMonth
from ossi.domain.links import check_link
from ossi.runtime.invocation import InvocationFailed
from ossi.slack.errors import PermanentSlackError, TransientSlackError
from ossi_report.bootstrap import app
from ossi_report.handler import handler

ASKED = {"source": "slash", "month": "2026-10", "requestedBy": MAIJA, "requestId": "1.2.3"}


def accepted(number: int = 0, **more: Any) -> Any:
    return a_row(status=Status.ACCEPTED, decided_by=MAIJA, timestamp=1_792_994_700_000 + number, **more)


def october(world: World) -> None:
    world.cloud.put(
        accepted(0),
        accepted(1, user_id="U0EINO001", name="Eino Mäki", size="MEDIUM"),
        a_row(timestamp=5),
        a_row(timestamp=6, status=Status.DECLINED),
        accepted(7, contribution_month="2026-09"),
    )


def cells(content: bytes, sheet: str) -> list[Any]:
    workbook = openpyxl.load_workbook(io.BytesIO(content))
    return [cell for row in workbook[sheet].iter_rows(values_only=True) for cell in row]


def test_a_report_is_stored_and_announced_with_its_links(world: World) -> None:
    october(world)
    assert handler(ASKED, Context()) == {"month": "2026-10", "announced": True}
    (message,) = world.managers_see()
    for fact in (
        "October 2026",
        "2 accepted, 1 pending, 1 declined",
        "250.00 EUR",
        "Aino Lahti, Eino Mäki",
        "@Maija Salo",
    ):
        assert fact in message.rendered
    links, files = world.announced_links(), world.cloud.reports()
    assert {f"reports/{name}" for name, _ in links.values()} == set(files)
    for name, token in links.values():
        check_link(name, token, LINK_KEY, app().books.clock())
    stored = {suffix: files[f"reports/{name}"] for suffix, (name, _) in links.items()}
    assert {"Aino Lahti", "Eino Mäki"} <= set(cells(stored["xlsx"], "Accepted"))
    assert b"Aino Lahti" in stored["csv"]
    assert json.loads(stored["json"])["month"] == "2026-10"


def test_each_file_is_stored_as_what_it_is(world: World) -> None:
    october(world)
    assert handler(ASKED, Context())["announced"] is True
    assert {
        key.rpartition(".")[2]: world.cloud.s3.head_object(Bucket=BUCKET, Key=key)["ContentType"]
        for key in world.cloud.reports()
    } == {
        "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "csv": "text/csv; charset=utf-8",
        "json": "application/json",
    }


def test_the_same_run_delivered_twice_posts_one_report(world: World) -> None:
    october(world)
    assert handler(ASKED, Context())["announced"] is True
    assert handler(ASKED, Context())["announced"] is False
    assert len(world.managers_see()) == 1
    assert len(world.cloud.reports()) == 3
    assert handler({**ASKED, "requestId": "4.5.6"}, Context())["announced"] is True
    assert len(world.managers_see()) == 2


def test_the_scheduled_run_reports_the_previous_month_once(world: World) -> None:
    october(world)
    assert handler(load("schedule"), Context()) == {"month": "2026-10", "announced": True}
    assert handler(load("schedule"), Context()) == {"month": "2026-10", "announced": False}
    (message,) = world.managers_see()
    assert "Made by the schedule." in message.rendered


@pytest.mark.parametrize(
    ("scheduled", "month"),
    [
        ("2026-10-31T22:30:00Z", "2026-10"),  # November has begun in Helsinki
        ("2026-10-31T21:30:00Z", "2026-09"),
        ("2027-01-03T04:00:00Z", "2026-12"),
        ("2026-11-03T06:00:00+02:00", "2026-10"),
    ],
)
def test_the_schedules_month_is_that_of_the_time_zone(world: World, scheduled: str, month: str) -> None:
    assert handler({"source": "schedule", "scheduledTime": scheduled}, Context())["month"] == month
    assert world.cloud.reports() == {}


def test_a_month_without_accepted_contributions_gets_a_message_and_no_file(world: World) -> None:
    world.cloud.put(a_row())
    assert handler(ASKED, Context())["announced"] is True
    (message,) = world.managers_see()
    assert "no accepted contributions for October 2026" in message.rendered
    assert world.cloud.reports() == {}


@pytest.mark.parametrize(
    ("kind", "arguments", "error"),
    [
        ("http_503", {"times": 3}, TransientSlackError),
        ("ratelimited", {"retry_after": 60}, TransientSlackError),
        ("cut", {}, TransientSlackError),
        ("slack_error", {"error": "not_in_channel"}, PermanentSlackError),
    ],
)
def test_a_run_that_failed_is_made_up_for_by_the_next_try(
    world: World, kind: Any, arguments: dict[str, Any], error: type[Exception]
) -> None:
    october(world)
    world.control.fail("chat.postMessage", kind, **arguments)
    with pytest.raises(error):
        handler(ASKED, Context())
    assert world.managers_see() == []
    assert handler(ASKED, Context())["announced"] is True
    assert len(world.managers_see()) == 1


def test_an_outage_of_the_bucket_is_made_up_for(world: World) -> None:
    october(world)
    world.cloud.s3.delete_bucket(Bucket=BUCKET)
    with pytest.raises(InvocationFailed, match="NoSuchBucket"):
        handler(ASKED, Context())
    assert world.managers_see() == []
    world.cloud.create_bucket()
    assert handler(ASKED, Context())["announced"] is True


def test_a_run_that_is_under_way_elsewhere_comes_again(world: World) -> None:
    october(world)
    assert app().ledger.claim("report#2026-10#asked#1.2.3", "announce_report").value == "granted"
    with pytest.raises(DeliveryIncomplete):
        handler(ASKED, Context())
    assert world.managers_see() == []


@pytest.mark.parametrize(
    "event",
    [
        {},
        {"source": "else"},
        {"source": "slash"},
        {"source": "schedule", "scheduledTime": "soon"},
        {**ASKED, "month": "x"},
    ],
)
def test_an_event_of_another_shape_is_an_error(world: World, event: dict[str, Any]) -> None:
    with pytest.raises((InvocationFailed, UnreadableMonth)):
        handler(event, Context())
    assert world.calls() == []


def test_a_spoiled_row_does_not_spoil_the_report(world: World) -> None:
    october(world)
    world.cloud.put({**a_row(timestamp=9).to_row(), "status": "DONE"})
    assert handler(ASKED, Context())["announced"] is True
    assert "2 accepted, 1 pending, 1 declined" in world.managers_see()[0].rendered


def test_a_month_of_3000_rows_pages_the_index(world: World) -> None:
    text = "Typed words that belong into no log. " + "x" * 900  # 3 MB altogether: the index answers 1 MB at a time
    world.cloud.put_many(
        [accepted(number, text=f"{text}{number}", user_id=f"U{number % 40:04d}") for number in range(3000)]
    )
    started = time.monotonic()
    assert handler(ASKED, Context())["announced"] is True
    assert "3000 accepted" in world.managers_see()[0].rendered
    (content,) = (content for key, content in world.cloud.reports().items() if key.endswith(".xlsx"))
    assert sum(1 for cell in cells(content, "Accepted") if isinstance(cell, str) and cell.startswith(text)) == 3000
    assert world.cloud.queries > 1
    assert time.monotonic() - started < 60
