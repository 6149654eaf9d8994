"""CloudWatch as far as alarms need it: samples of metrics, and the state that a declared alarm is in.

By the rules of the Amazon CloudWatch User Guide ("Alarm evaluation", "Configuring how CloudWatch alarms treat missing data") and of the
embedded metric format. Simpler than CloudWatch in one respect: it never waits for data that is late.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

OK, ALARM, UNKNOWN = "OK", "ALARM", "INSUFFICIENT_DATA"

_STATISTICS: dict[str, Callable[[Iterable[float]], float]] = {"Sum": sum, "Maximum": max, "Minimum": min}


@dataclass
class CloudWatch:
    """now: in seconds, moved by the test. Functions' lines and what AWS itself counts come in as samples of that moment."""

    alarms: Mapping[str, Mapping[str, Any]]
    """Name -> the inputs with which the program declares it."""
    now: float = 0
    samples: dict[tuple[str, str, tuple[tuple[str, str], ...]], list[tuple[float, float]]] = field(
        default_factory=dict[tuple[str, str, tuple[tuple[str, str], ...]], list[tuple[float, float]]]
    )
    states: dict[str, str] = field(default_factory=dict[str, str])

    def count(self, namespace: str, metric: str, dimensions: Mapping[str, str], value: float) -> None:
        """A sample of a metric."""
        key = (namespace, metric, tuple(sorted(dimensions.items())))
        self.samples.setdefault(key, []).append((self.now, value))

    def read_lines(self, text: str) -> None:
        """Takes what a function has logged: what is in the embedded metric format becomes samples."""
        for line in map(json.loads, text.splitlines()):
            for directive in line.get("_aws", {}).get("CloudWatchMetrics", []):
                for names in directive["Dimensions"]:
                    dimensions = {name: line[name] for name in names}
                    for metric in directive["Metrics"]:
                        self.count(directive["Namespace"], metric["Name"], dimensions, line[metric["Name"]])

    def raised(self) -> set[str]:
        """Evaluates all alarms, and answers the names of those in alarm."""
        self.states = {name: self._state(name) for name in self.alarms}
        return {name for name, state in self.states.items() if state == ALARM}

    def _state(self, name: str) -> str:
        alarm = self.alarms[name]
        assert alarm["comparisonOperator"] == "GreaterThanOrEqualToThreshold"
        values = self._values(alarm)
        missing = values.count(None)
        breaching = sum(value is not None and value >= alarm["threshold"] for value in values)
        good = len(values) - missing - breaching
        match alarm["treatMissingData"]:
            case "breaching":
                breaching += missing
            case "notBreaching":
                good += missing
            case "ignore":
                pass
            case other:
                raise AssertionError(other)
        needed = alarm["datapointsToAlarm"]
        if breaching >= needed:
            return ALARM
        if good > len(values) - needed:
            return OK
        return self.states.get(name, UNKNOWN)

    def _values(self, alarm: Mapping[str, Any]) -> Sequence[float | None]:
        """The statistic over each of the periods that the alarm looks back at; None: no data."""
        key = (alarm["namespace"], alarm["metricName"], tuple(sorted(alarm["dimensions"].items())))
        statistic, period = _STATISTICS[alarm["statistic"]], alarm["period"]
        values: list[float | None] = []
        for number in range(int(alarm["evaluationPeriods"])):
            end = self.now - number * period
            found = [value for at, value in self.samples.get(key, []) if end - period < at <= end]
            values.append(statistic(found) if found else None)
        return values
