"""The emulator's environment: made once, renewed when the lock file changes, clear words when it cannot be made."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from local_aws import LocalAwsError, environment
from local_aws.environment import ensure_environment, repository_root

# Stands for uv: notes that it was called, and makes what is asked for.
UV = """#!/bin/sh
echo "$@" >> "{log}"
mkdir -p "$UV_PROJECT_ENVIRONMENT/bin" && touch "$UV_PROJECT_ENVIRONMENT/bin/python"
"""


@pytest.fixture
def calls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    log, uv = tmp_path / "calls", tmp_path / "uv"
    uv.write_text(UV.format(log=log))
    uv.chmod(0o755)
    monkeypatch.setattr(environment, "find_uv", lambda: str(uv))
    (tmp_path / "uv.lock").write_text("version = 1")
    return log


def test_it_is_made_once_and_again_when_the_lock_file_changes(calls: Path, tmp_path: Path) -> None:
    python = ensure_environment(tmp_path)
    assert ensure_environment(tmp_path) == python == tmp_path / ".cache" / "aws-env" / "bin" / "python"
    (only,) = calls.read_text().splitlines()
    assert "--frozen --only-group local-aws --no-install-workspace" in only
    (tmp_path / "uv.lock").write_text("version = 2")
    ensure_environment(tmp_path)
    assert len(calls.read_text().splitlines()) == 2


def test_a_failure_shows_the_words_of_uv_and_is_tried_again(calls: Path, tmp_path: Path) -> None:
    uv = tmp_path / "uv"
    working = uv.read_text()
    uv.write_text("#!/bin/sh\necho no route to host >&2\nexit 2\n")
    with pytest.raises(LocalAwsError, match="no route to host"):
        ensure_environment(tmp_path)
    uv.write_text(working)
    assert ensure_environment(tmp_path).exists()
    assert calls.exists()


def test_without_a_lock_file_it_says_what_to_give_it(tmp_path: Path) -> None:
    with pytest.raises(LocalAwsError, match="ministack and boto3"):
        repository_root(tmp_path)


def test_it_holds_what_the_runtime_of_aws_holds_and_none_of_our_packages() -> None:
    program = (
        "import boto3, ministack, importlib.util as util\n"
        "print([name for name in ('ossi', 'pydantic', 'slack_sdk', 'pandas') if util.find_spec(name)])"
    )
    done = subprocess.run([str(ensure_environment()), "-I", "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
