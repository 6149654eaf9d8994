"""Ossi's secrets in AWS Secrets Manager, read at run time and kept for minutes: never in the environment, never packaged.

There are two, so that each function can read no more than it needs: what Ossi needs to talk with Slack, and the key of the report links.
A rotation needs no deployment and no new execution environment: whoever finds that a value does not work any more asks for the
secret to be read again.
"""

import json
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, Self, TypeVar, cast

_logger = logging.getLogger(__name__)

_KEPT_S = 300
# Whoever forges requests makes us doubt the signing secret with each of them.
_READ_AT_MOST_EVERY_S = 10
# And as long as it can't be read at all, each of them asks for it. Short, since real requests wait for it too.
_FAILURE_KEPT_S = 2


class UnreadableSecret(ValueError):
    """The secret's value is not what it should be. It names the parts, and shows no value."""

    @property
    def code(self) -> str:
        """The same, where the log looks for it."""
        return str(self)


def _parts_of(text: object, required: tuple[str, ...], optional: tuple[str, ...] = ()) -> Mapping[str, str]:
    """The named parts of a secret's JSON; an optional one may be missing, and other ones aren't looked at. Raises UnreadableSecret."""
    try:
        value: object = json.loads(text) if isinstance(text, str) else None
    except (ValueError, RecursionError):
        raise UnreadableSecret("the secret is not JSON") from None
    parts = cast("dict[str, object]", value) if isinstance(value, dict) else {}
    found = {name: part for name in (*required, *optional) if (part := parts.get(name)) is not None}
    wrong = [name for name in (*required, *optional) if not _is_good(found.get(name), optional=name in optional)]
    if wrong:
        raise UnreadableSecret(f"the secret, wrong or missing: {', '.join(wrong)}")
    return cast("dict[str, str]", found)


def _is_good(part: object, *, optional: bool) -> bool:
    if part is None:
        return optional
    return isinstance(part, str) and bool(part.strip())


@dataclass(frozen=True)
class SlackKeys:
    """What the secret about Slack holds; printing or logging it shows nothing.

    signing_secret_previous: accepted beside the present one while Slack changes over.
    """

    bot_token: str = field(repr=False)
    signing_secret: str = field(repr=False)
    signing_secret_previous: str | None = field(repr=False, default=None)

    @classmethod
    def from_json(cls, text: object) -> Self:
        """Raises UnreadableSecret."""
        parts = _parts_of(text, ("slackBotToken", "slackSigningSecret"), ("slackSigningSecretPrevious",))
        return cls(parts["slackBotToken"], parts["slackSigningSecret"], parts.get("slackSigningSecretPrevious"))


@dataclass(frozen=True)
class LinkKey:
    """What the secret about report links holds; printing or logging it shows nothing."""

    signing_key: str = field(repr=False)

    @classmethod
    def from_json(cls, text: object) -> Self:
        """Raises UnreadableSecret."""
        return cls(_parts_of(text, ("linkSigningKey",))["linkSigningKey"])


_Value = TypeVar("_Value")


class _KeptSecret(Generic[_Value]):
    """The value of the secret of that id, read when it is first needed.

    client: of AWS Secrets Manager, boto3's or ours. parse: makes the value of the secret's text, or raises UnreadableSecret. now: seconds
    of a clock that never goes back; usually the machine's.

    Every value raises the client's errors where the secret cannot be read for the first time, and UnreadableSecret where a part of it is
    missing. For two seconds after that it raises the same again and doesn't ask AWS.
    """

    def __init__(
        self,
        secret_id: str,
        client: Any,
        parse: Callable[[object], _Value],
        now: Callable[[], float] | None,
    ) -> None:
        self._secret_id = secret_id
        self._client = client
        self._parse = parse
        self._now = now or time.monotonic
        self._kept: _Value | None = None
        self._read_at = 0.0
        self._tried_at = 0.0
        self._failure: Exception | None = None
        self._failed_at = 0.0

    def read_again(self) -> bool:
        """Reads the secret now, unless that was tried in the last ten seconds. Answers whether it has changed.

        Does not raise where a value is kept already: that one goes on being used, and the log says so.
        """
        before = self._kept
        if before is None:
            self._read_first()
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

    def _value(self) -> _Value:
        if self._kept is None:
            return self._read_first()
        if self._now() - self._read_at > _KEPT_S:
            self.read_again()
        return self._kept

    def _read_first(self) -> _Value:
        if self._failure is not None and self._now() - self._failed_at < _FAILURE_KEPT_S:
            # Without the trace of the last time, which would grow with each.
            raise self._failure.with_traceback(None)
        try:
            return self._read()
        except Exception as failure:
            self._failure, self._failed_at = failure, self._now()
            raise

    def _read(self) -> _Value:
        self._tried_at = self._now()
        answer = self._client.get_secret_value(SecretId=self._secret_id)
        self._kept = self._parse(answer.get("SecretString"))
        self._read_at = self._tried_at
        return self._kept


class SlackSecret(_KeptSecret[SlackKeys]):
    """The secret about Slack: see _KeptSecret."""

    def __init__(self, secret_id: str, client: Any, now: Callable[[], float] | None = None) -> None:
        super().__init__(secret_id, client, SlackKeys.from_json, now)

    def bot_token(self) -> str:
        """The bot token, as of five minutes ago or later."""
        return self._value().bot_token

    def signing_secrets(self) -> tuple[str, ...]:
        """The signing secrets whose signatures count, as of five minutes ago or later: the present one and perhaps the previous."""
        keys = self._value()
        previous = keys.signing_secret_previous
        return (keys.signing_secret, *([previous] if previous is not None else []))


class LinkSecret(_KeptSecret[LinkKey]):
    """The secret about report links: see _KeptSecret."""

    def __init__(self, secret_id: str, client: Any, now: Callable[[], float] | None = None) -> None:
        super().__init__(secret_id, client, LinkKey.from_json, now)

    def signing_key(self) -> str:
        """The key for report links, as of five minutes ago or later."""
        return self._value().signing_key

    def fresh_signing_key(self) -> str:
        """The key for report links, as of ten seconds ago or later: a link signed with an old key would never work."""
        self.read_again()
        return self.signing_key()
