"""What can go wrong, in the domain's own words."""


class OssiError(Exception):
    """The base of every error that Ossi raises on purpose."""


class UnreadableMonth(OssiError):
    """A text that should name a month and does not. typed: the text as it came."""

    def __init__(self, typed: str) -> None:
        super().__init__(f"not a month: {typed!r}")
        self.typed = typed


class UnreadableContribution(OssiError):
    """A stored row that can't be read as a contribution. It names the wrong attributes, never their values.

    newer: nothing is wrong with it but a status or an event that this version doesn't know: a newer one runs beside it.
    """

    def __init__(self, what: str, *, newer: bool = False) -> None:
        super().__init__(what)
        self.newer = newer


class UnknownContribution(OssiError):
    """There is no contribution with that key."""


class UnreadableReport(OssiError):
    """What a report has counted cannot be read. Nothing is paid on a guess: no report is made until it can. which: month or list."""

    def __init__(self, which: str) -> None:
        super().__init__(f"the record of a report cannot be read: {which}")
        self.which = which


class NotAllowed(OssiError):
    """The rules don't let this event happen to a contribution as it stands. contribution: a domain.contribution.Contribution."""

    def __init__(self, contribution: object, kind: str) -> None:
        super().__init__(f"not allowed now: {kind}")
        self.contribution = contribution


class HistoryFull(OssiError):
    """A contribution was edited so often that no further edit fits in its row. Decisions always do."""


class ContributionChanged(OssiError):
    """Someone changed the contribution since it was read, so nothing was stored."""
