"""The records of deliveries: one contract, kept by what the tests work with and by DynamoDB."""

import logging
import time
from dataclasses import replace
from decimal import Decimal
from typing import Any

import boto3
import pytest

from integration.functions.cloud import LEDGER, UNSETTLED_INDEX, Cloud
from integration.functions.world import at_once
from memory import MemoryDeliveries
from ossi.aws.deliveries import DynamoDeliveries
from ossi.aws.dynamodb import to_item
from ossi.delivery.policy import claimed, owed
from ossi.delivery.record import DeliveryKey, Record, State
from ossi.delivery.store import Deliveries, DeliveryChanged, Place
from ossi.domain.message_ref import MessageRef

NOW = int(time.time() * 1000)
SECOND, MINUTE, HOUR, DAY = 1_000, 60_000, 3_600_000, 24 * 3_600_000
KEY = DeliveryKey("contribution#U0AINO001#1", "publish")
OTHER = DeliveryKey("contribution#U0AINO001#1", "ask_management")
REF = MessageRef("C0OPENSRC", "1792994700.000100")


def dynamo() -> DynamoDeliveries:
    return DynamoDeliveries(boto3.client("dynamodb"), LEDGER, unsettled_index=UNSETTLED_INDEX)


@pytest.fixture(params=["memory", "DynamoDB"])
def deliveries(request: pytest.FixtureRequest, cloud: Cloud) -> Deliveries:
    assert cloud
    return MemoryDeliveries() if request.param == "memory" else dynamo()


def read(deliveries: Deliveries, key: DeliveryKey = KEY) -> Record | None:
    return deliveries.read([key], consistent=True).get(key)


def granted(record: Record, now: int) -> Record:
    claim = claimed(record, now)
    assert isinstance(claim, Record), claim
    return claim


FULL = Record(
    KEY, State.DUE, place="C0OPENSRC", owed_at=NOW - DAY, due_at=NOW + MINUTE, attempts=4, ambiguous=2, failures=3,
    reason="http_500", ref=REF, drawn=7, open=True, lease_until=NOW // 1000 + 65, token="0123456789abcdef",
    requested_by="U0MAIJA01", begun=2,
)  # fmt: skip


# what every store keeps


@pytest.mark.parametrize("state", [state for state in State if state is not State.UNREADABLE])
@pytest.mark.parametrize("is_open", [True, False])
def test_what_is_stored_is_read_as_it_was(deliveries: Deliveries, state: State, is_open: bool) -> None:
    records = [
        replace(FULL, state=state, open=is_open, due_at=0 if state in {State.SENT, State.UNKNOWN} else FULL.due_at),
        Record(OTHER, state, open=is_open),
    ]
    for record in records:
        deliveries.swap(record, None)
    for consistent in (False, True):
        assert deliveries.read([KEY, OTHER, KEY], consistent=consistent) == {each.key: each for each in records}


def test_there_may_be_nothing_to_read(deliveries: Deliveries) -> None:
    assert deliveries.read([]) == {}
    assert deliveries.read([KEY]) == {}


def test_a_record_is_stored_where_there_is_none_and_the_second_learns_of_the_first(deliveries: Deliveries) -> None:
    first, second = (owed(KEY, "C0OPENSRC", NOW + number) for number in range(2))
    deliveries.swap(first, None)
    with pytest.raises(DeliveryChanged) as caught:
        deliveries.swap(second, None)
    assert caught.value.found == first
    assert read(deliveries) == first


def test_a_record_that_is_gone_is_not_written_over(deliveries: Deliveries) -> None:
    with pytest.raises(DeliveryChanged) as caught:
        deliveries.swap(granted(FULL, NOW + HOUR), FULL)
    assert caught.value.found is None
    assert read(deliveries) is None


def test_who_read_it_as_it_is_writes_it_and_who_did_not_learns_how_it_is(deliveries: Deliveries) -> None:
    first = owed(KEY, "C0OPENSRC", NOW)
    deliveries.swap(first, None)
    claim = granted(first, NOW)
    deliveries.swap(claim, first)
    with pytest.raises(DeliveryChanged) as caught:
        deliveries.swap(granted(first, NOW), first)
    assert caught.value.found == claim
    assert read(deliveries) == claim


