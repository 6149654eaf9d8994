"""A new contribution: the management channel is asked for a decision (R6)."""

from ossi.domain.contribution import MessageRef
from ossi.domain.transitions import Transition
from ossi.use_cases.deliver import Delivery, Effect


def _send(delivery: Delivery) -> MessageRef:
    return delivery.chat.post(delivery.management_channel, delivery.words.decision_request(delivery.contribution))


EFFECT = Effect("ask_management", Transition.SUBMITTED, _send)
