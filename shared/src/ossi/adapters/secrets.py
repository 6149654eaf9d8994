"""Ossi's one secret in AWS Secrets Manager, read at run time and kept for minutes: never in the environment, never packaged."""

import time
from collections.abc import Callable
from typing import Any

import boto3
from botocore.config import Config
from pydantic import AliasGenerator, BaseModel, ConfigDict, SecretStr
from pydantic.alias_generators import to_camel

_KEPT_S = 300


class OssiSecrets(BaseModel):
    """What the secret holds. SecretStr: printing or logging it shows stars."""

    model_config = ConfigDict(frozen=True, alias_generator=AliasGenerator(alias=to_camel), hide_input_in_errors=True)

    slack_bot_token: SecretStr
    slack_signing_secret: SecretStr
    link_signing_key: SecretStr


class SecretsManager:
    """Reads the secret of that id, at most every five minutes."""

    def __init__(self, secret_id: str, client: Any = None, now: Callable[[], float] = time.monotonic) -> None:
        self._secret_id = secret_id
        self._client = client
        self._now = now
        self._kept: tuple[float, OssiSecrets] | None = None

    def get(self) -> OssiSecrets:
        """The secret's present value. Raises botocore's ClientError, or pydantic's ValidationError where a part is missing."""
        if self._kept is None or self._now() - self._kept[0] > _KEPT_S:
            answer = self._secrets_manager().get_secret_value(SecretId=self._secret_id)
            self._kept = (self._now(), OssiSecrets.model_validate_json(answer["SecretString"]))
        return self._kept[1]

    def _secrets_manager(self) -> Any:
        if self._client is None:
            config = Config(connect_timeout=1, read_timeout=2, retries={"mode": "standard", "total_max_attempts": 2})
            self._client = boto3.client("secretsmanager", config=config)
        return self._client
