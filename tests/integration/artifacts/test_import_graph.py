"""The reading of imports, on which the tests of the artifacts rely."""

from __future__ import annotations

from pathlib import Path

import pytest

from integration.artifacts.import_graph import reached_by_reading, top_level


def artifact(root: Path, files: dict[str, str]) -> Path:
    for name, content in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(content)
    return root


@pytest.mark.parametrize(
    "source",
    [
        "import wanted",
        "from wanted import something",
        "import wanted.part",
        "def later():\n    import wanted",
        "try:\n    import wanted\nexcept ImportError:\n    wanted = None",
        "from importlib import import_module\nimport_module('wanted')",
        "from . import neighbour",
        "from .neighbour import name",
        "import middle",
        "if TYPE_CHECKING:\n    import other\nelse:\n    import wanted",
    ],
)
def test_an_import_is_found_wherever_it_stands(tmp_path: Path, source: str) -> None:
    root = artifact(
        tmp_path,
        {
            "app/__init__.py": "",
            "app/handler.py": source,
            "app/neighbour.py": "import wanted",
            "middle/__init__.py": "from .inner import *",
            "middle/inner.py": "import wanted",
            "wanted/__init__.py": "",
        },
    )

    assert "wanted" in top_level(list(reached_by_reading(root, "app.handler")))


@pytest.mark.parametrize(
    "source",
    [
        "'import unwanted'",
        "if TYPE_CHECKING:\n    import unwanted",
        "import typing\nif typing.TYPE_CHECKING:\n    from unwanted import Name",
        "import wanted  # wanted/other.py imports unwanted, but nobody imports wanted.other",
    ],
)
def test_what_is_never_imported_at_run_time_does_not_count(tmp_path: Path, source: str) -> None:
    root = artifact(
        tmp_path,
        {
            "app/__init__.py": "",
            "app/handler.py": source,
            "wanted/__init__.py": "",
            "wanted/other.py": "import unwanted",
        },
    )

    assert "unwanted" not in top_level(list(reached_by_reading(root, "app.handler")))


def test_zoneinfo_reads_tzdata(tmp_path: Path) -> None:
    root = artifact(tmp_path, {"app/__init__.py": "", "app/handler.py": "import zoneinfo"})

    assert "tzdata" in reached_by_reading(root, "app.handler")


def test_single_files_and_shared_libraries_count_with_their_package() -> None:
    assert top_level(["six.py", "__pycache__/six.pyc", "numpy.libs/x.so", "numpy/a.py"]) == {"six", "numpy"}
