"""`ossi rollback` on the local AWS: what the Pulumi program has put there goes back to the release before."""

from __future__ import annotations

import itertools
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import pytest
from click.testing import CliRunner, Result

from built import write_artifact
from integration.playground_aws.helpers import zipped
from local_aws import Emulator, apply
from ossi_cli.main import cli

INFRA = Path(__file__).parents[3] / "infra"
FUNCTIONS = ("slash", "interactions", "stream", "report", "download", "reconcile")
NUMBERS = itertools.count(1)
SECRETS = {"slackBotToken": "xoxb-local-test", "slackSigningSecret": "0123456789abcdef" * 2, "linkSigningKey": "k" * 64}


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    with Emulator() as running:
        yield running


@dataclass
class Stack:
    """A deployment of small functions, each of which answers with a word."""

    emulator: Emulator
    name: str
    directory: Path
    words: dict[str, str] = field(default_factory=lambda: dict.fromkeys(FUNCTIONS, "first"))
    outputs: dict[str, Any] = field(default_factory=dict[str, Any])

    def up(self, grace_days: int = 2, **words: str) -> None:
        """Deploys, with other words of some functions."""
        self.words |= words
        for name, word in self.words.items():
            source = f'def handler(event, context):\n    return {{"statusCode": 200, "body": "{word}"}}\n'
            write_artifact(self.directory, name, zipped(source, f"ossi_{name}/handler.py"))
        config = {
            "managementChannel": "C0MANAGERS",
            "publicChannel": "C0OPENSRC",
            "slackApiUrl": "http://127.0.0.1:9/api/",
            "artifacts": str(self.directory),
            "graceDays": str(grace_days),
        }
        applied = apply(self.emulator, config, SECRETS, project="ossi", program=INFRA, stack=self.name)
        self.outputs = applied.outputs

    def says(self) -> str:
        """What `slash` answers to a request through the API."""
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(urllib.request.Request(self.outputs["slashUrl"], data=b"x=1"), timeout=10) as response:
            return response.read().decode()

    def live(self) -> dict[str, int]:
        """The versions that are called."""
        client = self.emulator.client("lambda")
        return {
            name: int(client.get_alias(FunctionName=f"ossi-{self.name}-{name}", Name="live")["FunctionVersion"])
            for name in FUNCTIONS
        }

    def grace_days(self) -> str:
        """What the version of `slash` that is called has in its environment."""
        live = self.emulator.client("lambda").get_function_configuration(
            FunctionName=self.outputs["functions"]["slash"]
        )
        return live.get("Environment", {}).get("Variables", {})["OSSI_GRACE_DAYS"]

    def rollback(self, *options: str) -> Result:
        """Types the command."""
        where = ("--region", "eu-north-1", "--endpoint-url", self.emulator.endpoint_url)
        return CliRunner().invoke(cli, ["rollback", "--stack", self.name, *where, *options])


@pytest.fixture
def stack(emulator: Emulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Stack:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    made = Stack(emulator, f"stack-{next(NUMBERS)}", tmp_path)
    made.up()
    return made


def ones(**others: int) -> dict[str, int]:
    return {**dict.fromkeys(FUNCTIONS, 1), **others}


def test_all_functions_go_back_together_release_by_release_and_forward_with_the_next_update(stack: Stack) -> None:
    stack.up(slash="second", report="second")
    stack.up(grace_days=9)
    assert (stack.says(), stack.live(), stack.grace_days()) == ("second", ones(slash=3, interactions=2, report=3), "9")

    result = stack.rollback()
    assert result.exit_code == 0, result.output
    # Not each to the version before: what has not changed in the last release stays.
    assert (stack.says(), stack.live(), stack.grace_days()) == ("second", ones(slash=2, report=2), "2")
    lines = result.output.splitlines()
    assert len(lines) == len(FUNCTIONS) + 1
    assert f"ossi-{stack.name}-slash         version 3 -> 2" in lines
    assert f"ossi-{stack.name}-download      version 1 stays" in lines
    assert lines[-1].startswith("Live is release 2, of 20")
    assert "The next `pulumi up` that changes a function moves all of them forward again" in lines[-1]

    assert stack.rollback().exit_code == 0
    assert (stack.says(), stack.live()) == ("first", ones())
    result = stack.rollback()
    assert (result.exit_code, stack.live()) == (1, ones())
    assert result.stderr.startswith("Error: There is nothing to go back to: no release before release 1, of 20")

    stack.up(grace_days=9, slash="right")
    assert (stack.says(), stack.live()) == ("right", ones(slash=4, interactions=2, report=3))


def test_what_stopped_halfway_goes_back_to_what_was_whole_and_what_writes_goes_before_what_reads(stack: Stack) -> None:
    stack.up(**dict.fromkeys(FUNCTIONS, "second"))
    whole = dict.fromkeys(FUNCTIONS, 2)
    client = stack.emulator.client("lambda")
    name = f"ossi-{stack.name}-slash"
    client.update_function_configuration(FunctionName=name, Description="half an update")
    version = client.publish_version(FunctionName=name)["Version"]
    client.update_alias(FunctionName=name, Name="live", FunctionVersion=version)

    result = stack.rollback("--dry-run")
    assert (result.exit_code, stack.live()) == (0, {**whole, "slash": 3})
    assert f"ossi-{stack.name}-slash         version 3 -> 2" in result.output
    assert "This would go back to release 2, of 20" in result.output
    assert stack.rollback().exit_code == 0
    assert stack.live() == whole

    client.update_alias(FunctionName=name, Name="live", FunctionVersion="$LATEST")  # by hand
    assert stack.rollback().exit_code == 0
    assert stack.live() == whole

    client.update_alias(FunctionName=name, Name="live", FunctionVersion="1")  # half a way back
    result = stack.rollback()
    assert (result.exit_code, stack.live()) == (0, ones())
    moved = [line.split()[0].rpartition("-")[2] for line in result.output.splitlines()[:-1]]
    assert sorted(moved) == sorted(FUNCTIONS)
    assert moved.index("interactions") < moved.index("stream")
    assert moved.index("interactions") < moved.index("reconcile") < moved.index("report")
    assert moved.index("slash") < moved.index("report")


def test_where_there_is_no_way_back_nothing_changes_and_a_sentence_says_why(stack: Stack) -> None:
    stack.up(slash="second", report="second")
    stack.emulator.client("lambda").delete_function(FunctionName=f"ossi-{stack.name}-report", Qualifier="1")
    result = stack.rollback()
    assert (result.exit_code, stack.live()) == (1, ones(slash=2, report=2))
    assert result.stderr == f"Error: ossi-{stack.name}-report has no version 1 any more. Nothing was changed.\n"

    history: Any = cast("Any", stack.emulator).client("ssm")
    history.put_parameter(Name=f"ossi-{stack.name}-release", Value='{"ossi": "new"}', Overwrite=True)
    result = stack.rollback()
    assert (result.exit_code, stack.live()) == (1, ones(slash=2, report=2))
    assert result.stderr == (
        f"Error: Version 3 of ossi-{stack.name}-release doesn't hold a release: someone changed it by hand.\n"
    )

    stack.name = "elsewhere"
    result = stack.rollback()
    assert result.exit_code == 1
    assert result.stderr.startswith(
        "Error: There is no parameter ossi-elsewhere-release in eu-north-1: is it this stack"
    )
