"""Ossi's one secret in AWS Secrets Manager, read at run time and kept for minutes: never in the environment, never packaged.

A rotation needs no deployment and no new execution environment: whoever finds that a value does not work any more asks for the
secret to be read again.
"""

import logging
import time
from collections.abc import Callable
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from pydantic import AliasGenerator, BaseModel, ConfigDict, SecretStr
from pydantic.alias_generators import to_camel

_logger = logging.getLogger(__name__)

_KEPT_S = 300
# Whoever forges requests makes us doubt the signing secret with each of them.
_READ_AT_MOST_EVERY_S = 10


class OssiSecrets(BaseModel):
    """What the secret holds. SecretStr: printing or logging it shows stars.

    slack_signing_secret_previous: accepted beside the present one while Slack changes over.
    """

    model_config = ConfigDict(frozen=True, alias_generator=AliasGenerator(alias=to_camel), hide_input_in_errors=True)

    slack_bot_token: SecretStr
    slack_signing_secret: SecretStr
    slack_signing_secret_previous: SecretStr | None = None
    link_signing_key: SecretStr


class SecretsManager:
    """The values of the secret of that id, read when the first one is needed.

    now: seconds of a clock that never goes back; usually the machine's.

    Every value raises botocore's ClientError or BotoCoreError where the secret cannot be read for the first time, and pydantic's
    ValidationError where a part of it is missing.
    """

    def __init__(self, secret_id: str, client: Any = None, now: Callable[[], float] | None = None) -> None:
        self._secret_id = secret_id
        self._client = client
        self._now = now or time.monotonic
        self._kept: OssiSecrets | None = None
        self._read_at = 0.0
        self._tried_at = 0.0

    def bot_token(self) -> str:
        """The bot token, as of five minutes ago or later."""
        return self._secrets().slack_bot_token.get_secret_value()

    def signing_secrets(self) -> tuple[str, ...]:
        """The signing secrets whose signatures count, as of five minutes ago or later: the present one and perhaps the previous."""
        secrets = self._secrets()
        previous = secrets.slack_signing_secret_previous
        both = (secrets.slack_signing_secret, *([previous] if previous is not None else []))
        return tuple(each.get_secret_value() for each in both)

    def link_signing_key(self) -> str:
        """The key for report links, as of five minutes ago or later."""
        return self._secrets().link_signing_key.get_secret_value()

    def fresh_link_signing_key(self) -> str:
        """The key for report links, as of ten seconds ago or later: a link signed with an old key would never work."""
        self.read_again()
        return self.link_signing_key()

    def read_again(self) -> bool:
        """Reads the secret now, unless that was tried in the last ten seconds. Answers whether it has changed.

        Does not raise where a value is kept already: that one goes on being used, and the log says so.
        """
        before = self._kept
        if before is None:
            self._read()
            return True
        if self._now() - self._tried_at < _READ_AT_MOST_EVERY_S:
            return False
        try:
            self._read()
        except (BotoCoreError, ClientError, ValueError):
            _logger.exception("the secret could not be read again; the value read before is used")
        changed = self._kept != before
        if changed:
            _logger.info("the secret has changed")
        return changed

    def _secrets(self) -> OssiSecrets:
        if self._kept is None:
            return self._read()
        if self._now() - self._read_at > _KEPT_S:
            self.read_again()
        return self._kept

    def _read(self) -> OssiSecrets:
        self._tried_at = self._now()
        answer = self._secrets_manager().get_secret_value(SecretId=self._secret_id)
        self._kept = OssiSecrets.model_validate_json(answer["SecretString"])
        self._read_at = self._tried_at
        return self._kept

    def _secrets_manager(self) -> Any:
        if self._client is None:
            config = Config(connect_timeout=1, read_timeout=2, retries={"mode": "standard", "total_max_attempts": 2})
            self._client = boto3.client("secretsmanager", config=config)
        return self._client
