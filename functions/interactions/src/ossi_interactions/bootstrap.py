"""Builds what the interactions function works with: its composition root. Nothing is built before a request needs it."""

from __future__ import annotations

from functools import cache, cached_property
from typing import TYPE_CHECKING

from ossi.adapters.aws.services import DynamoDbClient, SecretsManagerClient
from ossi.adapters.secrets import SecretsManager
from ossi.adapters.slack import SlackChat
from ossi.adapters.slack_http import SlackHttp
from ossi.adapters.slack_signature import SlackSignature
from ossi.adapters.submissions import DynamoSubmissions
from ossi.clock import any_of, clock_in
from ossi.ports import Clock
from ossi.preload import preload
from ossi_interactions.settings import Settings

if TYPE_CHECKING:
    from ossi.adapters.contributions import DynamoContributions
    from ossi.slack_ui.notifications import Words

_SLACK_TIMEOUT_S = 1  # a name is not worth more of Slack's 3 seconds


class App:
    """The settings and the adapters."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    def open_ahead(self) -> None:
        """Begins to connect to Slack and to the table."""
        self.slack.open_ahead()
        self._dynamodb.open_ahead()

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
        from ossi.adapters.contributions import DynamoContributions

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
        from ossi.slack_ui.notifications import Words

        return Words(self.settings.time_zone, self.settings.compensation_levels, any_of)


@cache
def app() -> App:
    """One for the life of the execution environment. The first request's connections are made while its secret is being read."""
    application = App(Settings.read())
    application.open_ahead()
    return application


LATER = (
    "ossi.adapters.contributions",
    "ossi.slack_ui.notifications",
    "ossi.slack_ui.problems",
)
"""What only some requests import."""
preload(*LATER)
