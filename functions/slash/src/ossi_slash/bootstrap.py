"""Builds what the slash function works with: its composition root. Nothing is built before a request needs it."""

from functools import cache, cached_property

from ossi.adapters.contributions import DynamoContributions
from ossi.adapters.dynamodb import dynamodb_client
from ossi.adapters.report_requests import LambdaReportRequests
from ossi.adapters.secrets import SecretsManager
from ossi.adapters.slack import SlackChat
from ossi.adapters.slack_signature import SlackSignature
from ossi.clock import clock_in
from ossi.ports import Clock
from ossi_slash.settings import Settings

_SLACK_TIMEOUT_S = 2  # Slack waits 3 seconds for the whole answer


class App:
    """The settings and the adapters."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    @cached_property
    def secrets(self) -> SecretsManager:
        """The one secret."""
        return SecretsManager(self.settings.secret_id)

    @cached_property
    def is_from_slack(self) -> SlackSignature:
        """Checks signatures."""
        return SlackSignature(self.secrets.signing_secrets, self.secrets.read_again)

    @cached_property
    def chat(self) -> SlackChat:
        """Slack, in a hurry."""
        return SlackChat(
            self.secrets.bot_token,
            self.settings.slack_api_url,
            _SLACK_TIMEOUT_S,
            patient=False,
            read_again=self.secrets.read_again,
        )

    @cached_property
    def contributions(self) -> DynamoContributions:
        """The table."""
        return DynamoContributions(dynamodb_client(), self.settings.table)

    @cached_property
    def report_requests(self) -> LambdaReportRequests:
        """The way to the report function."""
        return LambdaReportRequests(self.settings.report_function)

    @cached_property
    def clock(self) -> Clock:
        """Local time."""
        return clock_in(self.settings.time_zone)


@cache
def app() -> App:
    """One for the life of the execution environment."""
    return App(Settings.read())
