"""A write of the ledger whose answer is lost: the client repeats it, and meets what it wrote itself."""

from dataclasses import replace
from typing import Any

import pytest

from fakes import MANAGEMENT
from memory import START
from ossi.aws.deliveries import DynamoDeliveries
from ossi.aws.dynamodb import to_item
from ossi.delivery.policy import claimed, owed
from ossi.delivery.record import DeliveryKey, Record
from ossi.delivery.store import DeliveryChanged

KEY = DeliveryKey("contribution#U0AINO001#1", "publish")


class Refused(Exception):
    """DynamoDB's answer to a write whose condition doesn't hold."""

    def __init__(self, item: dict[str, Any]) -> None:
        super().__init__("refused")
        self.response = {"Error": {"Code": "ConditionalCheckFailedException"}, "Item": item}


class Repeating:
    """The first request is done and its answer lost; the second one is refused. later: what somebody else changed meanwhile."""

    def __init__(self, **later: object) -> None:
        self.later = later

    def put_item(self, *, Item: dict[str, Any], **_: object) -> None:  # noqa: N803  # boto3's name
        raise Refused(Item | to_item(self.later))


def deliveries(**later: object) -> DynamoDeliveries:
    return DynamoDeliveries(Repeating(**later), "ledger", now=lambda: START / 1000)


def claim() -> Record:
    record = claimed(owed(KEY, MANAGEMENT, START), START)
    assert isinstance(record, Record)
    return record


def test_what_the_first_request_wrote_is_its_own() -> None:
    deliveries().swap(claim(), None)
    deliveries().swap(claim(), owed(KEY, MANAGEMENT, START))


@pytest.mark.parametrize(
    "later",
    [{"token": "another"}, {"state": "SENT"}, {"attempts": 2}, {"leaseUntil": 5}],
    ids=lambda later: next(iter(later)),
)
def test_what_somebody_else_has_written_since_is_not(later: dict[str, object]) -> None:
    record = claim()
    with pytest.raises(DeliveryChanged) as caught:
        deliveries(**later).swap(record, None)
    assert caught.value.found is not None
    assert caught.value.found != record


def test_what_has_no_token_is_nobody_s_own() -> None:
    with pytest.raises(DeliveryChanged):
        deliveries().swap(replace(claim(), token=""), None)
