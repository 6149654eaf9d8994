"""A burst of submissions and decisions on the local AWS while the local Slack takes few messages a second (N1, N2).

Nothing is simulated but Slack's people: each opens the form, fills it in and sends it; managers press the buttons.
"""

from __future__ import annotations

import math
import time
from collections import Counter
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import httpx

from local_slack.client import SlackControl
from local_slack.traffic import TrafficEntry
from ossi.aws.dynamodb import from_item
from ossi_playground.local import LocalOssi

PACE: Final = 500 / 60
"""Submissions a second: 500 in a minute."""

SLACK_WAITS_MS: Final = 3000.0
"""Slack gives up on an answer after 3 seconds."""

DECLINED_EVERY: Final = 3
_THREADS: Final = 24
_WORKERS: Final = 4
_LOOK_SECONDS: Final = 1.0
_SCAN_SECONDS: Final = 10.0
"""Both tables are read whole so rarely: the local AWS has better things to do."""
_SUBMITTED: Final = ("confirm_submission", "ask_management")
_DECIDED: Final = {
    "ACCEPTED": ("redraw_request", "redraw_other_request", "tell_accepted", "publish"),
    "DECLINED": ("redraw_request", "redraw_other_request", "tell_declined"),
}

_KINDS: Final = {
    "confirm_submission": "direct",
    "tell_accepted": "direct",
    "tell_declined": "direct",
    "redraw_request": "redrawn",
    "ask_management": "managers",
    "publish": "public",
}

Row = dict[str, Any]


@dataclass(frozen=True)
class Burst:
    """How much: submissions by so many people, what Slack takes of messages a second in each channel, submissions a second."""

    submissions: int
    people: int
    messages_per_second: float = 1.0
    pace: float = PACE

    @property
    def patience_s(self) -> float:
        """Seconds after which the run ends, whatever is missing: the management and the public channel one after the other, and slack."""
        return 3 * self.submissions / self.messages_per_second + 120


@dataclass
class Findings:
    """What came of it.

    answers: milliseconds by kind. delays: seconds by kind of message, from the change in the table until Slack has it. gaps: see
    `record_gaps`.
    """

    answers: dict[str, list[float]] = field(default_factory=dict[str, list[float]])
    delays: dict[str, list[float]] = field(default_factory=dict[str, list[float]])
    troubles: list[str] = field(default_factory=list[str])
    expected: int = 0
    sent: int = 0
    missing: list[str] = field(default_factory=list[str])
    doubled: list[str] = field(default_factory=list[str])
    refused: int = 0
    gaps: list[float] = field(default_factory=list[float])
    seconds: float = 0.0

    @property
    def slowest(self) -> float:
        """The longest answer to Slack, in ms."""
        return max((ms for each in self.answers.values() for ms in each), default=0.0)

    @property
    def good(self) -> bool:
        """Whether nothing was lost, doubled, refused or too late for Slack."""
        return not (self.troubles or self.missing or self.doubled) and self.slowest <= SLACK_WAITS_MS


def run(ossi: LocalOssi, burst: Burst, tell: Callable[[str], None] = lambda _words: None) -> Findings:
    """Makes the burst on a running bot that nobody else uses, and waits until all messages are there. tell: progress."""
    if ossi.slack is None or ossi.aws is None:
        raise RuntimeError("a burst needs the local AWS and the local Slack")
    with SlackControl(ossi.slack.url) as control:
        return _Run(ossi, control, burst, tell).run()


def percentile(values: Sequence[float], percent: float) -> float:
    """The smallest value that is not exceeded by that many of the values (nearest rank); 0 for none."""
    ranked = sorted(values)
    return ranked[math.ceil(len(ranked) * percent / 100) - 1] if ranked else 0.0


