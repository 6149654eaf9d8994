"""Runs flows on copies of the source and prints, for each copy, a line of JSON with what failed first.

python -m recipes.run FLOWS FOLDER [FLOWS FOLDER]... FLOWS: a module with FLOWS, or what pytest takes for some tests of a file. Each copy
has a process of its own, and what no copy changes is loaded once, before.
"""

import gc
import importlib
import json
import logging
import os
import sys
import traceback
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path

from recipes.edits import SOURCES
from recipes.warm import warm_session

_LIBRARIES = ("openpyxl.writer.excel", "pandas", "pydantic", "slack_sdk.models.blocks", "zoneinfo")
_LIBRARIES_OF_TESTS = (
    "hypothesis",
    "local_aws",
    "local_slack.client",
    "local_slack.server",
    "pytest",
    "xdist.scheduler",
)


def _failure_of_module(flows: str) -> str:
    """The traceback of the first flow that fails, or of what can't even be imported; empty: all is well."""
    logging.disable(logging.CRITICAL)
    try:
        for flow in importlib.import_module(flows).FLOWS:
            flow()
    except Exception:  # noqa: BLE001 - whatever it is, the flow has failed
        return traceback.format_exc()
    return ""


def _failure_of_tests(tests: str) -> str:
    """What pytest prints of the first test that fails; empty: none does."""
    import pytest

    # Only the plugins that pyproject.toml and tests/conftest.py need. Rewritten assertions and pytest's own reports
    # would tell more, and take longer than the tests.
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    os.environ.pop("PYTEST_ADDOPTS", None)  # of whoever runs these tests
    options = ["-x", "--assert=plain", "--tb=native", "-pno:cacheprovider", "-pxdist.plugin", "-ppytest_timeout"]
    printed = StringIO()
    with redirect_stdout(printed), redirect_stderr(printed):
        code = pytest.main([*options, "-Wignore::pytest.PytestAssertRewriteWarning", tests])
    return f"{code!r}\n{printed.getvalue()}" if code else ""


def _failure(folder: str, flows: str) -> str:
    sys.path.insert(0, folder)
    failure = _failure_of_tests(flows) if _are_tests(flows) else _failure_of_module(flows)
    used = {name: Path(str(sys.modules[name].__file__)) for name in SOURCES if name in sys.modules}
    assert used
    assert all(file.is_relative_to(folder) for file in used.values()), used
    return failure


def _are_tests(flows: str) -> bool:
    return flows.partition("::")[0].endswith(".py")


def main(*arguments: str) -> None:
    """See the module."""
    for library in _LIBRARIES:
        importlib.import_module(library)
    runs = list(zip(arguments[1::2], arguments[::2], strict=True))
    if any(_are_tests(flows) for _, flows in runs):
        for library in _LIBRARIES_OF_TESTS:
            importlib.import_module(library)
        warm_session()
    gc.freeze()  # a child that looks for garbage would copy what it shares
    for folder, flows in runs:
        child = os.fork()
        if child == 0:
            sys.stdout.write(json.dumps({"folder": folder, "failure": _failure(folder, flows)}) + "\n")
            sys.stdout.flush()
            os._exit(0)
        os.waitpid(child, 0)


if __name__ == "__main__":
    main(*sys.argv[1:])
