"""How the tests get the Debian packages that they need: a mistake here would be a failure, or a skipped test, somewhere else."""

import fcntl
import os
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYet
from dataclasses import dataclass
from pathlib import Path

import pytest

import debian
from debian import NotInstalledError, Packages, ensure, ensure_or_skip

WAIT_SECONDS = 10


@pytest.fixture
def program(tmp_path: Path) -> Path:
    return tmp_path / "program"


@pytest.fixture
def packages(program: Path) -> Packages:
    return Packages("the program", files=(program,), names=("program-nogui", "fonts-program"))


@dataclass(frozen=True)
class Machine:
    """Root's, with an apt-get that installs the program and writes down how it was called."""

    apt: Path
    log: Path
    lock: Path


@pytest.fixture
def machine(tmp_path: Path, program: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    log, folder, lock = tmp_path / "log", tmp_path / "bin", tmp_path / "lock"
    folder.mkdir()
    apt = folder / "apt-get"
    apt.write_text(f'#!/bin/sh\necho "$@" >> {log}\ncase "$*" in *install*) touch {program};; esac\n')
    apt.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(debian, "_LOCK", lock)
    return Machine(apt, log, lock)


def test_what_is_there_is_not_installed(program: Path, packages: Packages, machine: Machine) -> None:
    program.touch()

    ensure(packages)

    assert not machine.log.exists()


def test_root_gets_it_installed(program: Path, packages: Packages, machine: Machine) -> None:
    ensure(packages)

    assert program.exists()
    assert machine.log.read_text().splitlines() == [
        "update -qq",
        "-o DPkg::Lock::Timeout=120 install -y -qq --no-install-recommends program-nogui fonts-program",
    ]


def test_anybody_else_is_told_what_to_do(
    program: Path, packages: Packages, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)

    with pytest.raises(NotInstalledError) as missing:
        ensure(packages)

    assert str(missing.value) == (
        f"These tests need the program, and there is no {program}. On Debian: apt install program-nogui fonts-program"
    )
    assert not machine.log.exists()


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("exit 100", "These tests need the program, and `apt-get update -qq` failed."),
        ("exit 0", "program-nogui fonts-program: installed, and there is still no {program}."),
    ],
)
def test_an_installation_that_brings_nothing_is_told(
    script: str, said: str, program: Path, packages: Packages, machine: Machine
) -> None:
    machine.apt.write_text(f"#!/bin/sh\n{script}\n")

    with pytest.raises(NotInstalledError) as missing:
        ensure(packages)

    assert str(missing.value) == said.format(program=program)


@pytest.mark.parametrize(
    ("ci", "outcome"), [("true", pytest.fail.Exception), ("", pytest.skip.Exception), (None, pytest.skip.Exception)]
)
def test_ci_skips_nothing(
    ci: str | None, outcome: type[BaseException], packages: Packages, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    if ci is None:
        monkeypatch.delenv("CI", raising=False)
    else:
        monkeypatch.setenv("CI", ci)

    with pytest.raises(outcome, match="On Debian: apt install"):
        ensure_or_skip(packages)


@pytest.mark.parametrize("installed_meanwhile", [True, False])
def test_two_processes_do_not_install_at_once(
    installed_meanwhile: bool, program: Path, packages: Packages, machine: Machine
) -> None:
    with ThreadPoolExecutor() as pool:
        with machine.lock.open("a") as of_another:
            fcntl.flock(of_another, fcntl.LOCK_EX)
            second: Future[None] = pool.submit(ensure, packages)
            with pytest.raises(NotYet):
                second.result(timeout=0.5)
            assert not machine.log.exists()
            if installed_meanwhile:
                program.touch()
        second.result(timeout=WAIT_SECONDS)

    assert machine.log.exists() != installed_meanwhile
    assert program.exists()
