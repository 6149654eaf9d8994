"""A new contribution: the management channel is asked for a decision (R6)."""

from ossi.domain.contribution import MessageRef
from ossi.domain.transitions import Transition
from ossi.ports import Message
from ossi.slack_ui.notifications import Words
from ossi.use_cases.deliver import Delivery, Effect


def _send(delivery: Delivery, message: Message) -> MessageRef:
    return delivery.chat.post(delivery.management_channel, message)


EFFECT = Effect("ask_management", Transition.SUBMITTED, Words.decision_request, _send)
