"""The stream function: each message once, whatever fails, and silence where nothing is to be told."""

import json
import time
from typing import Any

import pytest

from integration.functions.cloud import LEDGER, Cloud
from integration.functions.events import Context, Event, load
from integration.functions.world import AINO, DESCRIPTION, EINO, MAIJA, MANAGEMENT, PUBLIC, URL, World, a_row
from ossi.domain.contribution import MessageRef, Status
from ossi.domain.history import Event as StoredEvent
from ossi.domain.history import EventKind
from ossi.domain.lifecycle import apply, submitted
from ossi_stream.handler import handler

NOTHING = {"aino": 0, "management": 0, "public": 0}


def submissions(world: World, count: int = 1) -> list[Event]:
    """New rows of Aino, and the stream's records of them."""
    world.cloud.put(*(a_row(timestamp=1_792_994_700_000 + number) for number in range(count)))
    return world.cloud.changes()


def decided(world: World, status: Status = Status.ACCEPTED, **more: Any) -> list[Event]:
    """A row that was pending and is not any more, and the record of that change."""
    row = submitted(a_row(), "e1")
    world.cloud.put(row)
    world.cloud.changes()
    kind = EventKind.ACCEPTED if status is Status.ACCEPTED else EventKind.DECLINED
    world.cloud.put(apply(row, StoredEvent(kind, "e2", Status.PENDING, 1_793_000_000_000, by=MAIJA, **more)))
    return world.cloud.changes()


def numbers(records: list[Event]) -> list[str]:
    return [record["dynamodb"]["SequenceNumber"] for record in records]


# what is told


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("stream_insert", {"aino": 1, "management": 1, "public": 0}),
        # A row without events, of whose confirmation nothing is recorded: it goes out before the decision, however late.
        ("stream_modify", {"aino": 2, "management": 0, "public": 1}),
        ("stream_remove", NOTHING),
    ],
)
def test_the_documented_records(world: World, name: str, told: dict[str, int]) -> None:
    record = load(name)
    if "NewImage" in record["dynamodb"]:
        world.cloud.put_item(record["dynamodb"]["NewImage"])
        world.cloud.changes()
    assert world.run_stream([record]) == []
    assert world.run_stream() == []
    assert world.told() == told


def test_an_empty_batch_response_says_that_all_is_well(world: World) -> None:
    assert handler({"Records": submissions(world)}, Context()) == {"batchItemFailures": []}


def test_a_declined_row_tells_only_its_submitter(world: World) -> None:
    assert world.run_stream(decided(world, Status.DECLINED)) == []
    assert world.told() == {"aino": 1, "management": 0, "public": 0}


def test_messages_unfurl_nothing_and_come_from_the_bot(world: World) -> None:
    world.run_stream(submissions(world))
    for call in world.calls("chat.postMessage"):
        assert isinstance(call.payload, dict)
        assert call.payload["unfurl_links"] is False
        assert call.payload["unfurl_media"] is False
        assert not {"username", "icon_url", "icon_emoji"} & set(call.payload)


def changed_by_hand(cloud: Cloud) -> dict[str, list[Event]]:
    """Changes that nobody needs to hear of."""
    accepted = a_row(status=Status.ACCEPTED, decided_by=MAIJA)
    cases = {
        "an edited text": (a_row(), a_row(text="edited by hand")),
        "the same again": (a_row(), a_row()),
        "accepted, then declined": (accepted, accepted.model_copy(update={"status": Status.DECLINED})),
        "accepted, then pending": (accepted, a_row()),
        "an edit of what is accepted": (accepted, accepted.model_copy(update={"text": "edited by hand"})),
    }
    records: dict[str, list[Event]] = {}
    for name, (before, after) in cases.items():
        cloud.put(before)
        cloud.changes()
        cloud.put(after)
        records[name] = cloud.changes()
    cloud.remove(a_row())
    records["a removal"] = cloud.changes()
    for status in (Status.ACCEPTED, Status.DECLINED):
        cloud.put(a_row(user_id=EINO, timestamp=len(records), status=status))
        records[f"a new row that is {status}"] = cloud.changes()
    return records


