"""Which changes mean something (R8): every pair of what stood there before and after."""

from itertools import product

import pytest

from fakes import contribution
from ossi.domain.contribution import Status
from ossi.domain.transitions import Transition, transition_of

SIDES = (None, *Status)
TOLD: dict[tuple[Status | None, Status | None], Transition] = {
    (None, Status.PENDING): Transition.SUBMITTED,
    (Status.PENDING, Status.ACCEPTED): Transition.ACCEPTED,
    (Status.PENDING, Status.DECLINED): Transition.DECLINED,
}


@pytest.mark.parametrize(("before", "after"), list(product(SIDES, SIDES)))
def test_every_pair_of_before_and_after(before: Status | None, after: Status | None) -> None:
    old = contribution(status=before) if before else None
    new = contribution(status=after) if after else None
    assert transition_of(old, new) is TOLD.get((before, after))


def test_an_edit_of_the_text_is_silent() -> None:
    assert transition_of(contribution(), contribution(text="another", decided_by="U0MAIJA01")) is None
