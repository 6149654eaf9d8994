"""A new contribution: the submitter reads that it has arrived (R6)."""

from ossi.delivery.effect import Post
from ossi.domain.history import EventKind
from ossi.slack.messages.notifications import Words

EFFECT = Post(
    "confirm_submission",
    frozenset({EventKind.SUBMITTED}),
    lambda _, contribution: contribution.user_id,
    Words.confirmation,
    # Someone who has read of the decision need not read that a manager will take a look.
    superseded_by=frozenset({"tell_accepted", "tell_declined"}),
)
