"""The table of contributions: one contract, kept by what the tests work with, by boto3's client and by our own."""

import time
from typing import Any

import boto3
import pytest

from fakes import FakeContributions
from integration.functions.cloud import LEDGER, MONTH_INDEX, TABLE, Cloud
from integration.functions.world import AINO, MAIJA, MATTI, a_row, at_once
from ossi.aws.contributions import DynamoContributions
from ossi.aws.lite.services import DynamoDbClient
from ossi.aws.submissions import DynamoSubmissions
from ossi.domain.contribution import Contribution, ContributionKey, MessageRef, Status
from ossi.domain.errors import ContributionChanged, UnreadableContribution
from ossi.domain.history import Event, EventKind
from ossi.domain.lifecycle import adopt, apply, submitted
from ossi.domain.months import Month
from ossi.ports import Contributions

NEW = submitted(a_row(submission_id="V1"), "e1")
OLD = a_row(submission_id="V1")
SEEN_IN = MessageRef("C0MANAGERS", "1.0")


def decision(kind: EventKind = EventKind.ACCEPTED, by: str = MAIJA, event_id: str = "e2") -> Event:
    return Event(kind, event_id, Status.PENDING, int(time.time() * 1000), by=by, reason="because", seen_in=SEEN_IN)


class Table:
    """A table of either kind, and what a hand does to it."""

    def __init__(self, kind: str, cloud: Cloud) -> None:
        self._cloud, self._fake = cloud, FakeContributions()
        clients: dict[str, Any] = {"boto3": lambda: boto3.client("dynamodb"), "ours": DynamoDbClient}
        self.port: Contributions = (
            self._fake if kind == "memory" else DynamoContributions(clients[kind](), TABLE, MONTH_INDEX)
        )

    def put(self, *rows: Contribution) -> None:
        self._cloud.put(*rows)
        self._fake.rows |= {row.key: row for row in rows}

    def remove(self, row: Contribution) -> None:
        self._cloud.remove(row)
        self._fake.rows.pop(row.key, None)

    def get(self) -> Contribution | None:
        return self.port.get(NEW.key)


@pytest.fixture(params=["memory", "boto3", "ours"])
def table(request: pytest.FixtureRequest, cloud: Cloud) -> Table:
    return Table(request.param, cloud)


@pytest.fixture(params=["boto3", "ours"])
def client(request: pytest.FixtureRequest, cloud: Cloud) -> Any:
    """The adapters take either."""
    assert cloud
    return boto3.client("dynamodb") if request.param == "boto3" else DynamoDbClient()


# one conditional write


@pytest.mark.parametrize("row", [NEW, OLD, a_row(), a_row(imported_at=5)], ids=["new", "of old", "by hand", "imported"])
def test_an_event_and_what_follows_from_it_are_stored_at_once(table: Table, row: Contribution) -> None:
    table.put(row)
    decided = apply(row, decision())
    table.port.save(decided, row)
    assert table.get() == decided
    back = adopt(decided.model_copy(update={"status": Status.PENDING}))
    table.put(decided.model_copy(update={"status": Status.PENDING}))
    table.port.save(back, decided.model_copy(update={"status": Status.PENDING}))
    again = apply(back, Event(EventKind.DECLINED, "e4", Status.PENDING, 9, by=MATTI))
    table.port.save(again, back)
    assert table.get() == again
    assert again.decided_in is None, "what is not so any more is gone"


@pytest.mark.parametrize(
    "changed",
    [
        {"status": Status.DECLINED},
        {"version": 2},
        {"version": None, "events": ()},
        {"version": None, "events": (), "status": Status.ACCEPTED},
    ],
    ids=["the status by hand", "another event", "no version", "restored"],
)
def test_who_did_not_read_the_row_as_it_is_stores_nothing(table: Table, changed: dict[str, Any]) -> None:
    found = NEW.model_copy(update=changed)
    table.put(found)
    with pytest.raises(ContributionChanged):
        table.port.save(apply(NEW, decision()), NEW)
    assert table.get() == found


def test_a_first_event_is_stored_only_where_there_is_none(table: Table) -> None:
    table.put(NEW)
    with pytest.raises(ContributionChanged):
        table.port.save(apply(OLD, decision()), OLD)
    assert table.get() == NEW


def test_a_row_that_is_gone_does_not_come_back(table: Table) -> None:
    for row in (NEW, OLD):
        table.put(row)
        table.remove(row)
        with pytest.raises(ContributionChanged):
            table.port.save(apply(row, decision()), row)
        assert table.get() is None


