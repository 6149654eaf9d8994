"""Slack: what is asked of it, and its errors told apart. How requests get there is the transport's business."""

import re
import time
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, Protocol

from ossi.domain.message_ref import MessageRef
from ossi.ports import Message
from ossi.slack.errors import PermanentSlackError, SlackError, TransientSlackError

# Slack's documentation of the errors of chat.postMessage, chat.update and views.open: these say "later" (too much, Slack's own
# trouble, a workspace or channel that is being moved), everything else says "not like this" or "not before somebody does something".
PASSING_CODES = frozenset(
    {
        *("ratelimited", "rate_limited", "message_limit_exceeded"),
        *("internal_error", "fatal_error", "update_failed", "service_unavailable", "request_timeout"),
        *("team_added_to_org", "org_login_required", "external_channel_migrating"),
    }
)
# These say that the token is not, or no longer, good: perhaps it was rotated a moment ago.
TOKEN_CODES = frozenset({"invalid_auth", "token_revoked", "token_expired", "account_inactive", "not_authed"})
# After a 5xx, or a 429 that does not say for how long.
_TROUBLE_S = 1.0
_CODE = re.compile(r"[A-Za-z0-9_.-]{1,80}", re.ASCII)
# The reading methods take forms, the writing ones JSON (Slack: "POST bodies").
_TAKING_FORMS = frozenset({"users.info", "conversations.members"})
_MEMBERS_KEPT_S = 300
_MEMBERS_PER_CALL = 1000


class SlackAnswer(NamedTuple):
    """headers: their names in lower case. data: the JSON object; empty where there was none. text: as it came, for what is no JSON."""

    status: int
    headers: Mapping[str, str]
    data: dict[str, Any]
    text: str = ""


class SlackTransport(Protocol):
    """The way to Slack. Both methods answer whatever Slack answers, and raise SlackError where there is no answer."""

    def call(self, method: str, token: str, arguments: dict[str, Any], *, as_form: bool) -> SlackAnswer:
        """Calls a method of the Web API, with a form or with JSON."""
        ...

    def send(self, response_url: str, body: dict[str, Any]) -> SlackAnswer:
        """Sends JSON to a response_url."""
        ...


class SlackChat:
    """ports.Chat.

    token: read when a call is made, so that no secret is fetched for a request that needs none. read_again: has the token read anew;
    called where Slack does not accept it, and a call whose token has changed since is made once more.
    """

    def __init__(
        self, token: Callable[[], str], transport: SlackTransport, read_again: Callable[[], bool] = lambda: False
    ) -> None:
        self._token = token
        self._transport = transport
        self._read_again = read_again
        self._members: dict[str, tuple[float, frozenset[str]]] = {}

    def post(self, channel: str, message: Message) -> MessageRef:
        """See ports.Chat."""
        answer = self._call("chat.postMessage", {"channel": channel, **_posted(message)})
        return MessageRef(channel=str(answer["channel"]), ts=str(answer["ts"]))

    def update(self, ref: MessageRef, message: Message) -> None:
        """See ports.Chat."""
        self._call("chat.update", {"channel": ref.channel, "ts": ref.ts, **_written(message)})

    def open_view(self, trigger_id: str, view: dict[str, Any]) -> None:
        """See ports.Chat."""
        self._call("views.open", {"trigger_id": trigger_id, "view": view})

    def respond(self, response_url: str, message: Message, *, replace_original: bool = False) -> None:
        """See ports.Chat."""
        body = {"response_type": "ephemeral", "replace_original": replace_original, **_written(message)}
        answer = self._transport.send(response_url, body)
        if answer.status != 200:
            raise _chat_error(answer.text.strip(), answer.status, answer.headers)

    def user_name(self, user_id: str) -> str | None:
        """See ports.Chat (users.info)."""
        user: dict[str, Any] = self._call("users.info", {"user": user_id}).get("user") or {}
        profile: dict[str, Any] = user.get("profile") or {}
        return user.get("real_name") or profile.get("real_name") or user.get("name")

    def is_member(self, channel: str, user_id: str) -> bool:
        """See ports.Chat (conversations.members). The members are kept for five minutes."""
        kept = self._members.get(channel)
        if kept is None or time.monotonic() - kept[0] > _MEMBERS_KEPT_S:
            kept = (time.monotonic(), frozenset(self._all_members(channel)))
            self._members[channel] = kept
        return user_id in kept[1]

    def _all_members(self, channel: str) -> list[str]:
        members: list[str] = []
        cursor = ""
        while True:
            page = self._call(
                "conversations.members", {"channel": channel, "limit": _MEMBERS_PER_CALL, "cursor": cursor}
            )
            members += page.get("members") or []
            metadata: dict[str, Any] = page.get("response_metadata") or {}
            cursor = str(metadata.get("next_cursor") or "")
            if not cursor:
                return members

    def _call(self, method: str, arguments: dict[str, Any]) -> dict[str, Any]:
        token = self._token()
        try:
            return self._call_with(token, method, arguments)
        except PermanentSlackError as error:
            if error.code not in TOKEN_CODES:
                raise
            self._read_again()
            fresh = self._token()
            if fresh == token:
                raise
        return self._call_with(fresh, method, arguments)

    def _call_with(self, token: str, method: str, arguments: dict[str, Any]) -> dict[str, Any]:
        answer = self._transport.call(method, token, arguments, as_form=method in _TAKING_FORMS)
        if answer.status != 200 or answer.data.get("ok") is not True:
            raise _chat_error(str(answer.data.get("error") or ""), answer.status, answer.headers)
        return answer.data


def _written(message: Message) -> dict[str, Any]:
    return {"text": message.text} | ({"blocks": list(message.blocks)} if message.blocks else {})


def _posted(message: Message) -> dict[str, Any]:
    return {**_written(message), "unfurl_links": False, "unfurl_media": False}


def _chat_error(said: str, status: int, headers: Mapping[str, str]) -> SlackError:
    # A proxy on the way, or an answer to a response_url, may say anything: only what looks like a code goes into logs.
    code = said if _CODE.fullmatch(said) else f"http_{status}"
    # A good status with a bad body is not Slack's: something on the way answered in its place.
    passing = code in PASSING_CODES or status == 429 or status >= 500 or (status < 300 and code != said)
    if not passing:
        return PermanentSlackError(code)
    return TransientSlackError(code, _retry_after_s(status, headers), limited=status == 429)


def _retry_after_s(status: int, headers: Mapping[str, str]) -> float | None:
    if status >= 500:
        return _TROUBLE_S
    said = headers.get("retry-after", "")
    if status != 429:
        return None
    return float(said) if said.isdecimal() and said.isascii() else _TROUBLE_S


def broken_connection(error: Exception) -> TransientSlackError:
    """What a transport raises where a connection was not made, broke, or was too slow."""
    return TransientSlackError("request_timeout" if isinstance(error, TimeoutError) else type(error).__name__)
