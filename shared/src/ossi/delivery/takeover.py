"""What is known of a row that keeps no events: of the original, imported, restored, written by hand, or from before there were events."""

from collections.abc import Collection, Sequence

from ossi.delivery.effect import Effect
from ossi.domain.contribution import Contribution
from ossi.domain.history import Event, leads_to
from ossi.domain.lifecycle import DECISIONS, history_of


def history_by_records(
    contribution: Contribution, effects: Sequence[Effect], recorded: Collection[str]
) -> tuple[Event, ...]:
    """The contribution's history, with what its deliveries tell of it. recorded: the names of those that there is a record of.

    Where another decision has been told, someone changed the status by hand since, before there were events: that is silent (R8).
    """
    if contribution.events:
        return history_of(contribution)
    kind = leads_to(contribution.status)
    own = {effect.name for effect in effects if kind in effect.on}
    others = {effect.name for effect in effects if effect.on & (DECISIONS - {kind})} - own
    if kind in DECISIONS and others.intersection(recorded):
        return ()
    return history_of(contribution, handled=bool(recorded))


def may_owe(contribution: Contribution) -> bool:
    """Whether anything can follow from the row, whatever is recorded of its deliveries."""
    return any(not event.silent for event in history_of(contribution, handled=True))
