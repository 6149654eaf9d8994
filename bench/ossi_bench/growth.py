"""How time and memory grow with the work."""

from pathlib import Path
from statistics import median

from ossi_bench.artifacts import Code, Subjects
from ossi_bench.findings import Finding, at_most
from ossi_bench.processes import Run, run
from ossi_bench.requests import Event, command, forged, stored_row, stream_batch, unsigned
from ossi_bench.stubs import Stubs

_RECORDS_FEW, _RECORDS_MANY = 250, 1000
_ROWS_FEW, _ROWS_MANY = 10, 10_000
_BATCH = 25  # as infra/components/stream.py has it
_ROUNDS = 3
_LISTS, _WARMING = 200, 20
_STRANGERS = 60
_SMALL, _LONGEST_TAKEN, _LARGEST = 1_000, 128 * 1024, 4_400_000  # bytes; Lambda takes no more than the last, as base64


def measure(subjects: Subjects, stubs: Stubs) -> list[Finding]:
    """The stream function with few and many records; a list with few and many contributions; small and large requests of strangers."""
    return [*_streams(subjects, stubs), *_lists(subjects, stubs), *_strangers(subjects, stubs)]


def _streams(subjects: Subjects, stubs: Stubs) -> list[Finding]:
    few, many = list[Run](), list[Run]()
    for _ in range(_ROUNDS):
        few.append(stream(subjects.python, subjects.stream, stubs, _RECORDS_FEW))
        many.append(stream(subjects.python, subjects.stream, stubs, _RECORDS_MANY))
    each_of_few = median(sum(run.ms) for run in few) / _RECORDS_FEW
    each_of_many = median(sum(run.ms) for run in many) / _RECORDS_MANY
    memory = median(run.peak_mib for run in many)
    more = f"{_RECORDS_MANY:,} records against {_RECORDS_FEW}"
    return [
        at_most(f"stream: time for a record, {more}", each_of_many / each_of_few, 1.1, "x", f"({each_of_many:.1f} ms)"),
        at_most(
            f"stream: peak memory, {more}",
            memory / median(run.peak_mib for run in few),
            1.1,
            "x",
            f"({memory:.0f} MiB)",
        ),
    ]


def _lists(subjects: Subjects, stubs: Stubs) -> list[Finding]:
    took: dict[int, list[float]] = {_ROWS_FEW: [], _ROWS_MANY: []}
    for _ in range(_ROUNDS):
        for rows, values in took.items():
            stubs.keep_rows([stored_row(number, "U0AINO001") for number in range(rows, 0, -1)])
            events = [command("list")] * (_LISTS + _WARMING)
            values += run(subjects.python, subjects.slash, events, stubs.environment()).ms[_WARMING:]
    stubs.keep_rows([])
    few, many = median(took[_ROWS_FEW]), median(took[_ROWS_MANY])
    what = f"`/ossi list`, {_ROWS_MANY:,} own contributions against {_ROWS_FEW}"
    return [at_most(what, many / few, 1.2, "x", f"({many:.1f} to {few:.1f} ms)")]


def _strangers(subjects: Subjects, stubs: Stubs) -> list[Finding]:
    def took(event: Event, status: int) -> float:
        # The best of them: the large events that are read between are work for the machine's caches, not for the handler.
        events = [event] * (_STRANGERS + _WARMING)
        return min(run(subjects.python, subjects.slash, events, stubs.environment(), status=status).ms[_WARMING:])

    real = took(command("help"), 200)
    found = list[Finding]()
    for what, event in {
        "unsigned, 1 KB": unsigned(_SMALL),
        "unsigned, 4.4 MB": unsigned(_LARGEST),
        "forged, 128 KB": forged(_LONGEST_TAKEN),
        "forged, 4.4 MB": forged(_LARGEST),
    }.items():
        ms = took(event, 401)
        found.append(
            at_most(f"refusing a stranger ({what}) against answering `/ossi help`", ms / real, 3, "x", f"({ms:.2f} ms)")
        )
    return found


def stream(python: Path, code: Code, stubs: Stubs, records: int) -> Run:
    """Hands so many new contributions to the stream function. Raises RuntimeError if it didn't send what they call for."""
    stubs.forget()
    batches = [stream_batch(first, _BATCH) for first in range(0, records, _BATCH)]
    done = run(python, code, batches, stubs.environment())
    sent = stubs.count("chat.postMessage")
    if sent != 2 * records:  # the submitter's confirmation and the managers' request
        raise RuntimeError(f"{records} records made {sent} messages")
    return done
