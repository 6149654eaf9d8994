"""The tables as commit 822731b left them, and today's functions on them, between moto and a Slack that is well, with a moving clock."""

import json
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import boto3
import pytest
from moto import mock_aws
from moto.core.serialize import AttributePicker

from http_server import Handler, Server
from integration.functions.cloud import ENVIRONMENT, LEDGER, REGION, TABLE, Cloud
from integration.functions.endpoint import AwsEndpoint, pick_at_once
from integration.functions.events import Context
from local_aws.stream_events import from_api
from ossi.aws.deliveries import DynamoDeliveries
from ossi.contracts import Scheduled, to_wire
from ossi.delivery.record import Record, State
from ossi_interactions import bootstrap as interactions
from ossi_reconcile import bootstrap as reconcile
from ossi_reconcile.handler import handler as reconcile_handler
from ossi_reconcile.lease import DynamoLease
from ossi_report import bootstrap as report
from ossi_report.handler import handler as report_handler
from ossi_slash import bootstrap as slash
from ossi_stream import bootstrap as stream
from ossi_stream.handler import handler as stream_handler

Item = dict[str, Any]
FIXTURE: dict[str, Any] = json.loads((Path(__file__).parent / "table_of_822731b.json").read_text(encoding="utf-8"))
MINUTE_MS, DAY_MS = 60_000, 24 * 3_600_000
_BATCH = 25  # BatchWriteItem takes no more
_MANAGERS = ["U0OSSIBOT", "U0MAIJA01", "U0MATTI01"]


@dataclass
class MovingClock:
    """Stands still until a test moves it, or a function sleeps."""

    ms: int

    def now_ms(self) -> int:
        """Milliseconds since the epoch."""
        return self.ms

    def seconds(self) -> float:
        """The same in seconds."""
        return self.ms / 1000

    def sleep(self, seconds: float) -> None:
        """Moves on."""
        self.ms += round(seconds * 1000)

    def clock_in(self, zone: tzinfo) -> Callable[[], datetime]:
        """As ossi.runtime.clock has it."""
        return lambda: datetime.fromtimestamp(self.seconds(), zone)


@dataclass(frozen=True)
class Message:
    """What Slack took. delivery: subject and effect of what was claimed last, by today's functions."""

    method: str
    place: str
    ts: str
    text: str
    buttons: bool
    delivery: tuple[str, str]


@dataclass
class WellSlack:
    """A Slack over HTTP that takes everything. calls: the names of all methods that were called."""

    clock: MovingClock
    messages: list[Message] = field(default_factory=list[Message])
    calls: list[str] = field(default_factory=list[str])
    claimed: tuple[str, str] = ("", "")

    def answer(self, method: str, arguments: dict[str, Any]) -> dict[str, Any]:
        """The answer's body."""
        self.calls.append(method)
        match method:
            case "users.info":
                return {"ok": True, "user": {"id": arguments["user"], "name": "a.name", "real_name": "A Name"}}
            case "conversations.members":
                return {"ok": True, "members": _MANAGERS}
            case "chat.postMessage" | "chat.update":
                return self._take(method, arguments)
            case _:
                return {"ok": True}

    def _take(self, method: str, arguments: dict[str, Any]) -> dict[str, Any]:
        place: str = arguments["channel"]
        ts: str = arguments.get("ts") or f"{self.clock.ms // 1000}.{len(self.messages):06d}"
        blocks = arguments.get("blocks", [])
        if isinstance(blocks, str):
            blocks = json.loads(blocks)
        buttons = any(block["type"] == "actions" for block in blocks)
        text = json.dumps([arguments.get("text"), blocks], ensure_ascii=False)
        self.messages.append(Message(method, place, ts, text, buttons, self.claimed))
        return {"ok": True, "channel": f"D{place[1:]}" if place.startswith("U") else place, "ts": ts}

    @contextmanager
    def running(self) -> Generator[str]:
        """Gives the base of its Web API."""
        slack = self

        class Request(Handler):
            protocol_version = "HTTP/1.1"

            def respond(self) -> None:
                body, kind = self.body().decode(), self.headers.get("Content-Type", "")
                arguments = json.loads(body or "{}") if kind.startswith("application/json") else dict(parse_qsl(body))
                answer = slack.answer(self.path.rpartition("/")[2], arguments)
                self.answer(200, json.dumps(answer).encode(), {"Content-Type": "application/json"})

        with Server(Request) as server:
            yield f"{server.url}/api/"


