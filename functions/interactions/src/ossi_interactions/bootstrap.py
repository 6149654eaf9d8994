"""What the interactions function works with: a person waits, so light clients."""

from functools import cache

from ossi.wiring.bot import BotWiring
from ossi.wiring.light import LightClients
from ossi_interactions.settings import Settings

_SLACK_TIMEOUT_S = 1  # a name is not worth more of Slack's 3 seconds

App = BotWiring[Settings]


@cache
def app() -> App:
    """One for the life of the execution environment. It connects to Slack and to the table while the secret is read."""
    settings = Settings.read()
    clients = LightClients(settings.slack_api_url, _SLACK_TIMEOUT_S)
    clients.slack.connect_ahead()
    clients.dynamodb.connect_ahead()
    return BotWiring(settings, clients)
