"""The lifecycle grows: docs/architecture.md's recipe for a status and two events works, and a place that someone forgets is found."""

import json
import os
import subprocess
import sys
from pathlib import Path
from shutil import copytree

import pytest

from recipes.another_status import EDITS, MEMBERS, ROOT, copy_sources, follow

TESTS = Path(__file__).parents[1]


def run_flows(*folders: Path) -> dict[str, str]:
    """How the first flow fails on each copy; empty: none does."""
    done = subprocess.run(
        [sys.executable, "-m", "recipes.run", *map(str, folders)],
        env=os.environ | {"PYTHONPATH": str(TESTS), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
    )
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [answer["folder"] for answer in answers] == [str(folder) for folder in folders]
    return {Path(answer["folder"]).name: answer["failure"] for answer in answers}


@pytest.mark.timeout(400)
def test_every_flow_works_with_another_status_and_two_more_events(tmp_path: Path) -> None:
    copy_sources(tmp_path)
    follow(tmp_path, EDITS)
    (failure,) = run_flows(tmp_path).values()
    assert failure == ""


@pytest.mark.timeout(400)
def test_whatever_is_forgotten_fails_a_flow(tmp_path: Path) -> None:
    whole = tmp_path / "whole"
    copy_sources(whole)
    folders: list[Path] = []
    for left_out in EDITS:
        folder = tmp_path / left_out.name
        copytree(whole, folder)
        follow(folder, tuple(edit for edit in EDITS if edit is not left_out))
        folders.append(folder)
    unnoticed = [name for name, failure in run_flows(*folders).items() if not failure]
    assert unnoticed == []


@pytest.mark.timeout(400)
def test_the_type_checker_names_every_match_that_has_to_know_another_status(tmp_path: Path) -> None:
    """And finds nothing once the recipe was followed."""
    copies = {"members": MEMBERS, "whole": EDITS}
    for name, edits in copies.items():
        copy_sources(tmp_path / name)
        follow(tmp_path / name, edits)
    files = sorted({edit.file for edit in EDITS})
    config = {
        "typeCheckingMode": "standard",
        "pythonVersion": "3.11",
        "include": [f"{name}/{file}" for name in copies for file in files if (tmp_path / name / file).exists()],
        "executionEnvironments": [{"root": name} for name in copies],
        "venvPath": str(ROOT),
        "venv": ".venv",
    }
    (tmp_path / "pyrightconfig.json").write_text(json.dumps(config))
    checker = Path(sys.executable).parent / "basedpyright"
    done = subprocess.run(
        [checker, "--project", tmp_path, "--outputjson"], capture_output=True, text=True, check=False, timeout=300
    )
    errors = [each for each in json.loads(done.stdout)["generalDiagnostics"] if each["severity"] == "error"]
    found = [Path(each["file"]).relative_to(tmp_path).as_posix() for each in errors]
    assert sorted(found) == sorted(
        [
            *["members/ossi/domain/history.py"] * 2,
            *["members/ossi/slack/messages/notifications.py"] * 2,
            "members/ossi_report/columns.py",
        ]
    ), [each["message"] for each in errors]
