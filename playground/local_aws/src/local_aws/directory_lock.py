"""A directory that holds the state of one instance is for that one alone, until it ends, however it ends."""

from __future__ import annotations

import fcntl
from pathlib import Path
from typing import IO

from local_aws.errors import LocalAwsError, StateDirInUseError


def lock_directory(directory: Path) -> IO[str]:
    """Makes the directory where it is missing and takes it; closing what is returned gives it back.

    Raises StateDirInUseError while somebody else has it, LocalAwsError if it cannot be written.
    """
    try:
        directory.mkdir(parents=True, exist_ok=True)
        lock = (directory / "lock").open("w")
    except OSError as error:
        raise LocalAwsError(f"The state directory {directory} cannot be written: {error.strerror}.") from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        raise StateDirInUseError(f"Another instance runs on the state directory {directory}.") from None
    return lock
