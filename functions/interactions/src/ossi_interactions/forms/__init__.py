"""The forms whose answers come here. A new one is a module here and a line of FORMS; imported when one of its kind is submitted."""

from collections.abc import Callable
from importlib import import_module
from typing import Any

from ossi_interactions.forms.form import Form

FORMS: dict[str, Callable[[], Form[Any]]] = {
    "contribution_form": lambda: import_module("ossi_interactions.forms.contribution").ContributionForm(),
}
"""By their callback_id."""
