"""AWS as an HTTP server on this machine, answered by moto: for clients that do not go through botocore."""

import json
import re
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self

from botocore.awsrequest import AWSPreparedRequest
from botocore.compat import HTTPHeaders
from moto.core.models import botocore_stubber

from integration.functions.events import Event

_SCOPE = re.compile(
    r"Credential=[^/]+/\d{8}/([a-z0-9-]+)/([a-z0-9-]+)/aws4_request, SignedHeaders=\S+, Signature=[0-9a-f]{64}$"
)
_VARIABLES = ("AWS_ENDPOINT_URL_DYNAMODB", "AWS_ENDPOINT_URL_SECRETS_MANAGER", "AWS_ENDPOINT_URL_LAMBDA")
_INVOKE = re.compile(r"/2015-03-31/functions/[^/]+/invocations")


class AwsEndpoint:
    """Hands every request to moto, one at a time, as DynamoDB's atomic writes need it; a function that is to be invoked is not there.

    operations: the names of what was asked for. invoked: the events that functions were invoked with. refuses_invocations: none is taken.
    """

    def __init__(self) -> None:
        self.operations: list[str] = []
        self.invoked: list[Event] = []
        self.refuses_invocations = False
        self._before: dict[str, Callable[[], object]] = {}
        self._lock = threading.Lock()

    @property
    def environment(self) -> dict[str, str]:
        """The variables that lead the clients here."""
        return dict.fromkeys(_VARIABLES, f"http://127.0.0.1:{self._server.server_address[1]}")

    def forget(self) -> None:
        """As if nothing had been."""
        self.operations.clear()
        self.invoked.clear()
        self.refuses_invocations = False

    @contextmanager
    def before(self, operation: str, act: Callable[[], object]) -> Generator[None]:
        """Does something just before each call of that operation is answered."""
        self._before[operation] = act
        try:
            yield
        finally:
            del self._before[operation]

    def answer(self, path: str, headers: dict[str, str], body: bytes) -> tuple[int, dict[str, str], str | bytes]:
        """What AWS answers: status, headers, body."""
        if _INVOKE.fullmatch(path):
            return self._invoke(headers, body)
        scope = _SCOPE.search(headers["authorization"])
        assert scope is not None, headers["authorization"]
        operation = headers["x-amz-target"].rpartition(".")[2]
        self.operations.append(operation)
        if operation in self._before:
            self._before[operation]()
        sent = HTTPHeaders()
        for name, value in headers.items():
            sent[name] = value
        url = f"https://{scope[2]}.{scope[1]}.amazonaws.com{path}"
        with self._lock:
            answer = botocore_stubber.process_request(AWSPreparedRequest("POST", url, sent, body, stream_output=False))
        assert answer is not None, f"moto has no {url}"
        return answer

    def _invoke(self, headers: dict[str, str], body: bytes) -> tuple[int, dict[str, str], str]:
        assert headers["x-amz-invocation-type"] == "Event"
        if self.refuses_invocations:
            return 403, {"x-amzn-errortype": "AccessDeniedException"}, '{"Message": "not allowed"}'
        self.invoked.append(json.loads(body))
        return 202, {}, ""

    def __enter__(self) -> Self:
        endpoint = self

        class Request(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length", 0)))
                headers = {name.lower(): value for name, value in self.headers.items()}
                status, answered, content = endpoint.answer(self.path, headers, body)
                raw = content.encode() if isinstance(content, str) else content
                self.send_response(status)
                for name, value in answered.items():
                    if name.lower() not in {"content-length", "server", "date"}:
                        self.send_header(name, str(value))
                self.send_header("content-length", str(len(raw)))
                self.end_headers()
                self.wfile.write(raw)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Request)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
