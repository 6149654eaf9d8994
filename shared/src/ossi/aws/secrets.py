"""Ossi's one secret in AWS Secrets Manager, read at run time and kept for minutes: never in the environment, never packaged.

A rotation needs no deployment and no new execution environment: whoever finds that a value does not work any more asks for the
secret to be read again.
"""

import json
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Self, cast

_logger = logging.getLogger(__name__)

_KEPT_S = 300
# Whoever forges requests makes us doubt the signing secret with each of them.
_READ_AT_MOST_EVERY_S = 10


class UnreadableSecret(ValueError):
    """The secret's value is not what it should be. It names the parts, and shows no value."""

    @property
    def code(self) -> str:
        """The same, where the log looks for it."""
        return str(self)


@dataclass(frozen=True)
class OssiSecrets:
    """What the secret holds; printing or logging it shows nothing.

    slack_signing_secret_previous: accepted beside the present one while Slack changes over.
    """

    slack_bot_token: str = field(repr=False)
    slack_signing_secret: str = field(repr=False)
    link_signing_key: str = field(repr=False)
    slack_signing_secret_previous: str | None = field(repr=False, default=None)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Raises UnreadableSecret."""
        try:
            value: object = json.loads(text)
        except ValueError:
            raise UnreadableSecret("the secret is not JSON") from None
        parts = cast("dict[str, object]", value) if isinstance(value, dict) else {}
        read = {name: parts.get(key) for name, key in _KEYS.items()}
        wrong = [key for name, key in _KEYS.items() if not _is_good(name, read[name])]
        if wrong:
            raise UnreadableSecret(f"the secret, wrong or missing: {', '.join(wrong)}")
        return cls(**cast("dict[str, str]", read))


_OPTIONAL = "slack_signing_secret_previous"
_KEYS = {
    "slack_bot_token": "slackBotToken",
    "slack_signing_secret": "slackSigningSecret",
    _OPTIONAL: "slackSigningSecretPrevious",
    "link_signing_key": "linkSigningKey",
}


def _is_good(name: str, value: object) -> bool:
    if value is None:
        return name == _OPTIONAL
    return isinstance(value, str) and bool(value.strip())


class SecretsManager:
    """The values of the secret of that id, read when the first one is needed.

    client: of AWS Secrets Manager, boto3's or ours. now: seconds of a clock that never goes back; usually the machine's.

    Every value raises the client's errors where the secret cannot be read for the first time, and UnreadableSecret where a part of it is
    missing.
    """

    def __init__(self, secret_id: str, client: Any, now: Callable[[], float] | None = None) -> None:
        self._secret_id = secret_id
        self._client = client
        self._now = now or time.monotonic
        self._kept: OssiSecrets | None = None
        self._read_at = 0.0
        self._tried_at = 0.0

    def bot_token(self) -> str:
        """The bot token, as of five minutes ago or later."""
        return self._secrets().slack_bot_token

    def signing_secrets(self) -> tuple[str, ...]:
        """The signing secrets whose signatures count, as of five minutes ago or later: the present one and perhaps the previous."""
        secrets = self._secrets()
        previous = secrets.slack_signing_secret_previous
        return (secrets.slack_signing_secret, *([previous] if previous is not None else []))

    def link_signing_key(self) -> str:
        """The key for report links, as of five minutes ago or later."""
        return self._secrets().link_signing_key

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
        except Exception:  # whatever it was: the value that is known may still be good
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
        answer = self._client.get_secret_value(SecretId=self._secret_id)
        self._kept = OssiSecrets.from_json(answer["SecretString"])
        self._read_at = self._tried_at
        return self._kept