def test_an_edit_by_hand_at_the_same_moment_is_kept(table: Table) -> None:
    edited = NEW.model_copy(update={"text": "Typed words that belong into no log, edited.", "level": "MEDIUM"})
    table.put(edited)
    table.port.save(apply(NEW, decision()), NEW)
    found = table.get()
    assert found is not None
    assert (found.status, found.text, found.level) == (Status.ACCEPTED, edited.text, "MEDIUM")


def test_what_only_a_newer_version_knows_of_a_row_is_kept(cloud: Cloud, client: Any) -> None:
    cloud.put({**NEW.to_row(), "paidAt": 5})
    DynamoContributions(client, TABLE).save(apply(NEW, decision()), NEW)
    (item,) = cloud.items()
    assert item["paidAt"] == {"N": "5"}


@pytest.mark.parametrize("row", [NEW, OLD], ids=["new", "of old"])
def test_of_many_at_once_one_decides(cloud: Cloud, client: Any, row: Contribution) -> None:
    cloud.put(row)
    port = DynamoContributions(client, TABLE)

    def decide(number: int) -> str | None:
        kind = EventKind.ACCEPTED if number % 2 else EventKind.DECLINED
        try:
            port.save(apply(row, decision(kind, f"U{number}", f"decision{number}")), row)
        except ContributionChanged:
            return None
        return f"U{number}"

    results = at_once(*(lambda number=number: decide(number) for number in range(8)))
    (found,) = cloud.rows()
    assert [each for each in results if each] == [found.decided_by]
    assert len(found.events) == 2


def test_of_many_at_once_one_form_is_stored(cloud: Cloud, client: Any) -> None:
    store = DynamoSubmissions(client, TABLE, LEDGER)
    same = at_once(*(lambda: store.add_once(NEW, "V1") for _ in range(4)))
    assert sorted(row is not None for row in same) == [False, False, False, True]
    others = at_once(*(lambda view=view: store.add_once(NEW, view) for view in ("V2", "V3", "V4")))
    assert all(row is not None for row in others)
    assert [row.timestamp - NEW.timestamp for row in cloud.rows()] == [0, 1, 2, 3]
    assert [len(row.events) for row in cloud.rows()] == [1] * 4
    mark = cloud.ledger()["submission#V1", "stored"]
    assert mark["contribution"] == str(NEW.key)
    assert mark["expiresAt"] == NEW.timestamp // 1000 + 30 * 24 * 3600


# reading


def test_a_row_is_read_as_it_is(table: Table) -> None:
    assert table.get() is None
    for row in (NEW, apply(NEW, decision()), OLD):
        table.put(row)
        assert table.get() == row


def test_rows_are_looked_up_and_what_is_missing_is_left_out(table: Table) -> None:
    rows = [submitted(a_row(timestamp=number), "e1") for number in range(1, 131)]
    table.put(*rows)
    keys = [*(row.key for row in rows), rows[0].key, ContributionKey(AINO, 999)]
    assert table.port.look_up(keys) == {row.key: row for row in rows}
    assert table.port.look_up([]) == {}


def test_a_row_that_cannot_be_read_is_told_from_one_that_is_not_there(cloud: Cloud, client: Any) -> None:
    port = DynamoContributions(client, TABLE)
    spoiled, newer = ({**NEW.to_row(), **change} for change in ({"text": 5}, {"status": "REOPENED"}))
    for row, is_newer in ((spoiled, False), (newer, True)):
        cloud.put(row)
        assert port.look_up([NEW.key, ContributionKey(AINO, 1)]) == {NEW.key: None}
        with pytest.raises(UnreadableContribution) as caught:
            port.get(NEW.key)
        assert caught.value.newer is is_newer


def test_a_month_holds_its_own_rows_without_their_histories(cloud: Cloud, client: Any) -> None:
    cloud.put(
        *(submitted(a_row(timestamp=at), "e1") for at in (2, 1)), a_row(timestamp=3, contribution_month="2026-11")
    )
    rows = list(DynamoContributions(client, TABLE, MONTH_INDEX).of_month(Month(2026, 10)))
    assert [(row.timestamp, row.events) for row in rows] == [(1, ()), (2, ())]


def test_all_rows_are_read_over_pages_and_from_anywhere(cloud: Cloud) -> None:
    long_text = "x" * 2000
    rows = [
        a_row(user_id=f"U0AINO{number % 7:03}", timestamp=NEW.timestamp + number, text=long_text)
        for number in range(1200)
    ]
    cloud.put_many(rows)  # 2.4 MB: three pages
    port = DynamoContributions(boto3.client("dynamodb"), TABLE)
    everything = [row.key for row in port.all()]
    assert sorted(everything, key=str) == sorted((row.key for row in rows), key=str)
    assert [row.key for row in port.all(everything[700])] == everything[701:]
    assert list(port.all(everything[-1])) == []
