"""Accept and Decline: PENDING -> ACCEPTED or DECLINED, once (R7). The stream function tells people about it."""

from ossi.domain.contribution import Contribution, ContributionKey, MessageRef, Status
from ossi.ports import Clock, Contributions


def decide(
    key: str, status: Status, manager_id: str, seen_in: MessageRef | None, *, contributions: Contributions, clock: Clock
) -> Contribution:
    """Decides on the contribution of that key (a button's value). seen_in: the message whose button was pressed.

    Raises AlreadyDecided, UnknownContribution or UnreadableContribution, and has stored nothing then.
    """
    at = int(clock().timestamp() * 1000)
    return contributions.decide(ContributionKey.parse(key), status, manager_id, at, seen_in)
