"""Requests over kept connections: what is kept, what is sent again, and what is told."""

import ssl
import threading
import time
from pathlib import Path

import pytest
import trustme

from integration.adapters.servers import HANG_UP, Reply, ScriptedServer
from ossi.runtime import https
from ossi.runtime.https import HttpClient


def client_of(server: ScriptedServer, timeout_s: float = 5) -> HttpClient:
    return HttpClient(server.url, connect_timeout_s=5, timeout_s=timeout_s)


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
        with pytest.raises(ConnectionError):
            post(client, repeatable=False)
        assert len(server.requests) == 2


def test_a_new_connection_that_breaks_is_an_error_at_once() -> None:
    with ScriptedServer(HANG_UP) as server:
        with pytest.raises(ConnectionError):
            post(client_of(server))
        assert len(server.requests) == 1


def test_an_answer_that_does_not_come_is_a_time_out_and_its_connection_is_given_up() -> None:
    let_go = threading.Event()

    def late(_request: object) -> Reply:
        let_go.wait(30)
        return Reply()

    with ScriptedServer(late, Reply()) as server:
        client = client_of(server, timeout_s=0.05)
        with pytest.raises(TimeoutError):
            post(client)
        let_go.set()
        slower = client_of(server)
        assert post(slower) == 200
        assert server.requests[-1].connection == 2


def test_nobody_there_is_an_error() -> None:
    with pytest.raises(ConnectionRefusedError):
        post(HttpClient("http://127.0.0.1:9", connect_timeout_s=1, timeout_s=1))


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
        with pytest.raises(ConnectionError):
            post(client)
        assert len(server.requests) == 1


def test_a_connection_that_could_not_be_opened_ahead_is_tried_again_when_it_is_needed() -> None:
    client = HttpClient("http://127.0.0.1:9", connect_timeout_s=1, timeout_s=1)
    client.connect_ahead()
    with pytest.raises(ConnectionRefusedError):
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
    with ScriptedServer(tls=server_tls) as server, pytest.raises(ssl.SSLCertVerificationError):
        post(client_of(server))


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
        HttpClient(url, connect_timeout_s=1, timeout_s=1)
