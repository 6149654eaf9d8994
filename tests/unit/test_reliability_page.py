"""docs/reliability.md names tests that there are."""

import ast
import re
from pathlib import Path

import pytest

from infra.test_alarms import ALARMS

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "reliability.md").read_text(encoding="utf-8")
NAMED = sorted(set(re.findall(r"`(tests/[^`]+)`", PAGE)))


@pytest.mark.parametrize("test", NAMED)
def test_a_test_that_is_named_exists(test: str) -> None:
    path, _, function = test.partition("::")
    module = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    functions = {node.name for node in module.body if isinstance(node, ast.FunctionDef)}
    assert not function or function in functions


def test_every_failure_names_what_causes_it() -> None:
    rows = re.findall(r"^\|(.+)\|$", PAGE, re.MULTILINE)[2:]
    assert len(rows) >= 15
    assert [row for row in rows if not re.search(r"`tests/[^`]+`[^|]*$", row)] == []


def test_alarms_that_are_named_exist() -> None:
    rows = [row.split(" | ") for row in re.findall(r"^\| (.+) \|$", PAGE, re.MULTILINE)]
    named = {word for row in rows for word in re.findall(r"`([a-z0-9]+(?:-[a-z0-9]+)+)`", row[2])}
    assert named - ALARMS.keys() == set()
    assert {name for name in ALARMS if any(f"`{name}`" in row[2] for row in rows)} >= {"overdue", "parked", *named}


def test_every_test_of_chaos_is_named() -> None:
    there = {
        f"{file.relative_to(ROOT)}::{node.name}"
        for file in (ROOT / "tests" / "e2e" / "chaos").glob("test_*.py")
        for node in ast.parse(file.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    }
    assert there
    assert there - set(NAMED) == set()
