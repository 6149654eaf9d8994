"""Builds what the stream function works with: its composition root."""

from functools import cache

from ossi.adapters.aws.services import DynamoDbClient, SecretsManagerClient
from ossi.adapters.ledger import DynamoLedger
from ossi.adapters.secrets import SecretsManager
from ossi.adapters.slack import SlackChat
from ossi.adapters.slack_http import SlackHttp
from ossi.clock import any_of
from ossi.slack_ui.notifications import Words
from ossi_stream.settings import Settings

_SLACK_TIMEOUT_S = 5
_LEASE_S = 65  # the function is stopped after 60 seconds: whoever holds a claim for longer is dead


class App:
    """The settings and the adapters."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        secrets = SecretsManager(settings.secret_id, SecretsManagerClient())
        # Each request once: what has to wait, waits in the batch, where others go on meanwhile.
        slack = SlackHttp(settings.slack_api_url, _SLACK_TIMEOUT_S)
        self.chat = SlackChat(secrets.bot_token, slack, secrets.read_again)
        self.ledger = DynamoLedger(DynamoDbClient(), settings.ledger_table, _LEASE_S)
        self.words = Words(settings.time_zone, settings.compensation_levels, any_of)


@cache
def app() -> App:
    """One for the life of the execution environment."""
    return App(Settings.read())
