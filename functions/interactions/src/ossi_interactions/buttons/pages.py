"""Newer and Older, under a list of contributions (R10)."""

import re

from ossi.slack.messages.listing import listing
from ossi.use_cases.list_contributions import list_contributions
from ossi_interactions.answering import tell, tell_unknown
from ossi_interactions.bootstrap import App
from ossi_interactions.payloads import Action, ButtonsPressed

_EDGE = re.compile(r"[0-9]{1,15}")  # of a page: milliseconds


def newer(action: Action, pressed: ButtonsPressed, app: App) -> None:
    """See buttons.Press. The button's value is the page's newest timestamp."""
    _turn("after", action, pressed, app)


def older(action: Action, pressed: ButtonsPressed, app: App) -> None:
    """See buttons.Press. The button's value is the page's oldest timestamp."""
    _turn("before", action, pressed, app)


def _turn(edge: str, action: Action, pressed: ButtonsPressed, app: App) -> None:
    """The page of whoever presses, whosever list the button stands in."""
    if not _EDGE.fullmatch(action.value):
        tell_unknown(pressed, app)
        return
    page = list_contributions(pressed.user.id, app, **{edge: int(action.value)})
    tell(pressed, app, listing(page, app.zone, app.levels), replace_original=True)
