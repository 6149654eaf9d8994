"""Which changes mean something (R8): every pair of what stood there before and after."""

from itertools import product
from typing import Any

import pytest

from fakes import contribution
from ossi.domain.contribution import MessageRef, Status
from ossi.domain.transitions import Transition, transition_behind, transition_of

IN = MessageRef(channel="C0MANAGERS", ts="1.0")
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


def test_an_imported_row_is_silent_until_somebody_decides() -> None:
    imported = contribution(imported_at=1_793_000_000_000)
    assert transition_of(None, imported) is None
    accepted = imported.model_copy(update={"status": Status.ACCEPTED})
    assert transition_of(imported, accepted) is Transition.ACCEPTED


@pytest.mark.parametrize(
    ("values", "without_record", "with_record"),
    [
        ({"status": Status.PENDING}, Transition.SUBMITTED, Transition.SUBMITTED),
        ({"status": Status.ACCEPTED}, None, Transition.ACCEPTED),
        ({"status": Status.DECLINED}, None, Transition.DECLINED),
        ({"status": Status.ACCEPTED, "submission_id": "V1"}, Transition.ACCEPTED, Transition.ACCEPTED),
        ({"status": Status.DECLINED, "decided_in": IN}, Transition.DECLINED, Transition.DECLINED),
        ({"status": Status.PENDING, "imported_at": 5}, None, None),
        ({"status": Status.ACCEPTED, "imported_at": 5}, None, None),
        ({"status": Status.ACCEPTED, "imported_at": 5, "decided_at": 5}, None, None),
        ({"status": Status.ACCEPTED, "imported_at": 5, "decided_at": 6}, Transition.ACCEPTED, Transition.ACCEPTED),
        ({"status": Status.PENDING, "imported_at": 5, "decided_at": 6}, None, None),
    ],
)
def test_the_transition_behind_a_row(
    values: dict[str, Any], without_record: Transition | None, with_record: Transition | None
) -> None:
    assert transition_behind(contribution(**values), handled=False) is without_record
    assert transition_behind(contribution(**values), handled=True) is with_record
