"""The reconcile function: what is due is worked off, what was never recorded is found, and what an administrator asks for."""

import time
from typing import Any

import boto3
import pytest

from integration.functions.cloud import LEDGER
from integration.functions.events import Context
from integration.functions.world import AINO, MAIJA, PUBLIC, World, a_row
from ossi.aws.dynamodb import to_item
from ossi.domain.contribution import Status
from ossi.domain.history import Event, EventKind
from ossi.domain.lifecycle import apply, submitted
from ossi.ports import Progress
from ossi_reconcile.checkpoint import DynamoCheckpoint
from ossi_reconcile.handler import handler
from ossi_reconcile.lease import DynamoLease

SCHEDULED = {"source": "schedule", "scheduledTime": "2026-11-23T12:00:00Z"}
LONG = Context(left_ms=300_000)
PENDING = submitted(a_row(submission_id="V1"), "e1")
ACCEPTED = apply(PENDING, Event(EventKind.ACCEPTED, "e2", Status.PENDING, PENDING.timestamp + 60_000, by=MAIJA))


def asked(**task: Any) -> dict[str, Any]:
    return handler({"source": "command", **task}, LONG)


def rows(context: Context = LONG) -> dict[str, Any]:
    """What a scheduled run says of the rows that it looked at."""
    return handler(SCHEDULED, context)["rows"]


def outcomes(answer: dict[str, Any]) -> list[tuple[str, str, str]]:
    return [(each["effect"], each["outcome"], each["reason"]) for each in answer["findings"]]


# the function


def test_rows_whose_changes_were_lost_are_made_up_for_once(world: World) -> None:
    world.cloud.put(PENDING)
    answer = handler(SCHEDULED, LONG)
    assert outcomes(answer["rows"]) == [("confirm_submission", "due", ""), ("ask_management", "due", "")]
    assert answer["due"] == {"outcomes": {"sent": 2}, "idle": False, "halted": False}
    assert world.told() == {"aino": 1, "management": 1, "public": 0}
    assert handler(SCHEDULED, LONG) == {"due": {"outcomes": {}, "idle": False, "halted": False}, "rows": None}

    # And the stream, should it come back to its record, has nothing to add.
    assert world.run_stream() == []
    assert world.told() == {"aino": 1, "management": 1, "public": 0}


def test_a_lost_decision_is_told_published_and_redrawn(world: World) -> None:
    row = world.register()
    world.control.press(MAIJA, "accept_contribution")
    answer = asked(olderThanSeconds=0)
    assert outcomes(answer) == [(name, "sent", "") for name in ("redraw_request", "tell_accepted", "publish")]
    assert "Accepted by" in world.managers_see()[0].text
    assert world.told() == {"aino": 2, "management": 1, "public": 1}
    assert world.run_stream() == []
    assert world.told() == {"aino": 2, "management": 1, "public": 1}
    assert row.submission_id is not None


def test_a_lost_decision_by_hand_is_stored_as_an_event_before_it_is_told(world: World) -> None:
    row = world.register()
    world.cloud.put(row.model_copy(update={"status": Status.ACCEPTED}))
    lost = world.cloud.changes()
    answer = asked(olderThanSeconds=0)
    assert outcomes(answer) == [(name, "sent", "") for name in ("redraw_other_request", "tell_accepted", "publish")]
    assert [event.kind for event in world.cloud.rows()[0].events] == [EventKind.SUBMITTED, EventKind.ACCEPTED]
    for _ in range(2):
        assert world.run_stream() == []
        assert world.run_stream(lost) == []
    assert world.told() == {"aino": 2, "management": 1, "public": 1}


def test_what_the_stream_has_done_is_left_alone(world: World) -> None:
    world.register()
    answer = asked(olderThanSeconds=0)
    assert (answer["lookedAt"], answer["findings"], answer["done"]) == (1, [], True)
    assert world.told() == {"aino": 1, "management": 1, "public": 0}


def test_history_is_silent(world: World) -> None:
    world.cloud.put(
        a_row(imported_at=1_793_000_000_000),
        a_row(timestamp=1_792_994_700_001, status=Status.ACCEPTED, imported_at=1_793_000_000_000),
        a_row(timestamp=1_792_994_700_002, status=Status.DECLINED),
    )
    assert world.run_stream() == []
    answer = asked(olderThanSeconds=0)
    assert (answer["lookedAt"], answer["findings"]) == (3, [])
    assert world.told() == {"aino": 0, "management": 0, "public": 0}


def test_an_archived_channel_sets_aside_and_a_redrive_sends_after_it_is_back(world: World) -> None:
    world.control.archive(PUBLIC)
    world.cloud.put(ACCEPTED)
    assert ("publish", "set aside", "is_archived") in outcomes(asked())
    assert outcomes(asked()) == [("publish", "set aside", "is_archived")]
    assert outcomes(asked(redrive=True)) == [("publish", "set aside", "is_archived")]

    world.control.unarchive(PUBLIC)
    assert outcomes(asked(redrive=True, dryRun=True)) == [("publish", "due", "is_archived")]
    assert world.control.messages(PUBLIC) == []
    assert outcomes(asked(redrive=True)) == [("publish", "sent", "")]
    assert outcomes(asked(redrive=True)) == []
    assert len(world.control.messages(PUBLIC)) == 1
    assert world.cloud.ledger()[f"contribution#{ACCEPTED.key}", "publish"]["failures"] == 2


def test_a_dry_run_changes_nothing(world: World) -> None:
    world.cloud.put(PENDING)
    assert [each[1] for each in outcomes(asked(dryRun=True))] == ["due", "due"]
    assert world.calls() == []
    assert world.cloud.ledger() == {}


