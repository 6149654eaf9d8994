"""Builds what the interactions function works with: its composition root. Nothing is built before a request needs it."""

from __future__ import annotations

from functools import cache, cached_property
from typing import TYPE_CHECKING

from ossi.aws.lite.services import DynamoDbClient, SecretsManagerClient
from ossi.aws.secrets import SecretsManager
from ossi.aws.submissions import DynamoSubmissions
from ossi.ports import Clock
from ossi.runtime.clock import any_of, clock_in
from ossi.runtime.preload import preload
from ossi.slack.client import SlackChat
from ossi.slack.http_transport import SlackHttp
from ossi.slack.signature import SlackSignature
from ossi_interactions.settings import Settings

if TYPE_CHECKING:
    from ossi.aws.contributions import DynamoContributions
    from ossi.slack.messages.notifications import Words

_SLACK_TIMEOUT_S = 1  # a name is not worth more of Slack's 3 seconds


class App:
    """The settings and the adapters."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    def connect_ahead(self) -> None:
        """Begins to connect to Slack and to the table."""
        self.slack.connect_ahead()
        self._dynamodb.connect_ahead()

    @cached_property
    def secrets(self) -> SecretsManager:
        """The one secret."""
        return SecretsManager(self.settings.secret_id, SecretsManagerClient(attempts=2))

    @cached_property
    def is_from_slack(self) -> SlackSignature:
        """Checks signatures."""
        return SlackSignature(self.secrets.signing_secrets, self.secrets.read_again)

    @cached_property
    def slack(self) -> SlackHttp:
        """The way to Slack."""
        return SlackHttp(self.settings.slack_api_url, _SLACK_TIMEOUT_S)

    @cached_property
    def chat(self) -> SlackChat:
        """Slack, in a hurry."""
        return SlackChat(self.secrets.bot_token, self.slack, self.secrets.read_again)

    @cached_property
    def _dynamodb(self) -> DynamoDbClient:
        return DynamoDbClient()

    @cached_property
    def contributions(self) -> DynamoContributions:
        """The table."""
        from ossi.aws.contributions import DynamoContributions

        return DynamoContributions(self._dynamodb, self.settings.table)

    @cached_property
    def submissions(self) -> DynamoSubmissions:
        """The table, for new rows."""
        return DynamoSubmissions(self._dynamodb, self.settings.table, self.settings.ledger_table)

    @cached_property
    def clock(self) -> Clock:
        """Local time."""
        return clock_in(self.settings.time_zone)

    @cached_property
    def words(self) -> Words:
        """The wording."""
        from ossi.slack.messages.notifications import Words

        return Words(self.settings.time_zone, self.settings.compensation_levels, any_of)


@cache
def app() -> App:
    """One for the life of the execution environment. The first request's connections are made while its secret is being read."""
    application = App(Settings.read())
    application.connect_ahead()
    return application


LATER = (
    "ossi.aws.contributions",
    "ossi.slack.messages.notifications",
    "ossi.slack.messages.problems",
)
"""What only some requests import."""
preload(*LATER)
