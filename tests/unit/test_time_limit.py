"""Work that takes too long ends with an error of ours, wherever it is."""

import itertools
import os
import signal
import threading
from contextlib import suppress

import pytest

from ossi.runtime.errors import OutOfTime
from ossi.runtime.time_limit import time_limit


def test_a_loop_is_ended() -> None:
    with pytest.raises(OutOfTime), time_limit(0.01):
        for _ in itertools.count():
            pass


def test_waiting_is_ended_also_where_errors_are_caught_on_the_way() -> None:
    reading, writing = os.pipe()
    try:
        # As a library on the way might catch what it can.
        with pytest.raises(OutOfTime), time_limit(0.01), suppress(Exception):
            os.read(reading, 1)  # nobody writes
    finally:
        os.close(reading)
        os.close(writing)


def test_without_time_nothing_is_begun() -> None:
    begun: list[int] = []
    with pytest.raises(OutOfTime), time_limit(0):
        begun.append(1)
    assert begun == []


def test_what_is_done_in_time_is_done_and_leaves_no_alarm_behind() -> None:
    before = signal.getsignal(signal.SIGALRM)
    with time_limit(60):
        assert signal.getitimer(signal.ITIMER_REAL)[0] > 0
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)
    assert signal.getsignal(signal.SIGALRM) is before


def test_an_error_of_the_work_stays_what_it_is() -> None:
    with pytest.raises(ValueError, match="broken"), time_limit(60):
        raise ValueError("broken")
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


def test_in_another_thread_there_is_no_limit() -> None:
    done: list[int] = []

    def work() -> None:
        with time_limit(0):
            done.append(1)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert done == [1]
