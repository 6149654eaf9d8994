"""Builds what the stream function works with: its composition root."""

from functools import cache

from ossi.aws.contributions import DynamoContributions
from ossi.aws.deliveries import DynamoDeliveries
from ossi.aws.dynamodb import dynamodb_client
from ossi.aws.lite.services import SecretsManagerClient
from ossi.aws.secrets import SecretsManager
from ossi.delivery.deliver import Office
from ossi.delivery.effect import Sender
from ossi.delivery.effects import EFFECTS
from ossi.runtime.clock import any_of, now_ms
from ossi.slack.client import SlackChat
from ossi.slack.messages.notifications import Words
from ossi.slack.sdk_transport import SlackSdk
from ossi_stream.settings import Settings

_SLACK_TIMEOUT_S = 5


class App:
    """What delivering needs, fulfilled by AWS and Slack."""

    def __init__(self, settings: Settings) -> None:
        secrets = SecretsManager(settings.secret_id, SecretsManagerClient())
        client = dynamodb_client()
        self.office = Office(
            deliveries=DynamoDeliveries(client, settings.ledger_table),
            contributions=DynamoContributions(client, settings.table),
            sender=Sender(
                chat=SlackChat(
                    secrets.bot_token, SlackSdk(settings.slack_api_url, _SLACK_TIMEOUT_S), secrets.read_again
                ),
                words=Words(settings.time_zone, settings.compensation_levels, any_of),
                management_channel=settings.management_channel,
                public_channel=settings.public_channel,
            ),
            effects=EFFECTS,
            now=now_ms,
        )


@cache
def app() -> App:
    """One for the life of the execution environment."""
    return App(Settings.read())
