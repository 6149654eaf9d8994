"""docs/architecture.md's recipes work: what they add does what it's for, and a place that someone forgets is found."""

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from recipes import another_command, another_field, another_status
from recipes.edits import ROOT, Edit, copy_again, copy_sources, follow

TESTS = Path(__file__).parents[1]
REQUESTS = TESTS / "integration" / "functions" / "recipe_flows.py"
WHOLE = "whole"


@dataclass(frozen=True)
class Followed:
    """Recipes that are followed together. flows: what they make possible, see recipes.run."""

    edits: tuple[Edit, ...]
    flows: str


FOLLOWED = {
    "a status and two events": Followed(another_status.EDITS, "recipes.status_flows"),
    "a command, a button, a form and a field": Followed((*another_command.EDITS, *another_field.EDITS), str(REQUESTS)),
}


def copies(followed: Followed, untouched: Path, folder: Path) -> dict[Path, str]:
    """A copy with all edits, called WHOLE, and one for each edit that is left out: its folder -> its flows."""
    flows = {folder / WHOLE: followed.flows}
    copy_again(untouched, folder / WHOLE)
    follow(folder / WHOLE, followed.edits)
    for left_out in followed.edits:
        copy = folder / left_out.name
        copy_again(untouched, copy)
        follow(copy, tuple(edit for edit in followed.edits if edit is not left_out))
        flows[copy] = f"{followed.flows}::{left_out.found_by}" if left_out.found_by else followed.flows
    return flows


def run_flows(flows: dict[Path, str]) -> dict[Path, str]:
    """How the first flow fails on each copy; empty: none does."""
    done = subprocess.run(
        [sys.executable, "-m", "recipes.run", *(each for folder in flows for each in (flows[folder], str(folder)))],
        env=os.environ | {"PYTHONPATH": str(TESTS), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=400,
    )
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [answer["folder"] for answer in answers] == [str(folder) for folder in flows], done.stderr
    return {Path(answer["folder"]): answer["failure"] for answer in answers}


@pytest.fixture(scope="module")
def failures(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, str]]:
    """The recipes -> the copy -> how its first flow fails. All run in one process, which loads what they need once."""
    folder = tmp_path_factory.mktemp("followed")
    copy_sources(folder / "untouched")
    flows: dict[Path, str] = {}
    for title, followed in FOLLOWED.items():
        flows |= copies(followed, folder / "untouched", folder / title)
    failures: dict[str, dict[str, str]] = {title: {} for title in FOLLOWED}
    for copy, failure in run_flows(flows).items():
        failures[copy.parent.name][copy.name] = failure
    return failures


@pytest.mark.timeout(500)
@pytest.mark.parametrize("recipes", FOLLOWED)
def test_every_flow_works_once_the_recipes_were_followed(failures: dict[str, dict[str, str]], recipes: str) -> None:
    assert failures[recipes][WHOLE] == ""


@pytest.mark.timeout(500)
@pytest.mark.parametrize("recipes", FOLLOWED)
def test_whatever_is_forgotten_fails_a_flow(failures: dict[str, dict[str, str]], recipes: str) -> None:
    edits = FOLLOWED[recipes].edits
    assert failures[recipes].keys() == {WHOLE, *(edit.name for edit in edits)}
    assert [edit.name for edit in edits if not failures[recipes][edit.name]] == []


def test_every_flow_that_is_to_find_an_edit_exists() -> None:
    """Else pytest would fail for want of it."""
    flows = set(re.findall(r"^def (test_\w+)", REQUESTS.read_text(), re.MULTILINE))
    assert {edit.found_by for edit in (*another_command.EDITS, *another_field.EDITS)} <= flows


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
