"""What stays of our own packages in an artifact: what the handler can reach, however it is imported."""

from __future__ import annotations

from pathlib import Path

import pytest

from ossi_cli.reachable import prune

FILES = {
    "ossi/__init__.py": "",
    "ossi/py.typed": "",
    "ossi/slack/__init__.py": "",
    "ossi/slack/words.txt": "",
    "ossi/slack/wanted.py": "from ossi.levels import Level",
    "ossi/slack/other.py": "",
    "ossi/levels.py": "class Level: ...",
    "ossi/aws/__init__.py": "",
    "ossi/aws/regions.txt": "",
    "ossi/aws/table.py": "",
    "ossi_greet/__init__.py": "",
    "ossi_greet/neighbour.py": "import ossi.slack.wanted",
    "ossi_greet/never.py": "import ossi.aws.table",
    "ossification/bones.py": "",
    "pandas/__init__.py": "",
}
ALWAYS = {"ossi_greet/__init__.py", "ossi_greet/handler.py", "ossification/bones.py", "pandas/__init__.py"}
WITH_WANTED = ALWAYS | {
    "ossi/__init__.py",
    "ossi/py.typed",
    "ossi/slack/__init__.py",
    "ossi/slack/words.txt",
    "ossi/slack/wanted.py",
    "ossi/levels.py",
}


def left_of(tree: Path, handler: str) -> set[str]:
    """The files that are left in an installed tree of FILES and that handler."""
    for name, content in {**FILES, "ossi_greet/handler.py": handler}.items():
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        (tree / name).write_text(content)
    prune(tree, "ossi_greet.handler")
    return {path.relative_to(tree).as_posix() for path in tree.rglob("*") if path.is_file()}


@pytest.mark.parametrize(
    "handler",
    [
        "import ossi.slack.wanted",
        "import ossi.slack.wanted as words, pandas",
        "from ossi.slack import wanted",
        "from ossi.slack.wanted import Level",
        "def later():\n    from ossi.slack import wanted",
        "class App:\n    async def later(self):\n        import ossi.slack.wanted",
        "try:\n    import ossi.slack.wanted\nexcept ImportError:\n    pass",
        "from importlib import import_module\nimport_module('ossi.slack.wanted')",
        "if TYPE_CHECKING:\n    import ossi.aws.table\nelse:\n    import ossi.slack.wanted",
        "import typing\nif typing.TYPE_CHECKING:\n    import ossi.aws.table\nimport ossi.slack.wanted",
    ],
)
def test_what_is_imported_anywhere_stays_with_its_packages_and_their_data(tmp_path: Path, handler: str) -> None:
    assert left_of(tmp_path, handler) == WITH_WANTED


@pytest.mark.parametrize(
    "handler", ["from . import neighbour", "from .neighbour import ossi", "import ossi_greet.neighbour"]
)
def test_neighbours_bring_what_they_import(tmp_path: Path, handler: str) -> None:
    assert left_of(tmp_path, handler) == WITH_WANTED | {"ossi_greet/neighbour.py"}


@pytest.mark.parametrize("handler", ["", "'import ossi.slack.wanted'", "import pandas, ossification.bones"])
def test_what_nothing_imports_goes(tmp_path: Path, handler: str) -> None:
    assert left_of(tmp_path, handler) == ALWAYS
