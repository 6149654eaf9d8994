"""One call to Slack, one exchange: what both transports make of every kind of answer, and where a token and an answer never go."""

import json
import logging
import socket
import time
from collections.abc import Callable, Iterable
from itertools import chain, repeat
from types import SimpleNamespace
from typing import Any, Literal
from urllib.parse import parse_qs

import pytest

from integration.exchanges.servers import HANG_UP, Answer, Pieces, Reply, Request, ScriptedServer, black_hole, nobody
from ossi.domain.message_ref import MessageRef
from ossi.ports import Message, Person
from ossi.slack.client import SlackChat, SlackTransport
from ossi.slack.errors import FailureKind, PermanentSlackError, SlackError, TransientSlackError
from ossi.slack.http_transport import SlackHttp
from ossi.slack.sdk_transport import SlackSdk

Transport = Callable[[str, float], SlackTransport]
TRANSPORTS: dict[str, Transport] = {"http.client": SlackHttp, "slack_sdk": SlackSdk}
TOKEN = "xoxb-a-token-of-the-tests"
HELLO = Message("hello")
PLACE = MessageRef(channel="C0MANAGERS", ts="1.0")
PLAIN = b"HTTP/1.1 200 OK\r\n"
LONG_S = 20.0


@pytest.fixture(params=list(TRANSPORTS.values()), ids=list(TRANSPORTS))
def transport(request: pytest.FixtureRequest) -> Transport:
    return request.param


def chat_at(transport: Transport, url: str, timeout_s: float = LONG_S, token: str = TOKEN) -> SlackChat:
    return SlackChat(lambda: token, transport(f"{url}/api/", timeout_s))


def said(data: object, status: int = 200, *headers: str) -> Reply:
    return Reply(status, json.dumps(data).encode(), headers)


def error_at(transport: Transport, url: str, timeout_s: float = LONG_S) -> SlackError:
    """What posting raises there."""
    with pytest.raises(SlackError) as caught:
        chat_at(transport, url, timeout_s).post("C0MANAGERS", HELLO)
    return caught.value


def error_of(transport: Transport, answer: Answer, timeout_s: float = LONG_S) -> SlackError:
    """What posting raises when that is the answer. It was asked for once."""
    with ScriptedServer(answer) as server:
        error = error_at(transport, server.url, timeout_s)
        assert [request.line for request in server.requests] == ["POST /api/chat.postMessage HTTP/1.1"]
    return error


# what is asked for


def test_a_message_is_written_as_slack_reads_it(transport: Transport) -> None:
    with ScriptedServer(said({"ok": True, "channel": "C0MANAGERS", "ts": "1.0"})) as server:
        message = Message("Äiti & co", ({"type": "divider"},))
        assert chat_at(transport, server.url).post("C0MANAGERS", message) == PLACE
        (request,) = server.requests
    assert request.headers["authorization"] == f"Bearer {TOKEN}"
    assert request.headers["content-type"].replace(" ", "").lower() == "application/json;charset=utf-8"
    written = {"channel": "C0MANAGERS", "text": "Äiti & co", "blocks": [{"type": "divider"}]}
    assert json.loads(request.body) == {**written, "unfurl_links": False, "unfurl_media": False}


def test_a_question_is_written_as_slack_reads_it(transport: Transport) -> None:
    with ScriptedServer(said({"ok": True, "user": {"real_name": "Aino Lahti"}})) as server:
        assert chat_at(transport, server.url).user_name("U0AINO001") == "Aino Lahti"
        (request,) = server.requests
    assert request.headers["authorization"] == f"Bearer {TOKEN}"
    assert request.headers["content-type"] == "application/x-www-form-urlencoded"
    assert parse_qs(request.body.decode()) == {"user": ["U0AINO001"]}


