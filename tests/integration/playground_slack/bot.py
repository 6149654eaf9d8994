"""A bot for the tests of the local Slack: an HTTP server whose answers a test decides, and which checks signatures."""

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self, TypeAlias
from urllib.parse import parse_qsl

from slack_sdk.signature import SignatureVerifier

Payload: TypeAlias = dict[str, Any]


@dataclass(frozen=True)
class Answer:
    """What the bot answers."""

    status: int = 200
    body: str = ""
    content_type: str = "text/plain"

    @classmethod
    def of(cls, value: object) -> Self:
        return cls(200, json.dumps(value), "application/json")


@dataclass(frozen=True)
class Received:
    """What the bot was sent: the form's fields, or the interaction's or event's payload."""

    path: str
    headers: dict[str, str]
    payload: Payload
    signed: bool


@dataclass
class FakeBot:
    """Answers every request by `reply`, and keeps what it got."""

    signing_secret: str
    reply: Callable[[Received], Answer] = lambda _received: Answer()
    received: list[Received] = field(default_factory=list[Received])

    def __enter__(self) -> Self:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
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

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def of_type(self, kind: str) -> list[Payload]:
        """The payloads of this type that came so far."""
        return [each.payload for each in self.received if each.payload.get("type") == kind]

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        bot = self
        verifier = SignatureVerifier(self.signing_secret)

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                headers = {key.lower(): value for key, value in self.headers.items()}
                signature = verifier.generate_signature(timestamp=headers["x-slack-request-timestamp"], body=body)
                received = Received(
                    self.path, headers, _payload(headers, body), signature == headers["x-slack-signature"]
                )
                bot.received.append(received)
                answer = bot.reply(received)
                content = answer.body.encode()
                try:
                    self.send_response(answer.status)
                    self.send_header("Content-Type", answer.content_type)
                    self.send_header("Content-Length", str(len(content)))
                    self.end_headers()
                    self.wfile.write(content)
                except (BrokenPipeError, ConnectionResetError):
                    # The local Slack had given up waiting, which is what such a test is about.
                    self.close_connection = True

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
                pass

        return Handler


def _payload(headers: dict[str, str], body: bytes) -> Payload:
    if headers["content-type"] == "application/json":
        return json.loads(body)
    form = dict(parse_qsl(body.decode(), keep_blank_values=True))
    return json.loads(form["payload"]) if "payload" in form else form
