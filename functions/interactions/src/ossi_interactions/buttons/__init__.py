"""The buttons. A new one is a function in a module here and a line of BUTTONS; imported when one of its kind is pressed."""

from collections.abc import Callable
from importlib import import_module

from ossi_interactions.bootstrap import App
from ossi_interactions.payloads import Action, ButtonsPressed

Press = Callable[[Action, ButtonsPressed, App], None]
"""What a button does. Whoever pressed it is told by ossi_interactions.answering.tell."""

BUTTONS: dict[str, Callable[[], Press]] = {
    "close_month": lambda: import_module("ossi_interactions.buttons.closing").close,
    "accept_contribution": lambda: import_module("ossi_interactions.buttons.decision").accept,
    "decline_contribution": lambda: import_module("ossi_interactions.buttons.decision").decline,
    "list_newer": lambda: import_module("ossi_interactions.buttons.pages").newer,
    "list_older": lambda: import_module("ossi_interactions.buttons.pages").older,
}
"""By their action_id."""
