"""The clients of the local AWS against a server that closes connections instead of answering."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from botocore.exceptions import ConnectionClosedError

from local_aws.clients import Clients

HangsUp = Callable[[int, int], bool]
"""Whether a request is left without an answer: which one of its connection it is, and which one of all, from 1."""


def on_a_kept_connection(of_its_connection: int, _of_all: int) -> bool:
    return of_its_connection > 1


def on_the_first_request(_of_its_connection: int, of_all: int) -> bool:
    return of_all == 1


@contextmanager
def server(hangs_up: HangsUp) -> Iterator[tuple[Clients, list[str]]]:
    """Clients of a server that keeps connections, and the paths of the requests that it has read."""
    seen: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def setup(self) -> None:
            super().setup()
            self.requests_of_this_connection = 0

        def do_GET(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            seen.append(self.path)
            self.requests_of_this_connection += 1
            if hangs_up(self.requests_of_this_connection, len(seen)):
                self.close_connection = True
                return
            self.send_response(200)
            self.send_header("Content-Length", "2")
            if self.headers.get("Connection") == "close":
                self.send_header("Connection", "close")
            self.end_headers()
            self.wfile.write(b"{}")

        def do_POST(self) -> None:
            self.do_GET()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
            pass

    listening = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=listening.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield Clients(f"http://127.0.0.1:{listening.server_address[1]}"), seen
    finally:
        listening.shutdown()
        thread.join()
        listening.server_close()


def test_a_request_whose_kept_connection_is_closed_is_repeated() -> None:
    with server(on_a_kept_connection) as (clients, seen):
        client = clients.client("dynamodb")
        client.list_tables()
        client.list_tables()
    assert len(seen) == 3


def test_no_request_to_lambda_goes_out_on_a_kept_connection() -> None:
    with server(on_a_kept_connection) as (clients, seen):
        client = clients.client("lambda")
        client.list_functions()
        client.invoke(FunctionName="f")
        client.invoke(FunctionName="f")
    assert [path.rpartition("/")[2] for path in seen] == ["functions", "invocations", "invocations"]


def test_what_makes_a_function_is_repeated_when_nothing_was_answered() -> None:
    with server(on_the_first_request) as (clients, seen):
        clients.client("lambda").create_function(
            FunctionName="f", Role="arn:aws:iam::000000000000:role/r", Handler="m.h", Code={"ZipFile": b"zip"}
        )
    assert [path.rpartition("/")[2] for path in seen] == ["functions", "functions"]


def test_an_invoke_is_never_repeated() -> None:
    with server(on_the_first_request) as (clients, seen):
        with pytest.raises(ConnectionClosedError):
            clients.client("lambda").invoke(FunctionName="f")
        assert len(seen) == 1
