"""What happens in the workspace, as a stream of server-sent events for one person's page."""

import asyncio
import json
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Final

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from local_slack.event_bus import Event
from local_slack.jsonish import JsonObject, as_text
from local_slack.queries import Queries
from local_slack.workspace import Workspace

_SILENCE_SECONDS: Final = 15
"""After so long without a change a comment is sent, so that a page that is gone is noticed."""
_MESSAGE_KINDS: Final = ("message_posted", "message_changed", "message_deleted")
_VIEW_KINDS: Final = ("view_opened", "view_changed", "view_closed")
# The fields of a form change with every submission; only the one who filled them has anything from it, and has it.
_UNTOLD: Final = ("view_filled", "response_url_issued")


@dataclass(frozen=True)
class EventStream:
    """Answers GET /_control/events?user=U...: what this person would see happen, and what the inspector follows.

    Begins with `hello`: whoever reads it (again) loads everything again, so nothing is lost between two connections.
    """

    workspace: Workspace
    queries: Queries
    stopping: asyncio.Event

    def routes(self) -> list[Route]:
        """The one route."""
        return [Route("/_control/events", self._stream, methods=["GET"])]

    async def _stream(self, request: Request) -> Response:
        viewer = request.query_params.get("user", "")
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        return StreamingResponse(self._events(viewer), media_type="text/event-stream", headers=headers)

    async def _events(self, viewer: str) -> AsyncGenerator[str]:
        with self.workspace.bus.subscribe() as changes:
            yield _line("hello", {})
            while not self.stopping.is_set():
                change = await self._next(changes)
                if change is None:
                    yield ": still here\n\n"
                    continue
                told = self._told(change, viewer)
                if told is not None:
                    yield _line(change.kind, told)

    async def _next(self, changes: asyncio.Queue[Event]) -> Event | None:
        """The next change; None: there was none for a while, or the server stops."""
        change, stopped = asyncio.ensure_future(changes.get()), asyncio.ensure_future(self.stopping.wait())
        try:
            await asyncio.wait((change, stopped), timeout=_SILENCE_SECONDS, return_when=asyncio.FIRST_COMPLETED)
            return change.result() if change.done() else None
        finally:
            # Also when the page has gone and this is cancelled: nobody waits for either any more.
            change.cancel()
            stopped.cancel()

    def _told(self, event: Event, viewer: str) -> JsonObject | None:
        """What the viewer is told of a change; None: it is none of their business."""
        if event.kind in _UNTOLD or (event.kind in _VIEW_KINDS and event.about.get("user") != viewer):
            return None
        if event.kind not in _MESSAGE_KINDS:
            return event.about
        if event.about.get("visible_to") not in (None, viewer):
            return None
        channel_id = as_text(event.about.get("channel"))
        channel = self.workspace.state.channels.get(channel_id)
        if channel is None or viewer not in channel.members:
            return None
        message = self.workspace.find_message(channel_id, as_text(event.about.get("ts")))
        shown = self.queries.message(message).model_dump(mode="json") if message is not None else None
        return {**event.about, "message": shown}


def _line(kind: str, about: JsonObject) -> str:
    return f"event: {kind}\ndata: {json.dumps(about, ensure_ascii=False)}\n\n"
