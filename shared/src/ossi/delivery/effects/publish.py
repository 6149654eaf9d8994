"""An accepted contribution: the public channel reads of it (R8)."""

from ossi.delivery.effect import Post
from ossi.domain.history import EventKind
from ossi.slack.messages.notifications import Words

EFFECT = Post("publish", frozenset({EventKind.ACCEPTED}), lambda sender, _: sender.public_channel, Words.publication)
