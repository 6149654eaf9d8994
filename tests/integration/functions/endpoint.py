"""AWS as an HTTP server on this machine, answered by moto: for clients that do not go through botocore."""

import json
import re
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from types import TracebackType
from typing import Any, Self, cast

from botocore.awsrequest import AWSPreparedRequest
from botocore.compat import HTTPHeaders
from moto.core.botocore_stubber import BotocoreStubber
from moto.core.models import botocore_stubber
from moto.core.serialize import AttributePicker, AttributePickerContext

from http_server import Handler, Server
from integration.functions.events import Event

_SCOPE = re.compile(
    r"Credential=[^/]+/\d{8}/([a-z0-9-]+)/([a-z0-9-]+)/aws4_request, SignedHeaders=\S+, Signature=[0-9a-f]{64}$"
)
_VARIABLES = ("AWS_ENDPOINT_URL_DYNAMODB", "AWS_ENDPOINT_URL_SECRETS_MANAGER", "AWS_ENDPOINT_URL_LAMBDA")
_OWN = {"content-length", "server", "date"}  # headers that the server itself adds
_INVOKE = re.compile(r"/2015-03-31/functions/[^/]+/invocations")

_TYPES = frozenset({"S", "N", "B", "SS", "NS", "BS", "M", "L", "NULL", "BOOL"})


_process_request = BotocoreStubber.process_request
_pick = AttributePicker.__call__
_MOTO = threading.RLock()


def one_at_a_time(stubber: BotocoreStubber, request: Any) -> Any:
    """BotocoreStubber.process_request, atomic, as DynamoDB's writes are: moto checks a condition and writes some time later."""
    with _MOTO:
        return _process_request(stubber, request)


def pick_at_once(picker: AttributePicker, context: AttributePickerContext) -> Any:
    """AttributePicker.__call__, which looks for each of the ten types in a DynamoDB value by each of its names: half of moto's time."""
    if isinstance(context.obj, dict):
        value = cast("dict[str, Any]", context.obj)
        if len(value) == 1 and not _TYPES.isdisjoint(value):
            return value.get(context.key)
    return _pick(picker, context)


class AwsEndpoint:
    """Hands every request to moto, one at a time; a function that is to be invoked is not there.

    operations: the names of what was asked for. invoked: the events that functions were invoked with. refuses_invocations: none is taken.
    """

    def __init__(self) -> None:
        self.operations: list[str] = []
        self.invoked: list[Event] = []
        self.refuses_invocations = False
        self._before: dict[str, Callable[[], object]] = {}

    @property
    def url(self) -> str:
        """Its address."""
        return self._server.url

    @property
    def environment(self) -> dict[str, str]:
        """The variables that lead the clients here."""
        return dict.fromkeys(_VARIABLES, self.url)

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
        answer = one_at_a_time(botocore_stubber, AWSPreparedRequest("POST", url, sent, body, stream_output=False))
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

        class Request(Handler):
            protocol_version = "HTTP/1.1"

            def respond(self) -> None:
                body = self.body()
                headers = {name.lower(): value for name, value in self.headers.items()}
                status, answered, content = endpoint.answer(self.path, headers, body)
                kept = {name: str(value) for name, value in answered.items() if name.lower() not in _OWN}
                self.answer(status, content.encode() if isinstance(content, str) else content, kept)

        self._server = Server(Request).__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.__exit__(kind, error, trace)
