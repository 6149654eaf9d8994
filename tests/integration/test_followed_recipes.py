"""docs/architecture.md's recipes work: what they add does what it's for, and a place that someone forgets is found."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from shutil import copytree

import pytest

from recipes import another_command, another_field, another_status
from recipes.edits import ROOT, Edit, copy_sources, follow

TESTS = Path(__file__).parents[1]
REQUESTS = TESTS / "integration" / "functions" / "recipe_flows.py"


@dataclass(frozen=True)
class Followed:
    """Recipes that are followed together. flows: what they make possible, see recipes.run."""

    edits: tuple[Edit, ...]
    flows: str


FOLLOWED = {
    "a status and two events": Followed(another_status.EDITS, "recipes.status_flows"),
    "a command, a button, a form and a field": Followed((*another_command.EDITS, *another_field.EDITS), str(REQUESTS)),
}


def run_flows(flows: str, *folders: Path) -> dict[str, str]:
    """How the first flow fails on each copy; empty: none does."""
    done = subprocess.run(
        [sys.executable, "-m", "recipes.run", flows, *map(str, folders)],
        env=os.environ | {"PYTHONPATH": str(TESTS), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [answer["folder"] for answer in answers] == [str(folder) for folder in folders], done.stderr
    return {Path(answer["folder"]).name: answer["failure"] for answer in answers}


@pytest.mark.timeout(400)
@pytest.mark.parametrize("recipes", FOLLOWED)
def test_with_all_edits_every_flow_works_and_with_one_left_out_one_fails(recipes: str, tmp_path: Path) -> None:
    edits, untouched = FOLLOWED[recipes].edits, tmp_path / "untouched"
    copy_sources(untouched)
    copies = {"whole": edits} | {
        left_out.name: tuple(each for each in edits if each is not left_out) for left_out in edits
    }
    assert len(copies) == 1 + len(edits)
    for name, followed in copies.items():
        copytree(untouched, tmp_path / name)
        follow(tmp_path / name, followed)
    failures = run_flows(FOLLOWED[recipes].flows, *(tmp_path / name for name in copies))
    assert failures.pop("whole") == ""
    assert [name for name, failure in failures.items() if not failure] == []


@pytest.mark.timeout(400)
def test_the_type_checker_names_every_match_that_has_to_know_another_status(tmp_path: Path) -> None:
    """And finds nothing once the recipe was followed."""
    copies = {"members": another_status.MEMBERS, "whole": another_status.EDITS}
    for name, edits in copies.items():
        copy_sources(tmp_path / name)
        follow(tmp_path / name, edits)
    files = sorted({edit.file for edit in another_status.EDITS})
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