@pytest.mark.parametrize("token", [f" {TOKEN}\n", f"\t{TOKEN}"])
def test_white_space_around_a_token_is_none_of_it(transport: Transport, token: str) -> None:
    with ScriptedServer(said({"ok": True})) as server:
        chat_at(transport, server.url, token=token).test_auth()
        assert server.requests[0].headers["authorization"] == f"Bearer {TOKEN}"


@pytest.mark.parametrize("token", ["", "xoxb one", "xoxb\none", "xoxb-ä", "xoxb-\x00"])
def test_a_token_that_cannot_be_one_is_not_sent_and_not_shown(transport: Transport, token: str) -> None:
    with ScriptedServer() as server, pytest.raises(PermanentSlackError, match=r"^invalid_auth$"):
        chat_at(transport, server.url, token=token).test_auth()
    assert server.requests == []


# ok is ok


@pytest.mark.parametrize(
    "answer",
    [
        {"ok": True},
        {"ok": True, "channel": "C0MANAGERS"},
        {"ok": True, "ts": "1.0"},
        {"ok": True, "channel": "", "ts": ""},
        {"ok": True, "channel": None, "ts": None},
        {"ok": True, "channel": {"id": "C0MANAGERS"}, "ts": 1.0},
        {"ok": True, "channel": "C" * 256, "ts": "1.0"},
        {"ok": True, "error": "channel_not_found", "warning": "superfluous_charset"},
    ],
)
def test_what_is_ok_was_sent_whatever_else_is_missing(transport: Transport, answer: dict[str, Any]) -> None:
    with ScriptedServer(said(answer)) as server:
        chat = chat_at(transport, server.url)
        assert chat.post("C0MANAGERS", HELLO) is None
        chat.update(PLACE, HELLO)
        chat.open_view("1.2", {})
        chat.test_auth()
        assert chat.user_name("U0AINO001") is None
        assert not chat.is_member("C0MANAGERS", "U0AINO001")


@pytest.mark.parametrize("status", [201, 202])
def test_another_good_status_is_as_good(transport: Transport, status: int) -> None:
    with ScriptedServer(said({"ok": True}, status)) as server:
        chat_at(transport, server.url).test_auth()


@pytest.mark.parametrize(
    "user",
    [
        None,
        [],
        "Aino",
        1,
        {"real_name": 1, "profile": [], "name": ["Aino"]},
        {"profile": "x"},
        {"real_name": " \x00"},
    ],
)
def test_a_name_that_is_none_is_none(transport: Transport, user: object) -> None:
    with ScriptedServer(said({"ok": True, "user": user})) as server:
        assert chat_at(transport, server.url).user_name("U0AINO001") is None


@pytest.mark.parametrize("email", [None, 1, [], {"a": "b"}, "a" * 255])
def test_an_address_that_is_none_is_none(transport: Transport, email: object) -> None:
    with ScriptedServer(said({"ok": True, "user": {"name": "aino", "profile": {"email": email}}})) as server:
        assert chat_at(transport, server.url).person("U0AINO001") == Person("aino")


@pytest.mark.parametrize(
    ("user", "name"),
    [
        ({"real_name": "  Aino\n Lahti\x07 "}, "Aino Lahti"),
        ({"real_name": "x" * 500_000}, "x" * 100),
        ({"real_name": "\x00", "profile": {"real_name": "Aino"}}, "Aino"),
        ({"real_name": "A\ud800ino 🚀"}, "A?ino 🚀"),
        ({"real_name": {"first": "Aino"}, "name": "aino"}, "aino"),
        ({"real_name": "Ai\u200dno 👩\u200d🚀"}, "Ai\u200dno 👩\u200d🚀"),
    ],
)
def test_a_name_is_kept_on_one_line_and_short(transport: Transport, user: object, name: str) -> None:
    with ScriptedServer(said({"ok": True, "user": user})) as server:
        assert chat_at(transport, server.url).user_name("U0AINO001") == name


# refusals; the whole table is in tests/unit/test_slack_failures.py


