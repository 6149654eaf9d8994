"""The stream is dead, and what makes up for it meets every failure too, and is killed between two messages (N1, N2)."""

from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

import pytest

from e2e.chaos.life import ASK, CONFIRM, PUBLISH, REDRAW, TELL, TROUBLES, Decision, Life, Moment, Remains, remains_of
from e2e.chaos.test_worker_dies import HOLDS_THE_LINE, kill_the_worker, running
from e2e.driving import Ossi
from e2e.rights import GET_RECORDS, without

EVERYTHING = {"source": "command", "olderThanSeconds": 0}
# Each failure is one run of the function at most, and a time-out is one that takes five seconds.
MOMENTS: dict[str, tuple[Moment, ...]] = dict.fromkeys(TROUBLES, (CONFIRM, ASK, REDRAW, TELL, PUBLISH))
MOMENTS["timeout"] = (ASK, TELL)


@contextmanager
def dead_stream(ossi: Ossi) -> Generator[None]:
    """The function may not read the stream; afterwards it gets all that it has missed."""
    before = len(ossi.running.log)
    with without(ossi, GET_RECORDS):
        # It reads once more and is refused: from then on nothing comes of a change.
        ossi.wait(lambda: GET_RECORDS.action in ossi.running.log[before:], "that it may not read")
        yield


def reconcile_until_nothing_is_missing(ossi: Ossi, life: Life) -> None:
    """Run after run; each failure that was ordered fails one at most."""
    answer: dict[str, Any] = {}
    for _ in range(12):
        answer = ossi.invoke("reconcile", EVERYTHING)
        if answer["done"] and not answer["findings"]:
            return
        life.let_the_time_come()
    raise AssertionError(f"something is missing still: {answer}")


@pytest.mark.parametrize("name", TROUBLES)
def test_slack_fails_the_reconciler_at_every_moment(ossi: Ossi, usual: dict[Decision, Remains], name: str) -> None:
    life, trouble = Life(ossi), TROUBLES[name]
    with dead_stream(ossi):
        life.submit()
        for moment in MOMENTS[name]:
            if not moment.follows_decision:
                life.fail_at(moment, trouble, times=trouble.times)
        reconcile_until_nothing_is_missing(ossi, life)
        assert ossi.slack.failures() == [], "the first moments went wrong"
        life.wait_for_request()
        life.decide()
        for moment in MOMENTS[name]:
            if moment.follows_decision:
                life.fail_at(moment, trouble, times=trouble.times)
        reconcile_until_nothing_is_missing(ossi, life)
        assert ossi.slack.failures() == [], "the other moments went wrong"

    assert remains_of(ossi, life) == usual["ACCEPTED"]


@pytest.mark.parametrize("second", [CONFIRM, ASK, REDRAW, TELL, PUBLISH], ids=lambda moment: moment.effect)
def test_the_reconciler_is_killed_between_two_messages(
    ossi: Ossi, usual: dict[Decision, Remains], second: Moment
) -> None:
    life = Life(ossi)
    with dead_stream(ossi):
        life.submit()
        if second.follows_decision:
            reconcile_until_nothing_is_missing(ossi, life)
            life.wait_for_request()
            life.decide()
        life.fail_at(second, HOLDS_THE_LINE)
        calls_before = len(life.calls(second))
        with running(ossi, EVERYTHING):
            ossi.wait(lambda: len(life.calls(second)) > calls_before, "the second message")
            kill_the_worker(ossi, life, second, "reconcile")
        reconcile_until_nothing_is_missing(ossi, life)
        if not second.follows_decision:
            life.wait_for_request()
            life.decide()
            reconcile_until_nothing_is_missing(ossi, life)

    assert remains_of(ossi, life) == usual["ACCEPTED"]
