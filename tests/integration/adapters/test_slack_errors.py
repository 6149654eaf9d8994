"""What Slack, or something on the way to it, may answer to a message: what passes is told from what lasts."""

import json
from collections.abc import Callable, Iterator

import pytest

from http_server import Handler, Server
from ossi.domain.message_ref import MessageRef
from ossi.ports import Message
from ossi.slack.client import SlackChat, SlackTransport
from ossi.slack.errors import PermanentSlackError, SlackError, TransientSlackError
from ossi.slack.http_transport import SlackHttp
from ossi.slack.sdk_transport import SlackSdk

Way = Callable[[str], SlackTransport]
WAYS: dict[str, Way] = {
    "http.client": lambda url: SlackHttp(url, 2),
    "slack_sdk": lambda url: SlackSdk(url, 2, retry_handlers=[]),
}


class _Anything(Handler):
    answered: tuple[int, bytes] = (200, b"")

    def respond(self) -> None:
        """Answers what it was told to."""
        self.body()
        self.answer(*type(self).answered)


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server(_Anything) as running:
        yield running


@pytest.fixture(params=list(WAYS.values()), ids=list(WAYS))
def way(request: pytest.FixtureRequest) -> Way:
    return request.param


def error_of(way: Way, server: Server, status: int, body: bytes) -> SlackError:
    """What posting and redrawing raise when that is the answer."""
    _Anything.answered = status, body
    chat = SlackChat(lambda: "xoxb-local", way(f"{server.url}/api/"))
    with pytest.raises(SlackError) as posting:
        chat.post("C0MANAGERS", Message("hello"))
    with pytest.raises(SlackError) as redrawing:
        chat.update(MessageRef(channel="C0MANAGERS", ts="1.0"), Message("hello"))
    assert (type(posting.value), posting.value.code) == (type(redrawing.value), redrawing.value.code)
    return posting.value


def refusal(code: str) -> bytes:
    return json.dumps({"ok": False, "error": code}).encode()


PASSING = [
    "ratelimited", "rate_limited", "message_limit_exceeded", "internal_error", "fatal_error", "update_failed",
    "service_unavailable", "request_timeout", "team_added_to_org", "org_login_required", "external_channel_migrating",
]  # fmt: skip
LASTING = [
    "channel_not_found", "not_in_channel", "is_archived", "user_not_found", "invalid_auth", "account_inactive",
    "token_revoked", "token_expired", "missing_scope", "invalid_blocks", "msg_too_long", "msg_blocks_too_long",
    "restricted_action", "message_not_found", "cant_update_message", "edit_window_closed", "ekm_access_denied",
    "an_error_of_tomorrow",
]  # fmt: skip


@pytest.mark.parametrize("code", PASSING)
def test_what_passes(way: Way, server: Server, code: str) -> None:
    error = error_of(way, server, 200, refusal(code))
    assert (type(error), error.code) == (TransientSlackError, code)


@pytest.mark.parametrize("code", LASTING)
def test_what_lasts(way: Way, server: Server, code: str) -> None:
    error = error_of(way, server, 200, refusal(code))
    assert (type(error), error.code) == (PermanentSlackError, code)


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
@pytest.mark.parametrize("body", [b"", b"<html>later</html>", refusal("channel_not_found")])
def test_a_status_that_says_later(way: Way, server: Server, status: int, body: bytes) -> None:
    assert type(error_of(way, server, status, body)) is TransientSlackError


@pytest.mark.parametrize(
    "body", [b"", b"<html>Please log in to our network, Aino</html>", b"[]", b"{}", b'{"ok": false}']
)
def test_a_good_status_that_is_not_slack_s_passes_and_its_words_stay_out_of_the_code(
    way: Way, server: Server, body: bytes
) -> None:
    error = error_of(way, server, 200, body)
    assert (type(error), error.code) == (TransientSlackError, "http_200")


def test_a_wrong_address_lasts(way: Way, server: Server) -> None:
    error = error_of(way, server, 404, b"<html>not here</html>")
    assert (type(error), error.code) == (PermanentSlackError, "http_404")


def test_nobody_there_passes(way: Way) -> None:
    chat = SlackChat(lambda: "xoxb-local", way("http://127.0.0.1:9/api/"))
    with pytest.raises(TransientSlackError):
        chat.post("C0MANAGERS", Message("hello"))
