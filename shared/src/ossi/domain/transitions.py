"""Which changes of a row mean something to people. Every other change is silent (R8)."""

from enum import StrEnum

from ossi.domain.contribution import Contribution, Status


class Transition(StrEnum):
    """A change that messages follow."""

    SUBMITTED = "submitted"
    ACCEPTED = "accepted"
    DECLINED = "declined"


def transition_of(old: Contribution | None, new: Contribution | None) -> Transition | None:
    """The transition between a row before and after a change; None: no row on that side, or nothing to tell."""
    if new is None:
        return None
    if old is None:
        return Transition.SUBMITTED if new.status is Status.PENDING else None
    if old.status is not Status.PENDING:
        return None
    return {Status.ACCEPTED: Transition.ACCEPTED, Status.DECLINED: Transition.DECLINED}.get(new.status)
