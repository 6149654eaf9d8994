"""A decision: the management channel's message loses its buttons and names the decider (R7).

The message whose button was pressed is redrawn at once, since somebody looks at it. Another one that the ledger knows is redrawn in the
channels' lane, behind the request itself: for a row that was decided by hand it is the only one, and where a request was posted twice
(the one window of ADR 3) it is the second.
"""

from ossi.delivery.deliver import Delivery, Effect, Lane, subject_of
from ossi.delivery.effects import ask_management
from ossi.domain.contribution import MessageRef
from ossi.domain.transitions import Transition
from ossi.ports import Message
from ossi.slack.errors import PermanentSlackError
from ossi.slack.messages.notifications import Words

_DECISIONS = (Transition.ACCEPTED, Transition.DECLINED)


def _place(_delivery: Delivery) -> str:
    return "chat.update"  # Slack counts redrawings by themselves


def _send_pressed(delivery: Delivery, message: Message) -> MessageRef | None:
    return _redraw(delivery, delivery.contribution.decided_in, message)


def _send_other(delivery: Delivery, message: Message) -> MessageRef | None:
    contribution = delivery.contribution
    known = delivery.ledger.sent_ref(subject_of(contribution), ask_management.EFFECT.name)
    return None if known == contribution.decided_in else _redraw(delivery, known, message)


def _redraw(delivery: Delivery, ref: MessageRef | None, message: Message) -> MessageRef | None:
    if ref is None:
        return None
    try:
        delivery.chat.update(ref, message)
    except PermanentSlackError as error:
        if error.code != "message_not_found":
            raise
        return None  # somebody deleted it: no buttons are left to take away
    return ref


EFFECTS = tuple(
    Effect(name, transition, lane, Words.decided_request, _place, send)
    for transition in _DECISIONS
    for name, lane, send in (
        ("redraw_request", Lane.DIRECT, _send_pressed),
        ("redraw_other_request", Lane.CHANNELS, _send_other),
    )
)
