"""Runs a handler in a process of its own, as Lambda would."""

import json
import os
import subprocess
import tempfile
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ossi.domain.levels import DEFAULT_LEVELS
from ossi_bench.artifacts import Code
from ossi_bench.requests import ZONE, Event

_CHILD = Path(__file__).parent / "child.py"
_LONGEST_S = 300


@dataclass(frozen=True)
class Run:
    """What a process did. started: time.monotonic() of its start, in seconds; ms: of each call; peak_mib: of memory."""

    started: float
    ms: tuple[float, ...]
    peak_mib: float


def run(
    python: Path,
    code: Code,
    events: Iterable[Event],
    environment: dict[str, str],
    before: Sequence[str] = (),
    status: int = 200,
) -> Run:
    """Hands the events to a fresh process. environment: beside that of a function. before: a command that runs the other.

    status: what requests are to be answered with.

    Raises RuntimeError with what went wrong.
    """
    text = "\n".join(json.dumps(event) for event in events) + "\n"
    with tempfile.TemporaryFile("w+") as written:
        written.write(text)
        written.seek(0)
        # -P -s: nothing but the function's code and the runtime's packages. -B as on Lambda, where nothing can be written.
        command = [*before, python, "-P", "-s", "-B", _CHILD, code.directory, code.module, str(status)]
        started = time.monotonic()
        done = subprocess.run(
            command,
            stdin=written,
            capture_output=True,
            text=True,
            timeout=_LONGEST_S,
            check=False,
            env=function_environment() | environment,
            cwd=code.directory,
        )
    if done.returncode:
        raise RuntimeError(f"{code.module} failed: {done.stderr.strip()[-2000:]}")
    result = json.loads(done.stdout)
    return Run(started, tuple(result["ms"]), result["peak_mib"])


def function_environment() -> dict[str, str]:
    """What the Pulumi program gives the functions, all in one."""
    levels = [
        {"key": each.key, "label": each.label, "amount": str(each.amount), "currency": each.currency}
        | ({} if each.offered else {"offered": False})
        for each in DEFAULT_LEVELS
    ]
    return {
        "PATH": os.environ["PATH"],
        "LANG": "C.UTF-8",
        "AWS_LAMBDA_FUNCTION_NAME": "bench",
        "OSSI_TABLE": "contributions",
        "OSSI_LEDGER_TABLE": "ledger",
        "OSSI_SECRET_ID": "ossi",
        "OSSI_LINK_SECRET_ID": "ossi-links",
        "OSSI_MANAGEMENT_CHANNEL": "C0MANAGERS",
        "OSSI_PUBLIC_CHANNEL": "C0OPENSRC",
        "OSSI_TIME_ZONE": ZONE,
        "OSSI_GRACE_DAYS": "2",
        "OSSI_COMPENSATION_LEVELS": json.dumps(levels),
        "OSSI_REPORT_FUNCTION": "report",
        "OSSI_STACK": "bench",
        "OSSI_VERSION": "0",
    }