class _Run:
    def __init__(self, ossi: LocalOssi, control: SlackControl, burst: Burst, tell: Callable[[str], None]) -> None:
        assert ossi.aws is not None
        self._ossi = ossi
        self._aws = ossi.aws
        self._client: Any = ossi.aws.emulator.client("dynamodb")
        self._control = control
        self._burst = burst
        self._tell = tell
        self._seen = 0
        self._calls: list[TrafficEntry] = []
        self._asked: dict[str, tuple[str, str]] = {}
        self._people = [f"U0LOAD{number:04d}" for number in range(burst.people)]
        self._managers = [user.id for user in ossi.seed.users if user.role == "manager"]
        kinds = dict.fromkeys(_KINDS.values())
        self.findings = Findings(answers={"slash": [], "form": [], "decision": []}, delays={kind: [] for kind in kinds})

    def run(self) -> Findings:
        for number, user in enumerate(self._people):
            self._control.add_user(user, f"load{number}", f"Person {number}")
        self._warm_up()
        self._control.rate_limit(self._burst.messages_per_second)
        started = time.monotonic()
        with ThreadPoolExecutor(_THREADS) as pool:
            forms = [pool.submit(self._register, number, started) for number in range(self._burst.submissions)]
            decisions = self._decide_as_they_come(pool, forms, started)
            for each in [*forms, *decisions]:
                each.result()
        self._wait_until_all_is_sent(started)
        self._control.rate_limit(None)
        self.findings.seconds = time.monotonic() - started
        self._count()
        return self.findings

    def _warm_up(self) -> None:
        """Starts workers for requests that come at a time: on AWS they start on machines of their own, here on the measured one."""
        urls: list[str] = [self._aws.outputs["slashUrl"], self._aws.outputs["interactionsUrl"]]
        with ThreadPoolExecutor(_WORKERS * len(urls)) as pool:
            # Without a signature: refused, and nothing comes of it.
            for refusal in pool.map(_knock, urls * _WORKERS):
                if refusal.status_code >= 500:
                    raise RuntimeError(f"{refusal.url} does not work: {refusal.status_code}")

    # people

    def _register(self, number: int, started: float) -> None:
        time.sleep(max(0.0, started + number / self._burst.pace - time.monotonic()))
        user = self._people[number % len(self._people)]
        with self._step(f"submission {number}"):
            opened = self._control.command(user, "new")
            self.findings.answers["slash"].append(opened.ms)
            if opened.view is None:
                raise _Trouble(f"no form: {opened.error or opened.status}")
            values = {
                "description": f"Submission {number} of many, made to see whether the bot keeps up with all of them.",
                "url": f"https://github.com/owner/project/pull/{number}",
                "level": "SMALL",
            }
            sent = self._control.submit(opened.view, user, values)
            self.findings.answers["form"].append(sent.ms)
            if sent.result != "closed":
                raise _Trouble(f"the form was not taken: {sent.result} {sent.message or ''}")

    def _decide_as_they_come(
        self, pool: ThreadPoolExecutor, forms: Sequence[Future[None]], started: float
    ) -> list[Future[None]]:
        """A decision on each request, as soon as it stands in the management channel."""
        decided: dict[str, Future[None]] = {}
        stored: int | None = None
        while time.monotonic() - started < self._burst.patience_s:
            for key, (channel, ts) in self._asked.items():
                if key not in decided:
                    decided[key] = pool.submit(self._press, len(decided), channel, ts)
            sent = sum(form.done() for form in forms)
            if sent == len(forms):
                stored = stored or len({subject for subject, _ in self._due()})
                if len(decided) >= stored:
                    break
            self._look(f"{sent} submitted, {len(decided)} asked about")
        return list(decided.values())

    def _press(self, number: int, channel: str, ts: str) -> None:
        button = "decline_contribution" if number % DECLINED_EVERY == DECLINED_EVERY - 1 else "accept_contribution"
        manager = self._managers[number % len(self._managers)]
        with self._step(f"decision {number}"):
            done = self._control.press(manager, button, channel=channel, ts=ts)
            self.findings.answers["decision"].append(done.ms)
            if done.error or done.status != 200:
                raise _Trouble(f"the button failed: {done.error or done.status}")

    @contextmanager
    def _step(self, what: str) -> Generator[None]:
        try:
            yield
        except _Trouble as trouble:
            self.findings.troubles.append(f"{what}: {trouble}")

    # waiting

    def _wait_until_all_is_sent(self, started: float) -> None:
        due = self._due()
        expected = len([effect for _, effect in due if effect in _KINDS])
        scanned = started
        while time.monotonic() - started < self._burst.patience_s:
            arrived = sum(_ok(call) for call in self._calls)
            if arrived >= expected or time.monotonic() - scanned >= _SCAN_SECONDS:
                scanned = time.monotonic()
                if due <= {(each["id"], each["effect"]) for each in self._records() if each["state"] == "SENT"}:
                    self._aws.poller.wait_idle()  # whatever would be doubled now has been
                    break
            self._look(f"{arrived} of {expected} messages sent")
        self._read_traffic()

    def _look(self, words: str) -> None:
        self._tell(words)
        self._read_traffic()
        time.sleep(_LOOK_SECONDS)

    def _read_traffic(self) -> None:
        new = self._control.traffic(self._seen)
        self._seen = max([self._seen, *(each.seq for each in new)])
        self._calls += [each for each in new if each.kind in ("chat.postMessage", "chat.update")]
        self._asked |= {key: place for each in new for key, place in _request_in(each)}

    # what there is

    def _records(self) -> list[Row]:
        return [row for row in self._scan(self._aws.outputs["ledgerTable"]) if row["id"].startswith("contribution#")]

    def _due(self) -> set[tuple[str, str]]:
        return {
            (f"contribution#{row['userId']}#{row['timestamp']}", effect)
            for row in self._scan(self._aws.outputs["table"])
            for effect in (*_SUBMITTED, *_DECIDED.get(row["status"], ()))
        }

    def _changed(self) -> dict[tuple[str, bool], int]:
        """When contributions were submitted (True) and decided (False), in ms."""
        return {
            (f"contribution#{row['userId']}#{row['timestamp']}", submitted): row[
                "timestamp" if submitted else "decidedAt"
            ]
            for row in self._scan(self._aws.outputs["table"])
            for submitted in (True, False)
            if submitted or "decidedAt" in row
        }

    def _scan(self, table: str) -> Iterator[Row]:
        for page in self._client.get_paginator("scan").paginate(TableName=table, ConsistentRead=True):
            yield from (from_item(item) for item in page["Items"])

    def _count(self) -> None:
        """Compares what Slack has with what the table and the ledger say that it should have."""
        found, due = self.findings, self._due()
        changed = self._changed()
        rows = len({subject for subject, _ in due})
        decided = len([effect for _, effect in due if effect == "redraw_request"])
        found.missing += [f"{self._burst.submissions - rows} contributions"] * (rows != self._burst.submissions)
        found.missing += [f"{rows - decided} decisions"] * (rows != decided)
        records = {(each["id"], each["effect"]): each for each in self._records()}
        seed = self._ossi.seed
        shown = Counter(
            (each.channel, each.ts)
            for messages in (
                self._control.messages(seed.management_channel, user=self._managers[0]),
                self._control.messages(seed.public_channel),
                *(self._control.dm(user) for user in self._people),
            )
            for each in messages
        )
        redrawn = Counter(
            str(_payload(each).get("ts")) for each in self._calls if _ok(each) and each.kind == "chat.update"
        )
        known: set[tuple[str, str]] = set()
        for name, effect in sorted(due):
            record = records.get((name, effect), {})
            place = (str(record.get("channel")), str(record.get("ts")))
            there = redrawn[place[1]] > 0 if effect == "redraw_request" else place in shown
            if effect == "redraw_other_request":
                there = "ts" not in record  # every request stands there once
            if record.get("state") != "SENT" or not there:
                found.missing.append(f"{effect} of {name}")
            elif effect in _KINDS:
                found.delays[_KINDS[effect]].append((record["sentAt"] - changed[name, effect in _SUBMITTED]) / 1000)
            known.add(place)
        found.expected = len([effect for _, effect in due if effect in _KINDS])
        found.sent = sum(shown.values()) + sum(redrawn.values())
        found.doubled += [f"a message in {channel}" for channel, ts in shown if (channel, ts) not in known]
        found.doubled += [f"a redrawing of {ts}" for ts, times in redrawn.items() if times > 1]
        found.refused = sum(each.status == 429 for each in self._calls)
        found.gaps = record_gaps(
            self._calls, {each["ts"]: name.split("#")[1] for (name, _), each in records.items() if "ts" in each}
        )


