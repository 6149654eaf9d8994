"""What can go wrong with a request, or with the time there is for it."""

from ossi.domain.errors import OssiError


class RequestRefused(OssiError):
    """A request that does not carry a fresh and valid signature, or cannot be read. why is for the log, not for the caller."""


class OutOfTime(OssiError):
    """The work was stopped shortly before the platform would have stopped it without a word."""
