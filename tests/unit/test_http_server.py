"""The servers of the tests themselves: what a client does to them is nobody's failure, what a handler does is one."""

import socket
import struct
import threading
from collections.abc import Callable

import pytest

from http_server import Handler, Server

REQUEST = b"POST / HTTP/1.1\r\nContent-Length: 4\r\n\r\n"
ENDS_WITH_A_RESET = struct.pack("ii", 1, 0)


def _connected(server: Server, sent: bytes) -> socket.socket:
    client = socket.create_connection(("127.0.0.1", server.server_port))
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, ENDS_WITH_A_RESET)
    client.sendall(sent)
    return client


def _hangs_up_before_its_answer(server: Server, asked: threading.Event) -> None:
    with _connected(server, REQUEST + b"body"):
        assert asked.wait(10)


def _hangs_up_within_its_request(server: Server, asked: threading.Event) -> None:
    with _connected(server, REQUEST + b"bo") as client:
        client.shutdown(socket.SHUT_WR)
        client.settimeout(10)
        assert client.recv(1) == b""
    assert not asked.is_set()


@pytest.mark.parametrize("hang_up", [_hangs_up_before_its_answer, _hangs_up_within_its_request])
def test_a_client_that_hangs_up_is_no_failure_and_prints_nothing(
    hang_up: Callable[[Server, threading.Event], None], capfd: pytest.CaptureFixture[str]
) -> None:
    asked, hung_up, done = threading.Event(), threading.Event(), threading.Event()

    class Late(Handler):
        def respond(self) -> None:
            self.body()
            asked.set()
            assert hung_up.wait(10)
            self.answer(body=b"x" * 10_000_000)

        def finish(self) -> None:
            try:
                super().finish()
            finally:
                done.set()

    with Server(Late) as server:
        hang_up(server, asked)
        hung_up.set()
        assert done.wait(10)
    assert capfd.readouterr() == ("", "")


def test_a_handler_that_fails_fails_the_test_and_prints_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    class Wrong(Handler):
        def respond(self) -> None:
            raise LookupError("this was never asked for")

    def ask() -> None:
        with Server(Wrong) as server, _connected(server, REQUEST) as client:
            client.settimeout(10)
            client.recv(1)

    with pytest.raises(ExceptionGroup) as failed:
        ask()
    (error,) = failed.value.exceptions
    assert isinstance(error, LookupError)
    assert capfd.readouterr() == ("", "")
