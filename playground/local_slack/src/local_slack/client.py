"""A small client of the control API, for tests and scripts."""

import time
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Final, Literal, Self, TypeVar

import httpx
from pydantic import BaseModel

from local_slack.control_models import (
    ChannelRead,
    Done,
    FailureList,
    InteractionResult,
    MessageList,
    MessageRead,
    Refusal,
    SubmitResult,
    TrafficList,
    UserRead,
    ViewList,
    ViewRead,
    WorkspaceRead,
)
from local_slack.errors import LocalSlackError
from local_slack.failures import FailureRule
from local_slack.jsonish import JsonObject
from local_slack.traffic import TrafficEntry

_Model = TypeVar("_Model", bound=BaseModel)
_Value = TypeVar("_Value")
# Seconds between two looks at what is waited for. What did not come at once is not looked for as often.
_SHORTEST_PAUSE: Final = 0.02
_LONGEST_PAUSE: Final = 0.25
FailureKind = Literal["ratelimited", "http_500", "http_503", "timeout", "cut", "slack_error"]


class ControlRefusedError(LocalSlackError):
    """The control API refused a request; the message is its sentence."""


class WaitTimeoutError(LocalSlackError, AssertionError):
    """What was waited for did not come; the message tells what was there instead."""


class SlackControl:
    """Acts on the local Slack whose server has this address. Several threads may share one client.

    Every method raises `ControlRefusedError` where the control API refuses.
    """

    def __init__(self, url: str, *, timeout: float = 30.0) -> None:
        self._http = httpx.Client(base_url=f"{url.removesuffix('/')}/_control", timeout=timeout, trust_env=False)

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # the app and the workspace

    def configure_app(
        self, *, slash_url: str | None, interactions_url: str | None, events_url: str | None = None
    ) -> None:
        """Enter the bot's addresses; None leaves one as it was."""
        body: JsonObject = {"slash_url": slash_url, "interactions_url": interactions_url, "events_url": events_url}
        self._post("/app", body, WorkspaceRead)

    def workspace(self) -> WorkspaceRead:
        """Who and what there is."""
        return self._get("/workspace", WorkspaceRead)

    def add_channel(self, channel: str, name: str, *, is_private: bool = False, members: list[str]) -> ChannelRead:
        """A new channel."""
        body: JsonObject = {"id": channel, "name": name, "is_private": is_private, "members": [*members]}
        return self._post("/channels", body, ChannelRead)

    def add_user(self, user: str, name: str, real_name: str = "", role: str = "") -> UserRead:
        """A new person, in no channel yet; without a role they get the first of the seed's."""
        return self._post("/users", {"id": user, "name": name, "real_name": real_name, "role": role}, UserRead)

    def archive(self, channel: str) -> ChannelRead:
        """Archive a channel."""
        return self._post(f"/channels/{channel}/archive", {}, ChannelRead)

    def unarchive(self, channel: str) -> ChannelRead:
        """Take a channel out of the archive."""
        return self._post(f"/channels/{channel}/unarchive", {}, ChannelRead)

    def invite(self, channel: str, user: str) -> ChannelRead:
        """Put a person, or the bot, into a channel."""
        return self._post(f"/channels/{channel}/invite", {"user": user}, ChannelRead)

    def kick(self, channel: str, user: str) -> ChannelRead:
        """Take a person, or the bot, out of a channel."""
        return self._post(f"/channels/{channel}/kick", {"user": user}, ChannelRead)

    def reset(self) -> None:
        """Back to the seed, without failures and traffic; the bot's addresses stay."""
        self._post("/reset", {}, Done)

    # acting

    def command(
        self, user: str, text: str = "", *, channel: str | None = None, command: str | None = None
    ) -> InteractionResult:
        """Type a slash command; the first of the app's where none is named."""
        body: JsonObject = {"user": user, "text": text, "channel": channel, "command": command}
        return self._post("/command", body, InteractionResult)

    def submit(
        self,
        view: ViewRead | str,
        user: str,
        values: Mapping[str, object] | None = None,
        *,
        skip_client_checks: bool = False,
        even_if_closed: bool = False,
    ) -> SubmitResult:
        """Fill the fields of a modal (action_id -> value, or block_id -> {action_id: value}) and submit it."""
        body = {
            "user": user,
            "values": dict(values or {}),
            "skip_client_checks": skip_client_checks,
            "even_if_closed": even_if_closed,
        }
        return self._post(f"/views/{_id_of(view)}/submit", body, SubmitResult)

    def close_view(self, view: ViewRead | str, user: str) -> InteractionResult:
        """Cancel a modal."""
        return self._post(f"/views/{_id_of(view)}/close", {"user": user}, InteractionResult)

    def press(
        self,
        user: str,
        action_id: str,
        *,
        block_id: str | None = None,
        value: str | list[str] | None = None,
        channel: str | None = None,
        ts: str | None = None,
        view_id: str | None = None,
        values: Mapping[str, object] | None = None,
    ) -> InteractionResult:
        """Use a button, menu or other element; see `PressRequest` for how it is found."""
        body: dict[str, object] = {
            "user": user,
            "action_id": action_id,
            "block_id": block_id,
            "value": value,
            "channel": channel,
            "ts": ts,
            "view_id": view_id,
            "values": dict(values or {}),
        }
        return self._post("/press", body, InteractionResult)

    def home(self, user: str) -> InteractionResult:
        """Open the home tab."""
        return self._post("/home", {"user": user}, InteractionResult)

    def shortcut(self, user: str, callback_id: str) -> InteractionResult:
        """Use a global shortcut."""
        return self._post("/shortcut", {"user": user, "callback_id": callback_id}, InteractionResult)

    def message_shortcut(self, user: str, channel: str, ts: str, callback_id: str) -> InteractionResult:
        """Use a message shortcut."""
        body: JsonObject = {"user": user, "channel": channel, "ts": ts, "callback_id": callback_id}
        return self._post("/message_shortcut", body, InteractionResult)

    def say(self, channel: str, user: str, text: str) -> MessageRead:
        """Write a message as a person."""
        return self._post(f"/channels/{channel}/say", {"user": user, "text": text}, MessageRead)

    # reading

    def messages(self, channel: str, *, user: str | None = None, ephemeral: bool = False) -> list[MessageRead]:
        """The messages of a channel, oldest first; with a user: as that person sees it."""
        query = {"user": user or "", "ephemeral": "1" if ephemeral else ""}
        wanted = {key: value for key, value in query.items() if value}
        return self._get(f"/channels/{channel}/messages", MessageList, wanted).messages

    def dm(self, user: str) -> list[MessageRead]:
        """The direct message of the bot and a person, oldest first."""
        return self._get(f"/users/{user}/messages", MessageList).messages

    def ephemeral(self, user: str) -> list[MessageRead]:
        """What only this person sees, oldest first."""
        return self._get(f"/users/{user}/ephemeral", MessageList).messages

    def views(self, user: str) -> list[ViewRead]:
        """The open modals of a person, the lowest first."""
        return self._get(f"/users/{user}/views", ViewList).views

    def home_view(self, user: str) -> ViewRead | None:
        """The home tab as it was published, without opening it."""
        return self._get(f"/users/{user}/views", ViewList).home

    def view(self, view_id: str) -> ViewRead:
        """One view, open or closed."""
        return self._get(f"/views/{view_id}", ViewRead)

    def traffic(self, since: int = 0) -> list[TrafficEntry]:
        """The requests to and from the bot after the entry with this number."""
        return self._get("/traffic", TrafficList, {"since": str(since)}).traffic

    # failures

    def fail(
        self,
        method: str,
        kind: FailureKind,
        *,
        error: str | None = None,
        retry_after: int = 1,
        times: int | None = 1,
        after: int = 0,
        when: Mapping[str, str] | None = None,
        before_or_after: Literal["before", "after"] = "before",
    ) -> None:
        """Order a failure; see `FailureRule`."""
        rule = FailureRule(
            method=method,
            kind=kind,
            error=error,
            retry_after=retry_after,
            times=times,
            after=after,
            when=dict(when or {}),
            before_or_after=before_or_after,
        )
        self._post("/failures", rule.model_dump(), FailureList)

    def failures(self) -> list[FailureRule]:
        """The failures that are still due."""
        return self._get("/failures", FailureList).failures

    def heal(self) -> None:
        """No more failures (the rate limit stays)."""
        self._read(self._http.delete("/failures"), FailureList)

    def rate_limit(self, messages_per_second: float | None) -> None:
        """So many messages a second a channel; None: no limit."""
        self._post("/rate_limit", {"messages_per_second": messages_per_second}, FailureList)

    # waiting

    def wait_for(self, probe: Callable[[], _Value | None], timeout: float = 10.0, *, what: str = "") -> _Value:
        """Ask `probe` until it gives something true, and return that.

        Raises `WaitTimeoutError` with a readable dump of messages and traffic after `timeout` seconds.
        """
        deadline = time.monotonic() + timeout
        pause = _SHORTEST_PAUSE
        while True:
            value = probe()
            if value:
                return value
            if time.monotonic() > deadline:
                raise WaitTimeoutError(f"{what or 'what was waited for'} did not come in {timeout} s\n{self.dump()}")
            time.sleep(pause)
            pause = min(1.5 * pause, _LONGEST_PAUSE)

    def dump(self, latest: int = 15) -> str:
        """The last messages of every channel and the last requests, to be read by a person."""
        lines: list[str] = []
        for channel in self.workspace().channels:
            lines.append(f"#{channel.name} ({channel.id}{', of ' + channel.im_user if channel.im_user else ''})")
            for message in self.messages(channel.id, ephemeral=True)[-latest:]:
                seen_by = f" (only {message.visible_to} sees it)" if message.visible_to else ""
                lines.append(f"  {message.ts} {message.user}{seen_by}: {message.rendered!r}")
        lines.append("requests")
        for entry in self.traffic()[-latest:]:
            answer = str(entry.answer)[:200]
            lines.append(f"  {entry.seq} {entry.direction} {entry.kind} {entry.status} {entry.ms:.0f} ms {answer}")
        lines.append(f"failures still due: {[rule.model_dump() for rule in self.failures()]}")
        return "\n".join(lines)

    # inside

    def _post(self, path: str, body: Mapping[str, object], shape: type[_Model]) -> _Model:
        return self._read(self._http.post(path, json=body), shape)

    def _get(self, path: str, shape: type[_Model], query: Mapping[str, str] | None = None) -> _Model:
        return self._read(self._http.get(path, params=dict(query or {})), shape)

    @staticmethod
    def _read(response: httpx.Response, shape: type[_Model]) -> _Model:
        if response.status_code == 200:
            return shape.model_validate_json(response.content)
        if response.headers.get("content-type", "").startswith("application/json"):
            raise ControlRefusedError(Refusal.model_validate_json(response.content).error)
        raise ControlRefusedError(f"HTTP {response.status_code}: {response.text[:500]}")


def _id_of(view: ViewRead | str) -> str:
    return view if isinstance(view, str) else view.id
