"""The stream is dead, and what makes up for it meets every failure too, and is killed between two messages (N1, N2)."""

import json
import threading
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

import pytest

from e2e.chaos.life import ASK, CONFIRM, PUBLISH, REDRAW, TELL, Decision, Life, Moment, Remains, remains_of
from e2e.chaos.test_slack_fails import TIMES
from e2e.chaos.test_worker_dies import kill_the_worker
from e2e.driving import Ossi
from e2e.rights import GET_RECORDS, LANES, without
from local_slack.client import FailureKind

EVERYTHING = {"source": "command", "olderThanSeconds": 0}
# Each failure is one run of the function at most, and a time-out is one that takes five seconds.
MOMENTS: dict[FailureKind, tuple[Moment, ...]] = dict.fromkeys(TIMES, (CONFIRM, ASK, REDRAW, TELL, PUBLISH))
MOMENTS["timeout"] = (ASK, TELL)


@contextmanager
def dead_stream(ossi: Ossi) -> Generator[None]:
    """Neither lane may read the stream; afterwards both get all that they have missed."""
    direct, channels = (GET_RECORDS[lane] for lane in LANES)
    before = len(ossi.running.log)
    with without(ossi, direct), without(ossi, channels):
        # Each reads once more and is refused: from then on nothing comes of a change.
        for lane in LANES:
            ossi.wait(lambda lane=lane: _refusals(ossi, lane, before) > 0, f"that {lane} may not read")
        yield


def _refusals(ossi: Ossi, lane: str, before: int) -> int:
    lines = ossi.running.log[before:].splitlines()
    return sum(f"ossi-local-{lane}" in line and GET_RECORDS[lane].action in line for line in lines)


def reconcile_until_nothing_is_missing(ossi: Ossi) -> None:
    """Run after run; each failure that was ordered fails one at most."""
    answer: dict[str, Any] = {}
    for _ in range(12):
        answer = ossi.invoke("reconcile", EVERYTHING)
        if answer["done"] and not answer["findings"]:
            return
    raise AssertionError(f"something is missing still: {answer}")


@pytest.mark.parametrize("kind", TIMES)
def test_slack_fails_the_reconciler_at_every_moment(
    ossi: Ossi, usual: dict[Decision, Remains], kind: FailureKind
) -> None:
    life = Life(ossi)
    with dead_stream(ossi):
        life.submit()
        for moment in MOMENTS[kind]:
            if not moment.follows_decision:
                life.fail_at(moment, kind, TIMES[kind])
        reconcile_until_nothing_is_missing(ossi)
        assert ossi.slack.failures() == [], "the first moments went wrong"
        life.wait_for_request()
        life.decide()
        for moment in MOMENTS[kind]:
            if moment.follows_decision:
                life.fail_at(moment, kind, TIMES[kind])
        reconcile_until_nothing_is_missing(ossi)
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
            reconcile_until_nothing_is_missing(ossi)
            life.wait_for_request()
            life.decide()
        # Slack holds the line, so that there is time to kill.
        life.fail_at(second, "timeout")
        calls_before = len(life.calls(second))
        failing = threading.Thread(target=_invoke, args=(ossi, EVERYTHING))
        failing.start()
        ossi.wait(lambda: len(life.calls(second)) > calls_before, "the second message")
        kill_the_worker(ossi, life, second, "reconcile")
        failing.join()
        reconcile_until_nothing_is_missing(ossi)
        if not second.follows_decision:
            life.wait_for_request()
            life.decide()
            reconcile_until_nothing_is_missing(ossi)

    assert remains_of(ossi, life) == usual["ACCEPTED"]


def _invoke(ossi: Ossi, event: dict[str, Any]) -> None:
    """Whatever comes of it: the function dies meanwhile."""
    ossi.aws.client("lambda").invoke(FunctionName=ossi.ready.functions["reconcile"], Payload=json.dumps(event))
