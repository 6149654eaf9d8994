"""A decision: the submitter reads that the contribution was declined (R8)."""

from ossi.delivery.effect import Post
from ossi.domain.history import EventKind
from ossi.slack.messages.notifications import Words

EFFECT = Post(
    "tell_declined", frozenset({EventKind.DECLINED}), lambda _, contribution: contribution.user_id, Words.refusal
)
