"""The stream function: each message once, whatever fails, and silence where nothing is to be told."""

import json
import time
from typing import Any

import pytest

from integration.functions.cloud import LEDGER, Cloud
from integration.functions.events import Context, Event, load
from integration.functions.world import AINO, DESCRIPTION, EINO, MAIJA, MANAGEMENT, PUBLIC, URL, World, a_row
from ossi.domain.contribution import Status
from ossi_stream.handler import handler

NOTHING = {"aino": 0, "management": 0, "public": 0}


def submitted(world: World, count: int = 1) -> list[Event]:
    """New rows of Aino, and the stream's records of them."""
    world.cloud.put(*(a_row(timestamp=1_792_994_700_000 + number) for number in range(count)))
    return world.cloud.changes()


def decided(world: World, status: Status = Status.ACCEPTED, **more: Any) -> list[Event]:
    """A row that was pending and is not any more, and the record of that change."""
    world.cloud.put(a_row())
    world.cloud.changes()
    world.cloud.put(a_row(status=status, decided_by=MAIJA, decided_at=1_793_000_000_000, **more))
    return world.cloud.changes()


def numbers(records: list[Event]) -> list[str]:
    return [record["dynamodb"]["SequenceNumber"] for record in records]


# what is told


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("stream_insert", {"aino": 1, "management": 1, "public": 0}),
        ("stream_modify", {"aino": 1, "management": 0, "public": 1}),
        ("stream_remove", NOTHING),
    ],
)
def test_the_documented_records(world: World, name: str, told: dict[str, int]) -> None:
    assert world.run_stream([load(name)]) == []
    assert world.told() == told


def test_an_empty_batch_response_says_that_all_is_well(world: World) -> None:
    assert handler({"Records": submitted(world)}, Context()) == {"batchItemFailures": []}


def test_a_declined_row_tells_only_its_submitter(world: World) -> None:
    assert world.run_stream(decided(world, Status.DECLINED)) == []
    assert world.told() == {"aino": 1, "management": 0, "public": 0}


def test_messages_unfurl_nothing_and_come_from_the_bot(world: World) -> None:
    world.run_stream(submitted(world))
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
        assert world.calls() == [], name
    assert world.cloud.ledger() == {}


# once


def test_the_same_batch_twice_is_one_set_of_messages(world: World) -> None:
    records = submitted(world, 3)
    for _ in range(2):
        assert world.run_stream(records) == []
    assert world.told() == {"aino": 3, "management": 3, "public": 0}


def test_a_submission_and_its_decision_in_one_batch_are_told_in_their_order(world: World) -> None:
    world.cloud.put(a_row())
    world.cloud.put(a_row(status=Status.ACCEPTED, decided_by=MAIJA, decided_at=1_793_000_000_000))
    assert world.run_stream() == []
    (request,) = world.managers_see()
    assert request.actions == [], "the ledger knew which message to redraw"
    assert "accepted" in world.control.dm(AINO)[1].rendered
    assert world.told() == {"aino": 2, "management": 1, "public": 1}


# failures


def test_one_failing_message_names_its_record_and_the_retry_sends_only_that(world: World) -> None:
    records = submitted(world, 3)
    # The second record's request to the managers fails, as often as it is tried within the call.
    world.control.fail(
        "chat.postMessage", "slack_error", error="service_unavailable", when={"channel": MANAGEMENT}, after=1
    )
    assert world.run_stream(records) == [numbers(records)[1]]
    assert world.told() == {"aino": 3, "management": 2, "public": 0}

    calls = len(world.calls())
    assert world.run_stream(records[1:]) == []
    assert world.told() == {"aino": 3, "management": 3, "public": 0}
    assert len(world.calls()) == calls + 1


@pytest.mark.parametrize(
    ("kind", "arguments"),
    [
        ("ratelimited", {"retry_after": 60, "times": 1}),
        ("http_503", {"times": 3}),
        ("http_500", {"times": 3}),
        ("cut", {"times": 1}),
        ("timeout", {"times": 1}),
        ("slack_error", {"error": "internal_error", "times": 1}),
    ],
)
def test_every_passing_failure_is_made_up_for(world: World, kind: Any, arguments: dict[str, Any]) -> None:
    records = decided(world)
    world.control.fail("chat.postMessage", kind, when={"channel": PUBLIC}, **arguments)
    assert world.run_stream(records) == numbers(records)
    assert world.told() == {"aino": 1, "management": 0, "public": 0}
    assert world.control.failures() == []

    assert world.run_stream(records) == []
    assert world.told() == {"aino": 1, "management": 0, "public": 1}


