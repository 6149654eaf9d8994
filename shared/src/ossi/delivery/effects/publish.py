"""An accepted contribution: the public channel reads of it (R8)."""

from ossi.delivery.deliver import Lane, post_to
from ossi.domain.transitions import Transition
from ossi.slack.messages.notifications import Words

EFFECT = post_to(
    lambda delivery: delivery.public_channel, "publish", Transition.ACCEPTED, Lane.CHANNELS, Words.publication
)
