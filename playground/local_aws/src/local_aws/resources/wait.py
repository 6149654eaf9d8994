"""Waiting for the emulator to finish what it does in the background."""

import time
from collections.abc import Callable

from local_aws.errors import LocalAwsError

_INTERVAL_SECONDS = 0.05


def wait_for(condition: Callable[[], bool], what: str, seconds: float = 30.0) -> None:
    """Returns as soon as `condition` holds; raises LocalAwsError, naming `what`, if it does not within `seconds`."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise LocalAwsError(f"Waited {seconds:.0f} s in vain for {what}.")
        time.sleep(_INTERVAL_SECONDS)
