"""docs/requirements.md lists what the code and the documentation cite, and names tests that there are."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from settings import REPOSITORY

PAGE = REPOSITORY / "docs" / "requirements.md"
ROWS = re.findall(r"^\| ([RN]\d+) \| (.+) \| `(tests/[^`]+)` \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
LISTED = [number for number, _, _ in ROWS]
# A citation: R8, N1 to N3, "R6 to R8".
_CITED = re.compile(r"\b([RN])(\d{1,2})(?: to \1(\d{1,2}))?\b")


def numbers_in(text: str) -> Iterator[str]:
    for letter, first, last in _CITED.findall(text):
        yield from (f"{letter}{number}" for number in range(int(first), int(last or first) + 1))


def words_of(path: Path) -> str:
    """What a file says to its readers: a page, or a module's comments and docstrings."""
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        return text
    comments = re.findall(r"#.*$", text, re.MULTILINE)
    return "\n".join([*comments, *(words for node in ast.walk(ast.parse(text)) for words in _documentation(node))])


def _documentation(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Expr(value=ast.Constant(value=str(words))):
            yield words
        case _:
            pass


def test_every_requirement_is_listed_once_and_in_its_order() -> None:
    assert sorted(set(LISTED), key=lambda number: (number[0] == "N", int(number[1:]))) == LISTED


@pytest.mark.parametrize("test", [test for _, _, test in ROWS], ids=LISTED)
def test_what_holds_it_exists(test: str) -> None:
    path, _, function = test.partition("::")
    module = ast.parse((REPOSITORY / path).read_text(encoding="utf-8"))
    assert function in {node.name for node in module.body if isinstance(node, ast.FunctionDef)}


def test_whatever_is_cited_is_listed() -> None:
    roots = ("shared", "functions", "cli", "playground", "infra", "bench", "tests", "docs")
    found = [*REPOSITORY.glob("*.md"), *(file for root in roots for file in (REPOSITORY / root).rglob("*"))]
    files = sorted(file for file in found if file.suffix in {".py", ".md"} and file not in {PAGE, Path(__file__)})
    cited = {number: file.relative_to(REPOSITORY) for file in files for number in numbers_in(words_of(file))}
    assert {number: str(file) for number, file in cited.items() if number not in LISTED} == {}
    assert len(cited) > 20
