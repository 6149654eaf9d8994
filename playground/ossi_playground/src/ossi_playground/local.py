"""The whole bot on this machine: the local AWS with the Pulumi program applied to it, and the local Slack beside it."""

from __future__ import annotations

import contextlib
import json
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Final, Self
from urllib.parse import urlsplit, urlunsplit
from zoneinfo import ZoneInfo

import httpx

from local_aws import Delivery, LocalAws
from local_aws.directory_lock import lock_directory, private_file
from local_aws.environment import ARCHITECTURE, PYTHON, repository_root
from local_aws.errors import LocalAwsError
from local_slack.errors import LocalSlackError
from local_slack.server import SlackServer
from ossi_playground.demo_data import DemoDataError, add_demo_data
from ossi_playground.inspector import AwsInspector
from ossi_playground.seed import OssiSeed, load_seed

FAILURES: Final = (LocalAwsError, LocalSlackError, DemoDataError)
"""What `LocalOssi.start` raises where something expected is wrong; each message is a sentence."""

_PROJECT = "ossi"
_TIME_ZONE = "Europe/Helsinki"
_WAKE_SECONDS = 20.0
# Nobody but this machine sees it; a real deployment gets its own by `pulumi config set --secret`.
_LINK_SIGNING_KEY = "local-link-signing-key-of-the-playground"


@dataclass(frozen=True)
class Options:
    """How to run.

    artifacts: the directory of the functions' archives. port: of the local Slack, 0 for a free one. state_dir: keeps the data
    as it comes, so that a killed run loses none; None forgets it. slack_api_url: another Slack-compatible server to use instead
    of the local Slack. demo_data: fills the playground with people and contributions, unless it holds some already.
    """

    artifacts: Path
    port: int = 0
    state_dir: Path | None = None
    slack_api_url: str | None = None
    demo_data: bool = False


class LocalOssi:
    """Starts and stops everything. A context manager; or call `start` and `stop`."""

    def __init__(self, options: Options, seed: OssiSeed | None = None) -> None:
        self._options = options
        self.seed = seed or load_seed()
        self.slack: SlackServer | None = None
        self.aws: LocalAws | None = None
        self._inspector = AwsInspector()
        self._state_lock: IO[str] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Returns when all is up. Raises one of FAILURES, and then nothing runs."""
        try:
            if self._options.state_dir is not None:
                # Before the local Slack: another instance would write an older state over that of the one that runs.
                self._state_lock = lock_directory(self._options.state_dir)
            slack_api_url = self._start_slack()
            self.aws = LocalAws(
                {
                    "managementChannel": self.seed.management_channel,
                    "publicChannel": self.seed.public_channel,
                    "slackApiUrl": slack_api_url,
                    "artifacts": str(self._options.artifacts),
                    "architecture": ARCHITECTURE,
                    "python": PYTHON,
                    "deletionProtection": "false",
                    "alarmEmail": "none",
                    "monthlyBudget": "0",
                    "timeZone": _TIME_ZONE,
                },
                {
                    "slackBotToken": self.seed.bot_token,
                    "slackSigningSecret": self.seed.signing_secret,
                    "linkSigningKey": _LINK_SIGNING_KEY,
                },
                project=_PROJECT,
                program=repository_root(Path(__file__)) / "infra",
                state_dir=self._options.state_dir / "aws" if self._options.state_dir else None,
                on_delivery=self._delivered,
            )
            self.aws.start()
            self._inspector.connect(self.aws)
            if self.slack is not None:
                outputs = self.aws.outputs
                self.slack.configure_app(slash_url=outputs["slashUrl"], interactions_url=outputs["interactionsUrl"])
                _wake(outputs["slashUrl"], outputs["interactionsUrl"])
            if self._options.demo_data:
                now = datetime.now(ZoneInfo(_TIME_ZONE))
                add_demo_data(self.aws, self.seed, self.slack.url if self.slack else None, now)
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stops what runs, the bot before its Slack. May be called more than once."""
        with contextlib.ExitStack() as stack:
            if self._state_lock is not None:
                stack.callback(self._state_lock.close)
            if self.slack is not None:
                stack.callback(self.slack.stop)
            if self.aws is not None:
                stack.callback(self.aws.stop)
        self._inspector.connect(None)
        self.slack = self.aws = self._state_lock = None

    def ready(self) -> dict[str, Any]:
        """Where everything is, for people, tests and other programs. Only while it runs."""
        aws = self.aws
        if aws is None:
            raise RuntimeError("nothing runs")
        outputs = aws.outputs
        return {
            "slack_url": self.slack.url if self.slack else self._options.slack_api_url,
            "control_url": self.slack.control_url if self.slack else None,
            "slash_url": outputs["slashUrl"],
            "interactions_url": outputs["interactionsUrl"],
            "api_url": outputs["apiUrl"],
            "aws_endpoint_url": aws.emulator.endpoint_url,
            "aws_region": outputs["region"],
            "table": outputs["table"],
            "ledger_table": outputs["ledgerTable"],
            "report_bucket": outputs["reportBucket"],
            "functions": outputs["functions"],
            "stream_queue_url": outputs["streamDeadLetterQueue"],
            "report_queue_url": outputs["reportDeadLetterQueue"],
            "signing_secret": self.seed.signing_secret,
            "bot_token": self.seed.bot_token,
            "team_id": self.seed.team.id,
            "app_id": self.seed.app.id,
            "channels": {"management": self.seed.management_channel, "public": self.seed.public_channel},
            "users": [user.model_dump() for user in self.seed.users],
            "pid": os.getpid(),
        }

    def _start_slack(self) -> str:
        """Starts the local Slack, unless another one is to be used; answers the base of the Web API."""
        if self._options.slack_api_url is not None:
            return web_api_base(self._options.slack_api_url)
        state_dir = self._options.state_dir
        self.slack = SlackServer(
            self.seed,
            port=self._options.port,
            state_file=state_dir / "slack.json" if state_dir else None,
            inspector=self._inspector,
        )
        return self.slack.start().api_url

    def _delivered(self, delivery: Delivery) -> None:
        self._inspector.delivered(delivery)
        if self.slack is not None:
            self.slack.tell("delivery")


def _wake(*urls: str) -> None:
    """Starts the workers of the functions behind these addresses with requests that they refuse, for want of a signature.

    On a busy machine a worker may take longer to start than Slack waits; nobody's first command should fail of that.
    """

    def knock(url: str) -> None:
        # What is wrong with a function is told by the first real request, with Slack's words for it.
        with contextlib.suppress(httpx.HTTPError):
            httpx.post(url, timeout=_WAKE_SECONDS, trust_env=False)

    with ThreadPoolExecutor(max_workers=len(urls)) as pool:
        list(pool.map(knock, urls))


def web_api_base(url: str) -> str:
    """The base of the Web API as slack_sdk wants it, from what a person would give: a server's address or the base itself."""
    parts = urlsplit(url)
    path = parts.path.rstrip("/") or "/api"
    return urlunsplit((parts.scheme, parts.netloc, path + "/", "", ""))


def write_ready_file(path: Path, ready: dict[str, Any]) -> None:
    """Writes the file whole or not at all: whoever waits for it never reads a half. It has the token, so only its owner may read it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(path.name + ".new")
    with private_file(draft, os.O_WRONLY | os.O_TRUNC) as file:
        file.write(json.dumps(ready, indent=2, ensure_ascii=False) + "\n")
    draft.replace(path)
