"""docs/architecture.md says how to add things: the files that it names are there, and its layers are those of test_layers."""

import re

import pytest

from settings import REPOSITORY
from unit.test_layers import MAY_IMPORT

PAGE = (REPOSITORY / "docs" / "architecture.md").read_text(encoding="utf-8")
RECIPES = {
    "a status",
    "an event",
    "an effect",
    "a command",
    "a form",
    "a button",
    "a field of the form",
    "a function",
    "a setting",
}


def recipes() -> dict[str, str]:
    """What can be added -> how."""
    parts = re.split(r"^### … (.+)$", PAGE, flags=re.MULTILINE)
    return {title: text.split("\n## ")[0] for title, text in zip(parts[1::2], parts[2::2], strict=True)}


def named_in(text: str) -> list[str]:
    """The files and folders that it names."""
    return re.findall(r"`([\w.-]+/[\w./-]+|[\w-]+\.(?:md|toml|lock))`", text)


def test_there_is_a_recipe_for_everything_that_is_added() -> None:
    assert recipes().keys() == RECIPES


@pytest.mark.parametrize("recipe", sorted(RECIPES))
def test_every_file_that_a_recipe_names_exists(recipe: str) -> None:
    named = named_in(recipes()[recipe])
    assert named
    assert [path for path in named if not (REPOSITORY / path).exists()] == []


def test_the_page_names_every_layer() -> None:
    named = set(re.findall(r"^\| `(ossi\.[\w.]+)` \|", PAGE, re.MULTILINE))
    assert named == MAY_IMPORT.keys() - {"ossi.slack.errors"}  # a part of ossi.slack that imports less
