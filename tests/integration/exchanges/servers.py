"""A server that does what a test tells it to, request by request."""

import socket
import ssl
import struct
import threading
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Literal, Self, TypeAlias


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


@dataclass(frozen=True)
class Pieces:
    """What goes out byte by byte, whatever it is, until the client has had enough; then the connection ends.

    every_s: between two pieces. resets: the connection ends with a reset.
    """

    pieces: Iterable[bytes]
    every_s: float = 0
    resets: bool = False


Answer: TypeAlias = Reply | Pieces | None


class ScriptedServer:
    """Answers the requests in their order with the replies, the last one for ever; a function is called for what to answer.

    hangs_up: before it has read anything, or when it has read the head of a request. reads: whether it reads at all.
    """

    def __init__(
        self,
        *replies: Answer | Callable[[Request], Answer],
        tls: ssl.SSLContext | None = None,
        hangs_up: Literal["at once", "after the head"] | None = None,
        reads: bool = True,
    ) -> None:
        self._tls = tls
        self._hangs_up = hangs_up
        self._reads = reads
        self._ending = threading.Event()
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
        self._ending.set()
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
            if self._hangs_up == "at once":
                connection.close()
                continue
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
        if not self._reads:
            self._ending.wait()
            connection.close()
            return
        with connection, connection.makefile("rb") as stream, suppress(OSError):  # the client has gone
            while (line := stream.readline()) and not self._ending.is_set():
                headers: dict[str, str] = {}
                while header := stream.readline().decode().strip():
                    name, _, value = header.partition(":")
                    headers[name.lower()] = value.strip()
                if self._hangs_up == "after the head":
                    break
                body = stream.read(int(headers.get("content-length", 0)))
                request = Request(number, line.decode().strip(), headers, body)
                self.requests.append(request)
                reply = self._replies.pop(0) if len(self._replies) > 1 else self._replies[0]
                if not self._answer(connection, reply(request) if callable(reply) else reply):
                    break
        self.closed.release()

    def _answer(self, connection: socket.socket, reply: Answer) -> bool:
        """Whether the connection goes on."""
        if reply is None:
            return False
        if isinstance(reply, Pieces):
            for piece in reply.pieces:
                connection.sendall(piece)
                if reply.every_s and self._ending.wait(reply.every_s):
                    break
            if reply.resets:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            return False
        head = [f"HTTP/1.1 {reply.status} Whatever", f"Content-Length: {len(reply.body)}", *reply.headers, "", ""]
        connection.sendall("\r\n".join(head).encode() + reply.body)
        return not reply.closes


@contextmanager
def nobody() -> Generator[str]:
    """An address where nobody listens: its port is taken, so that nobody else comes to listen there."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}"


@contextmanager
def black_hole() -> Generator[str]:
    """An address where connecting neither succeeds nor fails: others wait there already, and are never served."""
    with socket.socket() as listener, socket.socket() as first, socket.socket() as second:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for waiting in (first, second):
            waiting.setblocking(False)
            waiting.connect_ex(listener.getsockname())
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
