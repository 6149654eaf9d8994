"""uv as the build uses it: found once, run in the checkout, its failures put into sentences."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Collection
from pathlib import Path

import click

# A mirror named here would count as a difference to the lock file, which names the index it was made from.
_INDEX_VARIABLES = {"UV_INDEX", "UV_DEFAULT_INDEX", "UV_INDEX_URL", "UV_EXTRA_INDEX_URL", "UV_FIND_LINKS"}

# Words of uv's own messages when it cannot reach the package index.
_NETWORK_WORDS = (
    "error sending request",
    "failed to fetch",
    "dns error",
    "connection refused",
    "network was disabled",
    "timed out",
)


class UvError(click.ClickException):
    """uv is missing or has failed; the message says what to do about it."""


class Uv:
    """Runs uv in one checkout."""

    def __init__(self, root: Path) -> None:
        """`root`: the directory of uv.lock. Raises UvError when there is no uv."""
        self._root = root
        self._command = _find_uv()
        # A virtual environment that happens to be active is not the one that is meant here.
        self._environment = {name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"}

    def check_lock(self) -> None:
        """Raise UvError when uv.lock is missing or does not fit the pyproject.toml files. Needs no network."""
        if not (self._root / "uv.lock").is_file():
            raise UvError(f"{self._root / 'uv.lock'} is missing: run `uv lock` and commit it.")
        done = self._call("lock", "--check", "--offline", "--python", sys.executable, without=_INDEX_VARIABLES)
        if done.returncode != 0:
            raise UvError(
                "uv.lock does not fit the pyproject.toml files any more: run `uv lock` and build again."
                f" uv says:\n{_indented(done.stderr)}"
            )

    def run(self, *arguments: str) -> None:
        """Run one uv command quietly. Raises UvError with the reason that uv gives."""
        done = self._call("--quiet", *arguments)
        if done.returncode != 0:
            raise UvError(_explain(arguments, done.stderr))

    def install_python(self, minor: str, directory: Path) -> None:
        """Fetch a Python of that version into `directory` and leave the rest of the machine alone. Raises UvError."""
        self.run("python", "install", "--no-bin", "--install-dir", str(directory), minor)

    def _call(self, *arguments: str, without: Collection[str] = ()) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [self._command, *arguments],
            check=False,
            cwd=self._root,
            env={name: value for name, value in self._environment.items() if name not in without},
            capture_output=True,
            text=True,
        )


def _find_uv() -> str:
    """The uv of the environment that runs this (it is pinned there), else the one on the PATH."""
    beside = Path(sys.executable).with_name("uv")
    if os.access(beside, os.X_OK):
        return str(beside)
    found = shutil.which("uv")
    if found is None:
        raise UvError("uv is missing: run `make install`, which puts it into .venv.")
    return found


def _explain(arguments: tuple[str, ...], output: str) -> str:
    detail = _indented(output)
    if any(word in output.lower() for word in _NETWORK_WORDS):
        return f"The package index cannot be reached, and uv's cache does not hold everything. uv says:\n{detail}"
    command = " ".join(argument for argument in arguments[:2] if not argument.startswith("-"))
    return f"`uv {command}` failed. uv says:\n{detail}"


def _indented(output: str) -> str:
    return "\n".join(f"  {line.rstrip()}" for line in output.splitlines() if line.strip())
