"""`ossi local` as people start it: a process of its own, watched from outside."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict

ROOT = Path(__file__).parents[2]
OSSI = Path(sys.executable).with_name("ossi")

# A first start builds the functions, which takes about a minute on a slow machine.
_START_SECONDS = 150.0
# What the functions had unpacked is removed, which takes a while on a busy machine.
_STOP_SECONDS = 90.0


class Channels(BaseModel):
    """The ids of the two channels."""

    model_config = ConfigDict(extra="forbid")

    management: str
    public: str


class Person(BaseModel):
    """Somebody of the workspace."""

    model_config = ConfigDict(extra="forbid")

    id: str
    name: str
    real_name: str
    role: Literal["employee", "manager"]


class Ready(BaseModel):
    """The ready file: other programs build on these names."""

    slack_url: str
    control_url: str | None
    slash_url: str
    interactions_url: str
    aws_endpoint_url: str
    aws_region: str
    table: str
    ledger_table: str
    report_bucket: str
    functions: dict[str, str]
    report_queue_url: str
    signing_secret: str
    bot_token: str
    channels: Channels
    users: list[Person]
    pid: int


class Running:
    """One `ossi local`. A context manager: leaving it ends the process by Ctrl-C's signal and checks that all is gone."""

    def __init__(self, directory: Path, *options: str) -> None:
        """Takes a directory for the log and the ready file, and more options for the command."""
        self.ready_file = directory / "ready.json"
        self._log_file = directory / "ossi.log"
        self._options = options
        self._process: subprocess.Popen[bytes] | None = None
        self._ready: Ready | None = None

    @property
    def ready(self) -> Ready:
        """Where everything is."""
        assert self._ready is not None, "it does not run"
        return self._ready

    @property
    def pid(self) -> int | None:
        """The process id of the command."""
        return self._process.pid if self._process else None

    @property
    def log(self) -> str:
        """What the command has printed until now."""
        return self._log_file.read_text(errors="replace")

    def __enter__(self) -> Self:
        command = [OSSI, "local", "--port", "0", "--no-browser", "--ready-file", self.ready_file, *self._options]
        with self._log_file.open("wb") as log:
            self._process = subprocess.Popen(
                command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT
            )
        try:
            self._wait_until_ready(self._process)
        except BaseException:
            self._process.terminate()
            self._process.wait(_STOP_SECONDS)
            raise
        return self

    def kill(self) -> None:
        """kill -9 of the command and of everything that it started, so that nothing can be saved or cleared up."""
        process, self._process = self._process, None
        assert process is not None, "it does not run"
        family = descendants(process.pid)
        # Stopped first: none of them sees that another ends.
        for number in (signal.SIGSTOP, signal.SIGKILL):
            for each in family:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(each, number)
        process.wait(_STOP_SECONDS)

    def _wait_until_ready(self, process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while not self.ready_file.exists():
            assert process.poll() is None, f"it ended with {process.returncode}:\n{self.log}"
            assert time.monotonic() < deadline, f"it did not get ready within {_START_SECONDS:.0f} s:\n{self.log}"
            time.sleep(0.05)
        self._ready = Ready.model_validate_json(self.ready_file.read_bytes())

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        family = descendants(process.pid)
        process.send_signal(signal.SIGINT)
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if error is not None:
            return
        assert process.returncode == 0, f"it ended with {process.returncode}:\n{self.log}"
        assert "Everything has been stopped." in self.log
        assert "Traceback" not in self.log, self.log
        assert not self.ready_file.exists(), "the ready file tells of something that does not run any more"
        assert len(family) > 1, "the emulator and its functions were among its processes"
        assert not (left := family & alive()), f"it left processes behind: {left}"
        for url in (self.ready.aws_endpoint_url, self.ready.slack_url):
            if url == self.ready.aws_endpoint_url or self.ready.control_url is not None:
                assert not listens(url), f"something still listens at {url}"


def _processes() -> dict[int, int]:
    """Process id -> parent's id, of those that have not ended."""
    if Path("/proc/self/stat").exists():
        found: dict[int, int] = {}
        for file in Path("/proc").glob("[0-9]*/stat"):
            try:
                state, parent = file.read_text().rsplit(")", 1)[1].split()[:2]
            except (FileNotFoundError, ProcessLookupError):  # it ended just now
                continue
            if state != "Z":
                found[int(file.parent.name)] = int(parent)
        return found
    listed = subprocess.run(["ps", "-A", "-o", "pid=,ppid=,stat="], check=True, capture_output=True, text=True)
    rows = [line.split() for line in listed.stdout.splitlines()]
    return {int(pid): int(parent) for pid, parent, state in rows if not state.startswith("Z")}


def alive() -> set[int]:
    """The ids of all processes that have not ended."""
    return set(_processes())


def descendants(pid: int) -> set[int]:
    """The process and all that it started, and what these started."""
    parents = _processes()
    family = {pid}
    while more := {child for child, parent in parents.items() if parent in family} - family:
        family |= more
    return family


def listens(url: str) -> bool:
    """Whether somebody accepts connections at the address."""
    parts = urlsplit(url)
    with socket.socket() as probe:
        probe.settimeout(2)
        return probe.connect_ex((str(parts.hostname), int(parts.port or 0))) == 0


def run_ossi(*arguments: str | Path, timeout: float = 60) -> subprocess.CompletedProcess[str]:
    """Runs `ossi local` with these arguments to its end, which it is expected to find by itself."""
    return subprocess.run(
        [OSSI, "local", "--no-browser", *arguments],
        cwd=ROOT,
        env=dict(os.environ),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )
