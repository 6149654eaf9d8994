"""Requests over kept connections, by http.client: each exchange has one deadline, and each answer a bound.

urllib3 would take 1.2 times the floor of docs/performance.md to import, slack_sdk 1.5, a boto3 client 3.6; http.client and a TLS
context are the floor. Redirects are not followed, and proxies of the environment not used: neither Slack's nor AWS's interfaces need it.
"""

import io
import socket
import ssl
import threading
import time
from functools import cache
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection, IncompleteRead
from typing import Any, NamedTuple, cast
from urllib.parse import urlsplit

_IDLE_S = 30  # Slack, AWS and what is between them close a connection some time after its last use
_PIECE = 16_384  # what one TLS record holds: written in one go, it waits for no longer than it is told to

MEGABYTE = 1_000_000


class HttpAnswer(NamedTuple):
    """What came back. headers: their names in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes


class ExchangeError(Exception):
    """There is no answer. reason: timeout, or the name of the exception that says why; never anything of the request."""

    def __init__(self, why: BaseException) -> None:
        self.reason = "timeout" if isinstance(why, TimeoutError) else type(why).__name__
        super().__init__(self.reason)


class NotConnected(ExchangeError):
    """Nothing of the request has gone out: no address, nobody there, no trust, or no connection in time."""


class NoAnswer(ExchangeError):
    """The request has gone out, in part at least, and may have been done: the answer did not come whole, in time and within its bound."""


class AnswerTooLong(HTTPException):
    """The reason of NoAnswer where an answer is longer than its bound."""


def _left(ends_at: float) -> float:
    """Seconds until then. Raises TimeoutError where there are none."""
    left = ends_at - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


class _Timed:
    """A connection's socket in one exchange, as much of it as http.client uses.

    No wait goes beyond ends_at (of time.monotonic), however little comes at a time. has_ended: whether the other side has closed it.
    """

    def __init__(self, plain: socket.socket, ends_at: float) -> None:
        self._plain = plain
        self._ends_at = ends_at
        self.has_ended = False

    def sendall(self, data: bytes) -> None:
        for start in range(0, len(data), _PIECE):
            self._plain.settimeout(_left(self._ends_at))
            self._plain.sendall(data[start : start + _PIECE])

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(_TimedReader(self))

    def receive(self, raw: io.RawIOBase, buffer: Any) -> int | None:
        self._plain.settimeout(_left(self._ends_at))
        received = raw.readinto(buffer)
        self.has_ended = received == 0
        return received

    def open(self) -> io.RawIOBase:
        return self._plain.makefile("rb", buffering=0)

    def close(self) -> None:
        self._plain.close()


class _TimedReader(io.RawIOBase):
    def __init__(self, timed: _Timed) -> None:
        self._timed = timed
        self._raw = timed.open()  # holds the socket open until it is closed itself

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        return self._timed.receive(self._raw, buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()


class _Kept(NamedTuple):
    plain: socket.socket
    used_at: float
    is_new: bool = False

    def is_alive(self) -> bool:
        """Whether it may be used again. What can be read from an idle connection is its end (TLS reads its own messages by itself)."""
        if time.time() - self.used_at > _IDLE_S:  # by the clock on the wall: others go on while Lambda is frozen
            return False
        self.plain.settimeout(0)
        try:
            self.plain.recv(1)
        except (BlockingIOError, ssl.SSLWantReadError):
            return True
        except OSError:
            return False
        return False


_making_tls = threading.Lock()


@cache
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()


def tls() -> ssl.SSLContext:
    """One for all connections, whichever thread needs it first: reading the machine's certificates takes 25 ms."""
    with _making_tls:
        return _tls()


