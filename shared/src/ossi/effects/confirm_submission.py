"""A new contribution: the submitter reads that it has arrived (R6)."""

from ossi.domain.contribution import MessageRef
from ossi.domain.transitions import Transition
from ossi.use_cases.deliver import Delivery, Effect


def _send(delivery: Delivery) -> MessageRef:
    contribution = delivery.contribution
    return delivery.chat.post(contribution.user_id, delivery.words.confirmation(contribution))


EFFECT = Effect("confirm_submission", Transition.SUBMITTED, _send)
