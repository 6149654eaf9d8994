"""Waiting for what happens elsewhere: in another thread, in another process, in the emulator."""

import time
from collections.abc import Callable
from typing import TypeVar

_Value = TypeVar("_Value")


def eventually(probe: Callable[[], _Value], seconds: float = 15) -> _Value:
    """Asks `probe` until what it answers is true, and returns that. Fails, with the last answer, after `seconds`."""
    deadline = time.monotonic() + seconds
    while not (value := probe()):
        assert time.monotonic() < deadline, f"it did not come true within {seconds} s, in the end it was {value!r}"
        time.sleep(0.02)
    return value
