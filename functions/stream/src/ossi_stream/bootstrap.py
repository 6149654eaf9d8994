"""What the stream function works with: nobody waits, so full clients."""

from functools import cache

from ossi.wiring import Wiring
from ossi.wiring.full import FullClients
from ossi_stream.settings import Settings

_SLACK_TIMEOUT_S = 5
_LEASE_S = 65  # the function is stopped after 60 seconds: whoever holds a claim for longer is dead

App = Wiring[Settings]


def wired(settings: Settings) -> App:
    """With these settings."""
    # Each request once: what has to wait, waits in the batch, where others go on meanwhile.
    clients = FullClients(settings.slack_api_url, _SLACK_TIMEOUT_S, patient=False)
    return Wiring(settings, clients, lease_s=_LEASE_S)


@cache
def app() -> App:
    """One for the life of the execution environment."""
    return wired(Settings.read())
