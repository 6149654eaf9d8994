"""Builds what the reconcile function works with: its composition root."""

from functools import cache, partial

from ossi.aws.contributions import DynamoContributions
from ossi.aws.deliveries import DynamoLedger
from ossi.aws.dynamodb import dynamodb_client
from ossi.aws.lite.services import SecretsManagerClient
from ossi.aws.secrets import SecretsManager
from ossi.delivery.deliver import Delivery
from ossi.delivery.effects import EFFECTS
from ossi.runtime.clock import any_of, clock_in
from ossi.slack.client import SlackChat
from ossi.slack.messages.notifications import Words
from ossi.slack.sdk_transport import SlackSdk
from ossi_reconcile.by_schedule import Checkpoints
from ossi_reconcile.checkpoint import DynamoCheckpoint
from ossi_reconcile.reconcile import Reconciler
from ossi_reconcile.settings import Settings

_SLACK_TIMEOUT_S = 5
_LEASE_S = 305  # the function is stopped after 300 seconds: whoever holds a claim for longer is dead


class App:
    """The use case's needs, fulfilled by AWS and Slack, and the bookmarks of the scheduled runs."""

    def __init__(self, settings: Settings) -> None:
        secrets = SecretsManager(settings.secret_id, SecretsManagerClient())
        client = dynamodb_client()
        ledger = DynamoLedger(client, settings.ledger_table, _LEASE_S, unsettled_index=settings.unsettled_index)
        self.bookmarks = Checkpoints(
            unsettled=DynamoCheckpoint(client, settings.ledger_table, "unsettled"),
            rounds=DynamoCheckpoint(client, settings.ledger_table, "reconcile"),
        )
        self.reconciler = Reconciler(
            contributions=DynamoContributions(client, settings.table),
            ledger=ledger,
            effects=EFFECTS,
            delivery=partial(
                Delivery,
                chat=SlackChat(
                    secrets.bot_token, SlackSdk(settings.slack_api_url, _SLACK_TIMEOUT_S), secrets.read_again
                ),
                ledger=ledger,
                words=Words(settings.time_zone, settings.compensation_levels, any_of),
                management_channel=settings.management_channel,
                public_channel=settings.public_channel,
            ),
            clock=clock_in(settings.time_zone),
        )


@cache
def app() -> App:
    """One for the life of the execution environment."""
    return App(Settings.read())
