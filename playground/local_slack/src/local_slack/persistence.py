"""Keeps the workspace in a file: each change before it's answered, so that a kill at any moment loses nothing of it."""

import asyncio
import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from pydantic import ValidationError
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from local_slack.errors import StateFileError
from local_slack.event_bus import Event
from local_slack.state import State
from local_slack.workspace import Workspace

_NOT_SAVED: Final = ("traffic", "failures_changed", "app_changed", "delivery")


class Saver:
    """Writes the state of the workspace to a file when the event bus has told of a change."""

    def __init__(self, workspace: Workspace, path: Path) -> None:
        self._workspace = workspace
        self._path = path
        self._changes: asyncio.Queue[Event] | None = None
        self._saving = asyncio.Lock()

    @contextmanager
    def watching(self) -> Generator[None]:
        """Notes changes until the block is left."""
        with self._workspace.bus.subscribe() as self._changes:
            yield
        self._changes = None

    async def saved(self) -> None:
        """Returns when the file holds everything that has changed until now. Requests that come at once share one write."""
        async with self._saving:
            if self._take_changes():
                # The text is made here, in one piece; only the slow writing leaves the event loop.
                await asyncio.to_thread(save_state, self._path, self._workspace.state.model_dump_json())

    def save_now(self) -> None:
        """Save, and return when it is done."""
        save_state(self._path, self._workspace.state.model_dump_json())

    def _take_changes(self) -> bool:
        changed = False
        while self._changes is not None and not self._changes.empty():
            changed |= self._changes.get_nowait().kind not in _NOT_SAVED
        return changed


class SavedBeforeAnswered:
    """A layer around the application: nothing is answered before what it changed is saved."""

    def __init__(self, app: ASGIApp, saver: Saver) -> None:
        self._app = app
        self._saver = saver

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_when_saved(message: Message) -> None:
            if message["type"] == "http.response.start":
                await self._saver.saved()
            await send(message)

        await self._app(scope, receive, send_when_saved)


def load_state(path: Path) -> State | None:
    """The saved state, or None where there is no file; raises `StateFileError` for a file that holds something else."""
    if not path.exists():
        return None
    try:
        return State.model_validate_json(path.read_text(encoding="utf-8"))
    except (ValidationError, UnicodeDecodeError) as error:
        raise StateFileError(f"{path} does not hold a saved workspace: delete it or name another file") from error


def save_state(path: Path, content: str) -> None:
    """Write the state so that a reader, or a crash, sees either the old or the new file, never half of one; only its owner may read it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.new")
    draft.unlink(missing_ok=True)  # of a run that was killed
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