def test_a_short_rate_limit_is_waited_for(world: World) -> None:
    records = submitted(world)
    world.control.fail("chat.postMessage", "ratelimited", retry_after=1)
    assert world.run_stream(records) == []
    assert world.told() == {"aino": 1, "management": 1, "public": 0}


def test_an_outage_of_slack_loses_nothing(world: World) -> None:
    records = [*submitted(world, 2), load("stream_modify")]
    world.control.fail("*", "slack_error", error="fatal_error", times=None)
    for _ in range(3):
        assert world.run_stream(records) == numbers(records)
    assert world.told() == NOTHING

    world.control.heal()
    assert world.run_stream(records) == []
    assert world.told() == {"aino": 3, "management": 2, "public": 1}


def test_a_decision_waits_behind_its_own_submission(world: World) -> None:
    world.cloud.put(a_row())
    world.cloud.put(a_row(status=Status.DECLINED, decided_by=MAIJA, decided_at=1_793_000_000_000))
    world.cloud.put(a_row(user_id=EINO))
    records = world.cloud.changes()
    world.control.fail("chat.postMessage", "slack_error", error="internal_error", when={"channel": AINO})
    assert world.run_stream(records) == numbers(records)[:2]
    assert [len(world.control.dm(user)) for user in (AINO, EINO)] == [0, 1]

    assert world.run_stream(records) == []
    assert "declined" in world.control.dm(AINO)[1].rendered
    assert len(world.managers_see()) == 2


def test_a_redrawing_waits_behind_the_request_itself_and_the_submitter_does_not_wait(world: World) -> None:
    world.cloud.put(a_row())
    world.cloud.put(a_row(status=Status.DECLINED, decided_by=MAIJA, decided_at=1_793_000_000_000))
    records = world.cloud.changes()
    world.control.fail("chat.postMessage", "slack_error", error="internal_error", when={"channel": MANAGEMENT})
    assert world.run_stream(records) == numbers(records)
    assert world.told() == {"aino": 2, "management": 0, "public": 0}
    assert not world.calls("chat.update")

    assert world.run_stream(records) == []
    (request,) = world.managers_see()
    assert request.actions == []


def test_a_request_that_was_posted_twice_is_redrawn_twice(world: World) -> None:
    """Slack did the work and did not say so; the button of the copy that the ledger does not know is pressed."""
    records = submitted(world)
    world.control.fail("chat.postMessage", "cut", when={"channel": MANAGEMENT}, before_or_after="after")
    for again in (numbers(records), []):
        assert world.run_stream(records) == again
    unknown, known = world.managers_see()
    assert world.control.press(MAIJA, "accept_contribution", channel=MANAGEMENT, ts=unknown.ts).status == 200

    for _ in range(2):
        assert world.run_stream(world.cloud.changes()) == []
    redrawn = world.managers_see()
    assert [each.ts for each in redrawn] == [unknown.ts, known.ts]
    assert [each.actions for each in redrawn] == [[], []]
    assert [MAIJA in each.text for each in redrawn] == [True, True]
    assert len(world.calls("chat.update")) == 2


def test_a_channel_that_takes_one_a_second_holds_up_no_direct_message(world: World) -> None:
    records = submitted(world, 3)
    world.control.fail("chat.postMessage", "ratelimited", retry_after=60, times=None, when={"channel": MANAGEMENT})
    assert world.run_stream(records) == numbers(records)
    assert world.told() == {"aino": 3, "management": 0, "public": 0}
    assert len([call for call in world.calls() if call.status == 429]) == 1, "it was left alone"

    world.control.heal()
    assert world.run_stream(records) == []
    assert world.told() == {"aino": 3, "management": 3, "public": 0}


@pytest.mark.parametrize("error", ["channel_not_found", "is_archived", "not_in_channel", "invalid_blocks"])
def test_a_lasting_failure_is_set_aside_and_blocks_nobody(world: World, error: str) -> None:
    records = submitted(world, 2)
    world.control.fail("chat.postMessage", "slack_error", error=error, when={"channel": MANAGEMENT})
    for _ in range(2):
        assert world.run_stream(records) == []
    assert world.told() == {"aino": 2, "management": 1, "public": 0}
    failed = [row for row in world.cloud.ledger().values() if row["state"] == "FAILED"]
    assert [(row["effect"], row["reason"]) for row in failed] == [("ask_management", error)]


