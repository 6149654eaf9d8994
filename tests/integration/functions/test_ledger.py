"""The ledger and the table as DynamoDB keeps them: one claim at a time, and one decision."""

from typing import Any

import boto3
import pytest

from integration.functions.cloud import LEDGER, MONTH_INDEX, TABLE, Cloud
from integration.functions.world import a_row, at_once
from ossi.aws.contributions import DynamoContributions
from ossi.aws.deliveries import DynamoLedger
from ossi.aws.lite.services import DynamoDbClient
from ossi.aws.submissions import DynamoSubmissions
from ossi.domain.contribution import MessageRef, Status
from ossi.domain.errors import AlreadyDecided
from ossi.domain.months import Month
from ossi.ports import Claim

REF = MessageRef(channel="C0MANAGERS", ts="1792994700.000100")


@pytest.fixture(params=["boto3", "ours"])
def client(request: pytest.FixtureRequest, cloud: Cloud) -> Any:
    """The adapters take either."""
    assert cloud
    return boto3.client("dynamodb") if request.param == "boto3" else DynamoDbClient()


class Ledger:
    """A ledger whose clock stands still until it is moved."""

    def __init__(self, client: Any) -> None:
        self.now = 1_793_000_000.0
        self.ledger = DynamoLedger(client, LEDGER, 65, lambda: self.now)

    def claim(self) -> Claim:
        return self.ledger.claim("contribution#U#1", "publish")


def test_a_claim_is_held_until_its_lease_runs_out(cloud: Cloud, client: Any) -> None:
    book = Ledger(client)
    assert book.claim() is Claim.GRANTED
    book.now += 65
    assert book.claim() is Claim.HELD
    book.now += 1
    assert book.claim() is Claim.GRANTED
    assert book.claim() is Claim.HELD
    assert cloud.ledger()["contribution#U#1", "publish"]["attempts"] == 2


def test_what_was_sent_stays_sent(cloud: Cloud, client: Any) -> None:
    book = Ledger(client)
    assert book.ledger.sent_ref("contribution#U#1", "publish") is None
    book.claim()
    assert book.ledger.sent_ref("contribution#U#1", "publish") is None
    book.ledger.record_sent("contribution#U#1", "publish", REF)
    book.now += 10**6
    assert book.claim() is Claim.SENT
    assert book.ledger.sent_ref("contribution#U#1", "publish") == REF
    row = cloud.ledger()["contribution#U#1", "publish"]
    assert row["sentAt"] == 1_793_000_000_000
    assert "leaseUntil" not in row


def test_there_may_have_been_nothing_to_send(cloud: Cloud, client: Any) -> None:
    book = Ledger(client)
    book.claim()
    book.ledger.record_sent("contribution#U#1", "publish", None)
    assert book.claim() is Claim.SENT
    assert book.ledger.sent_ref("contribution#U#1", "publish") is None
    assert len(cloud.ledger()) == 1


def test_what_was_released_can_be_claimed_at_once(cloud: Cloud, client: Any) -> None:
    book = Ledger(client)
    book.claim()
    book.ledger.release("contribution#U#1", "publish", "ratelimited")
    assert cloud.ledger()["contribution#U#1", "publish"]["reason"] == "ratelimited"
    assert book.claim() is Claim.GRANTED


def test_what_was_set_aside_is_not_claimed(cloud: Cloud, client: Any) -> None:
    book = Ledger(client)
    book.claim()
    book.ledger.set_aside("contribution#U#1", "publish", "is_archived")
    book.now += 10**6
    assert book.claim() is Claim.SET_ASIDE
    assert cloud.ledger()["contribution#U#1", "publish"]["reason"] == "is_archived"


def test_of_many_at_once_one_gets_the_claim(cloud: Cloud, client: Any) -> None:
    book = Ledger(client)
    claims = at_once(*(book.claim for _ in range(8)))
    assert sorted(claim.value for claim in claims) == ["granted", *["held"] * 7]
    assert len(cloud.ledger()) == 1


def test_of_many_at_once_one_decides(cloud: Cloud, client: Any) -> None:
    cloud.put(a_row())
    table = DynamoContributions(client, TABLE)

    def decide(number: int) -> str:
        status = Status.ACCEPTED if number % 2 else Status.DECLINED
        try:
            return str(table.decide(a_row().key, status, f"U{number}", number, REF).decided_by)
        except AlreadyDecided as error:
            return f"told of {error.decided.decided_by}"

    results = at_once(*(lambda number=number: decide(number) for number in range(8)))
    (row,) = cloud.rows()
    assert sorted(results) == sorted([str(row.decided_by), *[f"told of {row.decided_by}"] * 7])


def test_of_many_at_once_one_form_is_stored(cloud: Cloud, client: Any) -> None:
    store = DynamoSubmissions(client, TABLE, LEDGER)
    same = at_once(*(lambda: store.add_once(a_row(), "V1") for _ in range(4)))
    assert [row for row in same if row] == [a_row()]
    others = at_once(*(lambda view=view: store.add_once(a_row(), view) for view in ("V2", "V3", "V4")))
    assert sorted(row.timestamp for row in others if row) == [row.timestamp for row in cloud.rows()][1:]
    assert [row.timestamp - a_row().timestamp for row in cloud.rows()] == [0, 1, 2, 3]
    mark = cloud.ledger()["submission#V1", "stored"]
    assert mark["contribution"] == str(a_row().key)
    assert mark["expiresAt"] == a_row().timestamp // 1000 + 30 * 24 * 3600


def test_a_month_holds_its_own_rows(cloud: Cloud, client: Any) -> None:
    cloud.put(a_row(timestamp=2), a_row(timestamp=1), a_row(timestamp=3, contribution_month="2026-11"))
    rows = DynamoContributions(client, TABLE, MONTH_INDEX).of_month(Month(2026, 10))
    assert [row.timestamp for row in rows] == [1, 2]
