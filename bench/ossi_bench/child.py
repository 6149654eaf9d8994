"""Runs in a process of its own, as Lambda would run a function: loads a handler, then hands it the events it reads.

Arguments: the directory with the code, the module with `handler`, the status that a request is to be answered with. One JSON event a
line on standard input; after the last one the milliseconds of each call and the peak memory (MiB) go out as one JSON line. Imports
nothing but the standard library.
"""

import importlib
import json
import sys
import time


class Context:
    """Of an invocation with all the time in the world."""

    aws_request_id = "11111111-2222-3333-4444-555555555555"
    function_name = "bench"
    invoked_function_arn = "arn:aws:lambda:eu-north-1:123456789012:function:bench"

    def get_remaining_time_in_millis(self) -> int:
        """As Lambda's own."""
        return 300_000


def main() -> None:
    """See above."""
    out, sys.stdout = sys.stdout, sys.stderr  # what the handler logs is not the result
    sys.path.insert(0, sys.argv[1])
    handler = importlib.import_module(sys.argv[2]).handler
    context, took, expected = Context(), list[float](), int(sys.argv[3])
    for line in sys.stdin:
        event = json.loads(line)
        started = time.perf_counter()
        answer = handler(event, context)
        took.append((time.perf_counter() - started) * 1000)
        if answer.get("batchItemFailures") or answer.get("statusCode", expected) != expected:
            raise SystemExit(f"the handler failed: {answer}")
    out.write(json.dumps({"ms": took, "peak_mib": peak_mib()}) + "\n")


def peak_mib() -> float:
    """The most memory that this process had.

    On Linux not getrusage's ru_maxrss: that counts what the parent had when it started the process, until this was another program.
    """
    try:
        with open("/proc/self/status", encoding="ascii") as status:  # noqa: PTH123 - pathlib would be one more import
            return next(int(line.split()[1]) / 1024 for line in status if line.startswith("VmHWM:"))
    except FileNotFoundError:
        import resource

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20  # in bytes on macOS


if __name__ == "__main__":
    main()
