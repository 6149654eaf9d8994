"""A decision: the management channel's message loses its buttons and names the decider (R7)."""

from ossi.domain.contribution import MessageRef
from ossi.domain.transitions import Transition
from ossi.effects import ask_management
from ossi.use_cases.deliver import Delivery, Effect


def _send(delivery: Delivery) -> MessageRef | None:
    """The message whose button was pressed; for a row decided by hand, the one that the ledger knows, if there is one."""
    contribution = delivery.contribution
    ref = contribution.decided_in or delivery.ledger.sent_ref(
        f"contribution#{contribution.key}", ask_management.EFFECT.name
    )
    if ref is not None:
        delivery.chat.update(ref, delivery.words.decided_request(contribution))
    return ref


EFFECTS = (
    Effect("redraw_request", Transition.ACCEPTED, _send),
    Effect("redraw_request", Transition.DECLINED, _send),
)
