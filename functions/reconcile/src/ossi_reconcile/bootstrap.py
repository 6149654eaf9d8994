"""Builds what the reconcile function works with: its composition root."""

from functools import cache, partial

from ossi.adapters.aws.services import SecretsManagerClient
from ossi.adapters.bookmark import DynamoBookmark
from ossi.adapters.contributions import DynamoContributions
from ossi.adapters.dynamodb import dynamodb_client
from ossi.adapters.ledger import DynamoLedger
from ossi.adapters.secrets import SecretsManager
from ossi.adapters.slack import SlackChat
from ossi.adapters.slack_sdk_transport import SlackSdk
from ossi.clock import any_of, clock_in
from ossi.effects import EFFECTS
from ossi.slack_ui.notifications import Words
from ossi.use_cases.deliver import Delivery
from ossi.use_cases.reconcile import Reconciler
from ossi.use_cases.reconcile_by_schedule import Bookmarks
from ossi_reconcile.settings import Settings

_SLACK_TIMEOUT_S = 5
_LEASE_S = 305  # the function is stopped after 300 seconds: whoever holds a claim for longer is dead


class App:
    """The use case's needs, fulfilled by AWS and Slack, and the bookmarks of the scheduled runs."""

    def __init__(self, settings: Settings) -> None:
        secrets = SecretsManager(settings.secret_id, SecretsManagerClient())
        client = dynamodb_client()
        ledger = DynamoLedger(client, settings.ledger_table, _LEASE_S, unsettled_index=settings.unsettled_index)
        self.bookmarks = Bookmarks(
            unsettled=DynamoBookmark(client, settings.ledger_table, "unsettled"),
            rounds=DynamoBookmark(client, settings.ledger_table, "reconcile"),
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
