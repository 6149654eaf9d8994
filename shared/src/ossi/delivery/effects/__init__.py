"""The messages that follow a transition: one file each, and one line here."""

from ossi.delivery.deliver import Effect
from ossi.delivery.effects import (
    ask_management,
    confirm_submission,
    publish,
    redraw_request,
    tell_accepted,
    tell_declined,
)

EFFECTS: tuple[Effect, ...] = (
    confirm_submission.EFFECT,
    ask_management.EFFECT,
    *redraw_request.EFFECTS,
    tell_accepted.EFFECT,
    tell_declined.EFFECT,
    publish.EFFECT,
)
