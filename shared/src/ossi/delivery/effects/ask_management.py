"""A new contribution: the management channel is asked for a decision (R6)."""

from ossi.delivery.deliver import Lane, post_to
from ossi.domain.transitions import Transition
from ossi.slack.messages.notifications import Words

EFFECT = post_to(
    lambda delivery: delivery.management_channel,
    "ask_management",
    Transition.SUBMITTED,
    Lane.CHANNELS,
    Words.decision_request,
)
