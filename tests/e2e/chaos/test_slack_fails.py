"""Slack fails at every moment of a contribution's life, in every way: in the end all is as if it had not (N1, N2)."""

from collections import Counter
from functools import reduce
from itertools import pairwise
from operator import add
from typing import Literal

import pytest

from e2e.chaos.life import ALL, ASK, CONFIRM, PUBLISH, UNRECORDED, Decision, Life, Moment, Remains, remains_of
from e2e.driving import Ossi
from local_slack.client import FailureKind

# How often each happens. An HTTP 500 comes as often as one call tries, so that the stream's record has to come again; a time-out and a
# cut connection are not tried again in the call anyway; a rate limit is waited for.
TIMES: dict[FailureKind, int] = {"ratelimited": 1, "http_500": 3, "timeout": 1, "cut": 1}


def live_with(
    ossi: Ossi, kind: FailureKind, times: int, before_or_after: Literal["before", "after"]
) -> tuple[dict[Moment, Life], Remains]:
    """As many lives at a time as there are moments; in each, one send fails, and its neighbours do not.

    Who comes first meets the failure that was ordered for a channel of all: the stream keeps the order.
    """
    lives = {moment: Life(ossi, moment.decision) for moment in ALL}
    for moment in (CONFIRM, ASK):
        lives[moment].fail_at(moment, kind, times, before_or_after)
    for moment in ALL:
        lives[moment].submit()
    for life in lives.values():
        life.wait_for_request()
    assert ossi.slack.failures() == [], "the first two moments went wrong"
    later = [moment for moment in ALL if moment not in (CONFIRM, ASK)]
    for moment in later:
        lives[moment].fail_at(moment, kind, times, before_or_after)
    for moment in sorted(ALL, key=lambda each: each is not PUBLISH):
        lives[moment].decide()
    remains = remains_of(ossi, *lives.values())
    assert ossi.slack.failures() == [], "the other moments went wrong"
    return lives, remains


def all_of(usual: dict[Decision, Remains]) -> Remains:
    """What as many undisturbed lives leave behind."""
    return reduce(add, (usual[moment.decision] for moment in ALL))


@pytest.mark.parametrize("kind", TIMES)
def test_slack_fails_at_every_moment(ossi: Ossi, usual: dict[Decision, Remains], kind: FailureKind) -> None:
    lives, remains = live_with(ossi, kind, TIMES[kind], "before")

    assert remains == all_of(usual)
    if kind == "ratelimited":
        for moment, life in lives.items():
            refused, again = next(pair for pair in pairwise(life.calls(moment)) if pair[0].status == 429)
            assert again.at - refused.at >= 1, f"{moment.effect}: Slack asked for a second's patience"


@pytest.mark.parametrize("kind", ["http_500", "cut"])
def test_slack_does_the_work_and_does_not_say_so(ossi: Ossi, usual: dict[Decision, Remains], kind: FailureKind) -> None:
    """The one window: nobody can tell whether Slack, whose OK did not arrive, has the message. That message is sent again."""
    _, remains = live_with(ossi, kind, 1, "after")

    expected = all_of(usual)
    assert remains.stored == expected.stored
    assert not expected.by_place - remains.by_place, "every message is there"
    repeated = remains.by_place - expected.by_place
    # At most once for each post that went wrong; a second redrawing of the same message is seen by nobody.
    assert repeated <= Counter({("submitter", UNRECORDED): 3, ("management", UNRECORDED): 1, ("public", UNRECORDED): 1})
    # Both copies of the request have lost their buttons; one redrawing more is of the second copy, another is the repeated one.
    assert all(not buttons for place, _, _, buttons in remains.messages if place == "management")
    assert remains.updates <= expected.updates + 2
