"""The checkout that `ossi` works on: where it is, which functions it holds, and a hash of what they are made of."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

# cli/src/ossi_cli/workspace.py: the workspace installs this package editable, so the file stands in the checkout.
ROOT = Path(__file__).resolve().parents[3]

# What appears beside the sources without being one of them.
_NOT_SOURCES = {"__pycache__", ".pytest_cache", ".ruff_cache", "dist", "build"}


@dataclass(frozen=True)
class Function:
    """One folder of functions/: `name` as in `report`, `package` as in `ossi-report`."""

    name: str
    package: str
    folder: Path

    @property
    def handler_module(self) -> str:
        """The module that Lambda imports."""
        return f"{self.package.replace('-', '_')}.handler"


def functions(root: Path = ROOT) -> list[Function]:
    """Every folder of functions/ that holds a pyproject.toml, by name. A new function is one new folder."""
    found = [
        Function(file.parent.name, _project(file, "name"), file.parent)
        for file in sorted((root / "functions").glob("*/pyproject.toml"))
    ]
    if not found:
        raise click.ClickException(f"There are no functions under {root / 'functions'}: run ossi from Ossi's checkout.")
    return found


def select(names: tuple[str, ...], root: Path = ROOT) -> list[Function]:
    """The functions of these names, or all of them when none is given. An unknown name is answered with a sentence."""
    known = {function.name: function for function in functions(root)}
    unknown = sorted(set(names) - known.keys())
    if unknown:
        raise click.ClickException(
            f"There is no function named {', '.join(unknown)}; there are {', '.join(sorted(known))}."
        )
    return [known[name] for name in dict.fromkeys(names)] if names else list(known.values())


def source_hash(function: Function, root: Path = ROOT) -> str:
    """SHA-256 over the lock file and the sources of the function and of shared: path and content of each file."""
    digest = hashlib.sha256()
    for file in [root / "uv.lock", *_sources(function.folder), *_sources(root / "shared")]:
        content = file.read_bytes()
        digest.update(f"{file.relative_to(root).as_posix()}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


def version(root: Path = ROOT) -> str:
    """Ossi's version: `project.version` of the root pyproject.toml. Raises click.ClickException where there is none."""
    return _project(root / "pyproject.toml", "version")


def commit(root: Path = ROOT) -> str | None:
    """The git commit that is checked out, with `+changes` behind it if what artifacts are made of has changed since.

    None where `root` is no git checkout, or there is no git.
    """
    git = shutil.which("git")
    # A prefix: root is only a folder of someone else's repository.
    if git is None or _said(git, root, "rev-parse", "--show-prefix") != "":
        return None
    head = _said(git, root, "rev-parse", "HEAD")
    changes = _said(git, root, "status", "--porcelain", "--", "functions", "shared", "uv.lock")
    return f"{head}+changes" if head and changes else head


def _said(git: str, root: Path, *words: str) -> str | None:
    done = subprocess.run([git, "-C", root, *words], check=False, capture_output=True, text=True)
    return None if done.returncode else done.stdout.strip()


def _sources(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not _NOT_SOURCES.intersection(path.relative_to(folder).parts):
            yield path


def _project(pyproject: Path, key: str) -> str:
    try:
        content: dict[str, Any] = tomllib.loads(pyproject.read_text(encoding="utf-8"))
        return str(content["project"][key])
    except (OSError, tomllib.TOMLDecodeError, KeyError, TypeError) as error:
        raise click.ClickException(f"{pyproject} has no {key} under [project]: {error}.") from error
