"""Slack: what is asked of it, and its errors told apart. How requests get there is the transport's business."""

import logging
import re
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple, Protocol, cast

from ossi.domain.message_ref import MessageRef
from ossi.ports import Message, Person
from ossi.runtime.https import ExchangeError, NotConnected
from ossi.slack.errors import TOKEN_CODES, FailureKind, PermanentSlackError, TransientSlackError, failure_of

_logger = logging.getLogger(__name__)

# The reading methods take forms, the writing ones JSON (Slack: "POST bodies").
_TAKING_FORMS = frozenset({"users.info", "conversations.members", "auth.test"})
_MEMBERS_KEPT_S = 60
_MEMBERS_PER_CALL = 1000
_MOST_PAGES = 20
_LONGEST_LIST_S = 2  # after that no further page is asked for: a person waits
_LONGEST_CURSOR = 1000  # characters
_EMAIL_MAX = 254  # characters (RFC 5321 and its erratum 1690)
_TOKEN = re.compile(r"[!-~]+", re.ASCII)  # what a header can carry


class SlackAnswer(NamedTuple):
    """headers: their names in lower case. data: the JSON object; empty where there was none. text: as it came, for what is no JSON."""

    status: int
    headers: Mapping[str, str]
    data: dict[str, Any]
    text: str = ""


class SlackTransport(Protocol):
    """The way to Slack. Both methods answer whatever Slack answers, and raise SlackError where there is no answer.

    An exchange takes no longer than the transport's time-out, and an answer is of 1 MB at most. No redirect is followed.
    """

    def call(self, method: str, token: str, arguments: dict[str, Any], *, as_form: bool) -> SlackAnswer:
        """Calls a method of the Web API, with a form or with JSON."""
        ...

    def send(self, response_url: str, body: dict[str, Any]) -> SlackAnswer:
        """Sends JSON to a response_url."""
        ...


class SlackChat:
    """ports.Chat.

    token: read when a call is made, so that no secret is fetched for a request that needs none. read_again: has the token read anew;
    called where Slack does not accept it, and a call whose token has changed since is made once more. seconds: a clock that never goes
    back.
    """

    def __init__(
        self,
        token: Callable[[], str],
        transport: SlackTransport,
        read_again: Callable[[], bool] = lambda: False,
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self._token = token
        self._transport = transport
        self._read_again = read_again
        self._seconds = seconds
        self._members: dict[str, tuple[float, frozenset[str]]] = {}

    def post(self, channel: str, message: Message) -> MessageRef | None:
        """See ports.Chat."""
        return _place_in(self._call("chat.postMessage", {"channel": channel, **_posted(message)}))

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
        if not 200 <= answer.status < 300 or answer.data.get("ok") is False:
            raise failure_of(answer.status, answer.headers, _code_in(answer.data) or answer.text.strip())

    def test_auth(self) -> None:
        """See ports.Chat (auth.test)."""
        self._call("auth.test", {})

    def user_name(self, user_id: str) -> str | None:
        """See ports.Chat (users.info)."""
        return self.person(user_id).name or None

    def person(self, user_id: str) -> Person:
        """See ports.Chat (users.info)."""
        from ossi.domain.names import person_name  # /ossi new needs no name

        user = _object(self._call("users.info", {"user": user_id}).get("user"))
        profile = _object(user.get("profile"))
        told: tuple[object, ...] = (user.get("real_name"), profile.get("real_name"), user.get("name"))
        email = profile.get("email")
        return Person(
            name=next((name for name in map(person_name, told) if name), ""),
            email=email if isinstance(email, str) and len(email) <= _EMAIL_MAX else "",
        )

    def is_member(self, channel: str, user_id: str) -> bool:
        """See ports.Chat (conversations.members).

        The members are kept for a minute, and so long someone who was removed may pass. Whoever isn't among them may have joined since:
        nobody is refused without asking Slack.
        """
        kept = self._members.get(channel)
        if kept is None or self._seconds() - kept[0] > _MEMBERS_KEPT_S or user_id not in kept[1]:
            kept = (self._seconds(), frozenset(self._all_members(channel)))
            self._members[channel] = kept
        return user_id in kept[1]

    def _all_members(self, channel: str) -> Iterator[str]:
        cursors, until = [""], time.monotonic() + _LONGEST_LIST_S
        while len(cursors) <= _MOST_PAGES:
            if time.monotonic() > until:
                raise TransientSlackError("list_timeout", kind=FailureKind.NOT_DONE)
            asked = {"channel": channel, "limit": _MEMBERS_PER_CALL, "cursor": cursors[-1]}
            page = self._call("conversations.members", asked)
            yield from (member for member in _list(page.get("members")) if isinstance(member, str))
            following = _object(page.get("response_metadata")).get("next_cursor") or ""
            if following == "":
                return
            if not isinstance(following, str) or len(following) > _LONGEST_CURSOR or following in cursors:
                break
            cursors.append(following)
        raise PermanentSlackError("endless_list")

    def _call(self, method: str, arguments: dict[str, Any]) -> dict[str, Any]:
        token = self._read_token()
        try:
            return self._call_with(token, method, arguments)
        except PermanentSlackError as error:
            if error.code not in TOKEN_CODES:
                raise
            self._read_again()
            fresh = self._read_token()
            if fresh == token:
                raise
        return self._call_with(fresh, method, arguments)

    def _read_token(self) -> str:
        """Without the token nothing is sent: whatever stands in its way, Slack has not heard of the request."""
        try:
            return self._token().strip()
        except Exception as error:  # AWS's refusal, a time-out, or a secret that is no secret of Ossi's
            _logger.exception("the bot token can't be read")
            raise TransientSlackError("no_token", kind=FailureKind.NOT_DONE) from error

    def _call_with(self, token: str, method: str, arguments: dict[str, Any]) -> dict[str, Any]:
        if not _TOKEN.fullmatch(token):  # http.client would say so in an exception that shows it
            raise PermanentSlackError("invalid_auth")
        answer = self._transport.call(method, token, arguments, as_form=method in _TAKING_FORMS)
        if not 200 <= answer.status < 300 or answer.data.get("ok") is not True:
            raise failure_of(answer.status, answer.headers, _code_in(answer.data))
        return answer.data


def _written(message: Message) -> dict[str, Any]:
    return {"text": message.text} | ({"blocks": list(message.blocks)} if message.blocks else {})


def _posted(message: Message) -> dict[str, Any]:
    return {**_written(message), "unfurl_links": False, "unfurl_media": False}


def _place_in(answer: dict[str, Any]) -> MessageRef | None:
    channel, ts = answer.get("channel"), answer.get("ts")
    try:
        return MessageRef(channel=cast("str", channel), ts=cast("str", ts)) if channel and ts else None
    except ValueError:
        return None


def _code_in(data: dict[str, Any]) -> str:
    error: object = data.get("error")
    return error if isinstance(error, str) else ""


def _object(value: object) -> dict[str, Any]:
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def _list(value: object) -> list[object]:
    return cast("list[object]", value) if isinstance(value, list) else []


def broken_exchange(error: ExchangeError) -> TransientSlackError:
    """What a transport raises where there is no answer."""
    unsent = isinstance(error, NotConnected)
    code = f"{'connect' if unsent else 'answer'}_timeout" if error.reason == "timeout" else error.reason
    return TransientSlackError(code, kind=FailureKind.NOT_DONE if unsent else FailureKind.AMBIGUOUS)
