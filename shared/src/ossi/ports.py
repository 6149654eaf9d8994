"""What the use cases need of the world, as Protocols. The adapters fulfil them; so do the fakes of the tests."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

from ossi.domain.message_ref import MessageRef
from ossi.domain.months import Month

if TYPE_CHECKING:  # whoever has no contribution at hand, such as /ossi new, does not wait for pydantic
    from ossi.domain.contribution import Contribution, ContributionKey, Status
    from ossi.domain.payroll import Counted, CountedList, ReportRecord, Shown

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


@dataclass(frozen=True)
class Person:
    """Someone as Slack has them. Both are empty where Slack doesn't say."""

    name: str = ""
    email: str = ""


class Contributions(Protocol):
    """The table of contributions: the truth."""

    def save(self, contribution: Contribution, as_read: Contribution) -> None:
        """Stores the contribution if the row is still as it was read: its version and its status.

        Raises ContributionChanged, and has stored nothing then.
        """
        ...

    def page(self, user_id: str, size: int, *, before: int | None = None, after: int | None = None) -> Page:
        """At most size of the person's rows older than `before`, or just newer than `after` (both ms), or the newest."""
        ...

    def of_month(self, month: Month, status: Status | None = None) -> Iterator[Contribution]:
        """Every readable row of the month, or only those of a status, without its events: nothing that comes from here is saved.

        Rows that can't be read are logged and passed over.
        """
        ...

    def submitted(self, month: Month, since: int, until: int) -> Iterator[Contribution]:
        """Every readable row of the month that was submitted at that time (ms, both included), as it was a moment ago."""
        ...

    def all(self, after: ContributionKey | None = None) -> Iterator[Contribution]:
        """Every readable row, in an order that is the same each time, or those that come after that key in it.

        A row that is changed meanwhile may be given as it was before: whoever acts on one gets it again.
        """
        ...

    def get(self, key: ContributionKey) -> Contribution | None:
        """The row as it is now; None: there is none. Raises UnreadableContribution."""
        ...

    def look_up(self, keys: Iterable[ContributionKey]) -> dict[ContributionKey, Contribution | None]:
        """The rows as they are now; None for one that can't be read, and what is missing is left out."""
        ...


class Submissions(Protocol):
    """Stores what a submitted form says, once for each opened form."""

    def add_once(self, contribution: Contribution, submission_id: str) -> Contribution | None:
        """Stores the row unless this submission was stored before. Answers the row as it's stored now; None: it was before."""
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

    def shown(self, month: Month) -> Shown | None:
        """The last report of the month that the management channel got; None: there is none, or what is recorded can't be read."""
        ...

    def keep_shown(self, month: Month, shown: Shown) -> None:
        """Records what the management channel got, in place of what was recorded before."""
        ...


@dataclass(frozen=True)
class Progress:
    """How far a work has come that is too long for one run.

    position: the last row that was looked at; None: the next run begins at the beginning. rows: how many were looked at, of the present
    round or, where position is None, in the last one, which ended at ended_at (ms since the epoch; 0: none ever did). since: when the
    first progress was remembered (ms; 0: that isn't known). number: how many rounds have ended.
    """

    position: ContributionKey | None = None
    rows: int = 0
    ended_at: int = 0
    since: int = 0
    number: int = 0


class Checkpoint(Protocol):
    """Where a work that is too long for one run goes on in the next."""

    def read(self) -> Progress:
        """How far it has come. What cannot be read is logged and counts as nothing."""
        ...

    def write(self, progress: Progress) -> None:
        """Remembers it for the next run."""
        ...


class Lease(Protocol):
    """Of several runs at the same moment one works."""

    def hold(self) -> bool:
        """Takes the lease, or keeps it for longer. Answers whether this holder has it. It lapses by itself."""
        ...

    def release(self) -> None:
        """Lets go of it."""
        ...


class Chat(Protocol):
    """Slack. Every method raises TransientSlackError or PermanentSlackError, whose kind says what can have happened."""

    def post(self, channel: str, message: Message) -> MessageRef | None:
        """Posts to a channel, or to a person's direct messages where channel is a user's id.

        Answers where the message stands; None: it was posted, and Slack did not say where.
        """
        ...

    def update(self, ref: MessageRef, message: Message) -> None:
        """Redraws a message."""
        ...

    def test_auth(self) -> None:
        """Asks Slack for nothing but whether it answers and knows the token: harmless, however often."""
        ...

    def open_view(self, trigger_id: str, view: dict[str, Any]) -> None:
        """Opens a modal. The trigger lives for 3 seconds."""
        ...

    def respond(self, response_url: str, message: Message, *, replace_original: bool = False) -> None:
        """Answers the person who acted, privately, or redraws the private message that they acted on.

        A response_url that isn't Slack's is refused with PermanentSlackError.
        """
        ...

    def user_name(self, user_id: str) -> str | None:
        """The person's real name, else the user name."""
        ...

    def person(self, user_id: str) -> Person:
        """The person's name, as user_name gives it, and e-mail address, if the token may read it."""
        ...

    def is_member(self, channel: str, user_id: str) -> bool:
        """Whether the person is a member of the channel."""
        ...


@dataclass(frozen=True)
class Asking:
    """Who asks for something, by a user's id. request_id: the same for a repetition of the same request.

    response_url: where they alone can be answered for half an hour; empty: nowhere.
    """

    user_id: str
    request_id: str
    response_url: str = ""


class ReportRequests(Protocol):
    """Starts the report function, without waiting for it."""

    def read(self, month: Month, asking: Asking) -> None:
        """Requests a month's report, which closes nothing."""
        ...

    def close(self, month: Month, asking: Asking) -> None:
        """Requests that the month be closed, with its report, for a manager."""
        ...


class ReportFiles(Protocol):
    """The private bucket of the reports' files."""

    def store(self, name: str, content: bytes) -> None:
        """Stores a file under that name, whose suffix says of which kind it is."""
        ...
