"""The reconcile function: what the table asks for and the ledger lacks is sent, once, on moto's tables."""

import time
from typing import Any

import boto3
import pytest

from integration.functions.cloud import LEDGER, TABLE, UNSETTLED_INDEX, Cloud
from integration.functions.events import Context
from integration.functions.world import AINO, MAIJA, PUBLIC, World, a_row
from ossi.aws.contributions import DynamoContributions
from ossi.aws.deliveries import DynamoLedger
from ossi.aws.dynamodb import to_item
from ossi.domain.contribution import Contribution, ContributionKey, MessageRef, Status
from ossi.ports import Claim, Progress, Record, State
from ossi_reconcile.checkpoint import DynamoCheckpoint
from ossi_reconcile.handler import handler

SCHEDULED = {"source": "schedule", "scheduledTime": "2026-11-23T12:00:00Z"}
LONG = Context(left_ms=300_000)
PENDING = a_row(submission_id="V1")
ACCEPTED = PENDING.model_copy(
    update={"status": Status.ACCEPTED, "decided_by": MAIJA, "decided_at": PENDING.timestamp + 60_000}
)


def asked(**task: Any) -> dict[str, Any]:
    return handler({"source": "command", **task}, LONG)


def scheduled(context: Context = LONG) -> dict[str, Any]:
    """What a scheduled run says of the rows, or of what was begun where the rows had to wait."""
    answer = handler(SCHEDULED, context)
    return answer["rows"] or answer["unsettled"]


def outcomes(answer: dict[str, Any]) -> list[tuple[str, str, str]]:
    return [(each["effect"], each["outcome"], each["reason"]) for each in answer["findings"]]


# the function


def test_rows_whose_changes_were_lost_are_made_up_for_once(world: World) -> None:
    world.cloud.put(PENDING)
    assert outcomes(scheduled()) == [("confirm_submission", "sent", ""), ("ask_management", "sent", "")]
    assert world.told() == {"aino": 1, "management": 1, "public": 0}
    assert scheduled()["findings"] == []

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
    assert len(scheduled()["findings"]) == 2


def test_a_scheduled_run_goes_on_where_the_last_one_stopped(world: World) -> None:
    rows = [PENDING.model_copy(update={"timestamp": PENDING.timestamp + number}) for number in range(8)]
    world.cloud.put(*rows)
    world.control.fail("*", "slack_error", error="fatal_error", times=None)
    seen = [scheduled() for _ in range(3)]
    assert [answer["halted"] for answer in seen] == [True, True, True]
    # The first two rows, those two again, the next two.
    assert len({answer["next"] for answer in seen}) == 2
    world.control.heal()
    answer = handler(SCHEDULED, LONG)
    # What was begun, and the rows that had not been looked at.
    assert (answer["unsettled"]["lookedAt"], answer["rows"]["lookedAt"]) == (4, 4)
    assert world.told() == {"aino": 8, "management": 8, "public": 0}
    assert world.cloud.items(LEDGER) == [item for item in world.cloud.items(LEDGER) if "unsettled" not in item]


def test_what_was_begun_is_found_without_looking_at_every_row(world: World) -> None:
    # Given: a message that Slack did not take, and a round over the rows that has just ended
    world.cloud.put(*(PENDING.model_copy(update={"timestamp": PENDING.timestamp + number}) for number in range(100)))
    assert scheduled()["lookedAt"] == 100
    world.control.fail("chat.postMessage", "http_503", times=None)
    world.cloud.put(other := PENDING.model_copy(update={"timestamp": PENDING.timestamp + 1000}))
    world.run_stream()
    world.control.heal()

    # When
    answer = handler(SCHEDULED, LONG)

    # Then
    assert answer["rows"] is None
    assert (answer["unsettled"]["lookedAt"], len(answer["unsettled"]["findings"])) == (1, 2)
    assert {each["contribution"] for each in answer["unsettled"]["findings"]} == {str(other.key)}
    assert handler(SCHEDULED, LONG)["unsettled"]["lookedAt"] == 0


