"""Slack's signature on a request (Slack: "Verifying requests from Slack").

What slack_sdk's SignatureVerifier does, by the standard library: importing the verifier imports the whole of slack_sdk, which takes as
long as half of the floor of docs/performance.md. A property test holds the two against each other, and ADR 9 tells why.
"""

import hmac
import re
import time
from collections.abc import Callable, Sequence

_LONGEST_SKEW_S = 300  # either way
_SHAPE = re.compile(r"v0=[0-9a-f]{64}", re.ASCII)


class SlackSignature:
    """Whether a raw body and its headers carry a signature that is valid and at most five minutes old.

    signing_secrets: those whose signatures count, read when a request is checked; an empty one never counts. read_again: called where
    none of them fits; answers whether they have changed since, and then they are tried once more. now: seconds since the epoch.
    """

    def __init__(
        self,
        signing_secrets: Callable[[], Sequence[str]],
        read_again: Callable[[], bool] = lambda: False,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._signing_secrets = signing_secrets
        self._read_again = read_again
        self._now = now

    def is_claimed(self, headers: dict[str, str]) -> bool:
        """Whether the headers have a fresh timestamp and what could be a signature. headers: their names in lower case.

        Asks for no secret: a request that isn't signed at all costs nothing more.
        """
        return bool(_SHAPE.fullmatch(_said(headers))) and self._is_fresh(_timestamp(headers))

    def __call__(self, body: bytes, headers: dict[str, str]) -> bool:
        """headers: their names in lower case. What cannot be read is not valid."""
        if not self.is_claimed(headers):
            return False
        message = b"v0:" + _timestamp(headers).encode() + b":" + body
        said = _said(headers).encode()
        return self._fits(message, said) or (self._read_again() and self._fits(message, said))

    def _fits(self, message: bytes, said: bytes) -> bool:
        # Each is tried whatever the others say: the time that it takes tells nobody which one fitted.
        verdicts = [hmac.compare_digest(_signature(secret, message), said) for secret in self._signing_secrets()]
        return any(verdicts)

    def _is_fresh(self, timestamp: str) -> bool:
        try:
            return abs(self._now() - int(timestamp)) <= _LONGEST_SKEW_S
        except (ValueError, OverflowError):  # no number, or one that no clock shows
            return False


def _timestamp(headers: dict[str, str]) -> str:
    return headers.get("x-slack-request-timestamp", "")


def _said(headers: dict[str, str]) -> str:
    return headers.get("x-slack-signature", "")


def _signature(secret: str, message: bytes) -> bytes:
    if not secret.strip():
        raise ValueError("an empty signing secret would let anybody sign")
    return b"v0=" + hmac.digest(secret.encode(), message, "sha256").hex().encode()
