"""What can go wrong, in the domain's own words. Each subclass of OssiError is answered in one place: see slack_ui.problems."""


class OssiError(Exception):
    """The base of every error that Ossi raises on purpose."""


class InvalidSubmission(OssiError):
    """A submitted form that cannot be stored.

    errors: field name (description, url, month, level) -> what is wrong, in a person's words.
    """

    def __init__(self, errors: dict[str, str]) -> None:
        super().__init__("; ".join(f"{field}: {what}" for field, what in errors.items()))
        self.errors = errors


class UnreadableMonth(OssiError):
    """A text that should name a month and does not. typed: the text as it came."""

    def __init__(self, typed: str) -> None:
        super().__init__(f"not a month: {typed!r}")
        self.typed = typed


class FutureMonth(OssiError):
    """A month that has not begun. label: as people read it, October 2026."""

    def __init__(self, label: str) -> None:
        super().__init__(f"in the future: {label}")
        self.label = label


class MonthTooEarly(OssiError):
    """A month from before there can be anything. label: as people read it, October 1999."""

    def __init__(self, label: str) -> None:
        super().__init__(f"too early: {label}")
        self.label = label


class UnreadableContribution(OssiError):
    """A stored row that cannot be read as a contribution. It names the wrong attributes, never their values."""


class UnreadableRecord(OssiError):
    """A record of the ledger that cannot be read. It names the wrong attributes, never their values."""


class UnknownContribution(OssiError):
    """There is no contribution with that key."""


class AlreadyDecided(OssiError):
    """Somebody decided before. decided is the contribution as it stands (a domain.contribution.Contribution)."""

    def __init__(self, decided: object) -> None:
        super().__init__("the contribution is no longer pending")
        self.decided = decided


class RequestRefused(OssiError):
    """A request that does not carry a fresh and valid signature, or cannot be read. why is for the log, not for the caller."""


class ChatError(OssiError):
    """Slack did not do what was asked. code is Slack's own error code, or a name for what happened on the way."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class PassingChatError(ChatError):
    """A failure that may be gone at the next try: a rate limit, a 5xx, a time-out, a connection that broke.

    retry_after_s: for how long to leave the place alone, where Slack said so or has trouble of its own; None: nobody knows. limited:
    nothing is wrong but that there were too many before it.
    """

    def __init__(self, code: str, retry_after_s: float | None = None, *, limited: bool = False) -> None:
        super().__init__(code)
        self.retry_after_s = retry_after_s
        self.limited = limited


class LastingChatError(ChatError):
    """A failure that stays until somebody does something: an unknown channel, a revoked token, a message that Slack refuses."""


class UnreadableReport(OssiError):
    """What a report has counted cannot be read. Nothing is paid on a guess: no report is made until it can. which: month or list."""

    def __init__(self, which: str) -> None:
        super().__init__(f"the record of a report cannot be read: {which}")
        self.which = which


class OutOfTime(OssiError):
    """The work was stopped shortly before the platform would have stopped it without a word."""


class DeliveryIncomplete(OssiError):
    """At least one message could not be sent now and has to be tried again. effects: the names of those."""

    def __init__(self, effects: list[str]) -> None:
        super().__init__("to be sent again: " + ", ".join(effects))
        self.effects = effects
