"""Cold starts in instructions, counted by valgrind's callgrind: nearly the same whatever else the machine does.

Of whole processes, from their start to their end. An instruction is not a time: what waits for the disk or the network takes none.
"""

import re
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

from ossi_bench.artifacts import Code, Subjects
from ossi_bench.findings import Finding, at_most
from ossi_bench.processes import run
from ossi_bench.requests import Event, command, form_sent
from ossi_bench.stubs import Stubs

_MILLION = 1e6


def measure(subjects: Subjects, stubs: Stubs) -> list[Finding]:
    """Each start once: Ossi's and the floor's hardly differ from run to run, Bolt's, which has threads of its own, by a tenth."""
    if shutil.which("valgrind") is None:
        return [Finding("cold starts in instructions", "not counted here: valgrind is not installed")]
    floor = _count(subjects, stubs, subjects.floor, {})
    bolt_new = _count(subjects, stubs, subjects.bolt, command("new"))
    ossi_new = _count(subjects, stubs, subjects.slash, command("new"))
    bolt_form = _count(subjects, stubs, subjects.bolt, form_sent())
    ossi_form = _count(subjects, stubs, subjects.interactions, form_sent())
    return [
        _ratio("cold `/ossi new`", ossi_new, bolt_new, 0.3, "Bolt's"),
        _ratio("cold `/ossi new`", ossi_new, floor, 2, "the floor"),
        _ratio("cold form", ossi_form, bolt_form, 0.5, "Bolt's"),
    ]


def _ratio(what: str, one: float, other: float, goal: float, peer: str) -> Finding:
    detail = f"({one / _MILLION:,.0f} to {other / _MILLION:,.0f} million)"
    return at_most(f"{what}, instructions", one / other, goal, f"x {peer}", detail)


def _count(subjects: Subjects, stubs: Stubs, code: Code, event: Event) -> int:
    with TemporaryDirectory() as directory:
        counts = Path(directory) / "counts"
        valgrind = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={counts}"]
        run(subjects.python, code, [event], stubs.environment() | {"PYTHONHASHSEED": "0"}, valgrind)
        found = re.search(
            r"^(?:totals|summary): (\d+)", counts.read_text(encoding="utf-8", errors="replace"), re.MULTILINE
        )
    if found is None:
        raise RuntimeError("callgrind told no total")
    return int(found[1])
