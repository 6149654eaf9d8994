"""Builds what the stream function works with: its composition root."""

from functools import cache

from ossi.aws.deliveries import DynamoLedger
from ossi.aws.lite.services import DynamoDbClient, SecretsManagerClient
from ossi.aws.secrets import SecretsManager
from ossi.runtime.clock import any_of
from ossi.slack.client import SlackChat
from ossi.slack.http_transport import SlackHttp
from ossi.slack.messages.notifications import Words
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
