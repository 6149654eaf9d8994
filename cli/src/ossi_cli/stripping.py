"""What the artifacts leave out of the packages that they are made of: whatever no function of Ossi imports or reads.

People wait for every megabyte that Lambda fetches before a first start. tests/integration/artifacts shows that what is left still works.
"""

from __future__ import annotations

import shutil
from pathlib import Path

# Top-level names that distributions bring and no function imports.
_NEVER_PACKED = {
    "bin",  # command line scripts, whose first line holds a path of this machine
    "slack",  # slack-sdk's name of before 2020
    # In Lambda's Python runtime already.
    "boto3",
    "botocore",
    "s3transfer",
    "jmespath",
}

# Sources to compile against, type stubs, and documentation.
_NEVER_READ = {".pyi", ".pxd", ".pyx", ".h", ".hpp", ".c", ".cpp", ".f", ".f90", ".pyf", ".a", ".md", ".typed"}

# Parts of packages. A pattern that finds nothing (any more) does no harm.
_NEVER_USED = (
    # pydantic: models of version 1, and a plugin of mypy
    "pydantic/v1",
    "pydantic/mypy.py",
    # slack_sdk: what is not the Web API, a webhook or a model, and every client that needs asyncio
    "slack_sdk/audit_logs",
    "slack_sdk/oauth",
    "slack_sdk/rtm",
    "slack_sdk/rtm_v2",
    "slack_sdk/scim",
    "slack_sdk/signature",
    "slack_sdk/socket_mode",
    "slack_sdk/**/*async_*.py",
    "slack_sdk/web/legacy_*.py",
    "slack_sdk/aiohttp_version_checker.py",
    # numpy: what it imports by itself only when its name is written, tools to build with, and what its tests need
    "numpy/core",
    "numpy/ctypeslib",
    "numpy/doc",
    "numpy/f2py",
    "numpy/fft",
    "numpy/polynomial",
    "numpy/testing",
    "numpy/_pyinstaller",
    "numpy/conftest.py",
    "numpy/_core/*_tests.*.so",
    "numpy/_core/_simd.*.so",
    # pandas: pictures, and what its tests need
    "pandas/plotting/_matplotlib",
    "pandas/conftest.py",
    "pandas/pyproject.toml",
    # time zones: tzdata has them one by one, and zoneinfo reads them there
    "dateutil/zoneinfo",
    "tzdata/zoneinfo/*.tab",
    "tzdata/zoneinfo/*.zi",
)


def strip(tree: Path) -> None:
    """Removes from an installed tree what is not for its function."""
    for entry in tree.iterdir():
        # Nobody here reads installed metadata: pydantic looks for plugins there, of which there are none.
        if entry.name in _NEVER_PACKED or entry.name.startswith(".") or entry.suffix == ".dist-info":
            _remove(entry)
    for pattern in _NEVER_USED:
        for path in list(tree.glob(pattern)):
            _remove(path)
    for path in sorted(tree.rglob("*")):
        if (path.name == "tests" and path.is_dir()) or path.suffix in _NEVER_READ or path.name == "__pycache__":
            _remove(path)
    for directory in sorted((path for path in tree.rglob("*") if path.is_dir()), reverse=True):
        if not any(directory.iterdir()):
            directory.rmdir()


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)  # it may have been inside a directory that is gone by now