def test_a_run_without_time_begins_nothing(world: World) -> None:
    world.cloud.put(PENDING)
    answer = scheduled(Context(left_ms=60_000))
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


def keys(rows: list[Contribution]) -> list[ContributionKey]:
    return [row.key for row in rows]


def test_all_rows_are_read_over_pages_and_from_anywhere(cloud: Cloud) -> None:
    long_text = "x" * 2000
    rows = [
        a_row(user_id=f"U0AINO{number % 7:03}", timestamp=PENDING.timestamp + number, text=long_text)
        for number in range(1200)
    ]
    cloud.put_many(rows)  # 2.4 MB: three pages
    table = DynamoContributions(boto3.client("dynamodb"), TABLE)
    everything = keys(list(table.all()))
    assert sorted(everything, key=str) == sorted(keys(rows), key=str)
    assert keys(list(table.all(everything[700]))) == everything[701:]
    assert list(table.all(everything[-1])) == []


def test_a_row_is_read_as_it_is(cloud: Cloud) -> None:
    table = DynamoContributions(boto3.client("dynamodb"), TABLE)
    assert table.get(PENDING.key) is None
    cloud.put(PENDING)
    assert table.get(PENDING.key) == PENDING
    cloud.put({"userId": AINO, "timestamp": 1, "status": "PERHAPS"})
    assert table.get(ContributionKey(AINO, 1)) is None


@pytest.mark.usefixtures("cloud")
def test_the_ledger_says_what_there_is() -> None:
    now = time.time()
    ledger = DynamoLedger(boto3.client("dynamodb"), LEDGER, 60, lambda: now)
    for number in range(130):
        ledger.claim(f"subject#{number}", "publish")
        ledger.record_sent(f"subject#{number}", "publish", None)
    ledger.set_aside("subject#0", "publish", "is_archived")
    ledger.set_aside("subject#0", "publish", "not_in_channel")
    ledger.release("subject#1", "publish", "ratelimited")
    ledger.claim("subject#1", "publish")

    asked_for = [(f"subject#{number}", "publish") for number in [*range(130), 0]] + [("subject#0", "tell_accepted")]
    records = ledger.records(asked_for)
    assert len(records) == 130
    assert records["subject#0", "publish"] == Record(State.SET_ASIDE, "not_in_channel", 2, int(now * 1000))
    assert records["subject#1", "publish"].state is State.CLAIMED
    assert records["subject#2", "publish"] == Record(State.SENT)
    assert ledger.records([]) == {}

    now += 61  # whoever had the claim is dead
    assert ledger.records([("subject#1", "publish")])["subject#1", "publish"].state is State.DUE


@pytest.mark.usefixtures("cloud")
def test_the_ledger_lists_what_is_unsettled() -> None:
    ledger = DynamoLedger(boto3.client("dynamodb"), LEDGER, 60, unsettled_index=UNSETTLED_INDEX)
    subjects = [f"contribution#U{number:03}#1" for number in range(9)]
    assert list(ledger.unsettled("contribution")) == []
    for subject in [*subjects, "report#2026-10#asked#1"]:
        ledger.claim(subject, "publish")
        ledger.claim(subject, "tell_accepted")
    assert len(list(ledger.unsettled("contribution"))) == 18
    assert {subject for subject, _ in ledger.unsettled("report")} == {"report#2026-10#asked#1"}

    # What is sent is settled; what failed, now or lastingly, is not.
    ledger.record_sent(subjects[0], "publish", None)
    ledger.record_sent(subjects[0], "tell_accepted", MessageRef("C1", "1.0"))
    ledger.release(subjects[1], "publish", "ratelimited")
    ledger.set_aside(subjects[2], "publish", "is_archived")
    ledger.reopen(subjects[2], "publish")
    found = list(ledger.unsettled("contribution"))
    assert [subject for subject, _ in found] == sorted([*subjects[1:], *subjects[1:]])
    assert {subject for subject, _ in ledger.unsettled("contribution", subjects[4])} == set(subjects[5:])

    # Nor is what was put away, until it is claimed again.
    ledger.put_away(subjects[1], "publish")
    assert (subjects[1], "publish") not in list(ledger.unsettled("contribution"))
    record = ledger.records([(subjects[1], "publish")])[subjects[1], "publish"]
    assert (record.state, record.reason) == (State.DUE, "ratelimited")
    assert ledger.claim(subjects[1], "publish") is Claim.GRANTED
    assert (subjects[1], "publish") in list(ledger.unsettled("contribution"))


