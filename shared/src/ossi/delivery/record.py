"""What is recorded of a delivery: something that Ossi owes someone, from before the first call until it is settled."""

from dataclasses import dataclass
from enum import StrEnum

from ossi.domain.message_ref import MessageRef


class State(StrEnum):
    """Where a delivery stands. The values are stored, and older versions read them: they never change.

    CLAIMED: someone is at it. DUE: to be tried at its time. SENT: settled: it arrived, or there was nothing to send. PARKED: refused
    for good; tried again rarely, until someone removes the cause. UNKNOWN: it may have arrived so often that no further attempt is
    spent on a guess: an operator decides. UNREADABLE is never stored: someone spoiled the record by hand.
    """

    CLAIMED = "CLAIMED"
    DUE = "DUE"
    SENT = "SENT"
    PARKED = "FAILED"
    UNKNOWN = "UNKNOWN"
    UNREADABLE = "UNREADABLE"


ROW_GONE = "row_gone"
"""The reason of what was put away because its row was gone. It's stored."""


@dataclass(frozen=True, slots=True)
class DeliveryKey:
    """Which delivery: subject is what it is about (contribution#…, report#…), effect which message of it."""

    subject: str
    effect: str


@dataclass(frozen=True, slots=True)
class Record:
    """One delivery.

    place: where Slack counts it (a channel, a person, a method). owed_at and due_at: ms since the epoch; since when it's owed, and when
    it may be tried next. attempts: calls so far. ambiguous: how many of them may have arrived, without any answer that says so.
    failures: how often it was refused for good, or could not be written. reason: the code of what stood in its way last. ref: where it
    arrived. drawn: for a redrawing, the version of the contribution that the message shows. open: whether it's still to be looked at.
    lease_until: seconds since the epoch; older versions look at it. token: changes with every write; "" for none. requested_by: of a
    report, who asked for it. begun: how often the work was begun that has to be done before the message can be sent; unlike attempts,
    which may have died in it.
    """

    key: DeliveryKey
    state: State = State.DUE
    place: str = ""
    owed_at: int = 0
    due_at: int = 0
    attempts: int = 0
    ambiguous: int = 0
    failures: int = 0
    reason: str = ""
    ref: MessageRef | None = None
    drawn: int = 0
    open: bool = True
    lease_until: int = 0
    token: str = ""
    requested_by: str = ""
    begun: int = 0

    @property
    def row_gone(self) -> bool:
        """Whether it was put away because its row was gone: it's owed again once somebody restores the row."""
        return not self.open and self.state is not State.SENT and self.reason == ROW_GONE

    @property
    def put_away(self) -> bool:
        """Whether it isn't to be sent any more. What older versions closed, without a token, doesn't count."""
        return not self.open and bool(self.token) and not self.row_gone

    @property
    def settled(self) -> bool:
        """Whether another delivery that waits for this one need not wait any longer."""
        return not self.open or self.state in {State.SENT, State.PARKED, State.UNKNOWN, State.UNREADABLE}
