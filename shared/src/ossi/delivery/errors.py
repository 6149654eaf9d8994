"""What can go wrong with a delivery."""

from ossi.domain.errors import OssiError


class UnreadableRecord(OssiError):
    """A record of the ledger that cannot be read. It names the wrong attributes, never their values."""


class DeliveryIncomplete(OssiError):
    """At least one message could not be sent now and has to be tried again. effects: the names of those."""

    def __init__(self, effects: list[str]) -> None:
        super().__init__("to be sent again: " + ", ".join(effects))
        self.effects = effects
