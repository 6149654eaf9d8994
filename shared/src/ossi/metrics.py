"""What is counted during an invocation, and how CloudWatch gets it: the embedded metric format.

A line of the log that carries `_aws` becomes metrics by itself: no call, no waiting, and nothing to import but the standard
library (Amazon CloudWatch User Guide, "Specification: Embedded metric format"). A count goes with the log line that says what
happened: `_logger.info("sent", extra={"metric": "Delivered"})`.
"""

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar

NAMESPACE = "Ossi"
DIMENSIONS = ("stack", "function")
REQUESTS = "Requests"
ANSWER_MS = "AnswerMs"


class Metrics:
    """The counts of one invocation."""

    def __init__(self) -> None:
        self._counts: dict[str, int] = {}

    def count(self, name: str) -> None:
        """One more of these."""
        self._counts[name] = self._counts.get(name, 0) + 1

    def embedded(self, about: Mapping[str, object], outcome: str, ms: int, at_ms: int) -> dict[str, object]:
        """The fields of the line that closes the invocation: its counts, AnswerMs, and one of Requests by outcome.

        about: the values of DIMENSIONS. ms: how long it took. at_ms: when it ended, since the epoch.
        """
        counted = [{"Name": name, "Unit": "Count"} for name in self._counts]
        directives = [
            _directive(DIMENSIONS, [*counted, {"Name": ANSWER_MS, "Unit": "Milliseconds"}]),
            _directive((*DIMENSIONS, "outcome"), [{"Name": REQUESTS, "Unit": "Count"}]),
        ]
        return {
            **{name: about[name] for name in DIMENSIONS},
            "outcome": outcome,
            **self._counts,
            ANSWER_MS: ms,
            REQUESTS: 1,
            "_aws": {"Timestamp": at_ms, "CloudWatchMetrics": directives},
        }


def _directive(dimensions: tuple[str, ...], metrics: list[dict[str, str]]) -> dict[str, object]:
    return {"Namespace": NAMESPACE, "Dimensions": [list(dimensions)], "Metrics": metrics}


_current: ContextVar[Metrics | None] = ContextVar("metrics", default=None)


def count(name: str) -> None:
    """Counts in the present invocation; outside of one there is nothing to count for."""
    metrics = _current.get()
    if metrics is not None:
        metrics.count(name)


@contextmanager
def counting() -> Generator[Metrics]:
    """Counts are kept in what this yields."""
    metrics = Metrics()
    token = _current.set(metrics)
    try:
        yield metrics
    finally:
        _current.reset(token)
