"""Ends a piece of work before the platform would end the whole process without a word."""

import signal
import threading
from collections.abc import Generator
from contextlib import contextmanager
from types import FrameType

from ossi.runtime.errors import OutOfTime


class _Alarm(BaseException):
    """Not an Exception: libraries on the way catch these, and boto3 would try again."""


@contextmanager
def time_limit(seconds: float) -> Generator[None]:
    """Raises OutOfTime in the body when the seconds are over, wherever it is: in a loop, or waiting for an answer.

    It needs SIGALRM for itself, and the main thread, in which Lambda calls handlers; in any other thread there is no limit.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    if seconds <= 0:
        raise OutOfTime

    def ring(_signal: int, _frame: FrameType | None) -> None:
        raise _Alarm

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    except _Alarm:
        raise OutOfTime from None
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
