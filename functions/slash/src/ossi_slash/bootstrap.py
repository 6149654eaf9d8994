"""What the slash function works with: a person waits, so light clients."""

from functools import cache

from ossi.wiring.bot import BotWiring
from ossi.wiring.light import LightClients
from ossi_slash.settings import Settings

_SLACK_TIMEOUT_S = 2  # Slack waits 3 seconds for the whole answer

App = BotWiring[Settings]


@cache
def app() -> App:
    """One for the life of the execution environment. It connects to Slack while the first request's secret is being read."""
    settings = Settings.read()
    clients = LightClients(settings.slack_api_url, _SLACK_TIMEOUT_S)
    clients.slack.connect_ahead()
    return BotWiring(settings, clients)