def test_changes_by_hand_are_silent(world: World) -> None:
    for name, records in changed_by_hand(world.cloud).items():
        assert world.run_stream(records) == [], name
        assert world.run_stream() == [], name  # what was stored of it as an event
        assert world.calls() == [], name
    assert world.cloud.ledger() == {}


# once


def test_the_same_batch_twice_is_one_set_of_messages(world: World) -> None:
    records = submissions(world, 3)
    for _ in range(2):
        assert world.run_stream(records) == []
    assert world.told() == {"aino": 3, "management": 3, "public": 0}


def test_a_submission_and_its_decision_in_one_batch_are_told_in_their_order(world: World) -> None:
    world.cloud.put(row := submitted(a_row(), "e1"))
    world.cloud.put(apply(row, StoredEvent(EventKind.ACCEPTED, "e2", Status.PENDING, 5, by=MAIJA)))
    assert world.run_stream() == []
    (request,) = world.managers_see()
    assert request.actions == [], "the ledger knew which message to redraw"
    assert "accepted" in world.control.dm(AINO)[1].rendered
    assert world.told() == {"aino": 2, "management": 1, "public": 1}


# changes by hand


def test_a_decision_by_hand_is_stored_as_an_event_before_anything_is_told(world: World) -> None:
    row = world.register()
    world.cloud.put(row.model_copy(update={"status": Status.ACCEPTED}))
    edit = world.cloud.changes()
    before = len(world.calls())
    assert world.run_stream(edit) == []
    assert len(world.calls()) == before, "the change that stores it is what people are told of"
    (stored,) = world.cloud.rows()
    assert [(event.kind, event.by, event.silent) for event in stored.events] == [
        (EventKind.SUBMITTED, AINO, False),
        (EventKind.ACCEPTED, None, False),
    ]
    assert stored.version == 2

    follows = world.cloud.changes()
    for _ in range(2):
        assert world.run_stream(follows) == []
        assert world.run_stream(edit) == [], "and nothing more is stored"
    assert world.cloud.changes() == []
    assert world.told() == {"aino": 2, "management": 1, "public": 1}
    assert world.managers_see()[0].actions == []


def test_a_decision_that_an_older_version_made_is_the_persons(world: World) -> None:
    """For minutes of a deployment old and new functions run side by side."""
    row = world.register()
    (request,) = world.managers_see()
    seen_in = MessageRef(MANAGEMENT, request.ts)
    world.cloud.put(
        row.model_copy(
            update={
                "status": Status.DECLINED,
                "decided_by": MAIJA,
                "decided_at": 1_793_000_000_000,
                "decided_in": seen_in,
            }
        )
    )
    assert world.run_stream() == []
    assert world.cloud.rows()[0].events[-1].by == MAIJA
    (request,) = world.managers_see()
    assert (request.actions, "Declined by @Maija Salo" in request.rendered) == ([], True)
    assert world.told() == {"aino": 2, "management": 1, "public": 0}


def test_a_decision_that_is_taken_back_by_hand_and_made_again_is_told_again(world: World) -> None:
    row = world.register()
    world.control.press(MAIJA, "decline_contribution", channel=MANAGEMENT)
    assert world.run_stream() == []
    world.cloud.put(world.cloud.rows()[0].model_copy(update={"status": Status.PENDING}))
    assert world.run_stream() == []
    assert world.told() == {"aino": 2, "management": 1, "public": 0}, "which is silent"
    # The request has lost its buttons; another copy of it may still stand somewhere.
    now = world.cloud.rows()[0]
    world.cloud.put(apply(now, StoredEvent(EventKind.DECLINED, "e4", Status.PENDING, 9, by=MAIJA)))
    assert world.run_stream() == []
    assert [event.id for event in world.cloud.rows()[0].events][2:] == ["submitted-3", "e4"]
    assert world.told() == {"aino": 3, "management": 1, "public": 0}
    assert (f"contribution#{row.key}", "tell_declined#e4") in world.cloud.ledger()


