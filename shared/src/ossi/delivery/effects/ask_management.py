"""A new contribution: the management channel is asked for a decision (R6)."""

from ossi.delivery.effect import Post
from ossi.domain.history import EventKind
from ossi.slack.messages.notifications import Words

EFFECT = Post(
    "ask_management",
    frozenset({EventKind.SUBMITTED}),
    lambda sender, _: sender.management_channel,
    Words.decision_request,
)
