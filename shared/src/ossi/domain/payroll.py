"""Closing a month (R11, R33): when and by whom, what its report has counted, and what differs from that later."""

from calendar import monthrange
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from zoneinfo import ZoneInfo

from ossi.domain.contribution import Contribution, ContributionKey, Status
from ossi.domain.form import FORM_LIFE
from ossi.domain.levels import CompensationLevel, CompensationLevels
from ossi.domain.months import Month

_LEVEL_MAX = 150  # characters of a level's key: only a hand can have written a longer one
_LAST_MONTH = Month(9999, 12)


def closes_at(month: Month, grace_days: int, zone: ZoneInfo) -> datetime:
    """The moment (aware, in zone) from which nothing can be registered for the month any more: see domain.submission."""
    if month >= _LAST_MONTH:
        return datetime.max.replace(tzinfo=zone)
    year, number = (month.year + 1, 1) if month.number == 12 else (month.year, month.number + 1)
    # The form offers the month before the present one, never an older one.
    days = min(grace_days, monthrange(year, number)[1])
    midnight = datetime(year, number, 1, tzinfo=zone) + timedelta(days=days)  # on the clocks on the wall
    return (midnight.astimezone(UTC) + FORM_LIFE).astimezone(zone)


class Closer(StrEnum):
    """Who closes a month. The values stand in the names of runs, in the ledger: see contracts.closing_subject."""

    SCHEDULE = "scheduled"
    MANAGER = "manager"
    ADMIN = "admin"


class Obstacle(StrEnum):
    """Why a month can't be closed. The values travel to `ossi close`."""

    CLOSED = "closed"
    """It is already."""
    NOT_OVER = "not over"
    """Contributions can still be registered for it."""
    HISTORY = "history"
    """It's before the first closed month: whoever kept the books then has paid it."""
    NOT_NEXT = "not next"
    """No month is closed yet, and managers start with the month that the schedule would close."""


def obstacle(
    month: Month, closed: Collection[Month], now: datetime, grace_days: int, zone: ZoneInfo, by: Closer
) -> Obstacle | None:
    """What keeps this closer from closing the month; None: nothing. closed: the months that are closed. now: aware.

    The schedule is judged by its planned time, whatever the clock says when it runs. With the first closed month Ossi's books begin:
    what is before it was paid otherwise, and closing it would have it paid twice.
    """
    if month in closed:
        return Obstacle.CLOSED
    if by is Closer.SCHEDULE:
        return None
    if now < closes_at(month, grace_days, zone):
        return Obstacle.NOT_OVER
    if closed:
        return Obstacle.HISTORY if month < min(closed) else None
    is_next = by is Closer.ADMIN or month == Month.of(now.astimezone(zone)).previous()
    return None if is_next else Obstacle.NOT_NEXT


@dataclass(frozen=True, slots=True)
class Counted:
    """A contribution as a report has counted it: with that level's key, and for that month."""

    key: ContributionKey
    level: str
    month: Month

    @classmethod
    def of(cls, row: Contribution, month: Month) -> "Counted":
        """As the row stands now."""
        return cls(row.key, row.level[:_LEVEL_MAX], month)

    def shown(self, row: Contribution | None) -> Contribution:
        """The contribution as it was counted. row: as it is now, for the texts; None: it is gone, and only this is known of it."""
        counted = {"status": Status.ACCEPTED, "level": self.level, "contribution_month": str(self.month)}
        known = row or Contribution(user_id=self.key.user_id, timestamp=self.key.timestamp, status=Status.ACCEPTED)
        # Nearly all are as they were, and a large month has many: no copies of them.
        as_it_was = all(getattr(known, name) == value for name, value in counted.items())
        return known if as_it_was else known.model_copy(update=counted)


@dataclass(frozen=True)
class CountedList:
    """Where the list of what a report has counted is kept. parts: of how many; rows: entries altogether."""

    id: str
    parts: int
    rows: int


@dataclass(frozen=True)
class Earlier:
    """The report that another one took the place of. made_at: ms since the epoch."""

    made_at: int
    counted: CountedList


@dataclass(frozen=True)
class ReportRecord:
    """What is recorded of a month's report.

    run: which run made it. made_at: ms since the epoch. closed: what it counted is what is paid; otherwise it is provisional.
    levels: as they were configured. accepted and totals (per currency) include the late ones. earlier: the provisional report of
    the same month that was made before.
    """

    month: Month
    run: str
    made_at: int
    closed: bool
    counted: CountedList
    levels: tuple[CompensationLevel, ...]
    accepted: int
    late: int
    pending: int
    declined: int
    totals: dict[str, Decimal]
    earlier: Earlier | None = None


@dataclass(frozen=True)
class Shown:
    """The last report of a month that the management channel got.

    fingerprint: see Report.fingerprint. channel: which channel that was. stem: the name of its files without their suffixes; empty: it
    had none. stored_at: ms since the epoch; when they were stored.
    """

    fingerprint: str
    channel: str
    stem: str
    stored_at: int


class ChangeKind(StrEnum):
    """How the table differs from what a report has counted. The values are what the workbook says."""

    ACCEPTED = "accepted since"
    NOT_ACCEPTED = "no longer accepted"
    REMOVED = "removed"
    LEVEL = "level changed"
    MONTH = "moved to another month"
    ELSEWHERE = "counted in another report"


@dataclass(frozen=True)
class Change:
    """One difference. contribution: as it is now, or what is known of it.

    counted_as: the level's key that it was counted with; None: it was not counted. counted_in: the closed report that counts it; None:
    for what was accepted since, the next report will.
    """

    kind: ChangeKind
    contribution: Contribution
    counted_as: str | None = None
    counted_in: Month | None = None


def changes_since(
    counted: Sequence[Counted],
    rows: Mapping[ContributionKey, Contribution],
    added: Iterable[Contribution],
    elsewhere: Mapping[ContributionKey, Month],
) -> list[Change]:
    """What differs between what was counted and the table.

    rows: the counted ones as they are now. added: accepted ones that were not counted. elsewhere: what other closed reports count.
    """
    changes: list[Change] = []
    for entry in counted:
        row = rows.get(entry.key)
        shown = row or entry.shown(None)
        if row is None:
            kinds = [ChangeKind.REMOVED]
        elif row.status is not Status.ACCEPTED:
            kinds = [ChangeKind.NOT_ACCEPTED]
        else:
            now = Counted.of(row, entry.month)
            differing = {
                ChangeKind.ELSEWHERE: entry.key in elsewhere,
                ChangeKind.MONTH: row.contribution_month != str(entry.month),
                ChangeKind.LEVEL: now.level != entry.level,
            }
            kinds = [kind for kind, differs in differing.items() if differs]
        changes += [Change(kind, shown, entry.level, elsewhere.get(entry.key)) for kind in kinds]
    changes += [Change(ChangeKind.ACCEPTED, row, None, elsewhere.get(row.key)) for row in added]
    return changes


def totals_of(rows: Iterable[Contribution], levels: CompensationLevels) -> dict[str, Decimal]:
    """What the rows are worth, per currency; currencies are never added together."""
    totals: dict[str, Decimal] = {}
    for row in rows:
        level = levels.get(row.level)
        totals[level.currency] = totals.get(level.currency, Decimal(0)) + level.amount
    return totals
