"""Builds what the slash function works with: its composition root. Nothing is built before a request needs it."""

from __future__ import annotations

from functools import cache, cached_property
from typing import TYPE_CHECKING

from ossi.aws.lite.services import SecretsManagerClient
from ossi.aws.secrets import SecretsManager
from ossi.ports import Clock
from ossi.runtime.clock import clock_in
from ossi.runtime.preload import preload
from ossi.slack.client import SlackChat
from ossi.slack.http_transport import SlackHttp
from ossi.slack.signature import SlackSignature
from ossi_slash.settings import Settings

if TYPE_CHECKING:
    from ossi.aws.contributions import DynamoContributions
    from ossi.aws.report_requests import LambdaReportRequests

_SLACK_TIMEOUT_S = 2  # Slack waits 3 seconds for the whole answer


class App:
    """The settings and the adapters."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    def connect_ahead(self) -> None:
        """Begins to connect to Slack."""
        self.slack.connect_ahead()

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
    def contributions(self) -> DynamoContributions:
        """The table."""
        from ossi.aws.contributions import DynamoContributions
        from ossi.aws.lite.services import DynamoDbClient

        return DynamoContributions(DynamoDbClient(), self.settings.table)

    @cached_property
    def report_requests(self) -> LambdaReportRequests:
        """The way to the report function."""
        from ossi.aws.lite.services import LambdaClient
        from ossi.aws.report_requests import LambdaReportRequests

        return LambdaReportRequests(self.settings.report_function, LambdaClient(attempts=2))

    @cached_property
    def clock(self) -> Clock:
        """Local time."""
        return clock_in(self.settings.time_zone)


@cache
def app() -> App:
    """One for the life of the execution environment. The first request's connections are made while its secret is being read."""
    application = App(Settings.read())
    application.connect_ahead()
    return application


LATER = (
    "ossi.aws.contributions",
    "ossi.aws.report_requests",
    "ossi.slack.messages.help",
    "ossi.slack.messages.problems",
    "ossi.use_cases.list_contributions",
    "ossi.use_cases.open_form",
    "ossi.use_cases.report",
)
"""What only some requests import."""
preload(*LATER)
