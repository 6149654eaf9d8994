"""Slack fails at every moment of a contribution's life, in every way: in the end all is as if it had not (N1, N2)."""

from collections import Counter
from collections.abc import Sequence
from functools import reduce
from itertools import pairwise
from operator import add
from typing import Literal

import pytest

from e2e.chaos.life import (
    ALL,
    ASK,
    CONFIRM,
    PUBLISH,
    TROUBLES,
    UNRECORDED,
    Decision,
    Life,
    Moment,
    Remains,
    Trouble,
    remains_of,
)
from e2e.driving import Ossi

Lives = dict[Moment, Life]
When = Literal["before", "after"]
LATER = tuple(moment for moment in ALL if moment not in (CONFIRM, ASK))
REDRIVE = {"source": "command", "redrive": True, "olderThanSeconds": 0}


def live_with(ossi: Ossi, trouble: Trouble, times: int, before_or_after: When) -> tuple[Lives, Remains]:
    """As many lives at a time as there are moments; in each, one send fails so often, and nobody else's waits for it.

    Where the place is a channel of all, whoever comes first meets the failure: so that one goes ahead.
    """
    lives = {moment: Life(ossi, moment.decision) for moment in ALL}
    for moment in (ASK, CONFIRM):
        lives[moment].fail_at(moment, trouble, before_or_after=before_or_after)
    lives[ASK].submit()
    ossi.wait(lambda: lives[ASK].calls(ASK), "the first request")
    for moment in ALL:
        if moment is not ASK:
            lives[moment].submit()
    for moment in LATER:
        lives[moment].wait_for_request(hurry=trouble.limits)
    fail_again(ossi, lives, (ASK, CONFIRM), trouble, times, before_or_after)
    for moment in (ASK, CONFIRM):
        lives[moment].wait_for_request(hurry=True)
    assert ossi.slack.failures() == [], "the first two moments went wrong"

    for moment in LATER:
        lives[moment].fail_at(moment, trouble, before_or_after=before_or_after)
    lives[PUBLISH].decide()
    ossi.wait(lambda: lives[PUBLISH].calls(PUBLISH), "the first publication")
    for moment in ALL:
        if moment is not PUBLISH:
            lives[moment].decide()
    fail_again(ossi, lives, LATER, trouble, times, before_or_after)
    remains = remains_of(ossi, *lives.values())
    assert ossi.slack.failures() == [], "the other moments went wrong"
    return lives, remains


def fail_again(
    ossi: Ossi, lives: Lives, moments: Sequence[Moment], trouble: Trouble, times: int, before_or_after: When
) -> None:
    """Each of these sends has failed once, or will in a moment, and fails again until it has so often."""
    if times > 1:  # what the others send to a channel of all is not to meet the next failure
        for moment in (each for each in (ASK, PUBLISH) if each in moments):
            others = [life for life in lives.values() if life is not lives[moment] and moment.is_in(life.decision)]
            ossi.wait(
                lambda moment=moment, others=others: all(life.record(moment).get("state") == "SENT" for life in others),
                f"{moment.effect} of all others",
            )
    for attempts in range(1, times):
        for moment in moments:
            owed = lives[moment].wait_until_it_failed(moment, attempts)
            lives[moment].fail_at(moment, trouble, before_or_after=before_or_after)
            ossi.let_its_time_come(owed)
        ossi.work_off()


def all_of(usual: dict[Decision, Remains]) -> Remains:
    """What as many undisturbed lives leave behind."""
    return reduce(add, (usual[moment.decision] for moment in ALL))


@pytest.mark.parametrize("name", TROUBLES)
def test_slack_fails_at_every_moment(ossi: Ossi, usual: dict[Decision, Remains], name: str) -> None:
    trouble = TROUBLES[name]
    lives, remains = live_with(ossi, trouble, trouble.times, "before")

    assert remains == all_of(usual)
    if trouble.limits:
        for moment, life in lives.items():
            refused, again = next(pair for pair in pairwise(life.calls(moment)) if pair[0].status == 429)
            assert again.at - refused.at >= 1, f"{moment.effect}: Slack asked for a second's patience"


@pytest.mark.parametrize("name", ["http_500", "cut"])
def test_slack_does_the_work_and_does_not_say_so(ossi: Ossi, usual: dict[Decision, Remains], name: str) -> None:
    """The one window: nobody can tell whether Slack, whose OK did not arrive, has the message. That message is sent again."""
    _, remains = live_with(ossi, TROUBLES[name], 1, "after")

    expected = all_of(usual)
    assert remains.stored == expected.stored
    assert not expected.by_place - remains.by_place, "every message is there"
    repeated = remains.by_place - expected.by_place
    # At most once for each post that went wrong; a second redrawing of the same message is seen by nobody.
    assert repeated <= Counter({("submitter", UNRECORDED): 3, ("management", UNRECORDED): 1, ("public", UNRECORDED): 1})
    # Both copies of the request have lost their buttons; one redrawing more is of the second copy, another is the repeated one.
    assert all(not buttons for place, _, _, buttons in remains.messages if place == "management")
    assert remains.updates <= expected.updates + 2


@pytest.mark.parametrize("moment", [CONFIRM, ASK], ids=lambda moment: moment.effect)
@pytest.mark.parametrize("name", ["http_500", "cut", "timeout"])
def test_slack_never_says_that_it_did_the_work(ossi: Ossi, name: str, moment: Moment) -> None:
    """Three copies are sent at most, and nobody else waits. What became of them an operator knows, and decides."""
    life, other = Life(ossi), {CONFIRM: ASK, ASK: CONFIRM}[moment]
    life.fail_at(moment, TROUBLES[name], times=None, before_or_after="after")
    life.submit()
    for attempts in (1, 2):
        owed = life.wait_until_it_failed(moment, attempts)
        ossi.wait(lambda: life.record(other).get("state") == "SENT", "the other message, which waits for nothing")
        ossi.let_its_time_come(owed)
        ossi.work_off()
    assert life.record(moment)["state"] == "UNKNOWN"
    assert [ossi.work_off()["due"]["outcomes"] for _ in range(3)] == [{}] * 3

    assert len(life.calls(moment)) == 3
    assert len(ossi.told(life.row) if moment is CONFIRM else ossi.requests()) == 3

    ossi.slack.heal()
    (decided,) = ossi.invoke("reconcile", REDRIVE)["findings"]
    assert (decided["effect"], decided["outcome"]) == (moment.effect, "sent")
    assert len(life.calls(moment)) == 4
    assert life.record(moment)["state"] == "SENT"


def test_the_schedule_alone_sends_what_slack_did_not_take(ossi: Ossi) -> None:
    """Nobody helps it: what Slack says that it did not do arrives within two minutes."""
    life = Life(ossi)
    life.fail_at(CONFIRM, TROUBLES["service_unavailable"])
    life.submit()
    life.wait_until_it_failed(CONFIRM, 1)

    with ossi.on_schedule():
        ossi.slack.wait_for(lambda: ossi.told(life.row), 120, what="the message")

    life.wait_for_request()
    assert len(ossi.told(life.row)) == 1
