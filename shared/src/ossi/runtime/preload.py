"""Imports ahead of the first request, where nobody waits for them."""

import os
from collections.abc import Iterator, Mapping
from importlib import import_module
from types import CodeType
from typing import cast

# A snapshot of the environment is taken, or it is kept ready: either way long before a request (AWS Lambda Developer Guide,
# "Defined runtime environment variables"). On demand the first request waits for whatever is imported.
_PREPARED = {"snap-start", "provisioned-concurrency"}


def preload(package: str, environment: Mapping[str, str] = os.environ) -> None:
    """Imports what requests will need, unless this execution environment is made for a request that waits already.

    That is every module of the function's package, and what they and Ossi's own modules import late, inside a function.
    """
    if environment.get("AWS_LAMBDA_INITIALIZATION_TYPE") in _PREPARED:
        for module in needed_by(package):
            import_module(module)


def needed_by(package: str) -> list[str]:
    """The modules of a package, and whatever they import at any depth of their code, as far as it is there; Ossi's are followed."""
    waiting, found = [package, *_inside(package)], list[str]()
    while waiting:
        name = waiting.pop(0)
        if name in found or not _exists(name):
            continue
        found.append(name)
        if name.split(".")[0].startswith("ossi"):
            waiting += _imported_by(name)
    return found


def _inside(package: str) -> list[str]:
    from pkgutil import walk_packages

    return [each.name for each in walk_packages(import_module(package).__path__, f"{package}.")]


def _exists(name: str) -> bool:
    from importlib.util import find_spec

    try:
        return find_spec(name) is not None
    except ModuleNotFoundError:  # `from a import b`: b is a name in a, which is no package
        return False


def _imported_by(name: str) -> Iterator[str]:
    """Read from the bytecode, which is there also where the source is not."""
    from importlib.abc import InspectLoader
    from importlib.util import find_spec

    spec = find_spec(name)
    code = spec.loader.get_code(name) if spec and isinstance(spec.loader, InspectLoader) else None
    return _imports_in(code) if code else iter(())


def _imports_in(code: CodeType) -> Iterator[str]:
    """The modules that the code imports, and those of which it takes names: each may be a module itself."""
    from dis import get_instructions

    before: object = None
    for instruction in get_instructions(code):
        if instruction.opname == "IMPORT_NAME":
            yield instruction.argval
            names = cast("tuple[str, ...]", before or ())
            yield from (f"{instruction.argval}.{each}" for each in names)
        before = instruction.argval
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield from _imports_in(inner)
