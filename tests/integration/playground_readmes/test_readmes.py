"""The READMEs of the local Slack and the local AWS, followed word by word in an empty directory, without Ossi.

Files are saved and commands run in the order in which they stand, and what they print has to be what the README says. Only
the ports are others, and packages come in the versions of uv.lock.
"""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PLAYGROUND = ROOT / "playground"
_BLOCK = re.compile(r"(?P<before>[^\n]*)\n\n```(?P<language>\w+)\n(?P<content>.*?)```", re.DOTALL)
_FILE = re.compile(r"Save this as `([^`]+)`")
_STARTS_SECONDS = 30.0


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What a reader has: uv on the PATH, and the checkout somewhere else."""
    tools = Path(sys.executable).parent
    constraints = tmp_path_factory.mktemp("lock") / "constraints.txt"
    export = [tools / "uv", "export", "--frozen", "--quiet", "--all-packages", "--all-groups", "--no-emit-workspace"]
    subprocess.run([*export, "--no-hashes", "--output-file", constraints], cwd=ROOT, check=True)
    # Whatever names another environment to uv would have the README's packages installed there, not in the reader's own.
    elsewhere = {"VIRTUAL_ENV", "PYTHONPATH", "UV_PYTHON", "UV_SYSTEM_PYTHON", "UV_PROJECT_ENVIRONMENT"}
    kept = {name: value for name, value in os.environ.items() if name not in elsewhere}
    return {
        **kept,
        "PATH": f"{tools}{os.pathsep}{kept['PATH']}",
        "CHECKOUT": str(ROOT),
        "UV_CONSTRAINT": str(constraints),
    }


class Reader:
    """Follows a README in a directory of their own."""

    def __init__(self, directory: Path, environment: dict[str, str], servers: ExitStack) -> None:
        self._directory = directory
        self._environment = environment
        self._servers = servers

    def follow(self, readme: str, ports: tuple[int, ...] = ()) -> list[str]:
        """Does what the README says; returns what it says is printed. `ports`: of its servers, in the order of starting."""
        printed, expected, waiting = "", list[str](), list(ports)
        for block in _BLOCK.finditer(readme):
            content = block["content"]
            match block["language"]:
                case "sh" if content.endswith("&\n"):
                    for command in content.splitlines():
                        self._start(command.removesuffix("&"), waiting.pop(0))
                case "sh":
                    printed = self._run(content)
                case "text":
                    assert printed == content
                    expected += content.splitlines()
                case _:
                    self._save(block["before"], content)
        return expected

    def _save(self, before: str, content: str) -> None:
        named = _FILE.search(before)
        assert named is not None, f"the README does not say where this is saved:\n{content}"
        target = self._directory / named[1]
        target.parent.mkdir(exist_ok=True)
        target.write_text(content)

    def _run(self, commands: str) -> str:
        shell = ["bash", "-euc", commands]
        done = subprocess.run(
            shell, cwd=self._directory, env=self._environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{commands}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def _start(self, command: str, port: int) -> None:
        log = self._directory / f"{port}.log"
        with log.open("w") as output:
            process = subprocess.Popen(
                ["bash", "-c", f"exec {command}"],
                cwd=self._directory,
                env=self._environment,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        self._servers.callback(process.wait, 20)
        self._servers.callback(process.terminate)
        deadline = time.monotonic() + _STARTS_SECONDS
        while not _listens(port):
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < deadline, f"{command} does not listen on {port}"
            time.sleep(0.05)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture
def free_ports() -> tuple[int, int]:
    with socket.socket() as first, socket.socket() as second:
        first.bind(("127.0.0.1", 0))
        second.bind(("127.0.0.1", 0))
        return first.getsockname()[1], second.getsockname()[1]


@pytest.fixture
def reader(tmp_path: Path, environment: dict[str, str]) -> Iterator[Reader]:
    with ExitStack() as servers:
        yield Reader(tmp_path, environment, servers)


def assert_installed_without_ossi(directory: Path, package: str) -> None:
    """The package is in the reader's own environment, and nothing of Ossi is."""
    (installed,) = directory.glob(".venv/lib/*/site-packages")
    assert (installed / package / "py.typed").is_file()
    assert not list(installed.glob("*ossi*"))


def test_the_local_slack_serves_another_bot(reader: Reader, free_ports: tuple[int, int], tmp_path: Path) -> None:
    readme = (PLAYGROUND / "local_slack" / "README.md").read_text()
    for named, free in zip(("8300", "8301"), free_ports, strict=True):
        assert named in readme
        readme = readme.replace(named, str(free))
    assert len(reader.follow(readme, free_ports)) == 2
    assert f"http://127.0.0.1:{free_ports[0]}" in (tmp_path / f"{free_ports[0]}.log").read_text()
    assert_installed_without_ossi(tmp_path, "local_slack")


def test_the_local_aws_serves_another_program(reader: Reader, tmp_path: Path) -> None:
    readme = (PLAYGROUND / "local_aws" / "README.md").read_text()
    assert len(reader.follow(readme)) == 2
    assert_installed_without_ossi(tmp_path, "local_aws")
