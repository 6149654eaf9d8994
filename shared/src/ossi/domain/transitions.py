"""Which changes of a row mean something to people. Every other change is silent (R8)."""

from enum import StrEnum

from ossi.domain.contribution import Contribution, Status


class Transition(StrEnum):
    """A change that messages follow."""

    SUBMITTED = "submitted"
    ACCEPTED = "accepted"
    DECLINED = "declined"


_BEHIND = {
    Status.PENDING: Transition.SUBMITTED,
    Status.ACCEPTED: Transition.ACCEPTED,
    Status.DECLINED: Transition.DECLINED,
}


def transition_of(old: Contribution | None, new: Contribution | None) -> Transition | None:
    """The transition between a row before and after a change; None: no row on that side, or nothing to tell."""
    if new is None:
        return None
    if old is None:
        return Transition.SUBMITTED if new.status is Status.PENDING and new.imported_at is None else None
    if old.status is not Status.PENDING or new.status is Status.PENDING:
        return None
    return _BEHIND[new.status]


def transition_behind(row: Contribution, *, handled: bool) -> Transition | None:
    """The latest transition of a row as it stands, seen without the change itself; None: its messages are nobody's business.

    handled: whether anything was recorded about its messages. Silent are rows that were imported and not decided on since, and rows
    that somebody wrote with a decision in them: they are history.
    """
    if row.imported_at is not None:
        decided_here = row.decided_at is not None and row.decided_at > row.imported_at
        return _BEHIND[row.status] if decided_here and row.status is not Status.PENDING else None
    if row.status is Status.PENDING or handled or row.submission_id is not None or row.decided_in is not None:
        return _BEHIND[row.status]
    return None
