"""An accepted contribution: the public channel reads of it (R8)."""

from ossi.domain.contribution import MessageRef
from ossi.domain.transitions import Transition
from ossi.use_cases.deliver import Delivery, Effect


def _send(delivery: Delivery) -> MessageRef:
    return delivery.chat.post(delivery.public_channel, delivery.words.publication(delivery.contribution))


EFFECT = Effect("publish", Transition.ACCEPTED, _send)