@pytest.mark.parametrize(
    "changes",
    [{"state": State.CLAIMED}, {"attempts": 5}, {"lease_until": 1}, {"token": "another"}, {"token": ""}],
    ids=str,
)
def test_whatever_tells_one_writing_from_another_is_compared(deliveries: Deliveries, changes: dict[str, Any]) -> None:
    deliveries.swap(FULL, None)
    with pytest.raises(DeliveryChanged):
        deliveries.swap(replace(FULL, token="new"), replace(FULL, **changes))
    assert read(deliveries) == FULL


def test_a_record_without_counts_is_swapped_like_any_other(deliveries: Deliveries) -> None:
    bare = Record(KEY, State.DUE)
    deliveries.swap(bare, None)
    claim = granted(bare, NOW)
    deliveries.swap(claim, bare)
    assert read(deliveries) == claim


def test_of_many_at_once_one_gets_the_claim(cloud: Cloud) -> None:
    store = dynamo()
    first = owed(KEY, "C0OPENSRC", NOW)
    store.swap(first, None)

    def claim() -> bool:
        try:
            dynamo().swap(granted(first, NOW), first)
        except DeliveryChanged:
            return False
        return True

    assert sorted(at_once(*[claim] * 8)) == [*[False] * 7, True]
    assert len(cloud.ledger()) == 1


def test_the_unsettled_ones_are_listed_by_subject_and_kind(deliveries: Deliveries) -> None:
    subjects = [f"contribution#U{number:03}#1" for number in range(9)]
    assert list(deliveries.unsettled("contribution")) == []
    for subject in [*subjects, "report#2026-10#asked#1"]:
        for effect in ("publish", "tell_accepted"):
            deliveries.swap(owed(DeliveryKey(subject, effect), "", NOW), None)
    keys = list(deliveries.unsettled("contribution"))
    assert [key.subject for key in keys] == [subject for subject in subjects for _ in range(2)]
    assert {key.effect for key in keys} == {"publish", "tell_accepted"}
    assert {key.subject for key in deliveries.unsettled("report")} == {"report#2026-10#asked#1"}
    assert {key.subject for key in deliveries.unsettled("contribution", subjects[4])} == set(subjects[5:])

    # What is settled or put away isn't, until it's opened again.
    key = DeliveryKey(subjects[0], "publish")
    for is_open in (False, True):
        record = read(deliveries, key)
        assert record is not None
        deliveries.swap(replace(record, open=is_open, token=str(is_open)), record)
        assert (key in list(deliveries.unsettled("contribution"))) is is_open


def test_what_is_known_of_a_places_pace(deliveries: Deliveries) -> None:
    assert deliveries.places([]) == {}
    assert deliveries.places(["C1"]) == {}
    deliveries.close_place("C1", NOW + MINUTE)
    deliveries.queue_place("C1", NOW + 2 * MINUTE)
    deliveries.queue_place("chat.update", NOW + HOUR)
    assert deliveries.places(["C1", "chat.update", "C2"]) == {
        "C1": Place(NOW + MINUTE, NOW + 2 * MINUTE),
        "chat.update": Place(0, NOW + HOUR),
    }
    # Who closes it for longer wins, and who works off what waits says until when.
    deliveries.close_place("C1", NOW + SECOND)
    deliveries.queue_place("C1", NOW + SECOND)
    assert deliveries.places(["C1"]) == {"C1": Place(NOW + MINUTE, NOW + SECOND)}
    deliveries.close_place("C1", NOW + HOUR)
    assert deliveries.places({"C1"}) == {"C1": Place(NOW + HOUR, NOW + SECOND)}


# what is stored in DynamoDB


def test_the_words_in_the_table_never_change(cloud: Cloud) -> None:
    """Older versions read them."""
    dynamo().swap(FULL, None)
    assert cloud.ledger()[KEY.subject, KEY.effect] == {
        "id": KEY.subject,
        "effect": KEY.effect,
        "state": "DUE",
        "attempts": 4,
        "owedAt": FULL.owed_at,
        "dueAt": FULL.due_at,
        "ambiguous": 2,
        "failures": 3,
        "drawn": 7,
        "begun": 2,
        "leaseUntil": FULL.lease_until,
        "place": "C0OPENSRC",
        "reason": "http_500",
        "token": FULL.token,
        "requestedBy": "U0MAIJA01",
        "channel": "C0OPENSRC",
        "ts": REF.ts,
        "unsettled": "contribution",
    }
    assert {state.name: state.value for state in State} == {
        "CLAIMED": "CLAIMED", "DUE": "DUE", "SENT": "SENT", "PARKED": "FAILED", "UNKNOWN": "UNKNOWN",
        "UNREADABLE": "UNREADABLE",
    }  # fmt: skip


