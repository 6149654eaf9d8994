"""Slack's signature on a request, checked by slack_sdk's own verifier (Slack: "Verifying requests from Slack")."""

from collections.abc import Callable

from slack_sdk.signature import Clock, SignatureVerifier


class SlackSignature:
    """Whether a raw body and its headers carry a signature that is valid and at most five minutes old.

    signing_secret: read when a request is checked. clock: seconds since the epoch.
    """

    def __init__(self, signing_secret: Callable[[], str], clock: Clock | None = None) -> None:
        self._signing_secret = signing_secret
        self._clock = clock or Clock()

    def __call__(self, body: bytes, headers: dict[str, str]) -> bool:
        """Raises ValueError or TypeError for headers that cannot be read."""
        return SignatureVerifier(self._signing_secret(), self._clock).is_valid_request(body, headers)
