"""The old functions between moto and a fake Slack, with a clock that only the story moves. Runs in the process of story.py only."""

import importlib
import json
import os
import random
import secrets
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Literal
from urllib.parse import parse_qsl
from zoneinfo import ZoneInfo

Item = dict[str, Any]
ZONE = ZoneInfo("Europe/Helsinki")
MANAGEMENT, PUBLIC = "C0MANAGERS", "C0OPENSRC"
LANES = ("direct", "channels")


class Clock:
    """Stands still until it is moved, or until the code sleeps."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def install(self) -> None:
        """Takes the place of the machine's clock, before anything of the old code is imported."""
        time.time = time.monotonic = lambda: self.seconds
        time.sleep = self.move

    def move(self, seconds: float) -> None:
        """Moves on."""
        self.seconds += seconds

    def set(self, local: str) -> None:
        """Moves on to that local time, as 2026-11-20T12:00."""
        moment = datetime.fromisoformat(local).replace(tzinfo=ZONE).timestamp()
        if moment < self.seconds:
            raise ValueError(f"the story is later than {local} already")
        self.seconds = moment

    @property
    def ms(self) -> int:
        """Milliseconds since the epoch."""
        return round(self.seconds * 1000)


class Killed(BaseException):
    """The process is gone: no code of the old version catches this."""


# error: Slack refuses with that code. http: it answers with that status and no more. limited: 429 for so many seconds. lost: it does what
# is asked and the answer is lost. killed, killed_after: the process dies before, or after, Slack has done it.
Failure = Literal["error", "http", "limited", "lost", "killed", "killed_after"]


@dataclass
class Rule:
    """The calls of an effect (for one contribution or run; "": all) fail in that way, so often (None: until it is taken away)."""

    effect: str
    subject: str
    failure: Failure
    value: str = ""
    times: int | None = None


@dataclass
class Received:
    """A message that Slack took: a new one, or a redrawing of the one at that ts. answered: whether the bot heard of it."""

    at: int
    subject: str
    effect: str
    method: str
    place: str
    channel: str
    ts: str
    answered: bool
    buttons: bool


@dataclass
class Slack:
    """A fake Slack over HTTP. claimed: what the old code has just claimed, which is what its next message is for."""

    clock: Clock
    rules: list[Rule] = field(default_factory=list[Rule])
    received: list[Received] = field(default_factory=list[Received])
    claimed: tuple[str, str] = ("", "")
    dead: threading.Event = field(default_factory=threading.Event)
    _posted: int = 0

    def actions(self, key: str) -> list[Received]:
        """The requests of a contribution that have buttons, oldest first."""
        subject = f"contribution#{key}"
        latest = {each.ts: each for each in self.received if each.subject == subject and each.channel == MANAGEMENT}
        return [each for each in latest.values() if each.buttons]

    def answer(self, path: str, arguments: dict[str, Any]) -> tuple[int, dict[str, str], dict[str, Any]] | None:
        """Status, headers and body; None: the connection is cut."""
        method = path.rpartition("/")[2]
        if method == "users.info":
            return (
                200,
                {},
                {"ok": True, "user": {"name": arguments["user"].lower(), "real_name": NAMES[arguments["user"]]}},
            )
        if method == "conversations.members":
            return 200, {}, {"ok": True, "members": MANAGERS}
        if not method.startswith("chat."):
            return 200, {}, {"ok": True}
        return self._message(method, arguments)

    def _message(self, method: str, arguments: dict[str, Any]) -> tuple[int, dict[str, str], dict[str, Any]] | None:
        rule = self._rule()
        if rule is not None:
            match rule.failure:
                case "error":
                    return 200, {}, {"ok": False, "error": rule.value}
                case "http":
                    return int(rule.value), {}, {}
                case "limited":
                    return 429, {"retry-after": rule.value}, {"ok": False, "error": "ratelimited"}
                case "killed":
                    return self._kill()
                case "lost" | "killed_after":
                    pass
        place = arguments["channel"]
        channel = f"D{place[1:]}" if place.startswith("U") else place
        if method == "chat.postMessage":
            self._posted += 1
            arguments["ts"] = f"{int(self.clock.seconds)}.{self._posted:06d}"
        ts: str = arguments["ts"]
        buttons = any(block["type"] == "actions" for block in arguments.get("blocks", []))
        subject, effect = self.claimed
        answered = rule is None
        self.received.append(Received(self.clock.ms, subject, effect, method, place, channel, ts, answered, buttons))
        if rule is not None:
            return self._kill() if rule.failure == "killed_after" else None
        return 200, {}, {"ok": True, "channel": channel, "ts": ts}

    def _rule(self) -> Rule | None:
        subject, effect = self.claimed
        for rule in self.rules:
            if rule.effect in {"", effect} and rule.subject in {"", subject} and rule.times != 0:
                if rule.times is not None:
                    rule.times -= 1
                return rule
        return None

    def _kill(self) -> None:
        self.dead.clear()
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGUSR1)
        self.dead.wait(10)  # closing the connection any sooner would be an answer

    @contextmanager
    def running(self) -> Generator[str]:
        """Gives the base of its Web API."""
        slack = self

        class Request(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"])).decode()
                is_json = self.headers["content-type"].startswith("application/json")
                answer = slack.answer(self.path, json.loads(body) if is_json else dict(parse_qsl(body)))
                self.close_connection = True
                if answer is None:
                    return
                status, headers, data = answer
                content = json.dumps(data).encode()
                self.send_response(status)
                for name, value in {**headers, "content-length": str(len(content)), "connection": "close"}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Request)
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}/api/"
        finally:
            server.shutdown()
            thread.join()
            server.server_close()


