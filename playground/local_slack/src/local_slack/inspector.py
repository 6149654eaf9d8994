"""What the inspector pane shows of the bot's side. The local Slack does not know AWS: whoever starts it hands this in."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from local_slack.jsonish import JsonObject


class TableRead(BaseModel):
    """A table and its rows, the newest first.

    `more` says that there are more than are shown; `columns` names those that stand first, in their order.
    """

    title: str
    name: str
    rows: list[JsonObject]
    more: bool = False
    columns: list[str] = Field(default_factory=list[str])


class DeliveryRead(BaseModel):
    """One attempt to hand changes of the table to a function. `at` in epoch seconds."""

    at: float
    function: str
    records: int
    attempt: int
    outcome: str
    detail: str = ""


class LogLine(BaseModel):
    """A line of a function's log. `at` in epoch seconds; `text` as it was written."""

    at: float
    text: str


class Tables(BaseModel):
    """The tables of the bot."""

    tables: list[TableRead]


class Deliveries(BaseModel):
    """The latest deliveries, newest first."""

    deliveries: list[DeliveryRead]


class Logs(BaseModel):
    """The functions that write logs, and the latest lines of one of them, oldest first."""

    functions: list[str]
    function: str
    lines: list[LogLine] = Field(default_factory=list[LogLine])


class InspectorError(Exception):
    """The bot's side cannot be looked at just now; the message is a sentence."""


class Inspector(Protocol):
    """Looks at the bot's side. Called in a thread of its own, so it may block; raises `InspectorError`."""

    def tables(self) -> list[TableRead]:
        """The tables and their rows."""
        ...

    def deliveries(self) -> list[DeliveryRead]:
        """What the stream has delivered, newest first."""
        ...

    def functions(self) -> list[str]:
        """The names of the functions."""
        ...

    def logs(self, function: str) -> list[LogLine]:
        """The latest lines of a function's log, oldest first; none for a function that does not exist."""
        ...


_Result = TypeVar("_Result", bound=BaseModel)


@dataclass(frozen=True)
class InspectorApi:
    """Answers under /_control/inspector; without an inspector it has no routes."""

    inspector: Inspector | None
    prefix: str = field(default="/_control/inspector")

    def routes(self) -> list[Route]:
        """The routes, if there is something to look at."""
        if self.inspector is None:
            return []
        inspector = self.inspector

        def tables(_request: Request) -> Tables:
            return Tables(tables=inspector.tables())

        def deliveries(_request: Request) -> Deliveries:
            return Deliveries(deliveries=inspector.deliveries())

        def logs(request: Request) -> Logs:
            functions = inspector.functions()
            wanted = request.query_params.get("function", functions[0] if functions else "")
            return Logs(functions=functions, function=wanted, lines=inspector.logs(wanted))

        return [
            Route(f"{self.prefix}/tables", _answering(tables), methods=["GET"]),
            Route(f"{self.prefix}/deliveries", _answering(deliveries), methods=["GET"]),
            Route(f"{self.prefix}/logs", _answering(logs), methods=["GET"]),
        ]


def _answering(read: Callable[[Request], _Result]) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        try:
            found = await run_in_threadpool(read, request)
        except InspectorError as error:
            return Response(Refused(error=str(error)).model_dump_json(), 503, media_type="application/json")
        return Response(found.model_dump_json(), media_type="application/json")

    return answer


class Refused(BaseModel):
    """It cannot be shown, and why."""

    ok: bool = False
    error: str
