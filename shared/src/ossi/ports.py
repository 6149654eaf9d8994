"""What the use cases need of the world, as Protocols. The adapters fulfil them; so do the fakes of the tests."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, StrEnum
from typing import TYPE_CHECKING, Any, Protocol

from ossi.domain.message_ref import MessageRef
from ossi.domain.months import Month

if TYPE_CHECKING:  # whoever has no contribution at hand, such as /ossi new, does not wait for pydantic
    from ossi.domain.contribution import Contribution, ContributionKey, Status
    from ossi.domain.payroll import Counted, CountedList, ReportRecord

Clock = Callable[[], datetime]
"""Gives the present moment, aware, in the configured time zone."""

Choose = Callable[[Sequence[str]], str]
"""Picks one of several wordings (R14)."""


@dataclass(frozen=True)
class Message:
    """A Slack message. text is what notifications and screen readers say; blocks are Block Kit."""

    text: str
    blocks: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True)
class Page:
    """Some of a person's contributions, newest first.

    first and last: the page's edges (ms), None without any row. newer and older: whether there is more. unreadable: how many rows
    were passed over.
    """

    contributions: tuple[Contribution, ...]
    first: int | None
    last: int | None
    newer: bool
    older: bool
    unreadable: int = 0


class Contributions(Protocol):
    """The table of contributions: the truth."""

    def decide(
        self, key: ContributionKey, status: Status, by: str, at: int, seen_in: MessageRef | None
    ) -> Contribution:
        """PENDING -> status, atomically. at: ms since the epoch.

        Raises AlreadyDecided, UnknownContribution, or UnreadableContribution, and has stored nothing then.
        """
        ...

    def page(self, user_id: str, size: int, *, before: int | None = None, after: int | None = None) -> Page:
        """At most size of the person's rows older than `before`, or just newer than `after` (both ms), or the newest."""
        ...

    def of_month(self, month: Month, status: Status | None = None) -> Iterator[Contribution]:
        """Every readable row of the month, or only those of a status. Rows that cannot be read are logged and passed over."""
        ...

    def all(self, after: ContributionKey | None = None) -> Iterator[Contribution]:
        """Every readable row, in an order that is the same each time, or those that come after that key in it.

        A row that is changed meanwhile may be given as it was before: whoever acts on one gets it again.
        """
        ...

    def get(self, key: ContributionKey) -> Contribution | None:
        """The row as it is now; None: there is none that can be read."""
        ...

    def get_many(self, keys: Iterable[ContributionKey]) -> dict[ContributionKey, Contribution]:
        """The rows as they are now; what is missing or cannot be read is left out."""
        ...


class Submissions(Protocol):
    """Stores what a submitted form says, once for each opened form."""

    def add_once(self, contribution: Contribution, submission_id: str) -> Contribution | None:
        """Stores the row unless this submission was stored before. Answers the row as it's stored now; None: it was before."""
        ...


class Claim(Enum):
    """The ledger's answer to somebody who wants to send."""

    GRANTED = "granted"
    SENT = "sent"
    HELD = "held"
    SET_ASIDE = "set aside"


class State(StrEnum):
    """What the ledger holds about a message. A claim that has lapsed counts as DUE; SET_ASIDE is stored as FAILED.

    UNREADABLE is never stored: somebody has spoiled the record by hand, and whether the message was sent is not known any more.
    """

    CLAIMED = "CLAIMED"
    DUE = "DUE"
    SENT = "SENT"
    SET_ASIDE = "FAILED"
    UNREADABLE = "UNREADABLE"


@dataclass(frozen=True)
class Record:
    """A message in the ledger. reason: why it was not sent. failures: how often it was set aside, the last time at failed_at (ms)."""

    state: State
    reason: str = ""
    failures: int = 0
    failed_at: int = 0


@dataclass(frozen=True)
class Attempt:
    """The how-manieth attempt of one invocation this is, and how many of those before it said that they failed; others died."""

    number: int
    failed: int = 0

    @property
    def died(self) -> int:
        """How many of those before it ended without a word."""
        return self.number - 1 - self.failed


