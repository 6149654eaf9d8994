"""Slack's signature on a request (Slack: "Verifying requests from Slack").

What slack_sdk's SignatureVerifier does, by the standard library: importing the verifier imports the whole of slack_sdk, which takes as
long as half of the floor of docs/performance.md. A property test holds the two against each other, and ADR 9 tells why.
"""

import hmac
import time
from collections.abc import Callable, Sequence

_LONGEST_SKEW_S = 300  # either way


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

    def __call__(self, body: bytes, headers: dict[str, str]) -> bool:
        """headers: their names in lower case. What cannot be read is not valid."""
        return self._fits(body, headers) or (self._read_again() and self._fits(body, headers))

    def _fits(self, body: bytes, headers: dict[str, str]) -> bool:
        timestamp = headers.get("x-slack-request-timestamp", "")
        said = headers.get("x-slack-signature", "").encode(errors="replace")
        if not self._is_fresh(timestamp) or not _is_text(body):
            return False
        message = b"v0:" + timestamp.encode() + b":" + body
        # Each is tried whatever the others say: the time that it takes tells nobody which one fitted.
        verdicts = [hmac.compare_digest(_signature(secret, message), said) for secret in self._signing_secrets()]
        return any(verdicts)

    def _is_fresh(self, timestamp: str) -> bool:
        try:
            return abs(self._now() - int(timestamp)) <= _LONGEST_SKEW_S
        except (ValueError, OverflowError):  # no number, or one that no clock shows
            return False


def _is_text(body: bytes) -> bool:
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return True


def _signature(secret: str, message: bytes) -> bytes:
    if not secret.strip():
        raise ValueError("an empty signing secret would let anybody sign")
    return b"v0=" + hmac.digest(secret.encode(), message, "sha256").hex().encode()
