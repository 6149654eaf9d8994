"""The report function: workbook, message and link, once a run."""

import io
import json
import time
from typing import Any

import openpyxl
import pytest

from integration.functions.cloud import BUCKET, LEDGER, LINK_KEY
from integration.functions.events import Context, load
from integration.functions.world import MAIJA, PUBLIC, World, a_row
from local_slack.control_models import MessageRead
from local_slack.server import SlackServer
from ossi.aws.dynamodb import to_item
from ossi.delivery.policy import claimed, owed
from ossi.delivery.record import DeliveryKey, Record
from ossi.domain.contribution import Status
from ossi.domain.errors import UnreadableMonth
from ossi.domain.links import check_link
from ossi.runtime.invocation import InvocationFailed
from ossi_reconcile.handler import handler as reconcile_handler
from ossi_report.bootstrap import app
from ossi_report.handler import handler

ASKED = {"source": "slash", "month": "2026-10", "requestedBy": MAIJA, "requestId": "1.2.3"}


def accepted(number: int = 0, **more: Any) -> Any:
    return a_row(status=Status.ACCEPTED, decided_by=MAIJA, timestamp=1_792_994_700_000 + number, **more)


def october(world: World) -> None:
    world.cloud.put(
        accepted(0),
        accepted(1, user_id="U0EINO001", name="Eino Mäki", level="MEDIUM"),
        a_row(timestamp=5, imported_at=6),  # so that no one waits to hear of it
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
        "Requested by @Maija Salo.",
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
    assert {"Aino Lahti", "Eino Mäki", MAIJA, "Maija Salo"} <= set(cells(stored["xlsx"], "Accepted"))
    assert b"Aino Lahti" in stored["csv"]
    assert json.loads(stored["json"])["month"] == "2026-10"


def rows_of(content: bytes, sheet: str = "Accepted") -> list[dict[str, Any]]:
    """The rows of a sheet, by column."""
    header, *rows = openpyxl.load_workbook(io.BytesIO(content))[sheet].iter_rows(values_only=True)
    return [dict(zip(map(str, header), row, strict=True)) for row in rows]


def stored(world: World, suffix: str = "xlsx") -> bytes:
    """The report's file of that kind."""
    (content,) = [content for name, content in world.cloud.reports().items() if name.endswith(f".{suffix}")]
    return content


def test_finance_reads_who_decided_by_name(world: World) -> None:
    october(world)
    assert handler(ASKED, Context())["announced"] is True
    assert [(row["Decided by"], row["Decider"]) for row in rows_of(stored(world))] == [(MAIJA, "Maija Salo")] * 2
    assert len(world.calls("users.info")) == 1
    assert "Email" not in rows_of(stored(world))[0]


@pytest.mark.parametrize(
    ("kind", "arguments"),
    [("http_503", {}), ("ratelimited", {"retry_after": 60}), ("cut", {}), ("slack_error", {"error": "user_not_found"})],
)
def test_a_report_does_not_wait_for_a_name(world: World, kind: Any, arguments: dict[str, Any]) -> None:
    october(world)
    world.control.fail("users.info", kind, times=None, **arguments)
    assert handler(ASKED, Context())["announced"] is True
    assert [row["Decider"] for row in rows_of(stored(world))] == [MAIJA] * 2


def test_addresses_are_in_the_files_where_that_is_wanted(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    october(world)
    seed = world.server.seed
    scopes = (*seed.app.scopes, "users:read.email")
    curious = seed.model_copy(update={"app": seed.app.model_copy(update={"scopes": scopes})})
    with SlackServer(curious) as slack:
        monkeypatch.setenv("OSSI_SLACK_API_URL", slack.api_url)
        monkeypatch.setenv("OSSI_REPORT_EMAILS", "true")
        app.cache_clear()
        assert handler(ASKED, Context())["announced"] is True
    domain = f"{seed.team.domain}.example"
    assert [(row["Slack ID"], row["Email"]) for row in rows_of(stored(world))] == [
        ("U0AINO001", f"aino@{domain}"),
        ("U0EINO001", f"eino@{domain}"),
    ]
    addresses = [each["email"] for each in json.loads(stored(world, "json"))["contributions"]]
    assert addresses == [f"aino@{domain}", f"eino@{domain}", f"aino@{domain}", f"aino@{domain}"]


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
    world.cloud.put(accepted(30))
    assert handler({**ASKED, "requestId": "4.5.6"}, Context())["announced"] is True
    assert len(world.managers_see()) == 2


def test_who_asks_for_what_the_channel_has_is_told_alone(world: World) -> None:
    """15 of 25 requests made copies that told nobody anything (issue 15)."""
    october(world)
    handler(load("schedule"), Context())
    told: list[MessageRead] = []
    for number in range(3):
        result = world.control.command(MAIJA, "report 2026-10", channel=PUBLIC)
        assert world.run_report() == {"month": "2026-10", "announced": False}
        (first, *_) = result.ephemeral
        assert "on its way" in first.rendered
        told = world.control.ephemeral(MAIJA)
        assert len(told) == 2 * (number + 1)
        assert "Nothing has changed since the last October 2026 report" in told[-1].rendered
    assert (len(world.managers_see()), len(world.cloud.reports())) == (1, 3)
    links = [act.value for act in told[-1].acts if act.kind == "link" and act.where == "blocks"]
    for link in links:
        name, _, token = link.rpartition("/")[2].partition("?token=")
        check_link(name, token, LINK_KEY, app().books.clock())
        assert f"reports/{name}" in world.cloud.reports()
    assert len(links) == 3


def test_a_request_that_names_no_way_back_is_answered_by_direct_message(world: World) -> None:
    """One of the version before, or the reconciler's."""
    october(world)
    handler(ASKED, Context())
    assert handler({**ASKED, "requestId": "4.5.6"}, Context())["announced"] is False
    assert ["Nothing has changed" in message.rendered for message in world.control.dm(MAIJA)] == [True]
    assert len(world.managers_see()) == 1


def test_what_is_recorded_of_an_announced_report_may_be_spoiled(world: World) -> None:
    october(world)
    handler(ASKED, Context())
    world.cloud.put_item(to_item({"id": "report-shown", "effect": "2026-10", "fingerprint": 5}), LEDGER)
    assert handler({**ASKED, "requestId": "4.5.6"}, Context())["announced"] is True


def test_the_scheduled_run_reports_the_previous_month_once(world: World) -> None:
    october(world)
    assert handler(load("schedule"), Context()) == {"month": "2026-10", "announced": True}
    assert handler(load("schedule"), Context()) == {"month": "2026-10", "announced": False}
    (message,) = world.managers_see()
    assert "Created on schedule." in message.rendered


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


def finish(world: World) -> None:
    """The reconciler looks at what is due, and the report function does what it's asked for."""
    world.run_reconciler()
    while world.cloud.invoked:
        handler(world.cloud.invoked.pop(0), Context())


@pytest.mark.parametrize("event", [ASKED, load("schedule")], ids=["asked", "schedule"])
@pytest.mark.parametrize(
    ("kind", "arguments", "seconds"),
    [
        ("http_503", {}, 61),
        ("ratelimited", {"retry_after": 60}, 61),
        ("cut", {}, 61),
        ("slack_error", {"error": "not_in_channel"}, 3601),
    ],
)
def test_an_announcement_that_slack_does_not_take_is_finished_once_by_the_reconciler(
    world: World, kind: Any, arguments: dict[str, Any], seconds: int, event: dict[str, Any]
) -> None:
    october(world)
    world.control.fail("chat.postMessage", kind, **arguments)
    assert handler(event, Context())["announced"] is False
    assert world.managers_see() == []
    # Another delivery of the same event has nothing to add to what may have arrived.
    finish(world)
    assert world.managers_see() == []

    world.later(seconds)
    for _ in range(2):
        finish(world)
    (message,) = world.managers_see()
    assert "2 accepted, 1 pending, 1 declined" in message.rendered
    assert ("@Maija Salo" in message.rendered) is (event is ASKED)


def test_a_closed_month_whose_announcement_fell_into_an_outage_is_announced_once_when_slack_is_back(
    world: World,
) -> None:
    # Given: Slack is down when the schedule closes October, and stays so for three days
    october(world)
    world.control.fail("*", "http_503", times=None)
    assert handler(load("schedule"), Context())["announced"] is False
    for _ in range(20):
        world.later(4 * 3600)
        finish(world)
    assert world.managers_see() == []
    assert len(world.calls("chat.postMessage")) == 1, "no attempt is spent on an outage"

    # When: someone asks for November before the reconciler has looked
    world.control.heal()
    world.cloud.put(accepted(20, contribution_month="2026-11"))
    assert handler({**ASKED, "month": "2026-11"}, Context())["announced"] is True

    # Then: it names October, which is announced next, once, and not named any more
    assert "not announced yet: October 2026" in world.managers_see()[-1].rendered
    for _ in range(3):
        world.later(3700)
        finish(world)
    assert [message.text.startswith("October 2026 report") for message in world.managers_see()] == [
        False,
        True,
    ]
    world.cloud.put(accepted(21, contribution_month="2026-11"))
    handler({**ASKED, "month": "2026-11", "requestId": "4.5.6"}, Context())
    assert "not announced yet" not in world.managers_see()[-1].rendered


def test_an_announcement_that_arrives_unsaid_is_sent_three_times_at_most_and_no_trouble_is_told(world: World) -> None:
    october(world)
    world.control.fail("chat.postMessage", "cut", before_or_after="after", times=None)
    assert handler(ASKED, Context())["announced"] is False
    assert handler(ASKED, Context())["announced"] is False
    for _ in range(6):
        world.later(3700)
        finish(world)
    assert ["2 accepted" in message.rendered for message in world.managers_see()] == [True] * 3
    assert world.cloud.ledger()["report#2026-10#asked#1.2.3", "announce_report"]["state"] == "UNKNOWN"
    # An operator looks, and decides that it's sent again.
    world.control.heal()
    answer = reconcile_handler({"source": "command", "redrive": True}, Context())
    assert [(each["contribution"], each["effect"], each["outcome"]) for each in answer["findings"]] == [
        ("report#2026-10#asked#1.2.3", "announce_report", "due")
    ]
    finish(world)
    assert len(world.managers_see()) == 4


def test_a_run_whose_process_died_while_it_announced_is_finished(world: World) -> None:
    """The reconciler asks a little before the report function runs."""
    october(world)
    world.control.fail("chat.postMessage", "cut", before_or_after="after")
    assert handler(load("schedule"), Context())["announced"] is False
    row = world.cloud.ledger()["report#2026-10#scheduled", "announce_report"]
    world.cloud.put_item(to_item({**row, "state": "CLAIMED", "leaseUntil": int(time.time()) - 1}), LEDGER)
    world.later(61)
    finish(world)
    assert len(world.managers_see()) == 2
    assert world.cloud.ledger()["report#2026-10#scheduled", "announce_report"]["state"] == "SENT"


def test_an_outage_of_the_bucket_is_made_up_for(world: World) -> None:
    october(world)
    world.cloud.s3.delete_bucket(Bucket=BUCKET)
    with pytest.raises(InvocationFailed, match="NoSuchBucket"):
        handler(ASKED, Context())
    assert world.managers_see() == []
    world.cloud.create_bucket()
    assert handler(ASKED, Context())["announced"] is True


def test_a_run_that_is_announced_elsewhere_at_this_moment_is_left_to_that(world: World) -> None:
    october(world)
    key = DeliveryKey("report#2026-10#asked#1.2.3", "announce_report")
    claim = claimed(owed(key, "C0MANAGERS", app().now()), app().now())
    assert isinstance(claim, Record)
    app().deliveries.swap(claim, None)
    assert handler(ASKED, Context())["announced"] is False
    assert world.managers_see() == []
    # Should it die, it's finished.
    world.later(70)
    finish(world)
    assert len(world.managers_see()) == 1


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


def test_a_long_month_pages_the_index(world: World) -> None:
    text = "Typed words that belong into no log. " + "x" * 2900  # 2 MB altogether: the index answers 1 MB at a time
    world.cloud.put_many(
        [accepted(number, text=f"{text}{number}", user_id=f"U{number % 40:04d}") for number in range(700)]
    )
    assert handler(ASKED, Context())["announced"] is True
    assert "700 accepted" in world.managers_see()[0].rendered
    (content,) = (content for key, content in world.cloud.reports().items() if key.endswith(".xlsx"))
    assert sum(1 for cell in cells(content, "Accepted") if isinstance(cell, str) and cell.startswith(text)) == 700
    assert world.cloud.queries > 1
