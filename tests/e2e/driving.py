"""Drives the running bot from outside: people act in the local Slack, state is read from the local AWS."""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Final, Literal, TypeVar, cast

from boto3.dynamodb.types import TypeDeserializer, TypeSerializer

from e2e.running import Ready, Running
from local_aws.arns import function_name
from local_aws.clients import Clients
from local_slack.client import SlackControl
from local_slack.control_models import InteractionResult, MessageRead, ViewRead
from local_slack.traffic import TrafficEntry

Row = dict[str, Any]
_T = TypeVar("_T")

ACCEPT: Final = "accept_contribution"
DECLINE: Final = "decline_contribution"
MAIJA: Final = "U0MAIJA01"
MATTI: Final = "U0MATTI01"
TEXT: Final = "Fixed a race between two readers of the cache, and wrote the test that shows it."
URL: Final = "https://github.com/owner/project/pull/1"

# Cold functions on a busy machine; a test that passes waits for a fraction of it.
PATIENCE: Final = 30.0
# The lease of a run that was killed lasts for a minute and a half.
LONGEST_TURN: Final = 120.0

_SERIALIZER, _DESERIALIZER = TypeSerializer(), TypeDeserializer()
_SETTINGS_OF_A_SCHEDULE: Final = {
    "Name", "GroupName", "Description", "ScheduleExpression", "ScheduleExpressionTimezone", "FlexibleTimeWindow", "Target",
}  # fmt: skip
_BATCH = 25  # DynamoDB's limit for one BatchWriteItem


