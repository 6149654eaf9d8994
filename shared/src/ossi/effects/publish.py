"""An accepted contribution: the public channel reads of it (R8)."""

from ossi.domain.contribution import MessageRef
from ossi.domain.transitions import Transition
from ossi.ports import Message
from ossi.slack_ui.notifications import Words
from ossi.use_cases.deliver import Delivery, Effect


def _send(delivery: Delivery, message: Message) -> MessageRef:
    return delivery.chat.post(delivery.public_channel, message)


EFFECT = Effect("publish", Transition.ACCEPTED, Words.publication, _send)
