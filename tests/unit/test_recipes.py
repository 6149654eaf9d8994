"""docs/architecture.md says how to add things: the files that it names are there, and what it lists is what there is."""

import re

import pytest
from pydantic.alias_generators import to_camel

from ossi.domain.contribution import Contribution
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


def test_the_page_names_every_attribute_of_a_contribution() -> None:
    _, _, section = PAGE.partition("\n### Contributions\n")
    lines = [line for line in section.partition("\n### ")[0].splitlines() if line.startswith("| `")]
    named = {name for line in lines for name in re.findall(r"`(\w+)`", line.split("|")[1])}
    attributes = {field.alias or to_camel(name) for name, field in Contribution.model_fields.items()}
    assert named == attributes - {"userId", "timestamp"}  # the key, which has a sentence of its own


def test_the_page_names_every_layer() -> None:
    named = set(re.findall(r"^\| `(ossi\.[\w.]+)` \|", PAGE, re.MULTILINE))
    assert named == MAY_IMPORT.keys() - {"ossi.slack.errors"}  # a part of ossi.slack that imports less
