"""Keeps the workspace in a file: soon after each change, and when the server stops."""

import asyncio
import os
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from local_slack.errors import StateFileError
from local_slack.state import State
from local_slack.workspace import Workspace

_PAUSE: Final = 0.5
"""Seconds in which changes are collected, so that a burst of messages is one write."""
_NOT_SAVED: Final = ("traffic", "failures_changed", "app_changed", "delivery")


class Saver:
    """Writes the state of the workspace to a file whenever the event bus tells of a change."""

    def __init__(self, workspace: Workspace, path: Path) -> None:
        self._workspace = workspace
        self._path = path

    async def run(self) -> None:
        """Save until cancelled."""
        with self._workspace.bus.subscribe() as changes:
            while True:
                if (await changes.get()).kind in _NOT_SAVED:
                    continue
                await asyncio.sleep(_PAUSE)
                while not changes.empty():
                    changes.get_nowait()
                # The text is made here, in one piece; only the slow writing leaves the event loop.
                await asyncio.to_thread(save_state, self._path, self._workspace.state.model_dump_json())

    def save_now(self) -> None:
        """Save, and return when it is done."""
        save_state(self._path, self._workspace.state.model_dump_json())


def load_state(path: Path) -> State | None:
    """The saved state, or None where there is no file; raises `StateFileError` for a file that holds something else."""
    if not path.exists():
        return None
    try:
        return State.model_validate_json(path.read_text(encoding="utf-8"))
    except (ValidationError, UnicodeDecodeError) as error:
        raise StateFileError(f"{path} does not hold a saved workspace: delete it or name another file") from error


def save_state(path: Path, content: str) -> None:
    """Write the state so that a reader, or a crash, sees either the old or the new file, never half of one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.new")
    with draft.open("w", encoding="utf-8") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
