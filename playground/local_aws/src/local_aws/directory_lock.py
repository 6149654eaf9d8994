"""A directory that holds the state of one instance is for that one alone, until it ends, however it ends."""

from __future__ import annotations

import fcntl
import os
import shutil
import time
from pathlib import Path
from typing import IO

from local_aws.errors import LocalAwsError, StateDirInUseError

_LOOK_SECONDS = 0.05
_LOCK = "lock"


def lock_directory(directory: Path, patience_seconds: float = 0.0) -> IO[str]:
    """Makes the directory where it is missing and takes it; closing what is returned, everywhere, gives it back.

    Both are for the owner's eyes alone, unless the directory was there before. Where the program that took it is gone, a process of its
    own may be about to end: that one has `patience_seconds`. Raises StateDirInUseError while somebody else has it, LocalAwsError if it
    cannot be written.
    """
    try:
        make_private(directory)
        lock = private_file(directory / _LOCK, os.O_RDWR)
    except OSError as error:
        raise LocalAwsError(f"The state directory {directory} cannot be written: {error.strerror}.") from error
    deadline = time.monotonic() + patience_seconds
    while not _taken(lock):
        if _holder_lives(lock) or time.monotonic() > deadline:
            lock.close()
            raise StateDirInUseError(f"Another instance runs on the state directory {directory}.")
        time.sleep(_LOOK_SECONDS)
    lock.seek(0)
    lock.truncate()
    lock.write(str(os.getpid()))
    lock.flush()
    return lock


def make_private(directory: Path) -> None:
    """Makes the directory where it is missing, and then for the owner alone."""
    directory.parent.mkdir(parents=True, exist_ok=True)
    directory.mkdir(mode=0o700, exist_ok=True)


def private_file(path: Path, flags: int) -> IO[str]:
    """Opens a text file, made where it is missing, that only its owner may read, whatever it was before."""
    descriptor = os.open(path, flags | os.O_CREAT, 0o600)
    os.fchmod(descriptor, 0o600)
    return os.fdopen(descriptor, "r+" if flags & os.O_RDWR else "w", encoding="utf-8")


def remove_abandoned(parent: Path, prefix: str) -> None:
    """Removes directories of that prefix which this user's `lock_directory` took and whose processes are all gone."""
    for directory in parent.glob(f"{prefix}*"):
        try:
            if directory.is_symlink() or directory.stat().st_uid != os.getuid() or not (directory / _LOCK).is_file():
                continue
            lock = lock_directory(directory)
        except (OSError, LocalAwsError):  # it runs, or ended just now
            continue
        with lock:
            shutil.rmtree(directory, ignore_errors=True)


def _taken(lock: IO[str]) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _holder_lives(lock: IO[str]) -> bool:
    """Whether the process runs that wrote its id into the file; one that hasn't yet does."""
    lock.seek(0)
    holder = lock.read()
    if not holder.isdecimal():
        return True
    try:
        os.kill(int(holder), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True
