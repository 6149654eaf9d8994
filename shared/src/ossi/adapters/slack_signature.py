"""Slack's signature on a request, checked by slack_sdk's own verifier (Slack: "Verifying requests from Slack")."""

from collections.abc import Callable, Sequence

from slack_sdk.signature import Clock, SignatureVerifier


class SlackSignature:
    """Whether a raw body and its headers carry a signature that is valid and at most five minutes old.

    signing_secrets: those whose signatures count, read when a request is checked. read_again: called where none of them fits;
    answers whether they have changed since, and then they are tried once more. clock: seconds since the epoch.
    """

    def __init__(
        self,
        signing_secrets: Callable[[], Sequence[str]],
        read_again: Callable[[], bool] = lambda: False,
        clock: Clock | None = None,
    ) -> None:
        self._signing_secrets = signing_secrets
        self._read_again = read_again
        self._clock = clock or Clock()

    def __call__(self, body: bytes, headers: dict[str, str]) -> bool:
        """Raises ValueError, TypeError or OverflowError for headers that cannot be read."""
        return self._fits(body, headers) or (self._read_again() and self._fits(body, headers))

    def _fits(self, body: bytes, headers: dict[str, str]) -> bool:
        # Each is tried whatever the others say: the time that it takes tells nobody which one fitted.
        verdicts = [
            SignatureVerifier(secret, self._clock).is_valid_request(body, headers) for secret in self._signing_secrets()
        ]
        return any(verdicts)
