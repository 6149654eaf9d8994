"""A decision: the management channel's message loses its buttons and names the decider (R7)."""

from ossi.domain.contribution import MessageRef
from ossi.domain.errors import LastingChatError
from ossi.domain.transitions import Transition
from ossi.effects import ask_management
from ossi.ports import Message
from ossi.slack_ui.notifications import Words
from ossi.use_cases.deliver import Delivery, Effect, subject_of


def _send(delivery: Delivery, message: Message) -> MessageRef | None:
    """The message whose button was pressed; for a row decided by hand, the one that the ledger knows, if there is one."""
    contribution = delivery.contribution
    ref = contribution.decided_in or delivery.ledger.sent_ref(subject_of(contribution), ask_management.EFFECT.name)
    if ref is None:
        return None
    try:
        delivery.chat.update(ref, message)
    except LastingChatError as error:
        if error.code != "message_not_found":
            raise
        return None  # somebody deleted it: no buttons are left to take away
    return ref


EFFECTS = tuple(
    Effect("redraw_request", transition, Words.decided_request, _send)
    for transition in (Transition.ACCEPTED, Transition.DECLINED)
)
