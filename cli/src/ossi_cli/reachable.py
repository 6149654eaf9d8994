"""Which of our own modules a function can reach, and the removal of the others from its artifact.

So an artifact changes only when something changes that its function uses: a new sentence of the report deploys one function, not six.
"""

from __future__ import annotations

import ast
import re
import threading
from collections.abc import Iterator
from importlib.util import resolve_name
from pathlib import Path

# CPython 3.11 counts the depth of a tree in one place for all threads, and raises SystemError where two parse at once
# (python/cpython#106905).
_PARSING = threading.Lock()
_OUR_PACKAGE = re.compile(r"ossi(_\w+)?")


def prune(tree: Path, start: str) -> None:
    """Removes from an installed tree whatever of our packages `start`, the handler's module, can't reach.

    What isn't Python (data beside the modules) stays if its package is reached.
    """
    kept = reachable(tree, start)
    for package in sorted(tree.iterdir()):
        if not _OUR_PACKAGE.fullmatch(package.name):
            continue
        for file in [path for path in package.rglob("*") if path.is_file()]:
            # Data belongs to its package, as __init__.py does.
            module = file.with_suffix("") if file.suffix == ".py" and file.name != "__init__.py" else file.parent
            if ".".join(module.relative_to(tree).parts) not in kept:
                file.unlink()


def reachable(tree: Path, start: str) -> set[str]:
    """The names of our modules in `tree` that `start` imports, directly or through others, and of the packages they're in.

    Imports inside functions count, and so does `import_module("a.literal")`; what only a type checker sees doesn't. A module
    that is named at run time in any other way isn't found. tests/integration/artifacts compares this with the artifacts.
    """
    reached: set[str] = set()
    waiting = [start]
    while waiting:
        name = waiting.pop()
        file = _source(tree, name)
        if file is None or name in reached:
            continue
        reached.add(name)
        package = name if file.name == "__init__.py" else name.rpartition(".")[0]
        with _PARSING:
            tree_of_file = ast.parse(file.read_bytes())
        imported = {name, *_imports(tree_of_file, package)}
        waiting.extend(parent for each in imported for parent in _with_packages(each))
    return reached


def _source(tree: Path, name: str) -> Path | None:
    """The file of a module of ours. None for other people's modules, and for names inside a module."""
    parts = name.split(".")
    if not _OUR_PACKAGE.fullmatch(parts[0]):
        return None
    base = tree.joinpath(*parts)
    return next((file for file in (base / "__init__.py", base.with_suffix(".py")) if file.is_file()), None)


def _with_packages(name: str) -> Iterator[str]:
    """ossi.slack.errors -> ossi, ossi.slack, ossi.slack.errors: importing the last one runs all of them."""
    parts = name.split(".")
    return (".".join(parts[: end + 1]) for end in range(len(parts)))


def _imports(tree: ast.AST, package: str) -> Iterator[str]:
    """Every dotted name that may be a module. `from a import b` names a and a.b."""
    for node in _at_run_time(tree):
        match node:
            case ast.Import(names=names):
                yield from (alias.name for alias in names)
            case ast.ImportFrom(module=module, names=names, level=level):
                source = resolve_name("." * level + (module or ""), package)
                yield source
                yield from (f"{source}.{alias.name}" for alias in names)
            case ast.Call(
                func=ast.Name(id="import_module") | ast.Attribute(attr="import_module"),
                args=[ast.Constant(value=str(name)), *_],
            ):
                yield resolve_name(name, package)
            case _:
                pass


def _at_run_time(tree: ast.AST) -> Iterator[ast.AST]:
    """Every node below this one, but for what stands under `if TYPE_CHECKING:`."""
    for child in ast.iter_child_nodes(tree):
        if isinstance(child, ast.If) and ast.unparse(child.test) in {"TYPE_CHECKING", "typing.TYPE_CHECKING"}:
            yield from (node for other in child.orelse for node in (other, *_at_run_time(other)))
        else:
            yield child
            yield from _at_run_time(child)
