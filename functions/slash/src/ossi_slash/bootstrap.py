"""Builds what the slash function works with: its composition root. Nothing is built before a request needs it."""

from __future__ import annotations

from functools import cache, cached_property
from typing import TYPE_CHECKING

from ossi.adapters.aws.services import SecretsManagerClient
from ossi.adapters.secrets import SecretsManager
from ossi.adapters.slack import SlackChat
from ossi.adapters.slack_http import SlackHttp
from ossi.adapters.slack_signature import SlackSignature
from ossi.clock import clock_in
from ossi.ports import Clock
from ossi.preload import preload
from ossi_slash.settings import Settings

if TYPE_CHECKING:
    from ossi.adapters.contributions import DynamoContributions
    from ossi.adapters.report_requests import LambdaReportRequests

_SLACK_TIMEOUT_S = 2  # Slack waits 3 seconds for the whole answer


class App:
    """The settings and the adapters."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    def open_ahead(self) -> None:
        """Begins to connect to Slack."""
        self.slack.open_ahead()

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
        from ossi.adapters.aws.services import DynamoDbClient
        from ossi.adapters.contributions import DynamoContributions

        return DynamoContributions(DynamoDbClient(), self.settings.table)

    @cached_property
    def report_requests(self) -> LambdaReportRequests:
        """The way to the report function."""
        from ossi.adapters.aws.services import LambdaClient
        from ossi.adapters.report_requests import LambdaReportRequests

        return LambdaReportRequests(self.settings.report_function, LambdaClient(attempts=2))

    @cached_property
    def clock(self) -> Clock:
        """Local time."""
        return clock_in(self.settings.time_zone)


@cache
def app() -> App:
    """One for the life of the execution environment. The first request's connections are made while its secret is being read."""
    application = App(Settings.read())
    application.open_ahead()
    return application


LATER = (
    "ossi.adapters.contributions",
    "ossi.adapters.report_requests",
    "ossi.slack_ui.help",
    "ossi.slack_ui.problems",
    "ossi.use_cases.list_contributions",
    "ossi.use_cases.open_form",
    "ossi.use_cases.request_report",
)
"""What only some requests import."""
preload(*LATER)