def test_a_request_that_a_manager_deleted_does_not_hold_up_the_others(world: World) -> None:
    world.control.fail("chat.update", "slack_error", error="message_not_found")
    records = decided(world, decided_in={"channel": MANAGEMENT, "ts": "1792994700.000100"})
    assert world.run_stream(records) == []
    assert world.told() == {"aino": 1, "management": 0, "public": 1}


def test_a_slack_that_did_the_work_and_failed_to_say_so_may_repeat_one_message(world: World) -> None:
    records = submitted(world)
    world.control.fail("chat.postMessage", "cut", when={"channel": MANAGEMENT}, before_or_after="after")
    assert world.run_stream(records) == numbers(records)
    assert world.run_stream(records) == []
    assert world.told() == {"aino": 1, "management": 2, "public": 0}


@pytest.mark.parametrize(
    "spoiled",
    [
        {"status": {"S": "DONE"}},
        {"text": {"N": "5"}},
        {"timestamp": {"N": "99999999999999999"}},
        {"decidedIn": {"S": "x"}},
    ],
)
def test_a_row_that_cannot_be_read_blocks_nobody(world: World, spoiled: dict[str, Any]) -> None:
    bad = load("stream_insert")
    bad["dynamodb"]["NewImage"] |= spoiled
    bad["dynamodb"]["SequenceNumber"] = "1"
    good = submitted(world)
    assert world.run_stream([bad, *good]) == []
    assert world.told() == {"aino": 1, "management": 1, "public": 0}


def test_nothing_is_begun_with_too_little_time_left(world: World) -> None:
    records = submitted(world, 2)
    assert world.run_stream(records, left_ms=1_000) == numbers(records)
    assert world.calls() == []
    assert world.run_stream(records) == []
    assert world.told() == {"aino": 2, "management": 2, "public": 0}


def test_an_outage_of_the_ledger_sends_nothing_and_loses_nothing(world: World) -> None:
    records = submitted(world)
    world.cloud.drop_ledger()
    assert world.run_stream(records) == numbers(records)
    assert world.calls() == []
    world.cloud.create_ledger()
    assert world.run_stream(records) == []
    assert world.told() == {"aino": 1, "management": 1, "public": 0}


def test_the_ledger_knows_where_messages_stand_and_nothing_that_was_typed(world: World) -> None:
    world.run_stream(submitted(world))
    rows = world.cloud.ledger()
    asked = rows["contribution#U0AINO001#1792994700000", "ask_management"]
    (request,) = world.managers_see()
    assert (asked["state"], asked["channel"], asked["ts"], asked["attempts"]) == ("SENT", MANAGEMENT, request.ts, 1)
    assert DESCRIPTION not in json.dumps([*rows.values()], default=str)
    assert URL not in json.dumps([*rows.values()], default=str)


def warnings(capsys: pytest.CaptureFixture[str]) -> list[tuple[str, str | None]]:
    """What the lines of warnings say, and of which message."""
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    return [(line["message"], line.get("effect")) for line in lines if line["level"] == "WARNING"]


def test_what_comes_again_says_why(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    world.cloud.put(a_row())
    world.cloud.put(a_row(status=Status.DECLINED, decided_by=MAIJA, decided_at=1_793_000_000_000))
    records = world.cloud.changes()
    key = {"id": {"S": f"contribution#{a_row().key}"}, "effect": {"S": "ask_management"}}
    held = {"state": {"S": "CLAIMED"}, "leaseUntil": {"N": str(int(time.time()) + 60)}}
    world.cloud.put_item(key | held, LEDGER)

    assert world.run_stream(records) == numbers(records)
    assert warnings(capsys) == [
        ("somebody else is sending it, to be tried again", "ask_management"),
        ("waits behind an earlier change of its row", "redraw_other_request"),
    ]
    assert world.run_stream(records[:1], left_ms=1_000) == numbers(records[:1])
    late = "not begun with so little time left, to be tried again"
    assert warnings(capsys) == [(late, "confirm_submission"), (late, "ask_management")]


def test_a_record_of_the_ledger_that_cannot_be_read_is_left_and_counted(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    records = submitted(world)
    key = {"id": {"S": f"contribution#{a_row().key}"}, "effect": {"S": "ask_management"}}
    world.cloud.put_item(key | {"state": {"S": "SNET"}}, LEDGER)
    assert world.run_stream(records) == []
    assert world.told() == {"aino": 1, "management": 0, "public": 0}
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    (line,) = [line for line in lines if line["level"] == "ERROR"]
    assert (line["message"], line["why"]) == ("a record of the ledger cannot be read", "wrong: state")
    assert (line["effect"], line["metric"]) == ("ask_management", "Unreadable")
