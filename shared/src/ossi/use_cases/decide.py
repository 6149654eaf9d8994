"""Accept and Decline: PENDING -> ACCEPTED or DECLINED, once (R7). The stream function tells people about it."""

from dataclasses import dataclass
from typing import Protocol

from ossi.domain import errors
from ossi.domain.contribution import Contribution, ContributionKey, MessageRef, Status
from ossi.ports import Clock, Contributions


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


def decide(key: str, status: Status, manager_id: str, seen_in: MessageRef | None, world: DecidingWorld) -> Decision:
    """Decides on the contribution of that key (a button's value). seen_in: the message whose button was pressed."""
    at = int(world.clock().timestamp() * 1000)
    try:
        return Decided(world.contributions.decide(ContributionKey.parse(key), status, manager_id, at, seen_in))
    except errors.AlreadyDecided as error:
        return AlreadyDecided(error.decided)
    except errors.UnknownContribution:
        return UnknownContribution()
    except errors.UnreadableContribution as error:
        return UnreadableContribution(str(error))
