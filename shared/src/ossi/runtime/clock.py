"""The real clock and the real chance, for the composition roots."""

import time
from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from ossi.ports import Clock


def clock_in(zone: ZoneInfo) -> Clock:
    """A clock that gives the present moment in that time zone."""
    return lambda: datetime.now(zone)


def now_ms() -> int:
    """The present moment in milliseconds since the epoch."""
    return time.time_ns() // 1_000_000


def any_of(wordings: Sequence[str]) -> str:
    """One of them, at random."""
    import secrets  # with `random` and what that needs: 3 ms that /ossi new does not wait for

    return secrets.choice(wordings)
