"""What Slack, or something on the way to it, may answer to a message: what passes is told from what lasts."""

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

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


class _Anything(BaseHTTPRequestHandler):
    status, body = 200, b""

    def do_POST(self) -> None:
        """Answers what it was told to."""
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.send_response(type(self).status)
        self.send_header("Content-Length", str(len(type(self).body)))
        self.end_headers()
        self.wfile.write(type(self).body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 the base class's name
        """Says nothing."""


@pytest.fixture(scope="module")
def server() -> Iterator[ThreadingHTTPServer]:
    running = ThreadingHTTPServer(("127.0.0.1", 0), _Anything)
    thread = threading.Thread(target=running.serve_forever, args=(0.05,))
    thread.start()
    yield running
    running.shutdown()
    thread.join()
    running.server_close()


@pytest.fixture(params=list(WAYS.values()), ids=list(WAYS))
def way(request: pytest.FixtureRequest) -> Way:
    return request.param


def error_of(way: Way, server: ThreadingHTTPServer, status: int, body: bytes) -> SlackError:
    """What posting and redrawing raise when that is the answer."""
    _Anything.status, _Anything.body = status, body
    chat = SlackChat(lambda: "xoxb-local", way(f"http://127.0.0.1:{server.server_port}/api/"))
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
def test_what_passes(way: Way, server: ThreadingHTTPServer, code: str) -> None:
    error = error_of(way, server, 200, refusal(code))
    assert (type(error), error.code) == (TransientSlackError, code)


@pytest.mark.parametrize("code", LASTING)
def test_what_lasts(way: Way, server: ThreadingHTTPServer, code: str) -> None:
    error = error_of(way, server, 200, refusal(code))
    assert (type(error), error.code) == (PermanentSlackError, code)


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
@pytest.mark.parametrize("body", [b"", b"<html>later</html>", refusal("channel_not_found")])
def test_a_status_that_says_later(way: Way, server: ThreadingHTTPServer, status: int, body: bytes) -> None:
    assert type(error_of(way, server, status, body)) is TransientSlackError


@pytest.mark.parametrize(
    "body", [b"", b"<html>Please log in to our network, Aino</html>", b"[]", b"{}", b'{"ok": false}']
)
def test_a_good_status_that_is_not_slack_s_passes_and_its_words_stay_out_of_the_code(
    way: Way, server: ThreadingHTTPServer, body: bytes
) -> None:
    error = error_of(way, server, 200, body)
    assert (type(error), error.code) == (TransientSlackError, "http_200")


def test_a_wrong_address_lasts(way: Way, server: ThreadingHTTPServer) -> None:
    error = error_of(way, server, 404, b"<html>not here</html>")
    assert (type(error), error.code) == (PermanentSlackError, "http_404")


def test_nobody_there_passes(way: Way) -> None:
    chat = SlackChat(lambda: "xoxb-local", way("http://127.0.0.1:9/api/"))
    with pytest.raises(TransientSlackError):
        chat.post("C0MANAGERS", Message("hello"))
