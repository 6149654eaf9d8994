"""Cold starts with the processor that Lambda gives to a function of some memory."""

from collections.abc import Callable
from contextlib import ExitStack
from statistics import median

from ossi_bench.artifacts import Code, Subjects
from ossi_bench.cpu_share import share_of
from ossi_bench.findings import Finding, at_most
from ossi_bench.processes import run
from ossi_bench.requests import Event, command, form_sent
from ossi_bench.stubs import Stubs

_CURVE_MB = (256, 512, 1024, 1769)
_DEFAULT_MB = 1024  # ossi:answeringMemory, see infra/settings.py
_ROUNDS = 7


def measure(subjects: Subjects, stubs: Stubs) -> list[Finding]:
    """The curve. At the default a third of Slack's three seconds may be used; the rest is for the network and Lambda's own start."""
    starts: list[tuple[str, Code, Callable[[], Event], str]] = [
        ("cold `/ossi new`", subjects.slash, lambda: command("new"), "views.open"),
        ("cold form", subjects.interactions, form_sent, "TransactWriteItems"),
    ]
    took: dict[tuple[int, str], list[float]] = {}
    with ExitStack() as groups:
        try:
            shares = {memory: groups.enter_context(share_of(memory)) for memory in _CURVE_MB}
        except OSError as error:
            return [
                Finding(
                    "cold starts by memory", f"not measured here: {error.strerror}: it takes root and control groups"
                )
            ]
        for _ in range(_ROUNDS):
            for memory, share in shares.items():
                for name, code, event, until in starts:
                    stubs.forget()
                    began = run(subjects.python, code, [event()], stubs.environment(), share).started
                    took.setdefault((memory, name), []).append(stubs.arrival(until) - began)
    return [_finding(name, memory, median(values)) for (memory, name), values in took.items()]


def _finding(name: str, memory: int, seconds: float) -> Finding:
    what = f"{name} with the processor of {memory} MB"
    return at_most(what, seconds, 1, "s") if memory == _DEFAULT_MB else Finding(what, f"{seconds:.2f} s")
