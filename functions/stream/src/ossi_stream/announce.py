"""What a change of a row calls for: the events that it added, and nothing else (R8)."""

from collections.abc import Sequence
from contextlib import suppress

from ossi.delivery.batch import Change
from ossi.delivery.effect import Effect, wanted_of
from ossi.domain.contribution import Contribution
from ossi.domain.errors import ContributionChanged
from ossi.domain.history import Status
from ossi.domain.lifecycle import adopt, history_of
from ossi.ports import Contributions


def announce(
    old: Contribution | None, new: Contribution | None, effects: Sequence[Effect], contributions: Contributions
) -> Change | None:
    """What the change from old to new calls for; None: nothing.

    A change that no event tells was made by hand, or by an older version beside this one: it's stored as an event first, and the change
    that this makes in the table is what people are told of.
    """
    if new is None:
        return None
    if old is not None and _is_untold(old, new):
        with suppress(ContributionChanged):  # the row has changed again: that comes as a change of its own
            contributions.save(adopt(new, old), new)
        return None
    history = history_of(new)
    if new.events:
        added = history[len(old.events) if old is not None else 0 : len(new.events)]
    elif old is None and new.status is Status.PENDING:
        added = history
    else:
        return None
    wanted = [each for each in wanted_of(effects, history) if each.event in added and not each.is_too_late(history)]
    return Change(new, tuple(wanted)) if wanted else None


def _is_untold(old: Contribution, new: Contribution) -> bool:
    """Whether the status was changed without an event that says so."""
    if old.status is new.status:
        return False
    return not new.events or new.events[-1].status is not new.status
