"""Runs the flows on copies of the source: python -m recipes.run FOLDER... prints, for each, a line of JSON with what failed first."""

import importlib
import json
import logging
import os
import sys
import traceback

_LIBRARIES = ("openpyxl.writer.excel", "pandas", "pydantic", "slack_sdk.models.blocks", "zoneinfo")
"""Loaded once: each copy then takes a moment in a process of its own."""


def _failure(folder: str) -> str:
    """The traceback of the first flow that fails, or of what can't even be imported; empty: all is well."""
    sys.path.insert(0, folder)
    logging.disable(logging.CRITICAL)
    try:
        for flow in importlib.import_module("recipes.flows").FLOWS:
            flow()
    except Exception:  # noqa: BLE001 - whatever it is, the flow has failed
        return traceback.format_exc()
    return ""


def main(folders: list[str]) -> None:
    """See the module."""
    for library in _LIBRARIES:
        importlib.import_module(library)
    for folder in folders:
        child = os.fork()
        if child == 0:
            sys.stdout.write(json.dumps({"folder": folder, "failure": _failure(folder)}) + "\n")
            sys.stdout.flush()
            os._exit(0)
        os.waitpid(child, 0)


if __name__ == "__main__":
    main(sys.argv[1:])
