"""The clients of the functions where a person waits: the standard library alone, each request tried once or twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ossi.runtime.settings import SLACK_API_URL
from ossi.wiring.lazy import lazy

if TYPE_CHECKING:
    from ossi.aws.lite.services import DynamoDbClient, LambdaClient, SecretsManagerClient
    from ossi.slack.http_transport import SlackHttp


class LightClients:
    """ossi.wiring.Clients. slack_timeout_s: of one whole exchange with Slack."""

    def __init__(self, slack_api_url: str = SLACK_API_URL, slack_timeout_s: float = 2) -> None:
        self._slack_api_url = slack_api_url
        self._slack_timeout_s = slack_timeout_s

    @lazy
    def slack(self) -> SlackHttp:
        """See Clients."""
        from ossi.slack.http_transport import SlackHttp

        return SlackHttp(self._slack_api_url, self._slack_timeout_s)

    @lazy
    def secrets_manager(self) -> SecretsManagerClient:
        """See Clients."""
        from ossi.aws.lite.services import SecretsManagerClient

        return SecretsManagerClient(attempts=2)

    @lazy
    def dynamodb(self) -> DynamoDbClient:
        """See Clients."""
        from ossi.aws.lite.services import DynamoDbClient

        return DynamoDbClient()

    @lazy
    def functions(self) -> LambdaClient:
        """See Clients."""
        from ossi.aws.lite.services import LambdaClient

        return LambdaClient(attempts=2)
