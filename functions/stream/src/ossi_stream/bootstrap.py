"""What the stream function works with: nobody waits, so full clients."""

from functools import cache

from ossi.wiring.delivering import Delivering
from ossi.wiring.full import FullClients
from ossi_stream.settings import Settings

_SLACK_TIMEOUT_S = 5


@cache
def app() -> Delivering[Settings]:
    """One for the life of the execution environment."""
    settings = Settings.read()
    return Delivering(settings, FullClients(settings.slack_api_url, _SLACK_TIMEOUT_S))
