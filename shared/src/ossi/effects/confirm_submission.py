"""A new contribution: the submitter reads that it has arrived (R6)."""

from ossi.domain.contribution import MessageRef
from ossi.domain.transitions import Transition
from ossi.ports import Message
from ossi.slack_ui.notifications import Words
from ossi.use_cases.deliver import Delivery, Effect


def _send(delivery: Delivery, message: Message) -> MessageRef:
    return delivery.chat.post(delivery.contribution.user_id, message)


EFFECT = Effect("confirm_submission", Transition.SUBMITTED, Words.confirmation, _send)