@dataclass(frozen=True)
class Ossi:
    """The running bot, and everything around it that a test acts on or looks at."""

    running: Running
    slack: SlackControl
    aws: Clients
    _numbers: itertools.count[int] = field(default_factory=itertools.count)

    @property
    def ready(self) -> Ready:
        """Addresses and ids."""
        return self.running.ready

    def start_over(self) -> None:
        """Forgets all messages and rows."""
        self.slack.reset()
        for table, key in ((self.ready.table, ("userId", "timestamp")), (self.ready.ledger_table, ("id", "effect"))):
            rows = self.scan(table)
            self._batches(table, [{"DeleteRequest": {"Key": _item({k: row[k] for k in key})}} for row in rows])

    # people

    def employee(self, real_name: str = "Ella Esimerkki") -> str:
        """Somebody new, so that nothing of another test concerns them."""
        number = next(self._numbers)
        return self.slack.add_user(f"U0E2E{number:05d}", f"ella{number}", real_name).id

    # a contribution's way

    def open_form(self, user: str, text: str = TEXT) -> ViewRead:
        """/ossi new."""
        result = self.slack.command(user, f"new {text}")
        assert result.error is None, result
        assert result.view is not None, result
        return result.view

    def submit(self, user: str, text: str = TEXT, *, url: str = URL, level: str = "SMALL") -> Row:
        """Opens the form, fills it in and sends it; answers the row that is stored."""
        before = {row["timestamp"] for row in self.rows(user)}
        done = self.slack.submit(self.open_form(user, text), user, {"url": url, "level": level})
        assert done.result == "closed", done
        (row,) = (row for row in self.rows(user) if row["timestamp"] not in before)
        return row

    def request(self, row: Row) -> MessageRead:
        """The management channel's message about a pending row, once it and the submitter's message have been sent."""
        key = key_of(row)
        self.wait(lambda: self._sent(row, {"confirm_submission", "ask_management"}))
        return next(each for each in self.requests() if _value(each) == key)

    def submitted(self, user: str, text: str = TEXT, *, level: str = "SMALL") -> tuple[Row, MessageRead]:
        """A contribution that waits for a decision, and the message with its buttons."""
        row = self.submit(user, text, level=level)
        return row, self.request(row)

    def decide(self, request: MessageRead, manager: str, button: str) -> InteractionResult:
        """A manager presses a button."""
        return self.slack.press(manager, button, channel=request.channel, ts=request.ts)

    def settled(self, row: Row, request: MessageRead, *, hurry: bool = False) -> tuple[Row, MessageRead]:
        """The decided row and the redrawn message, once everything that follows the decision has been sent.

        hurry: what Slack did not take at once is sent by the reconciler.
        """
        decided = self.wait(lambda: next((r for r in self.rows(row["userId"]) if _decided(r, row)), None))
        expected = {"redraw_request", "redraw_other_request", "tell_accepted", "publish"}
        if decided["status"] == "DECLINED":
            expected = {"redraw_request", "redraw_other_request", "tell_declined"}
        self.wait(lambda: self._sent(row, expected) or (hurry and self.hurry(row) and None))
        return decided, next(each for each in self.requests() if each.ts == request.ts)

    def _sent(self, row: Row, effects: set[str]) -> bool:
        return effects <= {effect for effect, state in self.delivered(row).items() if state == "SENT"}

    # the reconciler

    def work_off(self) -> dict[str, Any]:
        """Runs the reconciler as its schedule does each minute, and answers what came of what was due.

        Should another run be at it, this one waits for its turn.
        """
        event = self.scheduled_event()
        return self.slack.wait_for(
            lambda: _unless_idle(self.invoke("reconcile", event)), LONGEST_TURN, what="the reconciler's turn"
        )

    def scheduled_event(self) -> dict[str, Any]:
        """What the reconciler's schedule sends."""
        return json.loads(self._schedule()["Target"].get("Input", ""))

    @contextmanager
    def on_schedule(self) -> Generator[None]:
        """While the body runs, the reconciler runs each minute, as it does everywhere else."""
        self.set_schedule("ENABLED")
        try:
            yield
        finally:
            self.set_schedule("DISABLED")

    def set_schedule(self, state: Literal["ENABLED", "DISABLED"]) -> None:
        """Starts or stops the reconciler's schedule."""
        schedule = self._schedule()
        kept = {name: schedule[name] for name in schedule.keys() & _SETTINGS_OF_A_SCHEDULE}
        client: Any = self.aws.client("scheduler")
        client.update_schedule(**kept, State=state)

    def _schedule(self) -> dict[str, Any]:
        name = function_name(self.ready.functions["reconcile"]).replace("reconcile", "reconciliation")
        return cast("dict[str, Any]", self.aws.client("scheduler").get_schedule(Name=name, GroupName=name))

    def let_its_time_come(self, record: Row) -> None:
        """What is owed, or claimed by someone who died, is due now: nobody waits for a minute, or an hour, here."""
        client = self.aws.client("dynamodb")
        with suppress(client.exceptions.ConditionalCheckFailedException):  # the schedule's own run was quicker
            client.update_item(
                TableName=self.ready.ledger_table,
                Key=_item({"id": record["id"], "effect": record["effect"]}),
                UpdateExpression="SET dueAt = :past",
                ConditionExpression="attribute_exists(unsettled) AND #token = :seen",
                ExpressionAttributeNames={"#token": "token"},
                ExpressionAttributeValues=_item({":past": 1, ":seen": record["token"]}),
            )

    def hurry(self, row: Row) -> bool:
        """Lets the reconciler try now what is owed of a contribution. Answers whether anything was."""
        owed = [record for record in self.ledger(row).values() if record["state"] == "DUE"]
        for record in owed:
            self.let_its_time_come(record)
        if owed:
            self.work_off()
        return bool(owed)

    # the stream

    def let_the_stream_catch_up(self) -> None:
        """Returns once the stream function is done with all changes until now, also with those that it failed at first.

        It keeps the order of each person's changes, and logs that it passes over a row that cannot be read.
        """
        started = time.time()
        marks: list[Row] = [
            {"userId": user, "timestamp": 1, "status": "A mark"} for user in {row["userId"] for row in self.rows()}
        ]
        self.write(marks)

        def passed_over() -> bool:
            logged = self.logged("stream", started)
            return all(f'"{key_of(mark)}"' in logged for mark in marks)

        self.wait(passed_over, "that the stream function passes over the marks")
        for mark in marks:
            self.delete(mark)

    # what there is

    def rows(self, user: str | None = None) -> list[Row]:
        """The stored contributions, of one person or of all, oldest first."""
        rows = self.scan(self.ready.table)
        return sorted((row for row in rows if user in (None, row["userId"])), key=lambda row: row["timestamp"])

    def ledger(self, row: Row) -> dict[str, Row]:
        """What is recorded of a contribution's messages: effect -> record."""
        subject = f"contribution#{key_of(row)}"
        return {each["effect"]: each for each in self.scan(self.ready.ledger_table) if each["id"] == subject}

    def ledger_of_reports(self) -> dict[tuple[str, str], Row]:
        """What is recorded of the messages of reports: (run, effect) -> record."""
        rows = self.scan(self.ready.ledger_table)
        return {(each["id"], each["effect"]): each for each in rows if each["id"].startswith("report#")}

    def delivered(self, row: Row) -> dict[str, str]:
        """What is recorded of a contribution's messages: effect -> state."""
        return {effect: record["state"] for effect, record in self.ledger(row).items()}

    def told(self, row: Row) -> list[MessageRead]:
        """The submitter's direct messages."""
        return self.slack.dm(row["userId"])

    def requests(self) -> list[MessageRead]:
        """The management channel, as a manager sees it."""
        return self.slack.messages(self.ready.channels.management, user=MAIJA)

    def published(self) -> list[MessageRead]:
        """The public channel."""
        return self.slack.messages(self.ready.channels.public)

    def posts(self) -> list[TrafficEntry]:
        """Every message that the bot sent or tried to send, and every redrawing of one."""
        return [each for each in self.slack.traffic() if each.kind in ("chat.postMessage", "chat.update")]

    # AWS

    def scan(self, table: str) -> list[Row]:
        """All rows of a table, by consistent reads."""
        pages = self.aws.client("dynamodb").get_paginator("scan").paginate(TableName=table, ConsistentRead=True)
        return [_row(item) for page in pages for item in page["Items"]]

    def write(self, rows: Iterable[Row]) -> None:
        """Writes contributions by hand, as somebody with the right to do so might."""
        self._batches(self.ready.table, [{"PutRequest": {"Item": _item(row)}} for row in rows])

    def delete(self, row: Row) -> None:
        """Deletes a contribution by hand."""
        key = _item({name: row[name] for name in ("userId", "timestamp")})
        self.aws.client("dynamodb").delete_item(TableName=self.ready.table, Key=key)

    def invoke(self, function: str, event: Mapping[str, Any]) -> Any:
        """Invokes a function through Lambda's API, waits, and answers what it answered. An error of it fails the test."""
        name = self.ready.functions[function]
        response = self.aws.client("lambda").invoke(FunctionName=name, Payload=json.dumps(event))
        payload = json.loads(response["Payload"].read())
        assert "FunctionError" not in response, payload
        return payload

    def make_cold(self, function: str) -> None:
        """Lets the next request find a fresh worker, which remembers neither secrets nor members.

        Writing a function's environment, the same as it was, does that, once the version with it is live.
        """
        client, name = self.aws.client("lambda"), function_name(self.ready.functions[function])
        variables = client.get_function_configuration(FunctionName=name).get("Environment", {}).get("Variables", {})
        client.update_function_configuration(FunctionName=name, Environment={"Variables": variables})
        self.wait(lambda: client.get_function_configuration(FunctionName=name).get("LastUpdateStatus") == "Successful")
        version = client.publish_version(FunctionName=name)["Version"]
        client.update_alias(FunctionName=name, Name="live", FunctionVersion=version)

    def variable(self, function: str, name: str) -> str:
        """An environment variable of a function."""
        arn = self.ready.functions[function]
        configuration = self.aws.client("lambda").get_function_configuration(FunctionName=arn)
        return configuration.get("Environment", {}).get("Variables", {})[name]

    def logged(self, function: str, since: float) -> str:
        """What a function has logged since a moment (epoch seconds)."""
        name = function_name(self.ready.functions[function])
        pages = (
            self.aws.client("logs")
            .get_paginator("filter_log_events")
            .paginate(logGroupName=f"/aws/lambda/{name}", startTime=int(since * 1000))
        )
        return "\n".join(event.get("message", "") for page in pages for event in page["events"])

    def wait(self, probe: Callable[[], _T | None], what: str = "") -> _T:
        """Waits until the probe gives something true."""
        return self.slack.wait_for(probe, PATIENCE, what=what)

    def _batches(self, table: str, requests: Sequence[Mapping[str, Any]]) -> None:
        client = self.aws.client("dynamodb")
        for start in range(0, len(requests), _BATCH):
            answer = client.batch_write_item(RequestItems={table: cast("Any", requests[start : start + _BATCH])})
            assert not answer["UnprocessedItems"]


