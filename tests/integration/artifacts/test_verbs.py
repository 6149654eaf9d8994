"""The Makefile: what it offers, and that the version of uv stands in one place."""

from __future__ import annotations

import importlib.metadata
import subprocess

import pytest

from ossi_cli.workspace import ROOT


def make(*arguments: str) -> str:
    return subprocess.run(["make", *arguments], cwd=ROOT, capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize(
    "verb", ["install", "demo", "screenshots", "test", "load", "fuzz", "build", "pr", "format", "clean"]
)
def test_make_alone_lists_the_verbs(verb: str) -> None:
    assert f"make {verb}\t" in make()


def test_install_takes_the_uv_of_the_lock_file() -> None:
    assert f" uv=={importlib.metadata.version('uv')}\n" in make("--dry-run", "--always-make", "install")