class Ledger(Protocol):
    """What was delivered, recorded beside the table. subject: what it is about; effect: which message of it."""

    def claim(self, subject: str, effect: str, invocation: str = "") -> Claim:
        """Asks for the right to send; it lapses by itself should the sender die. Raises UnreadableRecord.

        invocation: its id, where the platform repeats one that failed under the same id, a minute later at the earliest: the next
        attempt takes the claim of one that died.
        """
        ...

    def begin_attempt(self, subject: str, invocation: str) -> Attempt:
        """Counts one more attempt of the invocation of that id."""
        ...

    def attempt_failed(self, subject: str, invocation: str) -> None:
        """The attempt ends with an error, and lives to tell."""
        ...

    def record_sent(self, subject: str, effect: str, ref: MessageRef | None) -> None:
        """Sent, and where the message stands (None: there was nothing to send)."""
        ...

    def release(self, subject: str, effect: str, reason: str) -> None:
        """Not sent; to be tried again."""
        ...

    def set_aside(self, subject: str, effect: str, reason: str) -> None:
        """Not sent, and trying again would not help."""
        ...

    def sent_ref(self, subject: str, effect: str) -> MessageRef | None:
        """Where the message stands, if it was sent. Raises UnreadableRecord."""
        ...

    def records(self, messages: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Record]:
        """What there is about these messages (subject, effect); what nobody ever tried to send is left out.

        It may be behind by a moment: the claim decides. Records that cannot be read are logged.
        """
        ...

    def reopen(self, subject: str, effect: str) -> bool:
        """Makes what was set aside due again. Answers whether it was set aside."""
        ...

    def unsettled(self, kind: str, after: str = "") -> Iterator[tuple[str, str]]:
        """The messages (subject, effect) that somebody has begun to send and that were not sent, however many records there are.

        kind: what stands before the # of their subjects. In an order that is the same each time; after: of the subjects that come after
        that one. It may be behind by a moment.
        """
        ...

    def put_away(self, subject: str, effect: str) -> None:
        """Not sent, and nothing to be sent any more: it is not among the unsettled ones until somebody claims it again."""
        ...


class ReportRecords(Protocol):
    """What each month's report has counted, recorded beside the table (R33)."""

    def version(self) -> int:
        """How many months have been closed. Who closes one names the version that was read before anything else was."""
        ...

    def all(self) -> dict[Month, ReportRecord]:
        """The report of each month that has one. Raises UnreadableReport for a closed one that cannot be read."""
        ...

    def counted(self, record_list: CountedList) -> tuple[Counted, ...]:
        """The entries of a list. Raises UnreadableReport where one is missing or cannot be read."""
        ...

    def keep(self, record: ReportRecord, counted: Sequence[Counted], version: int) -> ReportRecord | None:
        """Records a report, all or nothing; answers it with the place of its list.

        None: it was not recorded, since somebody else has closed a month (where this closes one) or this very month meanwhile.
        """
        ...


@dataclass(frozen=True)
class Progress:
    """How far a work has come that is too long for one run.

    position: the last row that was looked at; None: the next run begins at the beginning. rows: how many were looked at, of the present
    round or, where position is None, in the last one, which ended at ended_at (ms since the epoch; 0: none ever did).
    """

    position: ContributionKey | None = None
    rows: int = 0
    ended_at: int = 0


class Checkpoint(Protocol):
    """Where a work that is too long for one run goes on in the next."""

    def read(self) -> Progress:
        """How far it has come. What cannot be read is logged and counts as nothing."""
        ...

    def write(self, progress: Progress) -> None:
        """Remembers it for the next run."""
        ...


class Chat(Protocol):
    """Slack. Every method raises TransientSlackError or PermanentSlackError."""

    def post(self, channel: str, message: Message) -> MessageRef:
        """Posts to a channel, or to a person's direct messages where channel is a user's id."""
        ...

    def update(self, ref: MessageRef, message: Message) -> None:
        """Redraws a message."""
        ...

    def open_view(self, trigger_id: str, view: dict[str, Any]) -> None:
        """Opens a modal. The trigger lives for 3 seconds."""
        ...

    def respond(self, response_url: str, message: Message, *, replace_original: bool = False) -> None:
        """Answers the person who acted, privately, or redraws the private message that they acted on."""
        ...

    def user_name(self, user_id: str) -> str | None:
        """The person's real name, else the user name."""
        ...

    def is_member(self, channel: str, user_id: str) -> bool:
        """Whether the person is a member of the channel."""
        ...


class ReportRequests(Protocol):
    """Starts the report function, without waiting for it."""

    def request(self, month: Month, requested_by: str, request_id: str) -> None:
        """Asks for a month's report. request_id tells a repetition of the same request from a new one."""
        ...


class ReportFiles(Protocol):
    """The private bucket of the reports' files."""

    def store(self, name: str, content: bytes) -> None:
        """Stores a file under that name, whose suffix says of which kind it is."""
        ...