NAMES = {
    "U0AINO001": "Aino Lahti",
    "U0EINO001": "Eino Mäki",
    "U0NONAME1": "",
    "U0MAIJA01": "Maija Salo",
    "U0MATTI01": "Matti Koski",
}
MANAGERS = ["U0OSSIBOT", "U0MAIJA01", "U0MATTI01"]


@dataclass
class Context:
    """What a handler may ask of Lambda. looks: after so many looks at the time that is left there is none."""

    aws_request_id: str
    left_ms: int = 300_000
    looks: int | None = None

    def get_remaining_time_in_millis(self) -> int:
        """As Lambda's own."""
        if self.looks is not None:
            self.looks -= 1
        return self.left_ms if self.looks is None or self.looks >= 0 else 1_000


@dataclass
class Change:
    """A record of the stream, and the lanes that have not acknowledged it."""

    key: str
    record: Item
    lanes: list[str]

    def against(self, row: Item) -> dict[str, Any]:
        """The record as JSON: its images as what is different in the row as it is stored (null: not there); null: no such image."""
        images = {name: self.record["dynamodb"].get(f"{name.title()}Image") for name in ("old", "new")}
        different = {
            name: image
            and {each: image.get(each) for each in row.keys() | image.keys() if image.get(each) != row.get(each)}
            for name, image in images.items()
        }
        return {"event": self.record["eventName"], "lanes": self.lanes, **different}


def state_of(item: Item, now_ms: int) -> str:
    """The state of a ledger record in one word, from DynamoDB's JSON.

    SENT; NEEDLESS (settled without a message); DUE, CLAIMED_RUNNING, CLAIMED_LAPSED and FAILED_<n>, n failures; each of these ends in
    _PUT_AWAY where the reconciler doesn't look at it any more. UNREADABLE: spoiled by hand.
    """
    state = item.get("state", {}).get("S")
    if state == "SENT":
        return "SENT" if "ts" in item else "NEEDLESS"
    away = "" if "unsettled" in item else "_PUT_AWAY"
    match state:
        case "DUE":
            return f"DUE{away}"
        case "CLAIMED":
            running = int(item["leaseUntil"]["N"]) * 1000 >= now_ms
            return f"CLAIMED_{'RUNNING' if running else 'LAPSED'}{away}"
        case "FAILED":
            return f"FAILED_{item['failures']['N']}{away}"
        case _:
            return "UNREADABLE"


