"""What may happen to a contribution, as a table, and the one way in which it changes.

A new event is a member of EventKind, a row of RULES, and whatever follows from it: see docs/architecture.md.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from ossi.domain.contribution import Contribution
from ossi.domain.errors import HistoryFull, NotAllowed
from ossi.domain.history import Event, EventKind, Status, is_waiting, leads_to

MOST_EVENTS = 100
"""After so many events only decisions fit: an item of DynamoDB takes 400 KB, and an event with its reason up to 3 KB."""


class Who(StrEnum):
    """Who may let an event happen. Whether a person is a manager is checked at the edge, with Slack."""

    SUBMITTER = "submitter"
    MANAGER = "manager"


@dataclass(frozen=True)
class Rule:
    """From which statuses an event may happen, and where it leads; to: None where the status stays as it is.

    needs: which of the event's fields have to be there. changes: which of the contribution's fields the event may change. bounded:
    whether it's refused once the history is full.
    """

    frm: frozenset[Status]
    to: Status | None
    who: Who
    needs: frozenset[str] = frozenset()
    changes: frozenset[str] = frozenset()
    bounded: bool = False


_WAITING = frozenset(filter(is_waiting, Status))
RULES: Mapping[EventKind, Rule] = {
    EventKind.SUBMITTED: Rule(frozenset(), Status.PENDING, Who.SUBMITTER),
    EventKind.ACCEPTED: Rule(_WAITING, Status.ACCEPTED, Who.MANAGER, needs=frozenset({"by"})),
    EventKind.DECLINED: Rule(_WAITING, Status.DECLINED, Who.MANAGER, needs=frozenset({"by"})),
}
DECISIONS = frozenset({EventKind.ACCEPTED, EventKind.DECLINED})
"""The events that say whether a contribution is paid: the row names who decided last, and when."""


def submitted(contribution: Contribution, event_id: str) -> Contribution:
    """A new contribution with the first event of its history."""
    event = Event(
        EventKind.SUBMITTED, event_id, Status.PENDING, at=contribution.timestamp, by=contribution.user_id, n=1
    )
    return contribution.model_copy(update={"status": Status.PENDING, "events": (event,), "version": 1})


def apply(contribution: Contribution, event: Event, changes: Mapping[str, Any] | None = None) -> Contribution:
    """The contribution after the event, which is numbered here. changes: the contribution's fields that the event changes.

    What the row's attributes tell of its past and no stored event does becomes part of the history at the same time. Raises NotAllowed
    where no rule lets the event happen now, HistoryFull where it is a bounded one and no further fits.
    """
    rule = RULES[event.kind]
    history = history_of(contribution)
    if contribution.status not in rule.frm or any(getattr(event, name) is None for name in rule.needs):
        raise NotAllowed(contribution, event.kind)
    if rule.who is Who.SUBMITTER and event.by != contribution.user_id:
        raise NotAllowed(contribution, event.kind)
    if changes and not rule.changes.issuperset(changes):
        raise NotAllowed(contribution, event.kind)
    if rule.bounded and len(history) >= MOST_EVENTS:
        raise HistoryFull
    numbered = replace(event, n=len(history) + 1, status=rule.to or contribution.status)
    return _with(contribution, (*history, numbered), changes or {})


def adopt(
    contribution: Contribution, before: Contribution | None = None, history: Sequence[Event] | None = None
) -> Contribution:
    """The contribution with everything that its attributes tell stored as events: what someone wrote into the row by hand.

    before: the row before that change, where it's known: it tells more of a row without events than the row itself. history: the
    row's, where more is known of it than the row tells. The same contribution is answered if nothing is to be stored. What the row tells
    of an earlier decision is not this one's.
    """
    history = tuple(history_of(contribution) if history is None else history)
    if not contribution.events and before is not None and before.status is not contribution.status:
        earlier = history_of(before)
        history = (*earlier, _by_hand(contribution, earlier, _is_silent(before.status, contribution.status)))
    if len(history) == len(contribution.events):
        return contribution
    stored, last = _with(contribution, history, {}), history[-1]
    if last.kind in DECISIONS and (last.by, last.at) != (contribution.decided_by, contribution.decided_at):
        # Whose decision it was may be known, and when it was is not: the row tells no made-up time.
        return stored.model_copy(update={"decided_at": None})
    return stored


def is_explained(contribution: Contribution) -> bool:
    """Whether nothing has to be stored before anything of the row's last change is told (R8).

    So it is where an event tells it, and for a row without events that is pending, or that names who decided.
    """
    if contribution.events:
        return contribution.events[-1].status is contribution.status
    return contribution.status is Status.PENDING or contribution.decided_by is not None


def history_of(contribution: Contribution, *, handled: bool = False) -> tuple[Event, ...]:
    """Everything that happened to the contribution: the events that its row keeps, and those that its other attributes tell.

    Derived events are silent unless the change that they tell calls for messages: rows that were imported and not decided on since are
    history, and so are rows that someone wrote with a decision in them. handled: something was recorded about deliveries for a row
    that keeps no events.
    """
    events = contribution.events
    if not events:
        owing = _owes(contribution, handled=handled)
        silent = not owing or contribution.imported_at is not None
        events = (
            Event(
                EventKind.SUBMITTED,
                f"{EventKind.SUBMITTED}-1",
                Status.PENDING,
                at=contribution.timestamp,
                by=contribution.user_id,
                silent=silent,
                n=1,
            ),
        )
        if contribution.status is Status.PENDING:
            return events
        return (*events, _by_hand(contribution, events, not owing or is_waiting(contribution.status)))
    last = events[-1]
    if last.status is contribution.status:
        return events
    return (*events, _by_hand(contribution, events, _is_silent(last.status, contribution.status)))


def _is_silent(before: Status, now: Status) -> bool:
    """R8: by hand too, a decision on what waited for one is told, and every other change is silent."""
    return not is_waiting(before) or is_waiting(now)


def _owes(contribution: Contribution, *, handled: bool) -> bool:
    """Whether anything follows from the last change that a row without events tells."""
    decided = contribution.status is not Status.PENDING
    if contribution.imported_at is not None:
        return decided and contribution.decided_at is not None and contribution.decided_at > contribution.imported_at
    known = contribution.submission_id is not None or contribution.decided_in is not None
    return not decided or handled or known


def _by_hand(contribution: Contribution, earlier: Sequence[Event], silent: bool) -> Event:
    """The last change of a row that no event tells: someone's hand, or the person's that decidedBy names.

    A hand leaves decidedBy as it was: then it names who let an earlier event happen.
    """
    kind, n = leads_to(contribution.status), len(earlier) + 1
    named = (contribution.decided_by, contribution.decided_at)
    decided = kind in DECISIONS and not any(named == (event.by, event.at) for event in earlier)
    return Event(
        kind,
        f"{kind}-{n}",
        contribution.status,
        # Nobody knows when a hand was at it: not before anything that came earlier.
        at=(contribution.decided_at if decided else None) or max(contribution.timestamp, earlier[-1].at),
        by=contribution.decided_by if decided else None,
        seen_in=contribution.decided_in if decided else None,
        silent=silent,
        n=n,
    )


def _with(contribution: Contribution, history: Sequence[Event], changes: Mapping[str, Any]) -> Contribution:
    last = history[-1]
    update: dict[str, Any] = {**changes, "status": last.status, "events": tuple(history), "version": last.n}
    if last.kind in DECISIONS:
        update |= {"decided_by": last.by, "decided_at": last.at, "decided_in": last.seen_in}
    return contribution.model_copy(update=update)


def is_superseded(history: Sequence[Event], event: Event) -> bool:
    """Whether the contribution's status was changed again after the event, so that a message about it would come too late."""
    return any(later.status is not event.status for later in history[event.n :])
