"""What can go wrong with Slack."""

from ossi.domain.errors import OssiError


class SlackError(OssiError):
    """Slack did not do what was asked. code is Slack's own error code, or a name for what happened on the way."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class TransientSlackError(SlackError):
    """A failure that may be gone at the next try: a rate limit, a 5xx, a time-out, a connection that broke.

    retry_after_s: for how long to leave the place alone, where Slack said so or has trouble of its own; None: nobody knows. limited:
    nothing is wrong but that there were too many before it.
    """

    def __init__(self, code: str, retry_after_s: float | None = None, *, limited: bool = False) -> None:
        super().__init__(code)
        self.retry_after_s = retry_after_s
        self.limited = limited


class PermanentSlackError(SlackError):
    """A failure that stays until somebody does something: an unknown channel, a revoked token, a message that Slack refuses."""


class UnreadableView(OssiError):
    """A view of Slack's payload that isn't one of Ossi's. It says what is missing, never a value."""