@pytest.mark.parametrize(
    ("answer", "code", "kind"),
    [
        (said({"ok": False, "error": "not_in_channel"}), "not_in_channel", FailureKind.REFUSED_FOR_GOOD),
        (said({"ok": False, "error": "fatal_error"}), "fatal_error", FailureKind.AMBIGUOUS),
        (said({"ok": False, "error": "service_unavailable"}), "service_unavailable", FailureKind.REFUSED_FOR_NOW),
        (said({"ok": False, "error": "is_archived"}, 500), "is_archived", FailureKind.REFUSED_FOR_GOOD),
        (Reply(404, b"<html>not here</html>"), "http_404", FailureKind.REFUSED_FOR_GOOD),
        (Reply(408), "http_408", FailureKind.REFUSED_FOR_NOW),
        (Reply(425, b""), "http_425", FailureKind.REFUSED_FOR_NOW),
        (Reply(503, b""), "http_503", FailureKind.AMBIGUOUS),
        (Reply(502, b"<html>later</html>"), "http_502", FailureKind.AMBIGUOUS),
        (said({"ok": True, "channel": "C0MANAGERS", "ts": "1.0"}, 500), "http_500", FailureKind.AMBIGUOUS),
        (said({"ok": True, "channel": "C0MANAGERS", "ts": "1.0"}, 302), "http_302", FailureKind.REFUSED_FOR_NOW),
    ],
)
def test_a_refusal(transport: Transport, answer: Reply, code: str, kind: FailureKind) -> None:
    error = error_of(transport, answer)
    assert (error.code, error.kind) == (code, kind)


