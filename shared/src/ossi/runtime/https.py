"""POST requests over kept connections, by http.client: the transport of the functions that somebody waits for.

urllib3 would take 1.2 times the floor of docs/performance.md to import, slack_sdk 1.5, a boto3 client 3.6; http.client and a TLS
context are the floor. Redirects are not followed, and proxies of the environment not used: neither Slack's nor AWS's interfaces need it.
"""

import ssl
import threading
import time
from functools import cache
from http.client import HTTPConnection, HTTPSConnection
from typing import NamedTuple
from urllib.parse import urlsplit

_IDLE_S = 30  # Slack, AWS and what is between them close a connection some time after its last use


class HttpAnswer(NamedTuple):
    """What came back. headers: their names in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes


class _Kept(NamedTuple):
    connection: HTTPConnection
    used_at: float
    is_new: bool = False

    def is_alive(self) -> bool:
        """Whether it may be used again. What can be read from an idle connection is its end (TLS reads its own messages by itself)."""
        if time.time() - self.used_at > _IDLE_S:  # by the clock on the wall: others go on while Lambda is frozen
            return False
        socket = self.connection.sock
        waits = socket.gettimeout()
        socket.settimeout(0)
        try:
            socket.recv(1)
        except (BlockingIOError, ssl.SSLWantReadError):
            return True
        except OSError:
            return False
        finally:
            socket.settimeout(waits)
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
    """Requests to one server. base_url: scheme, host, port. The time-outs are of connecting and of each wait for an answer, in seconds.

    Threads may share it: a connection serves one request at a time and is kept for the next.
    """

    def __init__(self, base_url: str, *, connect_timeout_s: float, timeout_s: float) -> None:
        self._idle: list[_Kept] = []
        url = urlsplit(base_url)
        if url.scheme not in {"http", "https"} or not url.hostname:
            raise ValueError("not an http address")
        self._is_https = url.scheme == "https"
        self._host, self._port = url.hostname, url.port
        self._connect_timeout_s = connect_timeout_s
        self._timeout_s = timeout_s
        self._opening: threading.Thread | None = None

    def connect_ahead(self) -> None:
        """Connects while the caller does something else. A failure shows itself when the connection is needed: it is tried again then."""
        self._opening = threading.Thread(target=self._connect_ahead, daemon=True)
        self._opening.start()

    def post(self, path: str, body: bytes, headers: dict[str, str], *, repeatable: bool) -> HttpAnswer:
        """Sends a request and reads the answer, whatever its status.

        repeatable: whether a request that a kept connection may have lost can be sent once more on a new one. Raises OSError (a
        time-out, a refused or broken connection) or http.client.HTTPException.
        """
        kept = self._kept()
        if kept is not None:
            try:
                return self._exchange(kept.connection, path, body, headers)
            except (ConnectionResetError, BrokenPipeError):  # RemoteDisconnected too: closed before there was an answer
                if kept.is_new or not repeatable:
                    raise
        return self._exchange(self._connect(), path, body, headers)

    def close(self) -> None:
        """Closes what is kept. A later request connects anew."""
        while self._idle:
            self._idle.pop().connection.close()

    def __del__(self) -> None:
        self.close()

    def _kept(self) -> _Kept | None:
        if self._opening is not None:
            self._opening.join()
            self._opening = None
        while self._idle:
            kept = self._idle.pop()
            if kept.is_alive():
                return kept
            kept.connection.close()
        return None

    def _connect_ahead(self) -> None:
        try:
            self._idle.append(_Kept(self._connect(), time.time(), is_new=True))
        except OSError:
            return  # see connect_ahead

    def _connect(self) -> HTTPConnection:
        connection = (
            HTTPSConnection(self._host, self._port, timeout=self._connect_timeout_s, context=tls())
            if self._is_https
            else HTTPConnection(self._host, self._port, timeout=self._connect_timeout_s)
        )
        try:
            connection.connect()
            connection.sock.settimeout(self._timeout_s)
        except BaseException:
            connection.close()
            raise
        return connection

    def _exchange(self, connection: HTTPConnection, path: str, body: bytes, headers: dict[str, str]) -> HttpAnswer:
        try:
            connection.request("POST", path, body, headers)
            answer = connection.getresponse()
            content = answer.read()
        except BaseException:
            connection.close()
            raise
        if answer.will_close:
            connection.close()
        else:
            self._idle.append(_Kept(connection, time.time()))
        return HttpAnswer(answer.status, {name.lower(): value for name, value in answer.getheaders()}, content)
