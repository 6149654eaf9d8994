"""A decision: the submitter reads that the contribution was accepted (R8)."""

from ossi.domain.contribution import MessageRef
from ossi.domain.transitions import Transition
from ossi.use_cases.deliver import Delivery, Effect


def _send(delivery: Delivery) -> MessageRef:
    contribution = delivery.contribution
    return delivery.chat.post(contribution.user_id, delivery.words.acceptance(contribution))


EFFECT = Effect("tell_accepted", Transition.ACCEPTED, _send)
