"""Recipes as edits of the source: what an edit is, and how a copy of the source gets it."""

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
    """One edit: in that file, anchor becomes new; without an anchor new is a whole file. more: what else becomes what in that file."""

    name: str
    file: str
    anchor: str
    new: str
    more: tuple[tuple[str, str], ...] = ()


def copy_sources(folder: Path) -> None:
    """Copies the sources and compiles them: most modules of a further copy stay as they are."""
    for name, source in SOURCES.items():
        copytree(source, folder / name, ignore=ignore_patterns("__pycache__"))
    compile_dir(folder, quiet=2)


def follow(folder: Path, edits: tuple[Edit, ...]) -> None:
    """Makes the edits. An anchor that isn't there exactly once is an error of the recipe."""
    for edit in edits:
        path = folder / edit.file
        if not edit.anchor:
            path.write_text(edit.new)
            continue
        text = path.read_text()
        for anchor, new in ((edit.anchor, edit.new), *edit.more):
            assert text.count(anchor) == 1, f"{edit.name}: {text.count(anchor)} times in {edit.file}"
            text = text.replace(anchor, new)
        path.write_text(text)
