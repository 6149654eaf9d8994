"""A bot for the tests of the local Slack: an HTTP server whose answers a test decides, and which checks signatures."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self, TypeAlias
from urllib.parse import parse_qsl

from slack_sdk.signature import SignatureVerifier

from http_server import Handler, Server

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
        self._server = Server(self._handler()).__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.__exit__(kind, error, trace)

    @property
    def url(self) -> str:
        return self._server.url

    def of_type(self, kind: str) -> list[Payload]:
        """The payloads of this type that came so far."""
        return [each.payload for each in self.received if each.payload.get("type") == kind]

    def _handler(self) -> type[Handler]:
        bot = self
        verifier = SignatureVerifier(self.signing_secret)

        class Request(Handler):
            def respond(self) -> None:
                body = self.body()
                headers = {key.lower(): value for key, value in self.headers.items()}
                signature = verifier.generate_signature(timestamp=headers["x-slack-request-timestamp"], body=body)
                received = Received(
                    self.path, headers, _payload(headers, body), signature == headers["x-slack-signature"]
                )
                bot.received.append(received)
                answer = bot.reply(received)
                self.answer(answer.status, answer.body.encode(), {"Content-Type": answer.content_type})

        return Request


def _payload(headers: dict[str, str], body: bytes) -> Payload:
    if headers["content-type"] == "application/json":
        return json.loads(body)
    form = dict(parse_qsl(body.decode(), keep_blank_values=True))
    return json.loads(form["payload"]) if "payload" in form else form
