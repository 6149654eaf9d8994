"""A small API Gateway: turns HTTP requests into events and hands them to the real handlers."""

from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

import http_server
from integration.functions.events import Context, Event, http_event

Handler = Callable[[Event, Any], dict[str, Any]]


class Gateway:
    """Serves each path by its handler, and keeps the events."""

    def __init__(self, handlers: dict[str, Handler]) -> None:
        self.handlers = handlers
        self.events: list[Event] = []

    @property
    def url(self) -> str:
        """Its address."""
        return self._server.url

    def __enter__(self) -> Self:
        gateway = self

        class Request(http_server.Handler):
            def respond(self) -> None:
                body = self.body()
                event = http_event(self.path, body, dict(self.headers.items()))
                gateway.events.append(event)
                answer = gateway.handlers[self.path](event, Context())
                self.answer(answer["statusCode"], answer["body"].encode(), answer.get("headers"))

        self._server = http_server.Server(Request).__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.__exit__(kind, error, trace)
