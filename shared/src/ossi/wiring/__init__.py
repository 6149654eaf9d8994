"""The composition root of every function: builds the adapters from the settings, each when it is first needed.

Nothing is imported before then either: a request waits for what it needs, and for nothing else (docs/performance.md). It fulfils what
the use cases ask for, so a function hands itself over: `submit(form, submitter, view_id, app())`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from ossi.runtime.settings import Environment, LinkSecretSettings, SecretSettings
from ossi.wiring.lazy import lazy

if TYPE_CHECKING:
    from ossi.aws.secrets import LinkSecret, SlackSecret
    from ossi.slack.client import SlackTransport

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

    @lazy
    def secrets(self) -> SlackSecret:
        """The secret about Slack."""
        from ossi.aws.secrets import SlackSecret

        return SlackSecret(self._settings(SecretSettings).secret_id, self.clients.secrets_manager)

    @lazy
    def link_secret(self) -> LinkSecret:
        """The secret about report links."""
        from ossi.aws.secrets import LinkSecret

        return LinkSecret(self._settings(LinkSecretSettings).link_secret_id, self.clients.secrets_manager)
