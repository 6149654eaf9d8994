"""While a deployment updates one function after another, old ones and new ones work on the same tables: each message once."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Generator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import boto3
import pytest

from fakes import HELSINKI
from integration.functions.endpoint import AwsEndpoint
from integration.functions.events import Context, interaction_body, load, signed
from ossi_interactions.handler import handler as interactions_handler
from takeover.make_fixture import COMMIT, ROOT, check_out, sources_of
from takeover.taken_over import Item, Message, TakenOver, taken_over

AINO, MANAGEMENT, PUBLIC = "U0AINO001", "C0MANAGERS", "C0OPENSRC"
# What infra's `after=` allows: report before reconcile and slash, and all of them and stream before interactions. The old reader for
# the channels goes last.
STOPS = (
    {"report"},
    {"report", "stream"},
    {"report", "reconcile"},
    {"report", "reconcile", "stream"},
    {"report", "reconcile", "stream", "slash"},
    {"report", "reconcile", "stream", "slash", "interactions"},
    {"report", "reconcile", "stream", "slash", "interactions", "channels"},
)


@dataclass
class OldFunctions:
    """The functions of commit 822731b, in their process."""

    process: "subprocess.Popen[str]"

    def call(self, function: str, event: Item, lane: str = "") -> Any:
        """What that function answers."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        print(json.dumps({"function": function, "event": event, "lane": lane}), file=self.process.stdin, flush=True)
        return json.loads(self.process.stdout.readline())


@dataclass
class Deployment:
    """Old and new functions on one set of tables. updated: the functions that are new already; channels: it's gone."""

    over: TakenOver
    old: OldFunctions
    slack_url: str
    updated: set[str]
    forms: int = 0

    def submit(self) -> str:
        """Someone sends the form. Answers the contribution's key."""
        before = set(self.over.rows())
        payload = load("view_submission")
        self.forms += 1
        payload["view"]["id"] = f"V{self.forms:010d}"
        payload["user"] |= {"id": AINO}
        values = payload["view"]["state"]["values"]
        values["description"]["description"]["value"] = (
            f"Number {self.forms:04d}: fixed what was broken, and wrote tests."
        )
        values["month"]["month"]["selected_option"]["value"] = f"{datetime.now(HELSINKI):%Y-%m}"
        self._interact(payload)
        after = self.over.rows()
        (key,) = set(after) - before
        assert ("events" in after[key]) == ("interactions" in self.updated), "the old version knows no events"
        return key

    def decide(self, key: str, action: str) -> None:
        """A manager presses a button of the request."""
        payload = load("block_actions")
        payload["user"] |= {"id": "U0MAIJA01"}
        payload["container"]["message_ts"] = payload["message"]["ts"] = self.request(key).ts
        payload["response_url"] = f"{self.slack_url}response"
        payload["actions"][0] |= {"action_id": f"{action}_contribution", "value": key}
        self._interact(payload)

    def _interact(self, payload: Item) -> None:
        self.over.clock.ms = time.time_ns() // 1_000_000
        event = signed("/interactions", interaction_body(payload))
        if "interactions" in self.updated:
            answer: Item = interactions_handler(event, Context())
        else:
            answer = self.old.call("interactions", event)
        assert (answer["statusCode"], answer["body"]) == (200, "")

    def deliver(self, *, channels_first: bool) -> None:
        """The stream's readers get what has changed, until nothing changes any more; then the reconciler runs."""
        while records := self.over.changes():
            readers = [self._stream] if "channels" in self.updated else [self._stream, self._channels]
            for read in reversed(readers) if channels_first else readers:
                read(records)
        self.over.clock.ms = time.time_ns() // 1_000_000
        if "reconcile" in self.updated:
            self.over.reconcile()
        else:
            self.old.call("reconcile", {"source": "schedule"})

    def _stream(self, records: list[Item]) -> None:
        self.over.clock.ms = time.time_ns() // 1_000_000
        if "stream" in self.updated:
            self.over.stream(records)
        else:
            assert self.old.call("stream", {"Records": records}, "direct") == {"batchItemFailures": []}

    def _channels(self, records: list[Item]) -> None:
        assert self.old.call("stream", {"Records": records}, "channels") == {"batchItemFailures": []}

    def request(self, key: str) -> Message:
        """The request in the management channel, as it was drawn last."""
        (first,) = [each for each in self.over.slack.messages if each.buttons and key in each.text]
        return [each for each in self.over.slack.messages if each.ts == first.ts][-1]

    def posted(self, since: int) -> list[str]:
        """Where messages were posted since then."""
        return sorted(each.place for each in self.over.slack.messages[since:] if each.method == "chat.postMessage")


@pytest.fixture(scope="session")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tree of the old version, from the history of this repository."""
    directory = tmp_path_factory.mktemp(COMMIT)
    if subprocess.run(["git", "cat-file", "-e", COMMIT], cwd=ROOT, check=False, capture_output=True).returncode:
        pytest.skip(f"this clone doesn't hold commit {COMMIT[:7]}, whose functions run here: it's a shallow one")
    check_out(COMMIT, directory)
    return directory


@pytest.fixture
def deployment(
    monkeypatch: pytest.MonkeyPatch, session: boto3.Session, endpoint: AwsEndpoint, checkout: Path
) -> Generator[Deployment]:
    with taken_over(monkeypatch, session, endpoint, time.time_ns() // 1_000_000) as over:
        path = os.pathsep.join(map(str, sources_of(checkout)))
        with subprocess.Popen(
            [sys.executable, Path(__file__).parent / "old_functions.py"],
            env={**os.environ, "PYTHONPATH": path},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # the log of the functions
            text=True,
        ) as process:
            try:
                yield Deployment(over, OldFunctions(process), os.environ["OSSI_SLACK_API_URL"], set())
            finally:
                process.kill()


@pytest.mark.parametrize("channels_first", [True, False])
def test_each_message_once_at_every_stop_of_an_update(deployment: Deployment, *, channels_first: bool) -> None:
    messages = deployment.over.slack.messages
    waiting = deployment.submit()
    deployment.deliver(channels_first=channels_first)
    assert deployment.posted(0) == [MANAGEMENT, AINO]

    for number, updated in enumerate(STOPS):
        deployment.updated = updated

        # What was submitted at the stop before is decided, and something new is submitted, decided at once, and left for the next.
        since = len(messages)
        deployment.decide(waiting, "accept" if number % 2 else "decline")
        deployment.deliver(channels_first=channels_first)
        assert deployment.posted(since) == ([PUBLIC, AINO] if number % 2 else [AINO]), updated
        assert not deployment.request(waiting).buttons

        since = len(messages)
        key = deployment.submit()
        deployment.deliver(channels_first=channels_first)
        assert deployment.posted(since) == [MANAGEMENT, AINO], updated
        assert deployment.request(key).buttons

        since = len(messages)
        deployment.decide(key, "accept")
        deployment.deliver(channels_first=channels_first)
        assert deployment.posted(since) == [PUBLIC, AINO], updated
        assert not deployment.request(key).buttons

        waiting = deployment.submit()
        deployment.deliver(channels_first=channels_first)

    # Nothing is left over once all of it is new.
    since = len(messages)
    deployment.over.run_until(deployment.over.clock.ms + 2 * 24 * 3_600_000)
    assert messages[since:] == []
