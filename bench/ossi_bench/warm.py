"""Warm answers: a function that has answered before, between stubs that answer at once."""

from collections.abc import Callable

from ossi_bench.artifacts import Code, Subjects
from ossi_bench.findings import Finding, at_most
from ossi_bench.processes import run
from ossi_bench.requests import Event, command, form_sent
from ossi_bench.stubs import Stubs
from ossi_playground.load import percentile

_CALLS = 1000
_WARMING = 20


def measure(subjects: Subjects, stubs: Stubs) -> list[Finding]:
    """Each kind of request, many times in one process."""
    kinds: list[tuple[str, Code, Callable[[int], Event]]] = [
        ("warm `/ossi new`", subjects.slash, lambda _: command("new")),
        ("warm `/ossi list`", subjects.slash, lambda _: command("list")),
        ("warm `/ossi help`", subjects.slash, lambda _: command("help")),
        ("warm form", subjects.interactions, form_sent),
    ]
    findings: list[Finding] = []
    for name, code, event in kinds:
        events = (event(number) for number in range(_CALLS + _WARMING))
        ms = run(subjects.python, code, events, stubs.environment()).ms[_WARMING:]
        detail = f"(p50 {percentile(ms, 50):.1f} ms)"
        findings.append(at_most(f"{name}, p99 with stubs", percentile(ms, 99), 10, "ms", detail, places=1))
    return findings
