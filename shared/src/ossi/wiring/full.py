"""The clients of the functions that nobody waits for: boto3 and slack_sdk."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ossi.wiring.lazy import lazy

if TYPE_CHECKING:
    from ossi.slack.sdk_transport import SlackSdk


class FullClients:
    """ossi.wiring.Clients.

    slack_timeout_s: of one request to Slack. patient: whether a call waits and tries again where Slack says so (ossi.slack.sdk_transport);
    False: each request once, for whoever does something else meanwhile.
    """

    def __init__(self, slack_api_url: str, slack_timeout_s: int, *, patient: bool = True) -> None:
        self._slack_api_url = slack_api_url
        self._slack_timeout_s = slack_timeout_s
        self._patient = patient

    @lazy
    def slack(self) -> SlackSdk:
        """See Clients."""
        from ossi.slack.sdk_transport import SlackSdk

        return SlackSdk(self._slack_api_url, self._slack_timeout_s, None if self._patient else [])

    @lazy
    def secrets_manager(self) -> Any:
        """See Clients."""
        from ossi.aws.sdk import aws_client

        return aws_client("secretsmanager")

    @lazy
    def dynamodb(self) -> Any:
        """See Clients."""
        from ossi.aws.sdk import aws_client

        return aws_client("dynamodb")

    @lazy
    def functions(self) -> Any:
        """See Clients."""
        from ossi.aws.sdk import aws_client

        return aws_client("lambda")
