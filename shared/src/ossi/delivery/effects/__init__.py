"""What follows from events: one file each, and one line here."""

from ossi.delivery.effect import Effect
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
    redraw_request.PRESSED,
    redraw_request.OTHERS,
    tell_accepted.EFFECT,
    tell_declined.EFFECT,
    publish.EFFECT,
)
"""In the order in which people should read what follows from one event."""
