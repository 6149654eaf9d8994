"""An accepted contribution: the public channel reads of it (R8)."""

from ossi.domain.transitions import Transition
from ossi.slack_ui.notifications import Words
from ossi.use_cases.deliver import Lane, post_to

EFFECT = post_to(
    lambda delivery: delivery.public_channel, "publish", Transition.ACCEPTED, Lane.CHANNELS, Words.publication
)
