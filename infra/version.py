"""Which version of Ossi is being deployed."""

import tomllib
from pathlib import Path


def version_in(pyproject: Path) -> str:
    """Returns `project.version` of a pyproject.toml. Raises KeyError where there is none."""
    return str(tomllib.loads(pyproject.read_text(encoding="utf-8"))["project"]["version"])
