"""A decision: the submitter reads that the contribution was accepted (R8)."""

from ossi.domain.contribution import MessageRef
from ossi.domain.transitions import Transition
from ossi.ports import Message
from ossi.slack_ui.notifications import Words
from ossi.use_cases.deliver import Delivery, Effect


def _send(delivery: Delivery, message: Message) -> MessageRef:
    return delivery.chat.post(delivery.contribution.user_id, message)


EFFECT = Effect("tell_accepted", Transition.ACCEPTED, Words.acceptance, _send)