@pytest.mark.parametrize(
    "newer",
    [
        {"status": "REOPENED"},
        {"events": [{"n": 1, "id": "e1", "kind": "reopened", "status": "PENDING", "at": 5}], "version": 1},
    ],
    ids=["status", "kind of event"],
)
def test_what_only_a_newer_version_understands_is_recorded_and_looked_at_later(
    world: World, newer: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    world.run_reconciler()  # the next round over all rows is after a quarter of an hour
    world.cloud.put({**a_row().to_row(), **newer})
    for _ in range(2):
        assert world.run_stream() == []
    assert world.calls() == []
    record = world.cloud.ledger()[f"contribution#{a_row().key}", "look"]
    assert (record["state"], record["unsettled"]) == ("DUE", "contribution")
    assert 290_000 < record["dueAt"] - time.time() * 1000 <= 300_000
    assert {level for level, _ in logged(capsys)} <= {"INFO", "WARNING"}, "it's no error"

    # Now the newer version runs everywhere, and understands it.
    world.cloud.put(submitted(a_row(), "e1"))
    world.cloud.changes()
    world.run_reconciler()
    assert world.calls() == []
    world.later(300)
    for _ in range(2):
        world.run_reconciler()
    assert world.told() == {"aino": 1, "management": 1, "public": 0}
    assert "unsettled" not in world.cloud.ledger()[f"contribution#{a_row().key}", "look"]


# failures


def unsettled(world: World) -> list[str]:
    return sorted(effect for (_, effect), row in world.cloud.ledger().items() if "unsettled" in row)


def test_a_failing_message_holds_up_nobody_and_is_made_up_for_alone(world: World) -> None:
    records = submissions(world, 3)
    # The second record's request to the managers fails.
    world.control.fail(
        "chat.postMessage", "slack_error", error="service_unavailable", when={"channel": MANAGEMENT}, after=1
    )
    assert world.run_stream(records) == []
    assert world.told() == {"aino": 3, "management": 2, "public": 0}
    assert unsettled(world) == ["ask_management"]

    calls = len(world.calls("chat.postMessage"))
    assert world.run_reconciler() == {}, "its time is still to come"
    world.later(60)
    assert world.run_reconciler() == {"sent": 1}
    assert world.told() == {"aino": 3, "management": 3, "public": 0}
    assert len(world.calls("chat.postMessage")) == calls + 1
    assert unsettled(world) == []


@pytest.mark.parametrize(
    ("kind", "arguments"),
    [
        ("ratelimited", {"retry_after": 60}),
        ("http_503", {}),
        ("http_500", {}),
        ("cut", {}),
        ("timeout", {}),
        ("slack_error", {"error": "internal_error"}),
        ("slack_error", {"error": "external_channel_migrating"}),
    ],
)
def test_every_passing_failure_is_made_up_for(world: World, kind: Any, arguments: dict[str, Any]) -> None:
    records = decided(world)
    world.control.fail("chat.postMessage", kind, times=1, when={"channel": PUBLIC}, **arguments)
    assert world.run_stream(records) == []
    assert world.told() == {"aino": 1, "management": 0, "public": 0}
    assert len(world.calls("chat.postMessage")) == 2, "it's tried once"
    world.later(61)
    assert world.run_reconciler() == {"sent": 1}
    assert world.told() == {"aino": 1, "management": 0, "public": 1}


def test_a_short_rate_limit_is_waited_for(world: World) -> None:
    records = submissions(world)
    world.control.fail("chat.postMessage", "ratelimited", retry_after=1)
    assert world.run_stream(records) == []
    assert world.told() == {"aino": 1, "management": 1, "public": 0}


def test_a_long_rate_limit_closes_its_place_for_every_batch(world: World) -> None:
    world.control.fail("chat.postMessage", "ratelimited", retry_after=120, times=None, when={"channel": MANAGEMENT})
    for number in range(3):
        world.cloud.put(a_row(timestamp=1_792_994_700_000 + number))
        assert world.run_stream() == []
    assert world.told() == {"aino": 3, "management": 0, "public": 0}
    assert len([call for call in world.calls() if call.status == 429]) == 1, "it was left alone"

    world.control.heal()
    world.later(121)
    assert world.run_reconciler() == {"sent": 3}
    assert world.told() == {"aino": 3, "management": 3, "public": 0}


def test_an_outage_of_slack_loses_nothing(world: World) -> None:
    row = world.register(EINO)
    world.control.press(MAIJA, "accept_contribution", channel=MANAGEMENT)
    records = [*world.cloud.changes(), *submissions(world, 2)]
    before = world.told()
    world.control.fail("*", "slack_error", error="fatal_error", times=None)
    assert world.run_stream(records) == []
    posts = len(world.calls("chat.postMessage"))
    for _ in range(3):
        world.later(3700)
        world.run_reconciler()
    assert world.told() == before
    assert len(world.calls("chat.postMessage")) == posts, "no attempt is spent on an outage"

    world.control.heal()
    for _ in range(2):
        world.later(60)
        world.run_reconciler()
    assert world.told() == {"aino": 2, "management": 3, "public": 1}
    assert len(world.control.dm(EINO)) == 2
    assert world.managers_see()[0].actions == []
    assert (unsettled(world), row.user_id) == ([], EINO)


def test_a_request_that_was_posted_twice_is_redrawn_twice(world: World) -> None:
    """Slack did the work and did not say so; the button of the copy that the ledger does not know is pressed."""
    records = submissions(world)
    world.control.fail("chat.postMessage", "cut", when={"channel": MANAGEMENT}, before_or_after="after")
    assert world.run_stream(records) == []
    world.later(61)
    world.run_reconciler()
    unknown, known = world.managers_see()
    assert world.control.press(MAIJA, "accept_contribution", channel=MANAGEMENT, ts=unknown.ts).status == 200

    assert world.run_stream() == []
    redrawn = world.managers_see()
    assert [each.ts for each in redrawn] == [unknown.ts, known.ts]
    assert [each.actions for each in redrawn] == [[], []]
    assert [MAIJA in each.text for each in redrawn] == [True, True]
    assert len(world.calls("chat.update")) == 2


def test_of_what_slack_does_and_does_not_say_so_there_are_three_copies_at_most(world: World) -> None:
    records = submissions(world)
    world.control.fail("chat.postMessage", "cut", when={"channel": MANAGEMENT}, before_or_after="after", times=None)
    for _ in range(3):
        assert world.run_stream(records) == []
    for _ in range(5):
        world.later(3700)
        world.run_reconciler()
    assert world.told() == {"aino": 1, "management": 3, "public": 0}
    row = world.cloud.ledger()[f"contribution#{a_row().key}", "ask_management"]
    assert (row["state"], row["ambiguous"], row["unsettled"]) == ("UNKNOWN", 3, "contribution")


@pytest.mark.parametrize("error", ["channel_not_found", "is_archived", "not_in_channel", "invalid_blocks"])
def test_a_lasting_failure_is_parked_and_blocks_nobody(world: World, error: str) -> None:
    records = submissions(world, 2)
    world.control.fail("chat.postMessage", "slack_error", error=error, when={"channel": MANAGEMENT})
    for _ in range(2):
        assert world.run_stream(records) == []
    assert world.told() == {"aino": 2, "management": 1, "public": 0}
    failed = [row for row in world.cloud.ledger().values() if row["state"] == "FAILED"]
    assert [(row["effect"], row["reason"]) for row in failed] == [("ask_management", error)]


def test_somebody_who_has_left_settles_their_messages(world: World) -> None:
    records = submissions(world)
    world.control.fail("chat.postMessage", "slack_error", error="user_disabled", when={"channel": AINO}, times=None)
    assert world.run_stream(records) == []
    assert unsettled(world) == []


def test_a_request_that_a_manager_deleted_does_not_hold_up_the_others(world: World) -> None:
    world.control.fail("chat.update", "slack_error", error="message_not_found")
    records = decided(world, seen_in=MessageRef(MANAGEMENT, "1792994700.000100"))
    assert world.run_stream(records) == []
    assert world.told() == {"aino": 1, "management": 0, "public": 1}
    assert unsettled(world) == []


@pytest.mark.parametrize(
    "spoiled",
    [
        {"status": {"N": "5"}},
        {"text": {"N": "5"}},
        {"timestamp": {"N": "99999999999999999"}},
        {"decidedIn": {"S": "x"}},
        {"events": {"S": "x"}},
    ],
)
def test_a_row_that_cannot_be_read_blocks_nobody(world: World, spoiled: dict[str, Any]) -> None:
    bad = load("stream_insert")
    bad["dynamodb"]["NewImage"] |= spoiled
    bad["dynamodb"]["SequenceNumber"] = "1"
    good = submissions(world)
    assert world.run_stream([bad, *good]) == []
    assert world.told() == {"aino": 1, "management": 1, "public": 0}
    assert unsettled(world) == []


def test_nothing_is_begun_with_too_little_time_left_and_everything_is_owed(world: World) -> None:
    records = submissions(world, 2)
    assert world.run_stream(records, left_ms=1_000) == []
    assert world.calls() == []
    assert world.run_reconciler() == {"sent": 4}
    assert world.told() == {"aino": 2, "management": 2, "public": 0}


def test_an_outage_of_the_ledger_sends_nothing_and_loses_nothing(world: World) -> None:
    records = submissions(world)
    world.cloud.drop_ledger()
    assert world.run_stream(records) == numbers(records)
    assert world.calls() == []
    world.cloud.create_ledger()
    assert world.run_stream(records) == []
    assert world.told() == {"aino": 1, "management": 1, "public": 0}


def test_an_outage_of_the_table_stores_no_event_and_the_change_comes_again(world: World) -> None:
    row = world.register()
    world.cloud.put(row.model_copy(update={"status": Status.ACCEPTED}))
    records = world.cloud.changes()
    world.cloud.drop_contributions()
    assert world.run_stream(records) == numbers(records)
    assert world.told() == {"aino": 1, "management": 1, "public": 0}


def test_the_ledger_knows_where_messages_stand_and_nothing_that_was_typed(world: World) -> None:
    world.run_stream(submissions(world))
    rows = world.cloud.ledger()
    asked = rows["contribution#U0AINO001#1792994700000", "ask_management"]
    (request,) = world.managers_see()
    assert (asked["state"], asked["channel"], asked["ts"], asked["attempts"]) == ("SENT", MANAGEMENT, request.ts, 1)
    assert DESCRIPTION not in json.dumps([*rows.values()], default=str)
    assert URL not in json.dumps([*rows.values()], default=str)


def logged(capsys: pytest.CaptureFixture[str]) -> list[tuple[str, str]]:
    """Level and text of each line."""
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    return [(line["level"], line["message"]) for line in lines if line["logger"].startswith("ossi")]


def test_what_someone_else_is_sending_is_left_to_them(world: World) -> None:
    records = submissions(world)
    key = {"id": {"S": f"contribution#{a_row().key}"}, "effect": {"S": "ask_management"}}
    held = {
        "state": {"S": "CLAIMED"},
        "leaseUntil": {"N": str(int(time.time()) + 60)},
        "unsettled": {"S": "contribution"},
    }
    world.cloud.put_item(key | held, LEDGER)
    assert world.run_stream(records) == [], "should they die, it's due when their claim ends"
    assert world.told() == {"aino": 1, "management": 0, "public": 0}
    world.later(61)
    assert world.run_reconciler() == {"sent": 1}
    assert world.told() == {"aino": 1, "management": 1, "public": 0}


def test_a_record_of_the_ledger_that_cannot_be_read_is_left_and_counted(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    records = submissions(world)
    key = {"id": {"S": f"contribution#{a_row().key}"}, "effect": {"S": "ask_management"}}
    world.cloud.put_item(key | {"state": {"S": "SNET"}}, LEDGER)
    assert world.run_stream(records) == []
    assert world.told() == {"aino": 1, "management": 0, "public": 0}
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    errors = [line for line in lines if line["level"] == "ERROR"]
    assert {(line["message"], line["why"]) for line in errors} == {
        ("a record of a delivery cannot be read", "wrong: state")
    }
    assert {(line["effect"], line["metric"]) for line in errors} == {("ask_management", "Unreadable")}