class World:
    """What people, the platform and hands do, and what came of it. cases: name -> the contribution's key and what was done."""

    def __init__(self, cloud: Any, slack: Slack, clock: Clock) -> None:
        self.cloud = cloud
        self.slack = slack
        self.clock = clock
        self.cases: dict[str, tuple[str, str]] = {}
        self.runs: dict[str, str] = {}
        self.changes: list[Change] = []
        self._waiting: list[Change] = []
        self._iterator = ""
        self._events = importlib.import_module("integration.functions.events")
        self._stream: Any = importlib.import_module("ossi_stream.handler")
        self._lanes: dict[str, Any] = {}
        self._count: Counter[str] = Counter()

    # people

    def register(self, name: str, what: str, *, user: str = "U0AINO001", level: str = "SMALL") -> str:
        """Someone sends the form. Returns the contribution's key; no message has gone out yet."""
        self.clock.move(60)
        payload = self._events.load("view_submission")
        values = payload["view"]["state"]["values"]
        payload["user"] |= {"id": user, "username": user.lower(), "name": user.lower()}
        payload["view"]["id"] = f"V{self._next('form'):010d}"
        values["description"]["description"]["value"] = f"Fixed what was broken, for the case {name} of the takeover."
        values["url"]["url"]["value"] = f"https://example.org/{name}"
        values["month"]["month"]["selected_option"]["value"] = (
            f"{datetime.fromtimestamp(self.clock.seconds, ZONE):%Y-%m}"
        )
        values["level"]["level"]["selected_option"]["value"] = level
        self._interact(payload)
        key = f"{user}#{self.clock.ms}"
        self.cases[name] = (key, what)
        return key

    def press(self, key: str, action: str, by: str, copy: int = -1) -> None:
        """A manager presses `accept` or `decline` on the request, or on another copy of it."""
        self.clock.move(60)
        message = self.slack.actions(key)[copy]
        self._press(key, action, by, message.ts)

    def press_too_late(self, key: str, action: str, by: str) -> None:
        """A manager whose client still shows the buttons."""
        self.clock.move(1)
        requests = [each for each in self.slack.received if each.subject == f"contribution#{key}" and each.buttons]
        self._press(key, action, by, requests[-1].ts)

    def ask_for_report(self, month: str, by: str) -> Item:
        """A manager types /ossi report. Answers what the report function is invoked with."""
        self.clock.move(60)
        body = self._events.slash_body(
            user_id=by, channel_id=MANAGEMENT, text=f"report {month}", trigger_id=f"1.2.{self._next('command')}"
        )
        handler = importlib.import_module("ossi_slash.handler").handler
        answer = handler(self._events.signed("/slash", body), self._context())
        if answer["statusCode"] != 200:
            raise RuntimeError(f"/ossi report was answered with {answer}")
        return self.cloud.invoked[-1]

    def _press(self, key: str, action: str, by: str, ts: str) -> None:
        payload = self._events.load("block_actions")
        payload["user"] |= {"id": by, "username": by.lower(), "name": by.lower()}
        payload["container"]["message_ts"] = payload["message"]["ts"] = ts
        payload["response_url"] = f"{self.cloud.slack_url}response"
        payload["actions"][0] |= {"action_id": f"{action}_contribution", "value": key}
        self._interact(payload)

    def _interact(self, payload: Item) -> None:
        handler = importlib.import_module("ossi_interactions.handler").handler
        event = self._events.signed("/interactions", self._events.interaction_body(payload))
        answer = handler(event, self._context())
        if (answer["statusCode"], answer["body"]) != (200, ""):
            raise RuntimeError(f"an interaction was answered with {answer}")

    # hands

    def put(self, name: str, what: str, row: dict[str, Any]) -> str:
        """Someone writes a row into the table."""
        self.cloud.put(row)
        key = f"{row['userId']}#{row['timestamp']}"
        self.cases[name] = (key, what)
        return key

    def by_hand(self, key: str, **attributes: str | int) -> None:
        """Someone changes attributes of a row in the table."""
        self.clock.move(60)
        self.cloud.put({**self.row(key), **attributes})

    def row(self, key: str) -> dict[str, Any]:
        """A row as it is stored."""
        user_id, _, timestamp = key.rpartition("#")
        item = self.cloud.dynamodb.get_item(
            TableName="contributions", Key={"userId": {"S": user_id}, "timestamp": {"N": timestamp}}
        )["Item"]
        return importlib.import_module("ossi.adapters.dynamodb").from_item(item)

    def delete(self, key: str) -> dict[str, Any]:
        """Someone deletes a row. Returns what it was."""
        row = self.row(key)
        self.cloud.remove(importlib.import_module("ossi.domain.contribution").Contribution.from_row(row))
        return row

    # the platform

    def stream(self, *lanes: str, of: str = "") -> None:
        """What has changed is handed to those lanes (without any: to both), or only the changes of that contribution."""
        self.clock.move(1)
        self._read_stream()
        now = [change for change in self._waiting if of in {"", change.key}]
        self._waiting = [change for change in self._waiting if change not in now]
        for lane in lanes or LANES:
            self._run_lane(lane, now)

    def stream_again(self, key: str) -> None:
        """What a lane did not acknowledge comes again to it."""
        self.clock.move(1)
        for lane in LANES:
            self._run_lane(lane, [each for each in self.changes if each.key == key and lane in each.lanes])

    def stream_stands_still(self) -> None:
        """What has changed reaches no lane before the takeover."""
        self._read_stream()
        self._waiting.clear()

    def before_the_stream(self) -> None:
        """What has changed is history: there was no stream then."""
        self._records()

    def _read_stream(self) -> None:
        records = self._records()
        for record in records:
            keys = record["dynamodb"]["Keys"]
            self._waiting.append(Change(f"{keys['userId']['S']}#{keys['timestamp']['N']}", record, list(LANES)))
        self.changes += self._waiting[len(self._waiting) - len(records) :]

    def _records(self) -> list[Item]:
        """The records that the stream has got since the last time."""
        streams = self.cloud.streams
        if not self._iterator:
            arn = self.cloud.dynamodb.describe_table(TableName="contributions")["Table"]["LatestStreamArn"]
            (shard,) = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]
            start = {"StreamArn": arn, "ShardId": shard["ShardId"], "ShardIteratorType": "TRIM_HORIZON"}
            self._iterator = streams.get_shard_iterator(**start)["ShardIterator"]
        answer = streams.get_records(ShardIterator=self._iterator)
        self._iterator = answer["NextShardIterator"]
        from_api = importlib.import_module("ossi_playground.aws.stream_events").from_api
        return [from_api(record, "arn", "shard").event for record in answer["Records"]]

    def _run_lane(self, lane: str, changes: list[Change]) -> None:
        bootstrap = importlib.import_module("ossi_stream.bootstrap")
        os.environ["OSSI_LANE"] = lane
        application = self._lanes.setdefault(lane, bootstrap.App(bootstrap.Settings.read()))
        self._stream.app = lambda: application
        event = {"Records": [change.record for change in changes]}
        with self._may_die() as survived:
            survived.append(self._stream.handler(event, self._context(left_ms=60_000)))
        if not survived:
            del self._lanes[lane]
            return
        again = {failure["itemIdentifier"] for failure in survived[0]["batchItemFailures"]}
        for change in changes:
            if change.record["dynamodb"]["SequenceNumber"] not in again:
                change.lanes.remove(lane)

    def reconcile(self, looks: int | None = None) -> Item:
        """The reconciler's schedule. looks: see Context."""
        handler = importlib.import_module("ossi_reconcile.handler").handler
        return handler({"source": "schedule"}, self._context(looks=looks))

    def report(self, run: str, event: Item, *, attempts: int = 1, left_ms: int = 300_000) -> bool:
        """The report function is invoked, and again a minute and three minutes later if it fails. Answers whether it announced."""
        handler = importlib.import_module("ossi_report.handler").handler
        errors = importlib.import_module("ossi.domain.errors")
        context = self._context(left_ms=left_ms)
        subject = f"report#{event['month']}#asked#{event['requestId']}" if event["source"] == "slash" else ""
        if not subject:
            month = datetime.fromisoformat(event["scheduledTime"]).astimezone(ZONE)
            year, number = (month.year - 1, 12) if month.month == 1 else (month.year, month.month - 1)
            subject = f"report#{year}-{number:02d}#scheduled"
        self.runs[run] = subject
        for attempt in range(attempts):
            self.clock.move((1, 60, 180)[attempt])
            with self._may_die() as survived:
                try:
                    survived.append(handler(event, context)["announced"])
                except errors.OssiError:
                    survived.append(False)
            if survived == [True]:
                return True
        return False

    @contextmanager
    def _may_die(self) -> Generator[list[Any]]:
        """What is appended to the list has survived."""

        def die(_signal: int, _frame: object) -> None:
            raise Killed

        before = signal.signal(signal.SIGUSR1, die)
        try:
            yield []
        except Killed:
            self.slack.dead.set()
        finally:
            signal.signal(signal.SIGUSR1, before)

    def expire(self) -> None:
        """Items whose time to live is over are deleted, as DynamoDB does."""
        for item in self.cloud.items("ledger"):
            if "expiresAt" in item and int(item["expiresAt"]["N"]) < self.clock.seconds:
                self.cloud.dynamodb.delete_item(TableName="ledger", Key={name: item[name] for name in ("id", "effect")})

    def _context(self, *, left_ms: int = 300_000, looks: int | None = None) -> Context:
        return Context(f"00000000-0000-4000-8000-{self._next('invocation'):012d}", left_ms, looks)

    def _next(self, what: str) -> int:
        self._count[what] += 1
        return self._count[what]

    # failures

    @contextmanager
    def failing(
        self, effect: str, subject: str, failure: Failure, value: str = "", times: int | None = None
    ) -> Generator[None]:
        """Slack, or the process, fails in that way: see Rule. subject: a contribution's key, or nothing for all."""
        rule = Rule(effect, f"contribution#{subject}" if subject else "", failure, value, times)
        self.slack.rules.append(rule)
        try:
            yield
        finally:
            self.slack.rules.remove(rule)

    # what is there

    def dump(self) -> dict[str, Any]:
        """Everything but what is expected: see make_fixture."""
        now, ledger, rows = self.clock.ms, self.items("ledger"), self.items("contributions")
        return {
            "now": now,
            "contributions": rows,
            "ledger": ledger,
            "cases": {name: self._case(key, what, rows, ledger, now) for name, (key, what) in self.cases.items()},
            "reports": {name: self._run(subject, ledger, now) for name, subject in self.runs.items()},
        }

    def expect(self, fixture: dict[str, Any]) -> None:
        """Lets the old reconciler run to the end with a healthy Slack, and adds what it sent to the cases and runs."""
        before = len(self.slack.received)
        for step_s in (60, *[900] * 8, *[3600] * 12, *[24 * 3600] * 9):
            self.clock.move(step_s)
            self.reconcile()
        ledger, after = self.items("ledger"), self.slack.received[before:]
        for part, subject in (("cases", "contribution"), ("reports", "run")):
            for each in fixture[part].values():
                name = f"contribution#{each[subject]}" if part == "cases" else each[subject]
                messages = _messages(name, ledger, self.clock.ms)
                each["expect"] = {
                    "sent": [
                        {
                            "effect": new.effect,
                            "place": new.place,
                            "after_s": (new.at - fixture["now"]) // 1000,
                            "repeats": new.effect in each["received"],
                        }
                        for new in after
                        if new.subject == name
                    ],
                    "left": {effect: state for effect, state in messages.items() if state not in {"SENT", "NEEDLESS"}},
                }

    def items(self, table: str) -> list[Item]:
        """Everything in a table, by its key."""
        found: list[Item] = self.cloud.items(table)
        if table == "contributions":
            return sorted(found, key=lambda item: (item["userId"]["S"], int(item["timestamp"]["N"])))
        return sorted(found, key=lambda item: (item["id"]["S"], item["effect"]["S"]))

    def _case(self, key: str, what: str, rows: list[Item], ledger: list[Item], now: int) -> dict[str, Any]:
        user_id, _, timestamp = key.rpartition("#")
        row = [item for item in rows if (item["userId"]["S"], item["timestamp"]["N"]) == (user_id, timestamp)]
        return {
            "contribution": key,
            "what": what,
            "state": {
                "row": row[0]["status"]["S"] if row else None,
                "messages": _messages(f"contribution#{key}", ledger, now),
            },
            **self._received(f"contribution#{key}"),
            "unacknowledged": [
                change.against(row[0] if row else {}) for change in self.changes if change.key == key and change.lanes
            ],
        }

    def _run(self, subject: str, ledger: list[Item], now: int) -> dict[str, Any]:
        pointers = [item for item in ledger if item["id"]["S"] == "reports" and item["run"]["S"] == subject]
        return {
            "run": subject,
            "state": {
                "messages": _messages(subject, ledger, now),
                "record": {True: "CLOSED", False: "PROVISIONAL"}[pointers[0]["closed"]["BOOL"]] if pointers else None,
            },
            **self._received(subject),
        }

    def _received(self, subject: str) -> dict[str, dict[str, list[str]]]:
        received: dict[str, dict[str, list[str]]] = {"received": {}, "unheard": {}}
        for each in self.slack.received:
            if each.subject == subject:
                for part in ("received",) if each.answered else ("received", "unheard"):
                    received[part].setdefault(each.effect, []).append(f"{each.channel} {each.ts}")
        return received