class HttpClient:
    """Requests to one server. Threads may share it: a connection serves one request at a time and is kept for the next.

    base_url: scheme, host, port. timeout_s: of a whole exchange, from looking up the address to the last byte of the answer;
    connect_timeout_s: of the part of it until the connection stands. longest: of an answer's body, in bytes.
    """

    def __init__(
        self, base_url: str, *, timeout_s: float, connect_timeout_s: float | None = None, longest: int = MEGABYTE
    ) -> None:
        self._idle: list[_Kept] = []
        url = urlsplit(base_url)
        if url.scheme not in {"http", "https"} or not url.hostname:
            raise ValueError("not an http address")
        self._is_https = url.scheme == "https"
        self._host, self._port = url.hostname, url.port or (443 if self._is_https else 80)
        self._timeout_s = timeout_s
        self._connect_timeout_s = timeout_s if connect_timeout_s is None else min(connect_timeout_s, timeout_s)
        self._longest = longest
        self._opening: threading.Thread | None = None

    def connect_ahead(self) -> None:
        """Connects while the caller does something else. A failure shows itself when the connection is needed: it is tried again then."""
        self._opening = threading.Thread(target=self._connect_ahead, daemon=True)
        self._opening.start()

    def post(self, path: str, body: bytes, headers: dict[str, str], *, repeatable: bool) -> HttpAnswer:
        """Sends a request and reads the answer, whatever its status.

        repeatable: whether a request that a kept connection may have lost can be sent once more on a new one. Raises NotConnected or
        NoAnswer.
        """
        return self._request("POST", path, body, headers, repeatable=repeatable)

    def get(self, path: str, headers: dict[str, str]) -> HttpAnswer:
        """As post, without a body, and repeatable."""
        return self._request("GET", path, None, headers, repeatable=True)

    def close(self) -> None:
        """Closes what is kept. A later request connects again."""
        while self._idle:
            self._idle.pop().plain.close()

    def __del__(self) -> None:
        self.close()

    def _request(
        self, method: str, path: str, body: bytes | None, headers: dict[str, str], *, repeatable: bool
    ) -> HttpAnswer:
        ends_at = time.monotonic() + self._timeout_s
        try:
            kept = self._kept(ends_at)
            if kept is not None:
                try:
                    return self._exchange(kept.plain, ends_at, method, path, body, headers)
                except (
                    ConnectionResetError,
                    BrokenPipeError,
                ):  # RemoteDisconnected too: closed before there was an answer
                    if kept.is_new or not repeatable:
                        raise
            return self._exchange(self._connect(ends_at), ends_at, method, path, body, headers)
        except (OSError, HTTPException) as error:
            raise NoAnswer(error) from error

    def _kept(self, ends_at: float) -> _Kept | None:
        if self._opening is not None:
            self._opening.join(max(0.0, ends_at - time.monotonic()))
            self._opening = None
        while self._idle:
            kept = self._idle.pop()
            if kept.is_alive():
                return kept
            kept.plain.close()
        return None

    def _connect_ahead(self) -> None:
        try:
            self._idle.append(_Kept(self._connect(time.monotonic() + self._timeout_s), time.time(), is_new=True))
        except NotConnected:
            return  # see connect_ahead

    def _connect(self, ends_at: float) -> socket.socket:
        connected_by = min(ends_at, time.monotonic() + self._connect_timeout_s)
        try:
            plain = _connected(self._host, self._port, connected_by)
            try:
                plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                if not self._is_https:
                    return plain
                plain.settimeout(_left(connected_by))  # of the whole handshake
                return tls().wrap_socket(plain, server_hostname=self._host)
            except BaseException:
                plain.close()
                raise
        except OSError as error:
            raise NotConnected(error) from error

    def _exchange(
        self,
        plain: socket.socket,
        ends_at: float,
        method: str,
        path: str,
        body: bytes | None,
        headers: dict[str, str],
    ) -> HttpAnswer:
        timed = _Timed(plain, ends_at)
        connection = (
            HTTPSConnection(self._host, self._port, context=tls())
            if self._is_https
            else HTTPConnection(self._host, self._port)
        )
        connection.sock = cast("socket.socket", timed)
        keeps = False
        try:
            connection.request(method, path, body, headers)
            with connection.getresponse() as answer:
                if timed.has_ended:  # in the middle of the headers, which http.client does not mind
                    raise IncompleteRead(b"")
                content = _read(answer, self._longest)
                keeps = not answer.will_close
        finally:
            if keeps:
                self._idle.append(_Kept(plain, time.time()))
            else:
                connection.close()
                plain.close()
        return HttpAnswer(answer.status, {name.lower(): value.strip() for name, value in answer.getheaders()}, content)


def _connected(host: str, port: int, ends_at: float) -> socket.socket:
    """A TCP connection to the first of the host's addresses that takes it."""
    failure: OSError | None = None
    for family, kind, protocol, _, address in _looked_up(host, port, ends_at):
        plain = socket.socket(family, kind, protocol)
        try:
            plain.settimeout(_left(ends_at))
            plain.connect(address)
        except OSError as error:
            plain.close()
            failure = error
        except BaseException:
            plain.close()
            raise
        else:
            return plain
    raise failure or OSError("no address")


def _looked_up(host: str, port: int, ends_at: float) -> list[Any]:
    # In a thread of its own, since nothing else can end the wait for a name server that does not answer.
    found: list[list[Any] | OSError] = []

    def look_up() -> None:
        try:
            found.append(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        except OSError as error:
            found.append(error)
        except UnicodeError:
            found.append(socket.gaierror(socket.EAI_NONAME, "no name"))

    thread = threading.Thread(target=look_up, daemon=True)
    thread.start()
    thread.join(_left(ends_at))
    if not found:
        raise TimeoutError
    if isinstance(found[0], OSError):
        raise found[0]
    return found[0]


def _read(answer: HTTPResponse, longest: int) -> bytes:
    if answer.length is not None and answer.length > longest:
        raise AnswerTooLong
    content = answer.read(longest + 1)
    if len(content) > longest:
        raise AnswerTooLong
    if answer.length:  # read with an amount, http.client does not mind that there is less
        raise IncompleteRead(content, answer.length)
    return content
