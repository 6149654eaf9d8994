"""The composition root of every function: builds the adapters from the settings, each when it is first needed.

Nothing is imported before then either: a request waits for what it needs, and for nothing else (docs/performance.md). It fulfils what
the use cases ask for, so a function hands itself over: `submit(form, submitter, view_id, app())`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from ossi.runtime.settings import (
    Environment,
    FormSettings,
    LedgerSettings,
    LevelSettings,
    MonthIndexSettings,
    ReportFunctionSettings,
    SecretSettings,
    SlackSettings,
    TableSettings,
    TimeSettings,
    UnsettledIndexSettings,
)
from ossi.wiring.lazy import lazy

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from ossi.aws.contributions import DynamoContributions
    from ossi.aws.deliveries import DynamoDeliveries
    from ossi.aws.report_requests import LambdaReportRequests
    from ossi.aws.secrets import SecretsManager
    from ossi.aws.submissions import DynamoSubmissions
    from ossi.domain.levels import CompensationLevels
    from ossi.ports import Clock
    from ossi.slack.client import SlackChat, SlackTransport
    from ossi.slack.messages.notifications import Words
    from ossi.slack.signature import SlackSignature

_Settings = TypeVar("_Settings", bound=Environment)
_Needed = TypeVar("_Needed", bound=Environment)


class Clients(Protocol):
    """The ways to Slack and to AWS: `light` where a person waits, `full` everywhere else. The AWS clients have boto3's methods."""

    @property
    def slack(self) -> SlackTransport:
        """Slack's Web API."""
        ...

    @property
    def secrets_manager(self) -> Any:
        """AWS Secrets Manager."""
        ...

    @property
    def dynamodb(self) -> Any:
        """Amazon DynamoDB."""
        ...

    @property
    def functions(self) -> Any:
        """AWS Lambda, to start other functions."""
        ...


class Wiring(Generic[_Settings]):
    """What a function works with. What its settings lack can't be built: that raises TypeError, which names what they lack."""

    def __init__(self, settings: _Settings, clients: Clients) -> None:
        self.settings = settings
        self.clients = clients

    def _settings(self, kind: type[_Needed]) -> _Needed:
        if not isinstance(self.settings, kind):
            raise TypeError(f"{type(self.settings).__module__}.Settings is no {kind.__name__}")
        return self.settings

    # Slack

    @lazy
    def secrets(self) -> SecretsManager:
        """The one secret."""
        from ossi.aws.secrets import SecretsManager

        return SecretsManager(self._settings(SecretSettings).secret_id, self.clients.secrets_manager)

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
        """ports.Contributions. Its of_month needs MonthIndexSettings."""
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
