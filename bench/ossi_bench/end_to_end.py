"""The whole bot on the local AWS: API, functions, tables and stream, every hop real but the network."""

from statistics import median
from typing import Any

from local_aws.arns import function_name
from local_slack.client import SlackControl
from local_slack.traffic import TrafficEntry
from ossi_bench.findings import Finding, at_most
from ossi_bench.requests import DESCRIPTION
from ossi_cli.build import build_for_local_aws
from ossi_playground.load import SLACK_WAITS_MS, percentile
from ossi_playground.local import LocalOssi, Options

_COLD, _WARM, _SUBMISSIONS = 5, 50, 30
_WAIT_S = 120


def measure() -> list[Finding]:
    """Starts everything, acts as people do, and reads the times from the local Slack's log of requests."""
    with LocalOssi(Options(artifacts=build_for_local_aws())) as ossi:
        if ossi.slack is None:
            raise RuntimeError("the local Slack does not run")
        with SlackControl(ossi.slack.url) as control:
            whole = _Whole(ossi, control)
            return [*whole.commands(), *whole.messages()]


class _Whole:
    def __init__(self, ossi: LocalOssi, control: SlackControl) -> None:
        if ossi.aws is None:
            raise RuntimeError("the local AWS does not run")
        self._aws, self._control = ossi.aws, control
        self._user = next(user.id for user in ossi.seed.users if user.role == "employee")
        self._seen = 0

    def commands(self) -> list[Finding]:
        """From the signed command to the arrival of views.open, with a worker that has to start and with one that is there."""
        cold = [self._form_opened(fresh_worker=True) for _ in range(_COLD)]
        warm = [self._form_opened() for _ in range(_WARM)]
        return [
            at_most("cold `/ossi new`, command to form, slowest", max(cold), SLACK_WAITS_MS, "ms", places=0),
            at_most(
                "warm `/ossi new`, command to form, slowest",
                max(warm),
                SLACK_WAITS_MS,
                "ms",
                f"(p50 {median(warm):.0f} ms)",
                places=0,
            ),
        ]

    def messages(self) -> list[Finding]:
        """From the row that is stored to the messages that follow it, each submission by itself."""
        delays: dict[str, list[float]] = {"submitter's message": [], "managers' message": []}
        for number in range(_SUBMISSIONS):
            view = self._control.command(self._user, "new").view
            if view is None:
                raise RuntimeError("no form was opened")
            self._new_entries()
            values = {"description": f"{number}: {DESCRIPTION}", "url": "https://example.com/", "level": "SMALL"}
            self._control.submit(view, self._user, values)
            stored, posts = self._stored_and_posted()
            for entry in posts:
                channel = entry.payload.get("channel") if isinstance(entry.payload, dict) else None
                kind = "submitter's message" if channel == self._user else "managers' message"
                delays[kind].append((entry.at - stored) * 1000)
        return [
            Finding(f"from the stored row to the {kind}", f"p50 {median(ms):.0f} ms, p95 {percentile(ms, 95):.0f} ms")
            for kind, ms in delays.items()
        ]

    def _form_opened(self, *, fresh_worker: bool = False) -> float:
        """Milliseconds. fresh_worker: what there is of workers is stopped before, by a change of the function's settings."""
        if fresh_worker:
            client: Any = self._aws.emulator.client("lambda")
            function = function_name(self._aws.outputs["functions"]["slash"])
            timeout = client.get_function_configuration(FunctionName=function)["Timeout"]
            client.update_function_configuration(FunctionName=function, Timeout=timeout + 1)
            client.get_waiter("function_updated_v2").wait(FunctionName=function)
            version = client.publish_version(FunctionName=function)["Version"]
            client.update_alias(FunctionName=function, Name="live", FunctionVersion=version)
        self._new_entries()
        if self._control.command(self._user, "new").view is None:
            raise RuntimeError("no form was opened")
        entries = self._new_entries()
        sent = next(entry for entry in entries if entry.direction == "to_bot")
        opened = next(entry for entry in entries if entry.kind == "views.open")
        return (opened.at - sent.at) * 1000

    def _stored_and_posted(self) -> tuple[float, list[TrafficEntry]]:
        """When the form was answered, in epoch seconds, and the two messages that followed."""
        entries: list[TrafficEntry] = []

        def both() -> bool | None:
            entries.extend(self._new_entries())
            return sum(entry.kind == "chat.postMessage" for entry in entries) == 2 or None

        self._control.wait_for(both, _WAIT_S, what="two messages")
        answered = next(entry for entry in entries if entry.direction == "to_bot")
        return answered.at + answered.ms / 1000, [entry for entry in entries if entry.kind == "chat.postMessage"]

    def _new_entries(self) -> list[TrafficEntry]:
        entries = self._control.traffic(self._seen)
        self._seen = max([self._seen, *(entry.seq for entry in entries)])
        return entries