def _messages(subject: str, ledger: Iterable[Item], now: int) -> dict[str, str]:
    records = {item["effect"]["S"]: item for item in ledger if item["id"]["S"] == subject}
    return {effect: state_of(item, now) for effect, item in records.items() if not effect.startswith("attempts#")}


def old_world(checkout: Path, tell: Callable[[World], None]) -> None:
    """Tells the story in a world of the old functions. checkout: where they have to come from."""
    clock = Clock()
    clock.install()
    clock.set("2026-06-01T12:00")
    random.seed(0)
    _without_chance()

    import boto3
    from moto import mock_aws

    events = importlib.import_module("integration.functions.cloud")
    endpoint_module = importlib.import_module("integration.functions.endpoint")
    for name in ("ossi.clock", "ossi_stream.handler", "ossi_playground.seed"):
        found = Path(importlib.import_module(name).__file__ or "")
        if not found.is_relative_to(checkout):
            raise RuntimeError(f"{name} is not the old one, but {found}")

    class Now:
        """What ossi.clock needs of datetime."""

        @staticmethod
        def now(zone: ZoneInfo) -> datetime:
            return datetime.fromtimestamp(clock.seconds, zone)

    vars(importlib.import_module("ossi.clock"))["datetime"] = Now
    slack = Slack(clock)
    _watch_claims(slack)
    with mock_aws(), slack.running() as url, endpoint_module.AwsEndpoint() as endpoint:
        os.environ.update({**events.ENVIRONMENT, "OSSI_SLACK_API_URL": url, "OSSI_LOG_LEVEL": "ERROR"})
        cloud = events.Cloud(endpoint)
        cloud.slack_url, cloud.dynamodb = url, boto3.client("dynamodb")
        cloud.streams = boto3.client("dynamodbstreams")
        os.environ.update(endpoint.environment)
        _wait_for_a_busy_machine(cloud.dynamodb)
        tell(World(cloud, slack, clock))


