"""Accept and Decline: PENDING -> ACCEPTED or DECLINED, once (R7). The stream function tells people about it."""

import secrets

from ossi.domain.contribution import Contribution, ContributionKey, MessageRef
from ossi.domain.errors import AlreadyDecided, ContributionChanged, NotAllowed, UnknownContribution
from ossi.domain.history import Event, EventKind
from ossi.domain.lifecycle import RULES, apply
from ossi.ports import Clock, Contributions

_TRIES = 5


def decide(
    key: str,
    kind: EventKind,
    manager_id: str,
    seen_in: MessageRef | None,
    *,
    contributions: Contributions,
    clock: Clock,
) -> Contribution:
    """Lets the decision happen to the contribution of that key (a button's value). seen_in: the message whose button was pressed.

    Raises AlreadyDecided, UnknownContribution or UnreadableContribution, and has stored nothing then.
    """
    status = RULES[kind].to
    assert status is not None, "a decision leads somewhere"
    event = Event(
        kind, secrets.token_hex(6), status, at=int(clock().timestamp() * 1000), by=manager_id, seen_in=seen_in
    )
    for _ in range(_TRIES):
        found = contributions.get(ContributionKey.parse(key))
        if found is None:
            raise UnknownContribution(key[:50])
        try:
            decided = apply(found, event)
            contributions.save(decided, found)
        except NotAllowed:
            raise AlreadyDecided(found) from None
        except ContributionChanged:
            continue
        return decided
    raise ContributionChanged
