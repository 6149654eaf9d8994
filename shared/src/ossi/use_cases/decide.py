"""Accept and Decline: PENDING -> ACCEPTED or DECLINED, once (R7). The stream function tells people about it."""

import secrets
from dataclasses import dataclass
from typing import Protocol

from ossi.domain import errors
from ossi.domain.contribution import Contribution, ContributionKey, MessageRef
from ossi.domain.history import Event, EventKind
from ossi.domain.lifecycle import RULES, apply
from ossi.ports import Clock, Contributions

_TRIES = 5


class DecidingWorld(Protocol):
    """What deciding needs."""

    @property
    def contributions(self) -> Contributions: ...
    @property
    def clock(self) -> Clock: ...


@dataclass(frozen=True)
class Decided:
    """It is decided now."""

    contribution: Contribution


@dataclass(frozen=True)
class AlreadyDecided:
    """Someone decided before: the contribution as it stands."""

    contribution: Contribution


@dataclass(frozen=True)
class UnknownContribution:
    """There is none with that key."""


@dataclass(frozen=True)
class UnreadableContribution:
    """Someone spoiled the row by hand. why: the wrong attributes, never their values."""

    why: str


Decision = Decided | AlreadyDecided | UnknownContribution | UnreadableContribution
"""Only Decided has stored anything."""


def decide(key: str, kind: EventKind, manager_id: str, seen_in: MessageRef | None, world: DecidingWorld) -> Decision:
    """Lets the decision happen to the contribution of that key (a button's value). seen_in: the message whose button was pressed.

    Raises ContributionChanged for a row that others change faster than it can be read and written.
    """
    status = RULES[kind].to
    assert status is not None, "a decision leads somewhere"
    at = int(world.clock().timestamp() * 1000)
    event = Event(kind, secrets.token_hex(6), status, at=at, by=manager_id, seen_in=seen_in)
    for _ in range(_TRIES):
        try:
            found = world.contributions.get(ContributionKey.parse(key))
        except errors.UnknownContribution:  # not even a key
            return UnknownContribution()
        except errors.UnreadableContribution as error:
            return UnreadableContribution(str(error))
        if found is None:
            return UnknownContribution()
        try:
            decided = apply(found, event)
            world.contributions.save(decided, found)
        except errors.NotAllowed:
            return AlreadyDecided(found)
        except errors.ContributionChanged:
            continue
        return Decided(decided)
    raise errors.ContributionChanged