def test_one_contribution_and_one_message(world: World) -> None:
    other = PENDING.model_copy(update={"timestamp": PENDING.timestamp + 1})
    world.cloud.put(PENDING, other)
    answer = asked(contribution=str(other.key), effect="confirm_submission")
    assert [(each["contribution"], each["effect"]) for each in answer["findings"]] == [
        (str(other.key), "confirm_submission")
    ]
    assert world.told() == {"aino": 1, "management": 0, "public": 0}


def test_a_row_that_cannot_be_read_holds_up_no_other(world: World) -> None:
    world.cloud.put({"userId": AINO, "timestamp": 1, "status": "PERHAPS"}, PENDING)
    assert len(rows()["findings"]) == 2
    assert world.told() == {"aino": 1, "management": 1, "public": 0}


def test_what_is_due_is_found_without_looking_at_every_row(world: World) -> None:
    # Given: a message that Slack did not take, and a round over the rows that has just ended
    world.cloud.put(*(PENDING.model_copy(update={"timestamp": PENDING.timestamp + number}) for number in range(20)))
    assert rows()["lookedAt"] == 20
    world.cloud.changes()
    world.control.fail("chat.postMessage", "slack_error", error="service_unavailable", times=2)
    world.cloud.put(PENDING.model_copy(update={"timestamp": PENDING.timestamp + 1000}))
    assert world.run_stream() == []
    before = len(world.calls("chat.postMessage"))

    # When
    world.later(60)
    answer = handler(SCHEDULED, LONG)

    # Then
    assert (answer["rows"], answer["due"]["outcomes"]) == (None, {"sent": 2})
    assert len(world.calls("chat.postMessage")) == before + 2


def test_one_run_works_at_a_time_and_the_others_end_at_once(world: World) -> None:
    client = boto3.client("dynamodb")
    other = DynamoLease(client, LEDGER, "deliveries")
    assert other.hold()
    world.cloud.put(PENDING)
    assert handler(SCHEDULED, LONG)["due"]["idle"] is True
    assert world.calls() == []
    assert other.hold(), "and who has it keeps it"
    # Should its holder die, it lapses.
    world.later(91)
    assert handler(SCHEDULED, LONG)["due"] == {"outcomes": {"sent": 2}, "idle": False, "halted": False}
    assert other.hold(), "and it was let go of"


@pytest.mark.parametrize("until", [{"N": "9999999999999"}, {"N": "-1"}])
def test_a_lease_that_a_hand_has_spoiled_has_lapsed(world: World, until: dict[str, str]) -> None:
    key = {"id": {"S": "lease#deliveries"}, "effect": {"S": "holder"}}
    world.cloud.put_item({**key, "holder": {"S": "someone"}, "leaseUntil": until}, LEDGER)
    world.cloud.put(PENDING)
    assert handler(SCHEDULED, LONG)["due"]["idle"] is False


def test_a_lease_that_was_lost_is_not_let_go_of(world: World) -> None:
    client, now = boto3.client("dynamodb"), time.time()
    first, second = (DynamoLease(client, LEDGER, "work", lambda: now) for _ in range(2))
    assert first.hold()
    assert not second.hold()
    now += 91
    assert second.hold()
    first.release()
    assert not first.hold()
    second.release()
    assert first.hold()
    assert world.cloud.ledger()["lease#work", "holder"]["expiresAt"] == int(now) + 90


def test_the_report_function_is_asked_to_finish_what_is_due(world: World) -> None:
    run = "report#2026-10#scheduled"
    record = {"id": run, "effect": "announce_report", "state": "DUE", "dueAt": 1, "owedAt": 1, "attempts": 1}
    world.cloud.put_item(to_item({**record, "unsettled": "report"}), LEDGER)
    for _ in range(2):
        handler(SCHEDULED, LONG)
    assert world.cloud.invoked == [{"source": "reconcile", "run": run, "effect": "announce_report"}]
    world.later(361)
    world.cloud.refuse_invocations()
    assert handler(SCHEDULED, LONG)["due"]["halted"] is False
    assert world.cloud.ledger()[run, "announce_report"]["dueAt"] < time.time() * 1000, "it's asked again"


def test_a_run_without_time_begins_nothing(world: World) -> None:
    world.cloud.put(PENDING)
    answer = rows(Context(left_ms=60_000))
    assert (answer["lookedAt"], answer["done"], answer["next"]) == (0, False, None)
    assert world.calls() == []


@pytest.mark.parametrize(
    "event",
    [{}, {"source": "elsewhere"}, {"source": "command", "contribution": "nobody"}, {"source": "command", "dry": True}],
)
def test_an_event_of_another_shape_is_refused(world: World, event: dict[str, Any]) -> None:
    with pytest.raises(Exception, match=r"ValidationError|UnknownContribution|nobody"):
        handler(event, LONG)
    assert world.calls() == []


# the adapters


@pytest.mark.usefixtures("cloud")
def test_a_bookmark_remembers_and_forgets() -> None:
    bookmark = DynamoCheckpoint(boto3.client("dynamodb"), LEDGER, "reconcile")
    assert bookmark.read() == Progress()
    for progress in (Progress(PENDING.key, 7, 5, 4, 3), Progress(None, 12, 1_793_000_000_000), Progress(PENDING.key)):
        bookmark.write(progress)
        assert bookmark.read() == progress
    assert DynamoCheckpoint(boto3.client("dynamodb"), LEDGER, "another").read() == Progress()