def _without_chance() -> None:
    count = 0

    def token_hex(length: int = 8) -> str:
        nonlocal count
        count += 1
        return f"{count:0{length * 2}x}"

    secrets.token_hex = token_hex  # pyright: ignore[reportAttributeAccessIssue]
    secrets.choice = lambda wordings: wordings[0]


def _watch_claims(slack: Slack) -> None:
    ledger = importlib.import_module("ossi.adapters.ledger").DynamoLedger
    claim = ledger.claim

    def watched(self: Any, subject: str, effect: str, invocation: str = "") -> Any:
        answer = claim(self, subject, effect, invocation)
        if answer.name == "GRANTED":
            slack.claimed = (subject, effect)
        return answer

    ledger.claim = watched


def _wait_for_a_busy_machine(dynamodb: Any) -> None:
    """Time-outs are of real time, the only thing here that could go otherwise in another run: no request is tried twice by its client."""
    client = importlib.import_module("ossi.adapters.https").HttpClient
    made = client.__init__

    def patient(self: Any, base_url: str, *, connect_timeout_s: float, timeout_s: float) -> None:
        del connect_timeout_s, timeout_s
        made(self, base_url, connect_timeout_s=120, timeout_s=120)

    client.__init__ = patient
    for module in ("ossi_reconcile.bootstrap", "ossi_report.bootstrap"):
        vars(importlib.import_module(module)).update(_SLACK_TIMEOUT_S=120, dynamodb_client=lambda: dynamodb)
