"""HTTP servers for tests: they print nothing, and a client that hangs up is none of their troubles."""

import sys
import threading
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self


class Handler(BaseHTTPRequestHandler):
    """Reads a whole request and answers it in one piece. Subclasses say how, in `respond`."""

    wbufsize = -1
    disable_nagle_algorithm = True

    def respond(self) -> None:
        """Answers one request."""
        raise NotImplementedError

    def do_POST(self) -> None:
        """Called by the base class."""
        self.respond()

    def do_PUT(self) -> None:
        """Called by the base class."""
        self.respond()

    def body(self) -> bytes:
        """The request's body. Raises ConnectionAbortedError if the client hung up before it was complete."""
        length = int(self.headers.get("Content-Length", 0))
        body = self.rfile.read(length)
        if len(body) < length:
            raise ConnectionAbortedError("the client hung up before its request was complete")
        return body

    def answer(self, status: int = 200, body: bytes = b"", headers: Mapping[str, str] | None = None) -> None:
        """Sends an answer; its length and its date are added."""
        self.send_response(status)
        for name, value in {**(headers or {}), "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
        """Prints nothing: tests read what the product prints in the same process."""


class Server(ThreadingHTTPServer):
    """Serves requests on a free port while its context is open. Leaving it raises what went wrong in a handler.

    A client that hangs up has gone wrong nowhere: the product may do so, and the tests of that look at the product.
    """

    daemon_threads = True

    def __init__(self, handler: type[Handler]) -> None:
        super().__init__(("127.0.0.1", 0), handler)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self._errors: list[Exception] = []
        self._thread = threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True)

    def handle_error(self, request: object, client_address: object) -> None:
        """Keeps the error for the end, in place of printing its traceback."""
        error = sys.exception()
        if isinstance(error, Exception) and not isinstance(error, ConnectionError):
            self._errors.append(error)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.shutdown()
        self._thread.join()
        self.server_close()
        if self._errors:
            raise ExceptionGroup("a server of the tests failed", self._errors)
