"""The whole report function, on its artifact: reads the month, counts, writes its three files, stores and announces them."""

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from ossi.aws.items import to_item
from ossi_bench.artifacts import Code, prepare_report
from ossi_bench.processes import run
from ossi_bench.report.month import MONTH, stored_rows
from ossi_bench.stubs import Stubs

_FILES = ("xlsx", "csv", "json")
_ENVIRONMENT = {
    "OSSI_MONTH_INDEX": "byMonth",
    "OSSI_REPORT_BUCKET": "reports",
    "OSSI_API_URL": "https://ossi.example",
    "OSSI_REPORT_EMAILS": "false",
}


@dataclass(frozen=True)
class Reported:
    """One report: seconds in the handler, without its imports' time, and the process's peak memory."""

    seconds: float
    peak_mib: float


def measure(rows: int, subject: tuple[Path, Code] | None = None) -> Reported:
    """A month of so many contributions, once. subject: the Python and the code to run; None: the artifact.

    Raises RuntimeError if the report wasn't announced with all of its files.
    """
    python, code = subject or prepare_report()
    event = {"source": "slash", "month": MONTH, "requestedBy": "U0MANAGER0", "requestId": "bench"}
    with TemporaryDirectory() as directory, Stubs(Path(directory)) as stubs:
        stubs.keep_rows([to_item(row) for row in stored_rows(rows)])
        done = run(python, code, [event], stubs.environment() | _ENVIRONMENT)
        sent = [stubs.count(f"PUT {suffix}") for suffix in _FILES] + [stubs.count("chat.postMessage")]
    if sent != [1, 1, 1, 1]:
        raise RuntimeError(f"the report was not made: {sent}")
    return Reported(sum(done.ms) / 1000, done.peak_mib)
