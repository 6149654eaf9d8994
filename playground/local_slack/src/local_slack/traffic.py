"""A log of every request to and from the bot, with tokens and secrets masked."""

import re
from collections import deque
from typing import Final, Literal

from pydantic import BaseModel

from local_slack.event_bus import EventBus
from local_slack.jsonish import Json

_TOKEN: Final = re.compile(r"xox[a-z]-[\w-]+")
_KEPT: Final = 5_000
"""Entries that are kept: enough for a load test's failure to be read, and bounded."""


class TrafficEntry(BaseModel):
    """One request and its answer: `at` in epoch seconds, `ms` its duration; `status` is None without an answer."""

    seq: int
    at: float
    direction: Literal["to_bot", "from_bot"]
    kind: str
    method: str
    url: str
    payload: Json
    status: int | None
    answer: Json
    ms: float


class Traffic:
    """The latest requests, oldest first."""

    def __init__(self, bus: EventBus, secrets: tuple[str, ...]) -> None:
        self._bus = bus
        self._secrets = tuple(each for each in secrets if each)
        self._entries: deque[TrafficEntry] = deque(maxlen=_KEPT)
        self._seq = 0

    def record(
        self,
        *,
        at: float,
        direction: Literal["to_bot", "from_bot"],
        kind: str,
        method: str = "POST",
        url: str,
        payload: Json,
        status: int | None,
        answer: Json,
        ms: float,
    ) -> None:
        """Add an entry; secrets are masked before it is kept."""
        self._seq += 1
        entry = TrafficEntry(
            seq=self._seq,
            at=at,
            direction=direction,
            kind=kind,
            method=method,
            url=url,
            payload=self._masked(payload),
            status=status,
            answer=self._masked(answer),
            ms=round(ms, 2),
        )
        self._entries.append(entry)
        self._bus.publish("traffic", seq=str(self._seq))

    def since(self, seq: int) -> list[TrafficEntry]:
        """The entries after the one with this number."""
        return [entry for entry in self._entries if entry.seq > seq]

    def clear(self) -> None:
        """Forget all entries; numbers go on."""
        self._entries.clear()

    def _masked(self, value: Json) -> Json:
        if isinstance(value, str):
            for secret in self._secrets:
                value = value.replace(secret, "***")
            return _TOKEN.sub("xox*-***", value)
        if isinstance(value, list):
            return [self._masked(item) for item in value]
        if isinstance(value, dict):
            return {key: self._masked(item) for key, item in value.items()}
        return value
