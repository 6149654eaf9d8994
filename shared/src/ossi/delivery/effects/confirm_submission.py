"""A new contribution: the submitter reads that it has arrived (R6)."""

from ossi.delivery.deliver import Lane, post_to
from ossi.domain.transitions import Transition
from ossi.slack.messages.notifications import Words

EFFECT = post_to(
    lambda delivery: delivery.contribution.user_id,
    "confirm_submission",
    Transition.SUBMITTED,
    Lane.DIRECT,
    Words.confirmation,
    # Whoever has read of the decision need not read that somebody will look at it.
    until=("tell_accepted", "tell_declined"),
)
