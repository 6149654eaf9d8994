"""A new contribution: the management channel is asked for a decision (R6)."""

from ossi.domain.transitions import Transition
from ossi.slack_ui.notifications import Words
from ossi.use_cases.deliver import Lane, post_to

EFFECT = post_to(
    lambda delivery: delivery.management_channel,
    "ask_management",
    Transition.SUBMITTED,
    Lane.CHANNELS,
    Words.decision_request,
)
