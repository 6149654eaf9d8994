"""Requests over kept connections: what is kept, what is sent again, and what is told."""

import socket
import ssl
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from itertools import chain, repeat
from pathlib import Path
from typing import Any

import pytest
import trustme

from integration.exchanges.servers import HANG_UP, Pieces, Reply, ScriptedServer, black_hole, nobody
from ossi.runtime import https
from ossi.runtime.https import HttpClient, NoAnswer, NotConnected


def client_of(server: ScriptedServer, timeout_s: float = 5) -> HttpClient:
    return HttpClient(server.url, timeout_s=timeout_s)


def post(client: HttpClient, body: bytes = b"a", *, repeatable: bool = True) -> int:
    return client.post("/path", body, {"X-Test": "yes"}, repeatable=repeatable).status


def test_a_request_and_its_answer() -> None:
    with ScriptedServer(Reply(201, b"made", ("X-Answer: Yes",))) as server:
        answer = client_of(server).post("/a/b?c=d", b"body", {"X-Test": "yes"}, repeatable=True)
        (request,) = server.requests
    assert (request.line, request.body, request.headers["x-test"]) == ("POST /a/b?c=d HTTP/1.1", b"body", "yes")
    assert (answer.status, answer.body, answer.headers["x-answer"]) == (201, b"made", "Yes")


def test_a_connection_is_kept() -> None:
    with ScriptedServer() as server:
        client = client_of(server)
        assert [post(client) for _ in range(3)] == [200, 200, 200]
        assert [request.connection for request in server.requests] == [1, 1, 1]


@pytest.mark.parametrize("reply", [Reply(closes=True), Reply(headers=("Connection: close",), closes=True)])
def test_a_connection_that_was_closed_meanwhile_is_not_used(reply: Reply) -> None:
    with ScriptedServer(reply) as server:
        client = client_of(server)
        for number in (1, 2, 3):
            assert post(client, repeatable=False) == 200
            assert server.closed.acquire(timeout=10)
            assert server.requests[-1].connection == number


def test_a_connection_that_has_been_idle_for_long_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    with ScriptedServer() as server:
        client = client_of(server)
        post(client)
        now = time.time() + 31
        monkeypatch.setattr(time, "time", lambda: now)
        post(client)
        assert [request.connection for request in server.requests] == [1, 2]


def test_what_a_kept_connection_lost_is_sent_once_more_on_a_new_one() -> None:
    with ScriptedServer(Reply(), HANG_UP, Reply()) as server:
        client = client_of(server)
        assert [post(client), post(client)] == [200, 200]
        assert [request.connection for request in server.requests] == [1, 1, 2]


def test_what_may_not_be_done_twice_is_not_sent_again() -> None:
    with ScriptedServer(Reply(), HANG_UP) as server:
        client = client_of(server)
        post(client)
        with pytest.raises(NoAnswer, match="RemoteDisconnected"):
            post(client, repeatable=False)
        assert len(server.requests) == 2


def test_a_new_connection_that_breaks_is_an_error_at_once() -> None:
    with ScriptedServer(HANG_UP) as server:
        with pytest.raises(NoAnswer, match="RemoteDisconnected"):
            post(client_of(server))
        assert len(server.requests) == 1


def test_an_answer_that_does_not_come_is_a_time_out_and_its_connection_is_given_up() -> None:
    let_go = threading.Event()

    def late(_request: object) -> Reply:
        let_go.wait(30)
        return Reply()

    with ScriptedServer(late, Reply()) as server:
        client = client_of(server, timeout_s=0.05)
        with pytest.raises(NoAnswer, match="timeout"):
            post(client)
        let_go.set()
        slower = client_of(server)
        assert post(slower) == 200
        assert server.requests[-1].connection == 2


def test_a_connection_that_was_opened_ahead_serves_the_first_request() -> None:
    with ScriptedServer() as server:
        client = client_of(server)
        client.connect_ahead()
        assert server.accepted.acquire(timeout=10)
        assert post(client) == 200
        assert [request.connection for request in server.requests] == [1]


