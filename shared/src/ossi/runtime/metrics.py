"""What is counted during an invocation, and how CloudWatch gets it: the embedded metric format.

A line of the log that carries `_aws` becomes metrics by itself: no call, no waiting, and nothing to import but the standard
library (Amazon CloudWatch User Guide, "Specification: Embedded metric format"). A count goes with the log line that says what
happened: `_logger.info("sent", extra={"metric": "Delivered"})`.

Each name with each combination of dimensions is a metric that is paid for, in every hour in which it is sent. So there is one
dimension, the stack; only what an alarm watches becomes a metric; and nothing is counted here that Lambda and API Gateway count
themselves, such as requests and how long they took: docs/cost.md. Every count stands in the invocation's closing line, where
Logs Insights sums it up for nothing.
"""

from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar

NAMESPACE = "Ossi"
DIMENSION = "stack"
WATCHED = {
    "Failed": "Failed",
    "Overdue": "Overdue",
    "Refused": "Refused",
    "SetAside": "SetAside",
    # A row that can't be read waits for a person's hand, just as a parked message does: one alarm for both.
    "Unreadable": "SetAside",
}
"""What is counted -> the metric of the alarm that watches it (infra/components/alarms.py). Anything else stays in the log."""


class Metrics:
    """The counts of one invocation."""

    def __init__(self) -> None:
        self._counts: dict[str, int] = {}

    def count(self, name: str) -> None:
        """One more of these."""
        self._counts[name] = self._counts.get(name, 0) + 1

    def embedded(self, stack: str, at_ms: int) -> dict[str, object]:
        """The counts, and the fields that make metrics of those that an alarm watches. at_ms: since the epoch."""
        watched: dict[str, int] = {}
        for name, number in self._counts.items():
            if name in WATCHED:
                watched[WATCHED[name]] = watched.get(WATCHED[name], 0) + number
        if not watched:
            return {**self._counts}
        metrics = [{"Name": name, "Unit": "Count"} for name in watched]
        directive = {"Namespace": NAMESPACE, "Dimensions": [[DIMENSION]], "Metrics": metrics}
        return {
            DIMENSION: stack,
            **self._counts,
            **watched,
            "_aws": {"Timestamp": at_ms, "CloudWatchMetrics": [directive]},
        }


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
