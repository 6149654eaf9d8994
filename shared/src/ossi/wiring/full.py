"""The clients of the functions that nobody waits for: boto3 and slack_sdk."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ossi.wiring.lazy import lazy

if TYPE_CHECKING:
    from ossi.slack.sdk_transport import SlackSdk


class FullClients:
    """ossi.wiring.Clients. slack_timeout_s: of one whole exchange with Slack."""

    def __init__(self, slack_api_url: str, slack_timeout_s: float) -> None:
        self._slack_api_url = slack_api_url
        self._slack_timeout_s = slack_timeout_s

    @lazy
    def slack(self) -> SlackSdk:
        """See Clients."""
        from ossi.slack.sdk_transport import SlackSdk

        return SlackSdk(self._slack_api_url, self._slack_timeout_s)

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
