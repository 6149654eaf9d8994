"""The composition root of the functions that know contributions: Slack, storage, other functions, and what is configured."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from ossi.runtime.settings import (
    Environment,
    FormSettings,
    LedgerSettings,
    LevelSettings,
    MonthIndexSettings,
    ReportFunctionSettings,
    SlackSettings,
    TableSettings,
    TimeSettings,
    UnsettledIndexSettings,
)
from ossi.wiring import Wiring
from ossi.wiring.lazy import lazy

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from ossi.aws.contributions import DynamoContributions
    from ossi.aws.deliveries import DynamoDeliveries
    from ossi.aws.report_requests import LambdaReportRequests
    from ossi.aws.submissions import DynamoSubmissions
    from ossi.domain.levels import CompensationLevels
    from ossi.ports import Clock
    from ossi.slack.client import SlackChat
    from ossi.slack.messages.notifications import Words
    from ossi.slack.signature import SlackSignature

_Settings = TypeVar("_Settings", bound=Environment)


class BotWiring(Wiring[_Settings]):
    """What the bot's functions work with."""

    # Slack

    @lazy
    def is_from_slack(self) -> SlackSignature:
        """Checks signatures."""
        from ossi.slack.signature import SlackSignature

        return SlackSignature(self.secrets.signing_secrets, self.secrets.read_again)

    @lazy
    def chat(self) -> SlackChat:
        """ports.Chat."""
        from ossi.slack.client import SlackChat

        return SlackChat(self.secrets.bot_token, self.clients.slack, self.secrets.read_again)

    @lazy
    def words(self) -> Words:
        """The wording of what follows a change of a contribution."""
        from ossi.runtime.clock import any_of
        from ossi.slack.messages.notifications import Words

        return Words(self.zone, self.levels, any_of)

    # storage

    @lazy
    def contributions(self) -> DynamoContributions:
        """ports.Contributions. Its of_month and submitted need MonthIndexSettings."""
        from ossi.aws.contributions import DynamoContributions

        index = self.settings.month_index if isinstance(self.settings, MonthIndexSettings) else ""
        return DynamoContributions(self.clients.dynamodb, self._settings(TableSettings).table, index)

    @lazy
    def submissions(self) -> DynamoSubmissions:
        """ports.Submissions."""
        from ossi.aws.submissions import DynamoSubmissions

        table, ledger_table = self._settings(TableSettings).table, self._settings(LedgerSettings).ledger_table
        return DynamoSubmissions(self.clients.dynamodb, table, ledger_table)

    @lazy
    def deliveries(self) -> DynamoDeliveries:
        """ossi.delivery.store.Deliveries. What is due needs UnsettledIndexSettings."""
        from ossi.aws.deliveries import DynamoDeliveries

        index = self.settings.unsettled_index if isinstance(self.settings, UnsettledIndexSettings) else ""
        table = self._settings(LedgerSettings).ledger_table
        return DynamoDeliveries(self.clients.dynamodb, table, unsettled_index=index)

    # other functions

    @lazy
    def report_requests(self) -> LambdaReportRequests:
        """ports.ReportRequests."""
        from ossi.aws.report_requests import LambdaReportRequests

        return LambdaReportRequests(self._settings(ReportFunctionSettings).report_function, self.clients.functions)

    # what is configured, and the time

    @lazy
    def clock(self) -> Clock:
        """Local time."""
        from ossi.runtime.clock import clock_in

        return clock_in(self.zone)

    @property
    def zone(self) -> ZoneInfo:
        """The configured time zone."""
        return self._settings(TimeSettings).time_zone

    @property
    def levels(self) -> CompensationLevels:
        """The compensation levels."""
        return self._settings(LevelSettings).compensation_levels

    @property
    def grace_days(self) -> int:
        """For how many days of a month the previous one is offered too."""
        return self._settings(FormSettings).grace_days

    @property
    def management_channel(self) -> str:
        """The id of the managers' channel."""
        return self._settings(SlackSettings).management_channel
