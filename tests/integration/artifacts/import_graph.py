"""Which packages of an unpacked artifact its handler can reach, found out in two ways that complete each other.

Reading: every import statement of every module that is reached from the handler, at any depth and also inside
functions, because an import may wait for the call that needs it. Running: what a bare interpreter has really loaded
after it imported the handler, because compiled modules import without a statement that could be read.
"""

from __future__ import annotations

import ast
import json
import subprocess
from collections import deque
from collections.abc import Iterator
from pathlib import Path

# Functions that import the module that their first argument names.
_IMPORTERS = {"import_module", "__import__", "import_optional_dependency"}

_LIST_LOADED = """
import importlib, json, sys
sys.path[:0] = sys.argv[2:]
importlib.import_module(sys.argv[1])
root = sys.argv[2]
files = {name: getattr(module, "__file__", None) or "" for name, module in sys.modules.items()}
print(json.dumps(sorted(name for name, file in files.items() if file.startswith(root + "/"))))
"""


def top_level(names: Iterator[str] | list[str]) -> set[str]:
    """The top-level names of the entries of an archive, or of dotted module names.

    `six.py` and `six` count as six, `numpy.libs` (shared libraries of a wheel) as numpy.
    """
    firsts = {name.split("/")[0].split(".")[0] for name in names}
    return firsts - {"__pycache__"}


def loaded_by_import(
    interpreter: Path, module: str, artifact: Path, runtime: Path, initialization: str = "on-demand"
) -> list[str]:
    """Import `module` in a bare interpreter that sees `artifact` and `runtime`; returns the artifact's loaded modules.

    Neither the interpreter's site-packages nor any setting of Ossi is there. initialization: how Lambda says that the environment
    comes about. Fails with the interpreter's own words.
    """
    # Nothing else of what Lambda sets matters before the first call.
    environment = {
        "AWS_LAMBDA_INITIALIZATION_TYPE": initialization,
        "AWS_REGION": "eu-north-1",
        "AWS_DEFAULT_REGION": "eu-north-1",
    }
    command = [interpreter, "-I", "-S", "-B", "-c", _LIST_LOADED, module, artifact, runtime]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{module} cannot be imported from its artifact:\n{done.stderr}"
    names: list[str] = json.loads(done.stdout)
    return names


def reached_by_reading(artifact: Path, start: str, *, later: bool = True) -> Iterator[str]:
    """All module names that import statements reachable from `start` mention, whether the artifact has them or not.

    The nearest come first, each once, and are read when they are asked for: to read all of pandas takes seconds.
    later: also those inside functions, which wait for a call.
    """
    reached: set[str] = set()
    waiting = deque([start])
    while waiting:
        name = waiting.popleft()
        for module in _with_parents(name):
            if module in reached:
                continue
            reached.add(module)
            yield module
            if module == "zoneinfo":
                # It looks for its data in this package without an import statement.
                waiting.append("tzdata")
            file = _source(artifact, module)
            if file is not None:
                waiting.extend(_imports(file, artifact, module, later=later))


def _with_parents(name: str) -> list[str]:
    parts = name.split(".")
    return [".".join(parts[:length]) for length in range(1, len(parts) + 1)]


def _source(artifact: Path, module: str) -> Path | None:
    base = artifact.joinpath(*module.split("."))
    for file in (base / "__init__.py", base.with_name(f"{base.name}.py")):
        if file.is_file():
            return file
    return None


def _imports(file: Path, artifact: Path, module: str, *, later: bool) -> Iterator[str]:
    package = module if file.name == "__init__.py" else module.rpartition(".")[0]
    for node in _run_time_nodes(ast.parse(file.read_bytes()), later=later):
        match node:
            case ast.Import(names=names):
                yield from (alias.name for alias in names)
            case ast.ImportFrom(module=source, names=names, level=level):
                base = _absolute(source or "", level, package)
                yield base
                # `from a import b`: b is a module or a name inside one.
                submodules = (f"{base}.{alias.name}" for alias in names)
                yield from (name for name in submodules if _source(artifact, name) is not None)
            case ast.Call(args=[ast.Constant(value=str(name)), *_]):
                if _called(node) in _IMPORTERS and not name.startswith("."):
                    yield name
            case _:
                pass


def _called(call: ast.Call) -> str:
    match call.func:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case _:
            return ""


def _absolute(source: str, level: int, package: str) -> str:
    if level == 0:
        return source
    parents = package.split(".")
    base = parents[: len(parents) - level + 1]
    return ".".join([*base, source] if source else base)


def _run_time_nodes(tree: ast.AST, *, later: bool) -> Iterator[ast.AST]:
    """All nodes except those that only a type checker sees and, unless later is set, those inside functions."""
    for child in ast.iter_child_nodes(tree):
        if not later and isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        if isinstance(child, ast.If) and _is_type_checking(child.test):
            for other in child.orelse:
                yield other
                yield from _run_time_nodes(other, later=later)
        else:
            yield child
            yield from _run_time_nodes(child, later=later)


def _is_type_checking(test: ast.expr) -> bool:
    return (isinstance(test, ast.Name) and test.id == "TYPE_CHECKING") or (
        isinstance(test, ast.Attribute) and test.attr == "TYPE_CHECKING"
    )
