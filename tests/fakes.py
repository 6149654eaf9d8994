"""The ports in memory, and contributions by the spoonful. Tests pass these in and patch nothing."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from ossi.domain.contribution import Contribution, ContributionKey, MessageRef, Status
from ossi.domain.errors import ContributionChanged, UnreadableReport
from ossi.domain.levels import CompensationLevels
from ossi.domain.months import Month
from ossi.domain.payroll import Counted, CountedList, ReportRecord, Shown
from ossi.ports import Asking, Message, Page, Person, Progress
from ossi.slack.errors import SlackError

HELSINKI = ZoneInfo("Europe/Helsinki")
SUBMITTED_AT = 1_792_994_700_000  # 2026-10-26 08:05 in Helsinki
DESCRIPTION = "Fixed a race between two readers of the cache, and wrote the test that shows it."
URL = "https://github.com/owner/project/pull/1"
MANAGEMENT, PUBLIC = "C0MANAGERS", "C0OPENSRC"


def first(wordings: Sequence[str]) -> str:
    """Always the first wording."""
    return wordings[0]


def contribution(**values: Any) -> Contribution:
    """A pending contribution, with these values in place of the usual ones."""
    usual: dict[str, Any] = {
        "user_id": "U0AINO001",
        "timestamp": SUBMITTED_AT,
        "status": Status.PENDING,
        "level": "SMALL",
        "text": DESCRIPTION,
        "name": "Aino Lahti",
        "url": URL,
        "contribution_month": "2026-10",
    }
    return Contribution(**{**usual, **values})


@dataclass
class FakeClock:
    """A clock that stands still until it is moved."""

    now: datetime

    def __call__(self) -> datetime:
        return self.now

    def move(self, step: timedelta) -> None:
        """Moves on by that much real time, also over a change of the clocks."""
        self.now = (self.now.astimezone(UTC) + step).astimezone(self.now.tzinfo)


class FakeContributions:
    """ports.Contributions and ports.Submissions over a dictionary."""

    def __init__(self, *rows: Contribution) -> None:
        self.rows = {row.key: row for row in rows}
        self.submissions: dict[str, ContributionKey] = {}

    def add_once(self, contribution: Contribution, submission_id: str) -> Contribution | None:
        if submission_id in self.submissions:
            return None
        self.submissions[submission_id] = contribution.key
        self.rows[contribution.key] = contribution
        return contribution

    def save(self, contribution: Contribution, as_read: Contribution) -> None:
        found = self.rows.get(contribution.key)
        if found is None or (found.status, found.version) != (as_read.status, as_read.version):
            raise ContributionChanged
        before, after = as_read.to_row(), contribution.to_row()
        changed = {name: value for name, value in after.items() if before.get(name) != value}
        kept = {name: value for name, value in found.to_row().items() if name in after or name not in before}
        self.rows[contribution.key] = Contribution.from_row({**kept, **changed})

    def page(self, user_id: str, size: int, *, before: int | None = None, after: int | None = None) -> Page:
        own = sorted(
            (row for row in self.rows.values() if row.user_id == user_id), key=lambda row: row.timestamp, reverse=True
        )
        if after is not None:
            shown = [row for row in own if row.timestamp > after][-size:]
        else:
            shown = [row for row in own if before is None or row.timestamp < before][:size]
        return Page(
            contributions=tuple(shown),
            first=shown[0].timestamp if shown else None,
            last=shown[-1].timestamp if shown else None,
            newer=bool(shown) and shown[0] is not own[0],
            older=bool(shown) and shown[-1] is not own[-1],
        )

    def of_month(self, month: Month, status: Status | None = None) -> Iterator[Contribution]:
        rows = [row for row in self.rows.values() if row.contribution_month == str(month)]
        return iter([row for row in rows if status in (None, row.status)])

    def submitted(self, month: Month, since: int, until: int) -> Iterator[Contribution]:
        return iter([row for row in self.of_month(month) if since <= row.timestamp <= until])

    def all(self, after: ContributionKey | None = None) -> Iterator[Contribution]:
        keys = list(self.rows)
        return iter([self.rows[key] for key in keys[keys.index(after) + 1 if after else 0 :]])

    def get(self, key: ContributionKey) -> Contribution | None:
        return self.rows.get(key)

    def look_up(self, keys: Iterable[ContributionKey]) -> dict[ContributionKey, Contribution | None]:
        return {key: self.rows[key] for key in keys if key in self.rows}


@dataclass
class FakeBookmark:
    """ports.Checkpoint in memory."""

    progress: Progress = field(default_factory=Progress)

    def read(self) -> Progress:
        return self.progress

    def write(self, progress: Progress) -> None:
        self.progress = progress


@dataclass
class FakeReportRecords:
    """ports.ReportRecords over dictionaries. before_keeping: what somebody else does at that moment."""

    made: dict[Month, ReportRecord] = field(default_factory=dict[Month, ReportRecord])
    lists: dict[str, tuple[Counted, ...]] = field(default_factory=dict[str, tuple[Counted, ...]])
    before_keeping: list[Callable[[], object]] = field(default_factory=list[Callable[[], object]])
    seen: dict[Month, Shown] = field(default_factory=dict[Month, Shown])

    def shown(self, month: Month) -> Shown | None:
        return self.seen.get(month)

    def keep_shown(self, month: Month, shown: Shown) -> None:
        self.seen[month] = shown

    def version(self) -> int:
        return sum(record.closed for record in self.made.values())

    def all(self) -> dict[Month, ReportRecord]:
        return dict(self.made)

    def counted(self, record_list: CountedList) -> tuple[Counted, ...]:
        if record_list.id not in self.lists:
            raise UnreadableReport(record_list.id)
        return self.lists[record_list.id]

    def keep(self, record: ReportRecord, counted: Sequence[Counted], version: int) -> ReportRecord | None:
        if self.before_keeping:
            self.before_keeping.pop(0)()
        there = self.made.get(record.month)
        if (there is not None and there.closed) or (record.closed and version != self.version()):
            return None
        place = CountedList(f"{record.month} of {record.run}", 1, len(counted))
        self.lists[place.id] = tuple(counted)
        self.made[record.month] = replace(record, counted=place)
        return self.made[record.month]


@dataclass(frozen=True)
class Sent:
    """A call that reached the fake Slack. where: channel, user, trigger or response URL, by the method."""

    method: str
    where: str
    message: Message = field(default_factory=lambda: Message(""))
    view: dict[str, Any] = field(default_factory=dict[str, Any])
    replace_original: bool = False


@dataclass
class FakeChat:
    """ports.Chat that keeps what came.

    failing: decides which calls fail before anything is done, and how; losing: which are done, and fail then. placeless: posts go
    well, and nothing says where.
    """

    names: dict[str, str] = field(default_factory=dict[str, str])
    emails: dict[str, str] = field(default_factory=dict[str, str])
    members: dict[str, set[str]] = field(default_factory=dict[str, set[str]])
    failing: Callable[[str, str], Exception | None] = lambda _method, _where: None
    losing: Callable[[str, str], Exception | None] = lambda _method, _where: None
    placeless: bool = False
    sent: list[Sent] = field(default_factory=list[Sent])

    def post(self, channel: str, message: Message) -> MessageRef | None:
        self._take(Sent("post", channel, message))
        return None if self.placeless else MessageRef(channel=channel, ts=f"1792994700.{len(self.sent):06d}")

    def update(self, ref: MessageRef, message: Message) -> None:
        self._take(Sent("update", f"{ref.channel}/{ref.ts}", message))

    def test_auth(self) -> None:
        self._fail(self.failing("test_auth", ""))
        self._fail(self.losing("test_auth", ""))

    def open_view(self, trigger_id: str, view: dict[str, Any]) -> None:
        self._take(Sent("open_view", trigger_id, view=view))

    def respond(self, response_url: str, message: Message, *, replace_original: bool = False) -> None:
        self._take(Sent("respond", response_url, message, replace_original=replace_original))

    def user_name(self, user_id: str) -> str | None:
        self._fail(self.failing("user_name", user_id))
        return self.names.get(user_id)

    def person(self, user_id: str) -> Person:
        self._fail(self.failing("person", user_id))
        return Person(self.names.get(user_id, ""), self.emails.get(user_id, ""))

    def is_member(self, channel: str, user_id: str) -> bool:
        self._fail(self.failing("is_member", channel))
        return user_id in self.members.get(channel, set())

    def to(self, where: str) -> list[Sent]:
        """What reached that place."""
        return [each for each in self.sent if each.where == where]

    def _take(self, call: Sent) -> None:
        self._fail(self.failing(call.method, call.where))
        self.sent.append(call)
        self._fail(self.losing(call.method, call.where))

    def _fail(self, error: Exception | None) -> None:
        if error is not None:
            raise error


def fails_at(where: str, error: SlackError | Exception) -> Callable[[str, str], Exception | None]:
    """For FakeChat.failing: every call to that place fails."""
    return lambda _method, place: error if place == where else None


@dataclass
class FakeReportRequests:
    """ports.ReportRequests that keeps what was asked for, and by whom."""

    asked: list[tuple[Month, Asking]] = field(default_factory=list[tuple[Month, Asking]])
    closed: list[tuple[Month, Asking]] = field(default_factory=list[tuple[Month, Asking]])

    def read(self, month: Month, asking: Asking) -> None:
        self.asked.append((month, asking))

    def close(self, month: Month, asking: Asking) -> None:
        self.closed.append((month, asking))


@dataclass
class FakeWorld:
    """Whatever the use cases need, without AWS and Slack. What is stored is stored in one place."""

    clock: FakeClock
    contributions: FakeContributions = field(default_factory=FakeContributions)
    chat: FakeChat = field(default_factory=FakeChat)
    report_requests: FakeReportRequests = field(default_factory=FakeReportRequests)
    management_channel: str = MANAGEMENT
    grace_days: int = 2
    levels: CompensationLevels = field(default_factory=CompensationLevels)
    zone: ZoneInfo = HELSINKI

    @property
    def submissions(self) -> FakeContributions:
        return self.contributions


@dataclass
class FakeReportFiles:
    """ports.ReportFiles over a dictionary."""

    stored: dict[str, bytes] = field(default_factory=dict[str, bytes])

    def store(self, name: str, content: bytes) -> None:
        self.stored[name] = content