class TakenOver:
    """Today's functions on those tables."""

    def __init__(self, cloud: Cloud, dynamodb: Any, slack: WellSlack, clock: MovingClock) -> None:
        self.cloud = cloud
        self.dynamodb = dynamodb
        self.slack = slack
        self.clock = clock
        self._reports_asked = 0
        self._streams: Any = boto3.client("dynamodbstreams")
        arn = dynamodb.describe_table(TableName=TABLE)["Table"]["LatestStreamArn"]
        (shard,) = self._streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]
        start = {"StreamArn": arn, "ShardId": shard["ShardId"], "ShardIteratorType": "TRIM_HORIZON"}
        self._iterator: str = self._streams.get_shard_iterator(**start)["ShardIterator"]

    def load(self, table: str, items: Iterable[Item]) -> None:
        """Stores items as they are."""
        puts = [{"PutRequest": {"Item": item}} for item in items]
        for start in range(0, len(puts), _BATCH):
            self.dynamodb.batch_write_item(RequestItems={table: puts[start : start + _BATCH]})

    def changes(self) -> list[Item]:
        """The records of the stream that were not asked for before, as events have them."""
        answer = self._streams.get_records(ShardIterator=self._iterator)
        self._iterator = answer["NextShardIterator"]
        return [from_api(record, "arn", "shard").event for record in answer["Records"]]

    def stream(self, records: list[Item]) -> None:
        """The stream function gets those records, and again what it does not acknowledge."""
        for _ in range(10):
            answer = stream_handler({"Records": records}, Context(left_ms=60_000))
            again = {failure["itemIdentifier"] for failure in answer["batchItemFailures"]}
            records = [record for record in records if record["dynamodb"]["SequenceNumber"] in again]
            if not records:
                return
            self.clock.sleep(1)
        raise AssertionError("a record of the stream comes again for ever")

    def follow_stream(self) -> None:
        """The stream function gets what has changed, until nothing changes any more."""
        while records := self.changes():
            self.stream(records)

    def reconcile(self) -> Item:
        """The reconciler's schedule, and the runs of the report function that it asks for."""
        answer = reconcile_handler(to_wire(Scheduled()), Context())
        asked = self.cloud.invoked[self._reports_asked :]
        self._reports_asked += len(asked)
        for event in asked:
            report_handler(event, Context())
        return answer

    def run_until(self, ms: int, *, stream: bool = True) -> None:
        """The reconciler runs every minute until then, with the stream beside it.

        A run with nothing due does nothing, so that minutes without anything due are left out, but for the first ones and one a day.
        """
        while self.clock.ms < ms:
            started = self.clock.ms
            if stream:
                self.follow_stream()
            self.reconcile()
            pause = MINUTE_MS if started - FIXTURE["now"] < 5 * MINUTE_MS else DAY_MS
            due = [each for each in self.due_at() if each > started]
            following = min([started + pause, *(each // MINUTE_MS * MINUTE_MS + MINUTE_MS for each in due)])
            self.clock.ms = max(self.clock.ms, following)

    def due_at(self) -> list[int]:
        """When what is open may be tried next (ms)."""
        records = DynamoDeliveries(self.dynamodb, LEDGER, self.clock.seconds, unsettled_index="unsettled")
        keys = [*records.unsettled("contribution"), *records.unsettled("report")]
        return [record.due_at for record in records.read(keys).values()]

    def report(self, event: Item) -> Item:
        """The report function is invoked. Answers the JSON file of the month's last report: a new one, or the one that it kept."""
        month = report_handler(event, Context())["month"]
        stem = self.ledger()["report-shown", month]["stem"]["S"]
        return json.loads(self.cloud.reports()[f"reports/{stem}.json"])

    def rows(self) -> dict[str, Item]:
        """Every row as it is stored, by its key."""
        return {f"{item['userId']['S']}#{item['timestamp']['N']}": item for item in self.cloud.items(TABLE)}

    def ledger(self) -> dict[tuple[str, str], Item]:
        """Every record as it is stored."""
        return {(item["id"]["S"], item["effect"]["S"]): item for item in self.cloud.items(LEDGER)}


@contextmanager
def taken_over(
    monkeypatch: pytest.MonkeyPatch, session: boto3.Session, endpoint: AwsEndpoint, now: int
) -> Generator[TakenOver]:
    """Empty tables, and today's functions with the settings of the old ones. now: ms since the epoch."""
    clock = MovingClock(now)
    slack = WellSlack(clock)
    _move_clocks(monkeypatch, clock, slack)
    monkeypatch.setattr(AttributePicker, "__call__", pick_at_once)
    with mock_aws(), slack.running() as url:
        settings = {**ENVIRONMENT, **FIXTURE["settings"], "OSSI_SLACK_API_URL": url, "OSSI_LOG_LEVEL": "ERROR"}
        for name, value in {**settings, **endpoint.environment}.items():
            monkeypatch.setenv(name, value)
        for bootstrap in (stream, reconcile, report, interactions, slash):
            bootstrap.app.cache_clear()
        endpoint.forget()
        monkeypatch.setattr(boto3, "DEFAULT_SESSION", session)
        yield TakenOver(Cloud(endpoint, session), session.client("dynamodb", region_name=REGION), slack, clock)


def _move_clocks(monkeypatch: pytest.MonkeyPatch, clock: MovingClock, slack: WellSlack) -> None:
    class Deliveries(DynamoDeliveries):
        """Tells Slack what the next message is for."""

        def __init__(self, client: Any, table: str, unsettled_index: str = "") -> None:
            super().__init__(client, table, clock.seconds, clock.sleep, unsettled_index)

        def swap(self, record: Record, as_read: Record | None) -> None:
            super().swap(record, as_read)
            if record.state is State.CLAIMED:
                slack.claimed = (record.key.subject, record.key.effect)

    def lease(client: Any, table: str, work: str) -> DynamoLease:
        return DynamoLease(client, table, work, clock.seconds)

    monkeypatch.setattr("ossi.aws.deliveries.DynamoDeliveries", Deliveries)
    monkeypatch.setattr("ossi_reconcile.bootstrap.DynamoLease", lease)
    monkeypatch.setattr("ossi.wiring.delivering.now_ms", clock.now_ms)
    monkeypatch.setattr("ossi.runtime.clock.clock_in", clock.clock_in)
