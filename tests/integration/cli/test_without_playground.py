"""The command where only ossi-cli is installed: no Pulumi, no emulator, no web server."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from ossi_cli.workspace import ROOT

_UV = Path(sys.executable).with_name("uv")
_HEAVY = ("pulumi", "pulumi-aws", "starlette", "uvicorn", "local-aws", "local-slack", "ossi-playground")


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The scripts of an environment that holds the command alone, in the versions of uv.lock."""
    environment = tmp_path_factory.mktemp("bare") / "env"
    settings = {name: value for name, value in os.environ.items() if name not in {"VIRTUAL_ENV", "UV_PYTHON"}}
    settings["UV_PROJECT_ENVIRONMENT"] = str(environment)
    command = [_UV, "sync", "--quiet", "--frozen", "--no-default-groups", "--package", "ossi-cli"]
    subprocess.run([*command, "--python", sys.executable], cwd=ROOT, env=settings, check=True)
    return environment / "bin"


def test_the_command_brings_none_of_the_playground(bare: Path) -> None:
    looked_for = "import importlib.metadata as m; print(*(d.metadata['Name'] for d in m.distributions()))"
    held = subprocess.run(
        [bare / "python", "-c", looked_for], capture_output=True, text=True, check=True
    ).stdout.split()
    assert "ossi-cli" in held
    assert not set(_HEAVY) & set(held)


@pytest.mark.parametrize("arguments", [("local",), ("build", "--target", "local")])
def test_what_needs_the_playground_says_what_to_install(bare: Path, arguments: tuple[str, ...]) -> None:
    done = subprocess.run([bare / "ossi", *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr == (
        "Error: Running Ossi on this machine needs the playground, which isn't installed. "
        "In Ossi's checkout, `make install` installs it; elsewhere, install ossi-cli with its extra: ossi-cli[local].\n"
    )


def test_every_other_command_is_there(bare: Path) -> None:
    for command in ("build", "close", "reconcile", "redrive", "local"):
        done = subprocess.run([bare / "ossi", command, "--help"], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        assert f"Usage: ossi {command}" in done.stdout