def record_gaps(calls: Iterable[TrafficEntry], submitters: Mapping[str, str]) -> list[float]:
    """Milliseconds from Slack's OK to a redrawing until the call for the submitter, which follows in the same invocation.

    submitters: the redrawn message's ts -> whose contribution it is. In between lie the record of the one and the claim of the other:
    a bound, from above, of how long a crash would repeat a message.
    """
    gaps: list[float] = []
    redrawn: dict[str, float] = {}
    for call in sorted(calls, key=lambda each: each.at):
        said = _payload(call)
        if call.kind == "chat.update" and _ok(call) and (user := submitters.get(str(said.get("ts")))):
            redrawn[user] = call.at * 1000 + call.ms
        elif call.kind == "chat.postMessage" and (done := redrawn.pop(str(said.get("channel")), None)) is not None:
            gaps.append(call.at * 1000 - done)
    return gaps


def _knock(url: str) -> httpx.Response:
    return httpx.post(url, timeout=60, trust_env=False)


def _request_in(call: TrafficEntry) -> Iterator[tuple[str, tuple[str, str]]]:
    """The contribution that a posted message asks to decide on, and where it stands."""
    if call.kind == "chat.postMessage" and _ok(call):
        answer: Any = call.answer
        for block in _payload(call).get("blocks", []):
            if block.get("block_id") == "decision":
                yield block["elements"][0]["value"], (answer["channel"], answer["ts"])


def _payload(call: TrafficEntry) -> dict[str, Any]:
    return dict(call.payload) if isinstance(call.payload, dict) else {}


def _ok(call: TrafficEntry) -> bool:
    return isinstance(call.answer, dict) and call.answer.get("ok") is True


class _Trouble(Exception):
    """Something that a person would have complained about."""
