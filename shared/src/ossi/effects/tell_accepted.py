"""A decision: the submitter reads that the contribution was accepted (R8)."""

from ossi.domain.transitions import Transition
from ossi.slack_ui.notifications import Words
from ossi.use_cases.deliver import Lane, post_to

EFFECT = post_to(
    lambda delivery: delivery.contribution.user_id, "tell_accepted", Transition.ACCEPTED, Lane.DIRECT, Words.acceptance
)