def test_what_is_unknown_is_left_out_and_what_was_sent_says_when(cloud: Cloud) -> None:
    store = dynamo()
    store.swap(Record(KEY, State.SENT, open=False), None)
    store.swap(Record(OTHER, State.CLAIMED, lease_until=5), None)
    ledger = cloud.ledger()
    assert ledger[KEY.subject, KEY.effect].keys() == {"id", "effect", "state", "attempts", "sentAt"}
    assert abs(ledger[KEY.subject, KEY.effect]["sentAt"] - time.time() * 1000) < MINUTE
    assert ledger[OTHER.subject, OTHER.effect]["ambiguous"] == 0, "without it the claim is an older version's"


def old(cloud: Cloud, **attributes: Any) -> Record:
    """The record as it is read, where an older version, or a hand, wrote these attributes."""
    cloud.put_item(to_item({"id": KEY.subject, "effect": KEY.effect, **attributes}), LEDGER)
    record = read(dynamo())
    assert record is not None
    return record


OLD: list[tuple[str, dict[str, Any], Record]] = [
    (
        "claimed",
        {"state": "CLAIMED", "attempts": 1, "leaseUntil": NOW // 1000 + 60, "unsettled": "contribution"},
        Record(KEY, State.CLAIMED, attempts=1, ambiguous=1, lease_until=NOW // 1000 + 60,
               due_at=(NOW // 1000 + 60) * 1000),
    ),
    ("claimed, and the claim ends too late to be meant",
     {"state": "CLAIMED", "leaseUntil": NOW // 1000 + 30 * 86_400, "unsettled": "contribution"},
     Record(KEY, State.CLAIMED, ambiguous=1, lease_until=NOW // 1000 + 30 * 86_400, due_at=0)),
    ("due", {"state": "DUE", "attempts": 2, "reason": "ratelimited", "unsettled": "contribution"},
     Record(KEY, State.DUE, attempts=2, reason="ratelimited")),
    ("without a state", {"attempts": 2}, Record(KEY, State.DUE, attempts=2, open=False)),
    (
        "set aside twice",
        {"state": "FAILED", "failures": 2, "failedAt": NOW, "reason": "is_archived", "attempts": 2,
         "unsettled": "contribution"},
        Record(KEY, State.PARKED, failures=2, reason="is_archived", attempts=2, due_at=NOW + 2 * HOUR),
    ),
    ("set aside before there were counts", {"state": "FAILED", "reason": "is_archived", "unsettled": "contribution"},
     Record(KEY, State.PARKED, reason="is_archived", due_at=0)),
    ("set aside in a time to come", {"state": "FAILED", "failures": 1, "failedAt": NOW + DAY},
     Record(KEY, State.PARKED, failures=1, due_at=0, open=False)),
    ("sent", {"state": "SENT", "channel": "C0OPENSRC", "ts": REF.ts, "sentAt": NOW, "attempts": 1},
     Record(KEY, State.SENT, attempts=1, ref=REF, open=False)),
    ("nothing to send", {"state": "SENT", "sentAt": NOW, "attempts": 1},
     Record(KEY, State.SENT, attempts=1, open=False)),
    ("sent, with counts that nobody needs any more", {"state": "SENT", "attempts": "many", "failures": -1},
     Record(KEY, State.SENT, failures=-1, open=False)),
    ("due too late to be meant", {"state": "DUE", "dueAt": NOW + 30 * DAY, "unsettled": "contribution"},
     Record(KEY, State.DUE, due_at=0)),
    ("parked for a week", {"state": "FAILED", "failures": 9, "dueAt": NOW + 7 * DAY, "unsettled": "contribution"},
     Record(KEY, State.PARKED, failures=9, due_at=NOW + 7 * DAY)),
    ("of a moment with a fraction", {"state": "DUE", "dueAt": Decimal(f"{NOW}.5")},
     Record(KEY, State.DUE, due_at=NOW, open=False)),
    ("texts that are none", {"state": "DUE", "reason": 5, "place": ["x"], "requestedBy": {}},
     Record(KEY, State.DUE, open=False)),
]  # fmt: skip


@pytest.mark.parametrize(("attributes", "record"), [case[1:] for case in OLD], ids=[case[0] for case in OLD])
def test_a_record_that_another_version_or_a_hand_wrote(
    cloud: Cloud, attributes: dict[str, Any], record: Record
) -> None:
    found = old(cloud, **attributes)
    assert found == record
    # And it's written like any other.
    if found.state is not State.SENT:
        claim = claimed(found, NOW + 30 * DAY)
        assert isinstance(claim, Record)
        dynamo().swap(claim, found)
        assert cloud.ledger()[KEY.subject, KEY.effect]["token"] == claim.token


SPOILED: list[dict[str, Any]] = [
    {"state": "SNET"}, {"state": 5}, {"state": []}, {"state": None}, {"state": "UNREADABLE"},
    {"state": "DUE", "attempts": "many"}, {"state": "DUE", "attempts": -1}, {"state": "FAILED", "failures": "x"},
    {"state": "CLAIMED", "ambiguous": True}, {"state": "DUE", "ambiguous": 10**10},
    {"state": "SENT", "ts": REF.ts}, {"state": "SENT", "channel": "C1"}, {"state": "SENT", "channel": "C1", "ts": 5},
    {"state": "CLAIMED", "leaseUntil": "soon"}, {"state": "CLAIMED", "leaseUntil": []}, {"state": "DUE", "token": 5},
]  # fmt: skip


@pytest.mark.parametrize("attributes", SPOILED, ids=str)
def test_a_record_that_a_hand_has_spoiled_is_nobodys_to_write(
    cloud: Cloud, attributes: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR, "ossi"):
        found = old(cloud, **attributes)
    assert found.state is State.UNREADABLE
    (line,) = caplog.records
    assert (getattr(line, "metric", ""), getattr(line, "effect", "")) == ("Unreadable", "publish")
    assert getattr(line, "why", "").startswith("wrong: ")
    with pytest.raises(DeliveryChanged):
        dynamo().swap(replace(found, state=State.SENT), found)
    before = cloud.ledger()[KEY.subject, KEY.effect]
    assert before == {"id": KEY.subject, "effect": KEY.effect, **attributes}


def test_a_place_says_nothing_that_cannot_be_meant(cloud: Cloud) -> None:
    for closed, queued in (("x", "y"), (NOW + 30 * DAY, -1), (True, None)):
        item = {"id": "place#C1", "effect": "pace", "closedUntil": closed, "queuedUntil": queued}
        cloud.put_item(to_item(item), LEDGER)
        assert dynamo().places(["C1"]) == {"C1": Place()}


def test_what_is_known_of_a_place_is_forgotten_after_a_day(cloud: Cloud) -> None:
    before = int(time.time())
    dynamo().close_place("C1", NOW + MINUTE)
    assert before + 86_400 <= cloud.ledger()["place#C1", "pace"]["expiresAt"] <= time.time() + 86_400


# many


def test_the_unsettled_ones_are_read_over_pages(cloud: Cloud) -> None:
    long = "x" * 1000
    for number in range(600):
        item = {"id": f"contribution#{long}{number:05}#1", "effect": long, "unsettled": "contribution"}
        cloud.put_item(to_item(item), LEDGER)  # 1.2 MB of keys: two pages
    assert len(set(dynamo().unsettled("contribution"))) == 600


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
    keys = [DeliveryKey(f"contribution#U#{number}", "publish") for number in range(130)]
    for key in keys:
        dynamo().swap(owed(key, "", NOW), None)
    assert set(dynamo().read([*keys, *keys])) == set(keys)
    waits: list[float] = []
    assert set(DynamoDeliveries(HalfReader(2), LEDGER, sleep=waits.append).read(keys[:9])) == set(keys[:9])
    assert waits == []
    with pytest.raises(TimeoutError):
        DynamoDeliveries(HalfReader(0), LEDGER, sleep=waits.append).read(keys[:9])
    assert waits == sorted(waits)
    assert len(waits) == 7


def test_what_dynamodb_refuses_is_raised(cloud: Cloud) -> None:
    cloud.drop_ledger()
    store = dynamo()
    for act in (
        lambda: store.swap(FULL, None),
        lambda: store.close_place("C1", NOW),
        lambda: store.queue_place("C1", NOW),
        lambda: store.read([KEY]),
    ):
        with pytest.raises(Exception, match="ResourceNotFoundException"):
            act()
