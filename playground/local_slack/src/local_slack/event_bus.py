"""The one way by which changes of the workspace become known inside the process."""

import asyncio
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass

from local_slack.jsonish import JsonObject


@dataclass(frozen=True)
class Event:
    """A change: its place in the order of all changes, its kind, and the ids of what it is about."""

    seq: int
    kind: str
    about: JsonObject


class EventBus:
    """Hands every change to every subscriber, in order. Lives in the server's event loop and is used only there."""

    def __init__(self) -> None:
        self._seq = 0
        self._subscribers: set[asyncio.Queue[Event]] = set()

    def publish(self, kind: str, **about: str | None) -> None:
        """Tell all subscribers of a change."""
        self._seq += 1
        event = Event(self._seq, kind, dict(about.items()))
        for queue in self._subscribers:
            queue.put_nowait(event)

    @contextmanager
    def subscribe(self) -> Generator[asyncio.Queue[Event]]:
        """A queue that receives each change from now on, until the block is left."""
        queue: asyncio.Queue[Event] = asyncio.Queue()
        self._subscribers.add(queue)
        try:
            yield queue
        finally:
            self._subscribers.discard(queue)