def test_a_connection_that_was_opened_ahead_and_breaks_is_an_error_at_once() -> None:
    with ScriptedServer(HANG_UP) as server:
        client = client_of(server)
        client.connect_ahead()
        with pytest.raises(NoAnswer, match="RemoteDisconnected"):
            post(client)
        assert len(server.requests) == 1


def test_a_connection_that_could_not_be_opened_ahead_is_tried_again_when_it_is_needed() -> None:
    with nobody() as url:
        client = HttpClient(url, timeout_s=5)
        client.connect_ahead()
        with pytest.raises(NotConnected, match="ConnectionRefusedError"):
            post(client)


@pytest.fixture
def server_tls(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> ssl.SSLContext:
    """A server's side of TLS, whose authority the client trusts."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "authority.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
    monkeypatch.setattr(https, "tls", ssl.create_default_context)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    return context


def test_a_tls_connection_is_kept_and_may_be_opened_ahead(server_tls: ssl.SSLContext) -> None:
    """What TLS 1.3 sends by itself after its handshake is not taken for the end of the connection."""
    with ScriptedServer(tls=server_tls) as server:
        client = client_of(server)
        client.connect_ahead()
        assert [post(client), post(client)] == [200, 200]
        assert [request.connection for request in server.requests] == [1, 1]
        client.close()


def test_a_tls_connection_that_was_closed_meanwhile_is_not_used(server_tls: ssl.SSLContext) -> None:
    with ScriptedServer(Reply(closes=True), tls=server_tls) as server:
        client = client_of(server)
        for number in (1, 2):
            assert post(client, repeatable=False) == 200
            assert server.closed.acquire(timeout=10)
            assert server.requests[-1].connection == number


def test_a_server_that_nobody_vouches_for_is_refused(
    server_tls: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    with ScriptedServer(tls=server_tls) as server:
        with pytest.raises(NotConnected, match="SSLCertVerificationError"):
            post(client_of(server))
        assert server.requests == []


def test_threads_have_a_connection_each() -> None:
    together = threading.Barrier(4)

    def when_all_are_there(_request: object) -> Reply:
        together.wait(10)
        return Reply()

    with ScriptedServer(when_all_are_there) as server:
        client = client_of(server)
        threads = [threading.Thread(target=post, args=(client,)) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(10)
        assert sorted(request.connection for request in server.requests) == [1, 2, 3, 4]


@pytest.mark.parametrize("url", ["", "slack.com", "ftp://slack.com", "https://", "https:///api"])
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="not an http address"):
        HttpClient(url, timeout_s=1)


# what has not gone out


@contextmanager
def soon(seconds: float = 10) -> Generator[None]:
    """However busy the machine is: long before what the body waits for would end by itself."""
    began = time.monotonic()
    yield
    assert time.monotonic() - began < seconds


def test_nobody_there_is_told_from_an_answer_that_did_not_come() -> None:
    with nobody() as url, pytest.raises(NotConnected, match="ConnectionRefusedError"):
        post(HttpClient(url, timeout_s=5))


def test_a_name_that_does_not_exist() -> None:
    with pytest.raises(NotConnected, match="gaierror"):
        post(HttpClient("http://nobody.invalid", timeout_s=20))


def test_a_name_that_cannot_be_one() -> None:
    with pytest.raises(NotConnected, match="gaierror"):
        post(HttpClient(f"http://{'a' * 64}.example", timeout_s=20))


def test_a_name_server_that_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    let_go = threading.Event()

    def silent(*_: object, **__: object) -> list[Any]:
        let_go.wait(30)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", silent)
    with soon(), pytest.raises(NotConnected, match="timeout"):
        post(HttpClient("http://127.0.0.1:9", timeout_s=0.1))
    let_go.set()


def test_a_connection_that_is_not_made_in_time() -> None:
    with black_hole() as url, soon(), pytest.raises(NotConnected, match="timeout"):
        post(HttpClient(url, timeout_s=0.2))


def test_connecting_may_have_less_time_than_the_whole() -> None:
    with black_hole() as url, soon(), pytest.raises(NotConnected, match="timeout"):
        post(HttpClient(url, timeout_s=60, connect_timeout_s=0.2))


def test_a_connection_that_was_begun_ahead_is_not_waited_for_beyond_the_deadline() -> None:
    with black_hole() as url, soon():
        client = HttpClient(url, timeout_s=0.2)
        client.connect_ahead()
        with pytest.raises(NotConnected, match="timeout"):
            post(client)


def test_a_tls_handshake_that_nobody_answers() -> None:
    with ScriptedServer(reads=False) as server, soon(), pytest.raises(NotConnected, match="timeout"):
        post(HttpClient(server.url.replace("http:", "https:"), timeout_s=0.2))


def test_a_tls_handshake_that_is_cut_off() -> None:
    with ScriptedServer(hangs_up="at once") as server, pytest.raises(NotConnected):
        post(HttpClient(server.url.replace("http:", "https:"), timeout_s=5))


# what may have arrived


HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


@pytest.mark.parametrize("resets", [False, True])
@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"HTTP/1.1 2",
        b"HTTP/1.1 200 OK\r\nContent-Le",
        HEAD,
        HEAD + b"12345",
        CHUNKED,
        CHUNKED + b"a\r\n12345",
        CHUNKED + b"5\r\n12345\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\n",
    ],
)
def test_an_answer_that_is_cut_off(sent: bytes, resets: bool) -> None:
    with ScriptedServer(Pieces([sent], resets=resets)) as server, pytest.raises(NoAnswer):
        post(client_of(server))


@pytest.mark.parametrize(
    "sent",
    [b"\r\n", b"SSH-2.0-OpenSSH_9.6\r\n", b"HTTP/1.1 abc\r\n\r\n", CHUNKED + b"zz\r\n", b"x" * 100_000 + b"\r\n"],
)
def test_an_answer_that_is_not_http(sent: bytes) -> None:
    with ScriptedServer(Pieces([sent])) as server, pytest.raises(NoAnswer):
        post(client_of(server))


def test_a_request_that_is_cut_off() -> None:
    with ScriptedServer(hangs_up="after the head") as server, pytest.raises(NoAnswer):
        post(client_of(server), b"x" * 1_000)


def test_a_connection_that_ends_as_soon_as_it_stands() -> None:
    with ScriptedServer(hangs_up="at once") as server, pytest.raises(NoAnswer):
        post(client_of(server))


DRIPS: dict[str, tuple[bytes, bytes]] = {
    "status": (b"", b"x"),
    "interim answers": (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "headers": (b"HTTP/1.1 200 OK\r\nX-Long: ", b"x"),
    "body": (b"HTTP/1.1 200 OK\r\nContent-Length: 3000\r\n\r\n", b"x"),
    "chunks": (CHUNKED, b"1\r\nx\r\n"),
    "trailers": (CHUNKED + b"0\r\n", b"X-More: yes\r\n"),
    "until it closes": (b"HTTP/1.0 200 OK\r\n\r\n", b"x"),
}


@pytest.mark.parametrize(("first", "drop"), DRIPS.values(), ids=DRIPS)
@pytest.mark.parametrize("protocol", ["http", "https"])
def test_a_server_that_drips_holds_nobody_beyond_the_deadline(
    first: bytes, drop: bytes, protocol: str, request: pytest.FixtureRequest
) -> None:
    """Each wait is short, and all of them would take a minute."""
    tls = request.getfixturevalue("server_tls") if protocol == "https" else None
    with ScriptedServer(Pieces([first, *repeat(drop, 3_000)], every_s=0.02), tls=tls) as server:
        with soon(), pytest.raises(NoAnswer, match="timeout"):
            post(client_of(server, timeout_s=0.5))
        assert len(server.requests) == 1


@pytest.mark.parametrize("protocol", ["http", "https"])
def test_a_server_that_does_not_read_holds_nobody_beyond_the_deadline(
    protocol: str, request: pytest.FixtureRequest
) -> None:
    tls = request.getfixturevalue("server_tls") if protocol == "https" else None
    with ScriptedServer(reads=False, tls=tls) as server, soon(), pytest.raises(NoAnswer, match="timeout"):
        post(client_of(server, timeout_s=1), bytes(50_000_000))


# how much comes back


@pytest.mark.parametrize("form", ["length", "chunked", "until it closes"])
@pytest.mark.parametrize(("size", "is_taken"), [(1_000_000, True), (1_000_001, False)])
def test_an_answer_has_its_bound(form: str, size: int, is_taken: bool) -> None:
    body = b"x" * size
    pieces = {
        "length": [b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % size, body],
        "chunked": [CHUNKED, b"%x\r\n" % size, body, b"\r\n0\r\n\r\n"],
        "until it closes": [b"HTTP/1.0 200 OK\r\n\r\n", body],
    }[form]
    with ScriptedServer(Pieces(pieces)) as server:
        if is_taken:
            assert client_of(server).post("/", b"", {}, repeatable=False).body == body
        else:
            with pytest.raises(NoAnswer, match="AnswerTooLong"):
                post(client_of(server))


def test_an_answer_without_end_is_left_at_its_bound() -> None:
    endless = chain([b"HTTP/1.0 200 OK\r\n\r\n"], repeat(b"x" * 100_000))
    with ScriptedServer(Pieces(endless)) as server, soon(), pytest.raises(NoAnswer, match="AnswerTooLong"):
        post(client_of(server, timeout_s=60))


def test_a_bound_of_ones_own() -> None:
    with ScriptedServer(Reply(body=b"x" * 11)) as server:
        with pytest.raises(NoAnswer, match="AnswerTooLong"):
            post(HttpClient(server.url, timeout_s=5, longest=10))
        assert post(HttpClient(server.url, timeout_s=5, longest=11)) == 200


def test_a_connection_is_not_kept_after_an_answer_that_was_not_read() -> None:
    with ScriptedServer(Reply(body=b"x" * 11), Reply()) as server:
        client = HttpClient(server.url, timeout_s=5, longest=10)
        with pytest.raises(NoAnswer):
            post(client)
        assert post(client) == 200
        assert [request.connection for request in server.requests] == [1, 2]


# who is asked


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_an_answer(status: int) -> None:
    with (
        ScriptedServer() as elsewhere,
        ScriptedServer(Reply(status, headers=(f"Location: {elsewhere.url}/",))) as server,
    ):
        assert post(client_of(server)) == status
        assert not elsewhere.accepted.acquire(blocking=False)


def test_proxies_of_the_environment_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    with ScriptedServer() as proxy, ScriptedServer() as server:
        for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        assert post(client_of(server)) == 200
        assert not proxy.accepted.acquire(blocking=False)


def test_a_get_has_no_body() -> None:
    with ScriptedServer(Reply(body=b"here")) as server:
        assert client_of(server).get("/a?b=c", {"X-Test": "yes"}).body == b"here"
        (request,) = server.requests
    assert (request.line, request.body, request.headers["x-test"]) == ("GET /a?b=c HTTP/1.1", b"", "yes")


def addresses_are(monkeypatch: pytest.MonkeyPatch, *urls: str) -> None:
    """Whatever name is looked up, it leads there."""
    ports = [int(url.rpartition(":")[2]) for url in urls]
    found = [(socket.AF_INET, socket.SOCK_STREAM, 0, "", ("127.0.0.1", port)) for port in ports]

    def look_up(*_: object, **__: object) -> list[Any]:
        return found

    monkeypatch.setattr(socket, "getaddrinfo", look_up)


@pytest.mark.parametrize(("url", "host"), [("http://[::1]:{}", "[::1]:{}"), ("http://localhost:{}", "localhost:{}")])
def test_the_host_is_named_as_it_was_given(url: str, host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with ScriptedServer() as server:
        port = server.url.rpartition(":")[2]
        addresses_are(monkeypatch, server.url)  # not every machine has an IPv6 address
        assert post(HttpClient(url.format(port), timeout_s=5)) == 200
        assert server.requests[0].headers["host"] == host.format(port)


def test_the_next_address_is_tried_where_nobody_listens_at_the_first(monkeypatch: pytest.MonkeyPatch) -> None:
    with nobody() as closed, ScriptedServer() as server:
        addresses_are(monkeypatch, closed, server.url)
        assert post(HttpClient("http://two.example", timeout_s=5)) == 200
