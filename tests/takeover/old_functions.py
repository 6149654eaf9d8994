"""Runs handlers of the old version for a test that has today's beside them: a call as a line of JSON comes in, its answer goes out.

In a process of its own, with the packages of commit 822731b on PYTHONPATH: see `make_fixture.sources_of`.
"""

import importlib
import json
import os
import sys
from dataclasses import dataclass
from typing import Any


@dataclass
class Context:
    """What a handler may ask of Lambda."""

    aws_request_id: str = "00000000-0000-4000-8000-000000000001"

    def get_remaining_time_in_millis(self) -> int:
        """As Lambda's own."""
        return 60_000


def main() -> None:
    """Answers calls until there are no more: {function, lane, event}."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # the log of the functions
    lanes: dict[str, Any] = {}
    for line in sys.stdin:
        call = json.loads(line)
        module: Any = importlib.import_module(f"ossi_{call['function']}.handler")
        if lane := call.get("lane"):
            os.environ["OSSI_LANE"] = lane
            bootstrap = importlib.import_module("ossi_stream.bootstrap")
            application = lanes.setdefault(lane, bootstrap.App(bootstrap.Settings.read()))
            module.app = lambda application=application: application
        print(json.dumps(module.handler(call["event"], Context())), file=answers, flush=True)


if __name__ == "__main__":
    main()