@pytest.mark.parametrize(
    "body",
    [
        *(
            b"",
            b"{",
            b"null",
            b"[]",
            b"[1]",
            b'"ok"',
            b"1",
            b"{}",
            b'{"ok": false}',
            b'{"ok": null}',
            b'{"ok": "true"}',
            b'{"ok": 1}',
        ),
        *(b'{"ok": false, "error": null}', b'{"ok": false, "error": ["channel_not_found"]}', b'\xff\xfe{"ok": true}'),
        *(b"<html>Please log in to our network, Aino</html>", b'{"ok": false, "error": "Please log in, Aino"}'),
        b'{"a":' * 20_000,
    ],
    ids=lambda body: body[:40],
)
def test_a_strange_answer_is_ambiguous_and_its_words_are_kept_nowhere(
    transport: Transport, body: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    error = error_of(transport, Reply(body=body))
    assert (error.code, error.kind) == ("http_200", FailureKind.AMBIGUOUS)
    assert "Aino" not in f"{error!r}{caplog.text}"


def test_a_charset_that_does_not_exist_does_no_harm(transport: Transport) -> None:
    with ScriptedServer(said({"ok": True}, 200, "Content-Type: application/json; charset=klingon")) as server:
        chat_at(transport, server.url).test_auth()


@pytest.mark.parametrize("header", ["Retry-After: 7", "retry-after: 7", "RETRY-AFTER:7", "rEtRy-AfTeR:   7  "])
def test_a_limit_is_told_whatever_the_case_of_its_header(transport: Transport, header: str) -> None:
    error = error_of(transport, said({"ok": False, "error": "ratelimited"}, 429, header))
    assert (error.code, error.kind, error.retry_after_s) == ("ratelimited", FailureKind.LIMITED, 7)


# no answer


def test_nobody_there(transport: Transport) -> None:
    with nobody() as url:
        error = error_at(transport, url)
    assert (error.code, error.kind) == ("ConnectionRefusedError", FailureKind.NOT_DONE)


def test_a_name_that_leads_nowhere(transport: Transport) -> None:
    error = error_at(transport, "http://nobody.invalid")
    assert (error.code, error.kind) == ("gaierror", FailureKind.NOT_DONE)


def test_a_connection_that_is_not_made_in_time(transport: Transport) -> None:
    with black_hole() as url:
        error = error_at(transport, url, 0.2)
    assert (error.code, error.kind) == ("connect_timeout", FailureKind.NOT_DONE)


def test_a_server_that_has_no_tls(transport: Transport) -> None:
    with ScriptedServer(hangs_up="at once") as server:
        error = error_at(transport, server.url.replace("http:", "https:"))
    assert error.kind is FailureKind.NOT_DONE


@pytest.mark.parametrize("moment", ["at once", "after the head"])
def test_a_request_that_is_cut_off(transport: Transport, moment: Literal["at once", "after the head"]) -> None:
    with ScriptedServer(hangs_up=moment) as server:
        assert error_at(transport, server.url).kind is FailureKind.AMBIGUOUS


@pytest.mark.parametrize(
    "answer",
    [
        HANG_UP,
        Pieces([PLAIN]),
        Pieces([PLAIN + b"Content-Length: 100\r\n\r\n"]),
        Pieces([PLAIN + b"Content-Length: 100\r\n\r\n", b'{"ok": true}']),
        Pieces([PLAIN + b"Transfer-Encoding: chunked\r\n\r\nc\r\n", b'{"ok": true}']),
        Pieces([PLAIN + b"Content-Length: 100\r\n\r\n", b'{"ok": true}'], resets=True),
        Pieces([b"what?\r\n\r\n"]),
    ],
)
def test_an_answer_that_is_cut_off(transport: Transport, answer: Answer) -> None:
    assert error_of(transport, answer).kind is FailureKind.AMBIGUOUS


@pytest.mark.parametrize(
    ("first", "drop"),
    [
        (b"", b"x"),
        (PLAIN + b"X-Long: ", b"x"),
        (PLAIN + b"Content-Length: 3000\r\n\r\n", b" "),
        (PLAIN + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
        (PLAIN + b"\r\n", b" "),
    ],
)
def test_a_server_that_drips_is_left_at_the_deadline(transport: Transport, first: bytes, drop: bytes) -> None:
    """Each wait is short, and all of them would take a minute."""
    began = time.monotonic()
    error = error_of(transport, Pieces([first, *repeat(drop, 3_000)], every_s=0.02), 0.5)
    assert time.monotonic() - began < LONG_S
    assert (error.code, error.kind) == ("answer_timeout", FailureKind.AMBIGUOUS)


@pytest.mark.parametrize(
    "pieces",
    [
        lambda: [PLAIN + b"Content-Length: 1000001\r\n\r\n", b" " * 1_000_001],
        lambda: chain([PLAIN + b"\r\n"], repeat(b" " * 100_000)),
        lambda: chain([PLAIN + b"Transfer-Encoding: chunked\r\n\r\n"], repeat(b"186a0\r\n" + b" " * 100_000 + b"\r\n")),
    ],
    ids=["told before", "never told", "in chunks"],
)
def test_an_answer_that_is_too_long(transport: Transport, pieces: Callable[[], Iterable[bytes]]) -> None:
    error = error_of(transport, Pieces(pieces()))
    assert (error.code, error.kind) == ("AnswerTooLong", FailureKind.AMBIGUOUS)


# once, and to nobody else


@pytest.mark.parametrize(
    "answer",
    [
        said({"ok": False, "error": "ratelimited"}, 429, "Retry-After: 0"),
        Reply(500),
        Reply(503, b""),
        said({"ok": False, "error": "internal_error"}),
        HANG_UP,
    ],
)
def test_a_message_is_asked_for_once_also_by_a_kept_connection(transport: Transport, answer: Answer) -> None:
    with ScriptedServer(said({"ok": True}), answer) as server:
        chat = chat_at(transport, server.url)
        chat.test_auth()
        with pytest.raises(TransientSlackError):
            chat.post("C0MANAGERS", HELLO)
        assert [(request.connection, request.line.split()[1]) for request in server.requests] == [
            (1, "/api/auth.test"),
            (1, "/api/chat.postMessage"),
        ]


def test_a_question_that_a_kept_connection_lost_is_asked_again(transport: Transport) -> None:
    with ScriptedServer(said({"ok": True}), HANG_UP, said({"ok": True})) as server:
        chat = chat_at(transport, server.url)
        chat.test_auth()
        chat.test_auth()
        assert [request.connection for request in server.requests] == [1, 1, 2]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_takes_nothing_elsewhere(transport: Transport, status: int) -> None:
    with ScriptedServer(said({"ok": True, "channel": "C0OTHERS", "ts": "2.0"})) as elsewhere:
        redirect = Reply(status, b"", (f"Location: {elsewhere.url}/api/chat.postMessage",))
        with ScriptedServer(redirect) as server:
            chat = chat_at(transport, server.url)
            for call in (
                lambda: chat.post("C0MANAGERS", HELLO),
                lambda: chat.user_name("U0AINO001"),
                lambda: chat.respond(f"{server.url}/response", HELLO),
            ):
                with pytest.raises(TransientSlackError) as caught:
                    call()
                assert (caught.value.code, caught.value.kind) == (f"http_{status}", FailureKind.REFUSED_FOR_NOW)
            assert len(server.requests) == 3
        assert not elsewhere.accepted.acquire(blocking=False), "neither token nor message arrives"


def test_proxies_of_the_environment_are_not_used(transport: Transport, monkeypatch: pytest.MonkeyPatch) -> None:
    with ScriptedServer() as proxy, ScriptedServer(said({"ok": True})) as server:
        for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        chat = chat_at(transport, server.url)
        chat.test_auth()
        chat.respond(f"{server.url}/response", HELLO)
        assert len(server.requests) == 2
        assert not proxy.accepted.acquire(blocking=False)


def test_a_token_is_in_no_error_and_no_log(transport: Transport, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    shown = [repr(error_of(transport, answer)) for answer in (HANG_UP, Reply(500), said({"ok": False, "error": "x"}))]
    assert TOKEN not in f"{shown}{caplog.text}"


# an answer to a person


def test_an_answer_carries_no_token(transport: Transport) -> None:
    with ScriptedServer(Reply(body=b"ok")) as server:
        chat_at(transport, server.url).respond(f"{server.url}/response?a=b", HELLO, replace_original=True)
        (request,) = server.requests
    assert request.line == "POST /response?a=b HTTP/1.1"
    assert TOKEN not in str(request.headers)
    assert json.loads(request.body) == {"response_type": "ephemeral", "replace_original": True, "text": "hello"}


@pytest.mark.parametrize(
    ("answer", "code", "kind"),
    [
        (Reply(404, b"used_url"), "used_url", FailureKind.REFUSED_FOR_GOOD),
        (said({"ok": False, "error": "expired_url"}, 404), "expired_url", FailureKind.REFUSED_FOR_GOOD),
        (said({"ok": False, "error": "invalid_blocks"}), "invalid_blocks", FailureKind.REFUSED_FOR_GOOD),
        (Reply(500, b"<html>later</html>"), "http_500", FailureKind.AMBIGUOUS),
        (Reply(429, b"", ("Retry-After: 3",)), "http_429", FailureKind.LIMITED),
        (HANG_UP, "RemoteDisconnected", FailureKind.AMBIGUOUS),
    ],
)
def test_an_answer_that_slack_does_not_take(transport: Transport, answer: Answer, code: str, kind: FailureKind) -> None:
    with ScriptedServer(answer) as server:
        with pytest.raises(SlackError) as caught:
            chat_at(transport, server.url).respond(f"{server.url}/response", HELLO)
        assert len(server.requests) == 1
    assert (caught.value.code, caught.value.kind) == (code, kind)


@pytest.mark.parametrize(
    "url",
    [
        *(
            "",
            "hello",
            "/response",
            "http://hooks.slack.com/actions/1",
            "ftp://hooks.slack.com/1",
            "https://slack.com/api/chat.delete",
        ),
        *("https://hooks.slack.com:8443/1", "https://hooks.slack.com.example/1", "https://example.com/hooks.slack.com"),
        *(
            "https://hooks.slack.com@example.com/1",
            "https://someone@hooks.slack.com/1",
            "https://hooks.slack.com:port/1",
        ),
        *(
            "https://hooks.slack.com/ 1",
            "https://hooks.slack.com/\u00e4",
            "https://[",
            "https://example.com\\@hooks.slack.com/1",
        ),
        *("http://169.254.169.254/latest", "http://127.0.0.1:9/response", "https://hooks.slack.com./1"),
    ],
)
def test_an_answer_goes_to_no_other_host(transport: Transport, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = lookups(monkeypatch)
    with pytest.raises(PermanentSlackError, match=r"^unusable_response_url$"):
        chat_at(transport, "https://slack.com").respond(url, HELLO)
    assert asked == []


@pytest.mark.parametrize(
    ("api", "url", "host"),
    [
        ("https://slack.com", "https://hooks.slack.com/actions/1", "hooks.slack.com"),
        ("https://slack.com", "https://HOOKS.slack.com:443/actions/1?a=b", "hooks.slack.com"),
        ("https://SLACK.com", "https://hooks.slack.com/actions/1", "hooks.slack.com"),
        ("https://company.slack.com", "https://hooks.slack.com/actions/1", "hooks.slack.com"),
        ("https://slack-gov.com", "https://hooks.slack-gov.com/actions/1", "hooks.slack-gov.com"),
    ],
)
def test_an_answer_goes_to_slack(
    transport: Transport, api: str, url: str, host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = lookups(monkeypatch)
    with pytest.raises(TransientSlackError, match=r"^gaierror$"):
        chat_at(transport, api).respond(url, HELLO)
    assert asked == [(host, 443)]


@pytest.mark.parametrize(
    ("api", "url"),
    [
        ("https://company.slack.com", "https://company.slack.com/response"),
        ("https://slack-gov.com", "https://hooks.slack.com/actions/1"),
        ("https://slack.com", "https://hooks.slack-gov.com/actions/1"),
        ("https://notslack.com", "https://hooks.notslack.com/actions/1"),
        ("https://slack.example", "http://slack.example/response"),
    ],
)
def test_an_answer_goes_to_no_host_of_another_slack_and_nowhere_with_less_protection_than_the_token(
    transport: Transport, api: str, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = lookups(monkeypatch)
    with pytest.raises(PermanentSlackError, match=r"^unusable_response_url$"):
        chat_at(transport, api).respond(url, HELLO)
    assert asked == []


@pytest.mark.parametrize(
    "url", ["https://hooks.slack.com/actions/1", "http://localhost:9/response", "http://127.0.0.2:9/"]
)
def test_an_answer_goes_to_no_other_host_than_a_local_slack_s(
    transport: Transport, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = lookups(monkeypatch)
    with pytest.raises(PermanentSlackError, match=r"^unusable_response_url$"):
        chat_at(transport, "http://127.0.0.1:9").respond(url, HELLO)
    assert asked == []


def lookups(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """Which names are looked up from now on; none of them leads anywhere."""
    asked: list[tuple[str, int]] = []

    def look_up(host: str, port: int, *_: object, **__: object) -> list[Any]:
        asked.append((host, port))
        raise socket.gaierror(socket.EAI_NONAME, "no name")

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return asked


# pages


def page(members: object, cursor: object = "") -> Reply:
    return said({"ok": True, "members": members, "response_metadata": {"next_cursor": cursor}})


def cursors(server: ScriptedServer) -> list[str]:
    bodies = [parse_qs(request.body.decode(), keep_blank_values=True) for request in server.requests]
    return [body["cursor"][0] for body in bodies]


def test_a_list_is_read_to_its_end_and_kept(transport: Transport) -> None:
    with ScriptedServer(page(["U1", "U2"], "a"), page([], "b"), page(["U3"])) as server:
        chat = chat_at(transport, server.url)
        assert [chat.is_member("C0MANAGERS", user) for user in ("U1", "U3")] == [True, True]
        assert cursors(server) == ["", "a", "b"]


@pytest.mark.parametrize(
    ("pages", "asked"),
    [
        ([page(["U1"], "a")], ["", "a"]),
        ([page(["U1"], "a"), page(["U2"], "b"), page(["U3"], "a")], ["", "a", "b"]),
    ],
)
def test_a_list_that_goes_in_circles_is_an_error(transport: Transport, pages: list[Reply], asked: list[str]) -> None:
    with ScriptedServer(*pages) as server:
        with pytest.raises(PermanentSlackError, match=r"^endless_list$"):
            chat_at(transport, server.url).is_member("C0MANAGERS", "U1")
        assert cursors(server) == asked


def test_half_a_character_of_an_answer_becomes_a_question_mark(transport: Transport) -> None:
    with ScriptedServer(said({"ok": True, "channel": "C0\ud800", "ts": "1.0\udfff"})) as server:
        assert chat_at(transport, server.url).post("C0MANAGERS", HELLO) == MessageRef(channel="C0?", ts="1.0?")
    with ScriptedServer(page(["U1"], "\ud800"), page(["U2"])) as server:
        assert chat_at(transport, server.url).is_member("C0MANAGERS", "U2")
        assert cursors(server) == ["", "?"]


@pytest.mark.parametrize("cursor", [7, True, ["a"], {"a": "b"}, "x" * 1001])
def test_a_place_to_go_on_that_can_be_none_is_an_error(transport: Transport, cursor: object) -> None:
    with ScriptedServer(page(["U1"], cursor)) as server:
        with pytest.raises(PermanentSlackError, match=r"^endless_list$"):
            chat_at(transport, server.url).is_member("C0MANAGERS", "U1")
        assert cursors(server) == [""]


def test_a_list_that_comes_too_slowly_is_left(transport: Transport, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each page comes in time, and all of them would take a minute."""
    passed = [0.0]
    monkeypatch.setattr("ossi.slack.client.time", SimpleNamespace(monotonic=lambda: passed[0]))

    def another(request: Request) -> Reply:
        passed[0] += 0.5
        cursor = parse_qs(request.body.decode()).get("cursor", ["0"])[0]
        return page(["U1"], str(int(cursor) + 1))

    with ScriptedServer(another) as server:
        with pytest.raises(TransientSlackError, match=r"^list_timeout$"):
            chat_at(transport, server.url).is_member("C0MANAGERS", "U1")
        assert len(server.requests) == 5


def test_a_list_without_end_is_left_after_twenty_pages(transport: Transport, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ossi.slack.client.time", SimpleNamespace(monotonic=lambda: 0.0))

    def another(request: Request) -> Reply:
        cursor = parse_qs(request.body.decode()).get("cursor", ["0"])[0]
        return page(["U1"], str(int(cursor) + 1))

    with ScriptedServer(another) as server:
        with pytest.raises(PermanentSlackError, match=r"^endless_list$"):
            chat_at(transport, server.url).is_member("C0MANAGERS", "U1")
        assert cursors(server) == ["", *(str(number) for number in range(1, 20))]


@pytest.mark.parametrize(
    "answer",
    [
        {"members": "U1"},
        {"members": {"U1": True}},
        {"members": [["U1"], {"id": "U1"}, 1, None]},
        {"response_metadata": "U1"},
        {"members": ["U2"], "response_metadata": {"next_cursor": None}},
    ],
)
def test_a_list_that_is_none_has_no_members(transport: Transport, answer: dict[str, Any]) -> None:
    with ScriptedServer(said({"ok": True, **answer})) as server:
        assert not chat_at(transport, server.url).is_member("C0MANAGERS", "U1")
