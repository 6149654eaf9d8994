"""Cold starts: from the start of a fresh process to the bytes of the call that matters, on the wire of a stub.

The subjects take turns, so that whatever else the machine does falls on all of them alike; medians are compared.
"""

from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

from ossi_bench.artifacts import Code, Subjects
from ossi_bench.findings import Finding, at_most
from ossi_bench.processes import run
from ossi_bench.requests import Event, command, form_sent
from ossi_bench.stubs import Stubs


@dataclass(frozen=True)
class _Start:
    """event: makes the request, anew each time, since its signature ages. until: the call whose arrival ends the measurement."""

    name: str
    code: Code
    event: Callable[[], Event]
    until: str


def measure(subjects: Subjects, stubs: Stubs, rounds: int) -> list[Finding]:
    """All cold starts, interleaved."""
    starts = [
        _Start("floor", subjects.floor, dict, "views.open"),
        _Start("bolt new", subjects.bolt, lambda: command("new"), "views.open"),
        _Start("ossi new", subjects.slash, lambda: command("new"), "views.open"),
        _Start("bolt form", subjects.bolt, form_sent, "PutItem"),
        _Start("ossi form", subjects.interactions, form_sent, "TransactWriteItems"),
    ]
    took: dict[str, list[float]] = {start.name: [] for start in starts}
    for number in range(rounds + 1):
        for start in starts:
            stubs.forget()
            began = run(subjects.python, start.code, [start.event()], stubs.environment()).started
            if number:  # the first round only brings the files into the page cache
                took[start.name].append((stubs.arrival(start.until) - began) * 1000)
    ms = {name: median(values) for name, values in took.items()}
    new, form = "cold `/ossi new`, to `views.open` on the wire", "cold form, to the row on the wire"
    return [
        at_most(new, ms["ossi new"] / ms["bolt new"], 0.3, "x Bolt's", f"({_ms(ms, 'ossi new', 'bolt new')})"),
        at_most(new, ms["ossi new"] / ms["floor"], 2, "x the floor", f"({_ms(ms, 'ossi new', 'floor')})"),
        at_most(form, ms["ossi form"] / ms["bolt form"], 0.5, "x Bolt's", f"({_ms(ms, 'ossi form', 'bolt form')})"),
    ]


def _ms(ms: dict[str, float], one: str, other: str) -> str:
    return f"{ms[one]:.0f} to {ms[other]:.0f} ms"
