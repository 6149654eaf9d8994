"""A decision: the submitter reads that the contribution was declined (R8)."""

from ossi.domain.contribution import MessageRef
from ossi.domain.transitions import Transition
from ossi.use_cases.deliver import Delivery, Effect


def _send(delivery: Delivery) -> MessageRef:
    contribution = delivery.contribution
    return delivery.chat.post(contribution.user_id, delivery.words.refusal(contribution))


EFFECT = Effect("tell_declined", Transition.DECLINED, _send)
