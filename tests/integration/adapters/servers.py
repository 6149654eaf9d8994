"""A server that does what a test tells it to, request by request."""

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Self


@dataclass(frozen=True)
class Request:
    """What came. connection: the number of the connection that it came by, from 1."""

    connection: int
    line: str
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Reply:
    """What is answered. closes: the connection ends after it, without a word about it beforehand."""

    status: int = 200
    body: bytes = b"{}"
    headers: tuple[str, ...] = ()
    closes: bool = False


HANG_UP = None
"""In place of a reply: the connection ends without one."""


class ScriptedServer:
    """Answers the requests in their order with the replies, the last one for ever; a function is called for what to answer."""

    def __init__(
        self, *replies: Reply | Callable[[Request], Reply | None] | None, tls: ssl.SSLContext | None = None
    ) -> None:
        self._tls = tls
        self.requests: list[Request] = []
        self.closed = threading.Semaphore(0)
        """Released for each connection that this side has closed."""
        self.accepted = threading.Semaphore(0)
        self._replies = list(replies) or [Reply()]
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._port = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._open: list[socket.socket] = []

    @property
    def url(self) -> str:
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self._port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._thread.join(10)
        self._listener.close()
        for each in self._open:
            each.close()

    def _accept(self) -> None:
        number = 0
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            number += 1
            self._open.append(connection)
            self.accepted.release()
            threading.Thread(target=self._serve, args=(connection, number), daemon=True).start()

    def _serve(self, connection: socket.socket, number: int) -> None:
        if self._tls is not None:
            try:
                connection = self._tls.wrap_socket(connection, server_side=True)
            except OSError:  # the client does not trust us
                connection.close()
                return
        with connection, connection.makefile("rb") as stream, contextlib.suppress(ConnectionError):
            while line := stream.readline():
                headers: dict[str, str] = {}
                while header := stream.readline().decode().strip():
                    name, _, value = header.partition(":")
                    headers[name.lower()] = value.strip()
                body = stream.read(int(headers.get("content-length", 0)))
                request = Request(number, line.decode().strip(), headers, body)
                self.requests.append(request)
                reply = self._replies.pop(0) if len(self._replies) > 1 else self._replies[0]
                if callable(reply):
                    reply = reply(request)
                if reply is None:
                    break
                head = [
                    f"HTTP/1.1 {reply.status} Whatever",
                    f"Content-Length: {len(reply.body)}",
                    *reply.headers,
                    "",
                    "",
                ]
                connection.sendall("\r\n".join(head).encode() + reply.body)
                if reply.closes:
                    break
        self.closed.release()