@pytest.mark.usefixtures("cloud")
def test_the_unsettled_ones_are_read_over_pages() -> None:
    client: Any = boto3.client("dynamodb")
    long = "x" * 200
    for number in range(3000):
        item = {"id": f"contribution#{long}{number:05}#1", "effect": long, "unsettled": "contribution"}
        client.put_item(TableName=LEDGER, Item=to_item(item))  # 1.3 MB of keys: two pages
    ledger = DynamoLedger(client, LEDGER, 60, unsettled_index=UNSETTLED_INDEX)
    assert len(set(ledger.unsettled("contribution"))) == 3000


@pytest.mark.usefixtures("cloud")
def test_only_what_was_set_aside_is_opened_again() -> None:
    ledger = DynamoLedger(boto3.client("dynamodb"), LEDGER, 60)
    assert not ledger.reopen("subject", "publish")
    ledger.record_sent("subject", "publish", None)
    assert not ledger.reopen("subject", "publish")
    ledger.set_aside("subject", "publish", "is_archived")
    assert ledger.reopen("subject", "publish")
    assert ledger.records([("subject", "publish")])["subject", "publish"].state is State.DUE


class HalfReader:
    """A client whose batch reads leave some keys unread, as DynamoDB may."""

    def __init__(self, reads: int) -> None:
        self._client: Any = boto3.client("dynamodb")
        self._reads = reads

    def batch_get_item(self, RequestItems: dict[str, Any]) -> dict[str, Any]:  # noqa: N803 boto3's own name
        ((table, request),) = RequestItems.items()
        now, later = request["Keys"][: self._reads], request["Keys"][self._reads :]
        answer: dict[str, Any] = {"Responses": {}}
        if now:
            answer = self._client.batch_get_item(RequestItems={table: {"Keys": now}})
        return {**answer, "UnprocessedKeys": {table: {"Keys": later}} if later else {}}


@pytest.mark.usefixtures("cloud")
def test_what_a_batch_left_unread_is_read_later() -> None:
    real = DynamoLedger(boto3.client("dynamodb"), LEDGER, 60)
    messages = [(f"subject#{number}", "publish") for number in range(9)]
    for message in messages:
        real.record_sent(*message, None)
    waits: list[float] = []
    assert set(DynamoLedger(HalfReader(2), LEDGER, 60, sleep=waits.append).records(messages)) == set(messages)
    assert waits == []
    with pytest.raises(TimeoutError):
        DynamoLedger(HalfReader(0), LEDGER, 60, sleep=waits.append).records(messages)
    assert waits == sorted(waits)
    assert len(waits) == 7


@pytest.mark.usefixtures("cloud")
def test_a_bookmark_remembers_and_forgets() -> None:
    bookmark = DynamoCheckpoint(boto3.client("dynamodb"), LEDGER, "reconcile")
    assert bookmark.read() == Progress()
    for progress in (Progress(PENDING.key, 7, 5), Progress(None, 12, 1_793_000_000_000), Progress(PENDING.key)):
        bookmark.write(progress)
        assert bookmark.read() == progress
    assert DynamoCheckpoint(boto3.client("dynamodb"), LEDGER, "another").read() == Progress()
