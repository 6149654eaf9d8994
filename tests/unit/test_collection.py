"""Every test is run: pytest passes over folders of some names, "build" among them, without a word."""

from fnmatch import fnmatch
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]


def test_no_folder_of_tests_is_passed_over(pytestconfig: pytest.Config) -> None:
    passed_over: list[str] = pytestconfig.getini("norecursedirs")
    folders = {parent for file in TESTS.rglob("test_*.py") for parent in file.parents if parent.is_relative_to(TESTS)}

    assert TESTS / "unit" in folders
    assert not [folder for folder in folders if any(fnmatch(folder.name, pattern) for pattern in passed_over)]