def _unless_idle(answer: dict[str, Any]) -> dict[str, Any] | None:
    return None if answer["due"]["idle"] else answer


def typed_in(view: ViewRead, field_name: str) -> dict[str, Any]:
    """What a field of a form holds, as Slack writes it."""
    return cast("dict[str, Any]", view.values[field_name][field_name])


def key_of(row: Row) -> str:
    """A contribution's key, as the buttons carry it."""
    return f"{row['userId']}#{row['timestamp']}"


def accepted_row(user: str, timestamp: int, month: str, **values: Any) -> Row:
    """An accepted contribution, to be written by hand. timestamp: ms since the epoch."""
    usual = {"status": "ACCEPTED", "size": "SMALL", "text": TEXT, "name": "Ella Esimerkki", "url": URL}
    return {"userId": user, "timestamp": timestamp, "contributionMonth": month, **usual, **values}


def now_ms() -> int:
    """The present moment in milliseconds since the epoch."""
    return int(time.time() * 1000)


def _value(message: MessageRead) -> str | None:
    return next((action.value for action in message.actions if action.action_id == ACCEPT), None)


def _decided(row: Row, pending: Row) -> bool:
    return row["timestamp"] == pending["timestamp"] and row["status"] != "PENDING"


def _item(row: Row) -> dict[str, Any]:
    return {name: _SERIALIZER.serialize(value) for name, value in row.items()}


def _row(item: Mapping[str, Any]) -> Row:
    return {name: _plain(_DESERIALIZER.deserialize(value)) for name, value in item.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in cast("dict[str, Any]", value).items()}
    return int(value) if hasattr(value, "as_tuple") else value
