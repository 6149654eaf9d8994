"""Recipes as edits of the source: what an edit is, and how a copy of the source gets it."""

import os
from compileall import compile_dir
from dataclasses import dataclass
from pathlib import Path
from shutil import copytree, ignore_patterns

ROOT = Path(__file__).parents[2]
SOURCES = {
    "ossi": ROOT / "shared" / "src" / "ossi",
    **{
        f"ossi_{name}": ROOT / "functions" / name / "src" / f"ossi_{name}"
        for name in ("slash", "interactions", "stream", "reconcile", "report")
    },
    "ossi_playground": ROOT / "playground" / "ossi_playground" / "src" / "ossi_playground",
}
"""What the recipes may touch, and what stands on it."""


@dataclass(frozen=True)
class Edit:
    """One edit: in that file, anchor becomes new; without an anchor new is a whole file. more: what else becomes what in that file.

    found_by: the flow that fails where the edit is left out; empty: any of them.
    """

    name: str
    file: str
    anchor: str
    new: str
    more: tuple[tuple[str, str], ...] = ()
    found_by: str = ""


def copy_sources(folder: Path) -> None:
    """Copies the sources and compiles them, for copies of the copy."""
    for name, source in SOURCES.items():
        copytree(source, folder / name, ignore=ignore_patterns("__pycache__"))
    compile_dir(folder, quiet=2)


def copy_again(copied: Path, folder: Path) -> None:
    """Another copy of a copy: it shares the files, since few of them are edited."""
    copytree(copied, folder, copy_function=os.link)


def follow(folder: Path, edits: tuple[Edit, ...]) -> None:
    """Makes the edits. An anchor that isn't there exactly once is an error of the recipe."""
    for edit in edits:
        path, text = folder / edit.file, edit.new
        if edit.anchor:
            text = path.read_text()
            for anchor, new in ((edit.anchor, edit.new), *edit.more):
                assert text.count(anchor) == 1, f"{edit.name}: {text.count(anchor)} times in {edit.file}"
                text = text.replace(anchor, new)
            path.unlink()  # other copies may share it
        path.write_text(text)
