"""Starts and stops the emulator: one process group on one loopback port, which leaves nothing behind."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from local_aws import emulator_process
from local_aws.clients import DEFAULT_REGION, Clients
from local_aws.directory_lock import lock_directory, private_file, remove_abandoned
from local_aws.environment import ensure_environment
from local_aws.errors import LocalAwsError, PortInUseError, StateDirInUseError

HOST = "127.0.0.1"
_START_SECONDS = 30.0
# ministack lets open connections finish for 3 s and then saves its state.
_STOP_SECONDS = 20.0
_ATTEMPTS_AT_A_FREE_PORT = 3
_PORT_FILE = "port"
_WORK_PREFIX = "local-aws-"
_ATTEMPTS_AT_A_WORK_DIR = 5
# Whatever proxy is set on this machine is not for the loopback address.
_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class Emulator(Clients):
    """The emulator of AWS, with authorization on, and typed boto3 clients for it.

    Use it as a context manager, or call `start` and `stop`. An `Emulator` that was stopped can be started again.
    """

    def __init__(
        self,
        *,
        port: int | None = None,
        region: str = DEFAULT_REGION,
        state_dir: Path | None = None,
        python: Path | None = None,
    ) -> None:
        """Takes a port (None: any free one) and a directory in which the state is kept as it goes (None: all is forgotten).

        With a directory, any free port is the one of the last run while that's free, so that addresses that were given away go on working.
        `python` is the interpreter of an environment that holds ministack and boto3. The functions run in it too. None
        takes the one that `environment.ensure_environment` prepares.
        """
        super().__init__("", region)
        self._wanted_port = port
        # The emulator has a working directory of its own. A link is kept: what it leads to is another environment's Python.
        self._python = python.absolute() if python else None
        self._state_dir = state_dir.resolve() if state_dir else None
        self._work_dir: Path | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._locks: list[IO[str]] = []
        self.port = 0
        self.log_file = Path(os.devnull)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def pid(self) -> int | None:
        """The process id of the emulator, None when it does not run."""
        return self._process.pid if self._process else None

    def start(self) -> None:
        """Starts the emulator and returns when it answers.

        Raises PortInUseError or StateDirInUseError if another program holds what was asked for, LocalAwsError if the
        emulator ends or stays silent (the message holds the end of its log).
        """
        if self._process is not None:
            raise LocalAwsError("The local AWS runs already.")
        python = self._python or ensure_environment()
        if self._state_dir is not None:
            # Whoever was killed has an emulator that still saves.
            self._locks.append(lock_directory(self._state_dir, _STOP_SECONDS))
        try:
            remove_abandoned(Path(tempfile.gettempdir()), _WORK_PREFIX)
            self._work_dir = self._take_work_dir()
            self.log_file = (self._state_dir or self._work_dir) / "aws.log"
            self._start_on_some_port(python)
        except BaseException:
            self.stop()
            raise

    def _take_work_dir(self) -> Path:
        """A working directory that's removed when it ends, or at somebody's next start."""
        for _attempt in range(_ATTEMPTS_AT_A_WORK_DIR):
            work = Path(tempfile.mkdtemp(prefix=_WORK_PREFIX))
            try:
                lock = lock_directory(work)
            except StateDirInUseError:  # another start took it for abandoned
                continue
            if (work / "lock").exists():
                self._locks.append(lock)
                return work
            lock.close()
        raise LocalAwsError(f"No directory can be made in {tempfile.gettempdir()}.")

    def _start_on_some_port(self, python: Path) -> None:
        # Between finding a free port and listening on it another process may take it.
        attempts = 1 if self._wanted_port else _ATTEMPTS_AT_A_FREE_PORT
        for attempt in range(1, attempts + 1):
            self.port = _usable_port(self._wanted_port or self._last_port(attempt))
            self._point_at(f"http://{HOST}:{self.port}")
            self._spawn(python)
            try:
                self._wait_until_ready()
            except PortInUseError:
                self._end_process()
                if attempt == attempts:
                    raise
            else:
                self._note_port()
                return

    def _last_port(self, attempt: int) -> int | None:
        """The port of the last run on this state, where it's free: links to it are in other programs' data."""
        if self._state_dir is None or attempt > 1:
            return None
        try:
            return _usable_port(int((self._state_dir / _PORT_FILE).read_text()))
        except (OSError, ValueError, OverflowError, PortInUseError):
            return None

    def _note_port(self) -> None:
        if self._state_dir is not None:
            with private_file(self._state_dir / _PORT_FILE, os.O_WRONLY | os.O_TRUNC) as file:
                file.write(str(self.port))

    def _spawn(self, python: Path) -> None:
        # Isolated mode: neither our PYTHON* variables nor the directory of the script are on the module path.
        with private_file(self.log_file, os.O_WRONLY | os.O_APPEND) as log:
            self._process = subprocess.Popen(
                [str(python), "-I", emulator_process.__file__],
                env=self._environment(),
                cwd=self._work(),
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                # Should we be killed, the directories are its own until it has ended.
                pass_fds=[lock.fileno() for lock in self._locks],
            )

    def _environment(self) -> dict[str, str]:
        # Built from nothing: the functions inherit it, and what is set on our machine must not help them.
        work = self._work()
        home, temporary = work / "home", work / "tmp"
        home.mkdir(exist_ok=True)
        temporary.mkdir(exist_ok=True)
        state = self._state_dir or work
        for kept in (state / "state", state / "s3"):
            kept.mkdir(exist_ok=True)
            kept.chmod(0o700)  # an older version made them for everyone's eyes
        return {
            "PATH": "/usr/local/bin:/usr/bin:/bin",
            "HOME": str(home),
            "TMPDIR": str(temporary),
            "LANG": "C.UTF-8",
            "GATEWAY_PORT": str(self.port),
            "BIND_HOST": HOST,
            "MINISTACK_HOST": HOST,
            "MINISTACK_REGION": self.region,
            "AUTH": "true",
            "IOT_MTLS_ENABLED": "0",
            "SFTP_ENABLED": "0",
            # No Docker: the emulator would look for containers of its own and remove them.
            "DOCKER_HOST": f"unix://{work}/no-docker.sock",
            "LAMBDA_EXECUTOR": "local",
            "PERSIST_STATE": "1" if self._state_dir else "0",
            "STATE_DIR": str(state / "state"),
            "S3_PERSIST": "1" if self._state_dir else "0",
            "S3_DATA_DIR": str(state / "s3"),
        }

    def _work(self) -> Path:
        if self._work_dir is None:
            raise LocalAwsError("The local AWS does not run.")
        return self._work_dir

    def _wait_until_ready(self) -> None:
        process = self._process
        deadline = time.monotonic() + _START_SECONDS
        while process is not None and time.monotonic() < deadline:
            if process.poll() is not None:
                words = self.log_tail()
                if "already in use" in words or "ddress already in use" in words:
                    raise PortInUseError(_port_in_use(self.port))
                raise LocalAwsError(f"The local AWS ended while it started (exit {process.returncode}):\n{words}")
            if self._answers():
                return
            time.sleep(0.03)
        raise LocalAwsError(f"The local AWS did not answer within {_START_SECONDS:.0f} s:\n{self.log_tail()}")

    def _answers(self) -> bool:
        try:
            with _DIRECT.open(f"{self.endpoint_url}/_ministack/health", timeout=2) as response:
                health = json.load(response)
        except (urllib.error.URLError, OSError, json.JSONDecodeError):
            return False
        if health.get("auth") != "enabled":
            raise LocalAwsError("The local AWS started without authorization: it would prove nothing about rights.")
        return True

    def log_tail(self, lines: int = 15) -> str:
        """Returns the last lines of the emulator's log."""
        if not self.log_file.is_file():
            return ""
        return "\n".join(self.log_file.read_text(errors="replace").splitlines()[-lines:])

    def stop(self) -> None:
        """Stops the emulator and every Lambda worker that it started; saves the state if there is a state directory.

        May be called at any time and more than once. Raises LocalAwsError if the emulator had to be killed before it
        had saved the state.
        """
        killed = self._end_process()
        work, self._work_dir = self._work_dir, None
        if work is not None:
            shutil.rmtree(work, ignore_errors=True)
        for lock in self._locks:
            lock.close()
        self._locks = []
        if killed and self._state_dir is not None:
            raise LocalAwsError(f"The local AWS did not stop in time; {self._state_dir} may lack the latest changes.")

    def _end_process(self) -> bool:
        process, self._process = self._process, None
        if process is None:
            return False
        killed = False
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                killed = True
        # Lambda workers are in the same process group; one in the middle of its work outlives the emulator.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        if process.stdin:
            process.stdin.close()
        return killed


def _usable_port(wanted: int | None) -> int:
    with socket.socket() as probe:
        # As servers do: a port whose last connections are still being forgotten is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, wanted or 0))
        except OSError as error:
            raise PortInUseError(_port_in_use(wanted or 0)) from error
        return int(probe.getsockname()[1])


def _port_in_use(port: int) -> str:
    return f"Port {port} on {HOST} is in use by another program. Choose another port or stop that program."
