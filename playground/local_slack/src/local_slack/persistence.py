"""Keeps the workspace in a file: soon after each change, and when the server stops."""

import asyncio
from pathlib import Path
from typing import Final

from ossi_playground.slack.state import save_state
from ossi_playground.slack.workspace import Workspace

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
