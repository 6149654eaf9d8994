"""A decision: the submitter reads that the contribution was accepted (R8)."""

from ossi.delivery.deliver import Lane, post_to
from ossi.domain.transitions import Transition
from ossi.slack.messages.notifications import Words

EFFECT = post_to(
    lambda delivery: delivery.contribution.user_id, "tell_accepted", Transition.ACCEPTED, Lane.DIRECT, Words.acceptance
)
