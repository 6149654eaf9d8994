"""Slack through slack_sdk's WebClient, its errors told apart."""

import re
import time
from collections.abc import Callable, Mapping
from http.client import HTTPException
from typing import Any, cast

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackRequestError
from slack_sdk.http_retry import HttpRequest, HttpResponse, RetryHandler, RetryState
from slack_sdk.http_retry.builtin_handlers import RateLimitErrorRetryHandler, ServerErrorRetryHandler
from slack_sdk.web import SlackResponse
from slack_sdk.webhook import WebhookClient

from ossi.domain.contribution import MessageRef
from ossi.domain.errors import ChatError, LastingChatError, PassingChatError
from ossi.ports import Message

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
_MEMBERS_KEPT_S = 300
_MEMBERS_PER_CALL = 1000


class BoundedRateLimitHandler(RateLimitErrorRetryHandler):
    """Waits as long as Slack's Retry-After says, but never for longer than longest_wait_s seconds."""

    def __init__(self, max_retry_count: int, longest_wait_s: int) -> None:
        super().__init__(max_retry_count=max_retry_count)
        self._longest_wait_s = longest_wait_s

    def _can_retry(
        self,
        *,
        state: RetryState,
        request: HttpRequest,
        response: HttpResponse | None = None,
        error: Exception | None = None,
    ) -> bool:
        if response is None or not super()._can_retry(state=state, request=request, response=response, error=error):
            return False
        values = [value for name, value in response.headers.items() if name.lower() == "retry-after"]
        wait_s = values[0][0] if values else "1"
        return wait_s.isdigit() and int(wait_s) <= self._longest_wait_s


class SlackChat:
    """ports.Chat.

    token: read when a call is made, so that no secret is fetched for a request that needs none. timeout_s: of one HTTP call.
    patient: wait and try again within the call (the functions that nobody waits for); otherwise the first error is raised.
    read_again: has the token read anew; called where Slack does not accept it, and a call whose token has changed since is made
    once more.
    """

    def __init__(
        self,
        token: Callable[[], str],
        base_url: str,
        timeout_s: int,
        *,
        patient: bool,
        read_again: Callable[[], bool] = lambda: False,
    ) -> None:
        self._token = token
        self._read_again = read_again
        self._base_url = base_url
        self._timeout_s = timeout_s
        # A connection that broke is not tried again here: Slack may have the message already.
        self._retry_handlers: list[RetryHandler] = (
            [BoundedRateLimitHandler(max_retry_count=3, longest_wait_s=5), ServerErrorRetryHandler(max_retry_count=2)]
            if patient
            else []
        )
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
        webhook = WebhookClient(response_url, timeout=self._timeout_s, retry_handlers=self._retry_handlers)
        body = {"response_type": "ephemeral", "replace_original": replace_original, **_written(message)}
        try:
            answer = webhook.send_dict(body)
        except (OSError, HTTPException) as error:
            raise PassingChatError(_name_of(error)) from error
        except ValueError as error:
            raise LastingChatError("unusable_response_url") from error
        if answer.status_code != 200:
            raise _chat_error(answer.body.strip(), answer.status_code)

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
        except LastingChatError as error:
            if error.code not in TOKEN_CODES:
                raise
            self._read_again()
            fresh = self._token()
            if fresh == token:
                raise
        return self._call_with(fresh, method, arguments)

    def _call_with(self, token: str, method: str, arguments: dict[str, Any]) -> dict[str, Any]:
        client = WebClient(
            token=token, base_url=self._base_url, timeout=self._timeout_s, retry_handlers=self._retry_handlers
        )
        reading = method in {"users.info", "conversations.members"}
        try:
            # The reading methods take forms, the writing ones JSON (Slack: "POST bodies").
            answer = client.api_call(method, params=arguments) if reading else client.api_call(method, json=arguments)
        except SlackApiError as error:
            refusal = cast("SlackResponse", error.response)
            data = _data(refusal)
            headers = cast("dict[str, str]", refusal.headers)
            raise _chat_error(str(data.get("error") or ""), cast("int", refusal.status_code), headers) from error
        except (OSError, HTTPException, SlackRequestError) as error:
            raise PassingChatError(_name_of(error)) from error
        return _data(answer)


def _data(answer: SlackResponse) -> dict[str, Any]:
    return cast("dict[str, Any]", answer.data) if isinstance(answer.data, dict) else {}


def _written(message: Message) -> dict[str, Any]:
    return {"text": message.text} | ({"blocks": list(message.blocks)} if message.blocks else {})


def _posted(message: Message) -> dict[str, Any]:
    return {**_written(message), "unfurl_links": False, "unfurl_media": False}


def _chat_error(said: str, status: int, headers: Mapping[str, str] | None = None) -> ChatError:
    # A proxy on the way, or an answer to a response_url, may say anything: only what looks like a code goes into logs.
    code = said if _CODE.fullmatch(said) else f"http_{status}"
    # A good status with a bad body is not Slack's: something on the way answered in its place.
    passing = code in PASSING_CODES or status == 429 or status >= 500 or (status < 300 and code != said)
    return PassingChatError(code, _retry_after_s(status, headers or {})) if passing else LastingChatError(code)


def _retry_after_s(status: int, headers: Mapping[str, str]) -> float | None:
    if status >= 500:
        return _TROUBLE_S
    said = next((value for name, value in headers.items() if name.lower() == "retry-after"), "")
    if status != 429:
        return None
    return float(said) if said.isdecimal() and said.isascii() else _TROUBLE_S


def _name_of(error: Exception) -> str:
    return "request_timeout" if isinstance(error, TimeoutError) else type(error).__name__
