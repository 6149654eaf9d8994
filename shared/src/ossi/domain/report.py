"""A month's report: what stands in it, which edition of it this is, and what it comes to."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from ossi.domain.contribution import Contribution, Status
from ossi.domain.levels import CompensationLevels
from ossi.domain.months import Month
from ossi.domain.payroll import Change

WAITING_OR_REFUSED = tuple(status for status in Status if status is not Status.ACCEPTED)
"""The statuses of which a report counts nothing, in the order in which it shows them."""
IN_ORDER = (Status.ACCEPTED, *WAITING_OR_REFUSED)
"""All statuses in that order."""


@dataclass(frozen=True)
class ContributorTotal:
    """One person's accepted contributions of the month, the late ones too. amounts: currency -> sum, in units of the currency."""

    user_id: str
    name: str
    count: int
    amounts: dict[str, Decimal]


@dataclass(frozen=True)
class MonthSummary:
    """The month's counts by status, its accepted total per currency (never added together), and who contributed.

    others: how many there are of each other status. accepted, totals and contributors include the late ones; late and late_totals are
    these alone.
    """

    month: Month
    accepted: int
    others: Mapping[Status, int]
    totals: dict[str, Decimal]
    contributors: tuple[ContributorTotal, ...]
    late: int = 0
    late_totals: dict[str, Decimal] = field(default_factory=dict[str, Decimal])


@dataclass(frozen=True)
class Edition:
    """Which one of a month's reports this is (R33).

    closed_at: when the month was closed, by this report or an earlier one; None: this one is provisional. closes_at: when the month can
    be closed. again: the month had been closed before. changes: what differs from the report that was made at compared_at, or, where
    the month had been closed before, how the table differs by now from what was counted then. Moments are aware, in the configured zone.
    closable: a manager may close the month now. history: the month is before the first closed one, and is never closed.
    """

    closed_at: datetime | None
    closes_at: datetime
    again: bool = False
    compared_at: datetime | None = None
    changes: tuple[Change, ...] = ()
    closable: bool = False
    history: bool = False


@dataclass(frozen=True)
class MonthBefore:
    """What the report of the month before came to. accepted and totals include its late ones."""

    month: Month
    accepted: int
    totals: dict[str, Decimal]


@dataclass(frozen=True)
class Report:
    """What a report is made of.

    rows: the accepted ones as they were counted, late ones (of other months) among them, and what is pending and declined by now.
    levels: by which they were counted. unclosed: months between the first closed one and this one that no report has closed -> their
    accepted contributions. unannounced: other closed months whose report couldn't be announced so far. fingerprint: the same for two
    reports of a month between which nothing has changed that a reader would want to see.
    """

    month: Month
    rows: tuple[Contribution, ...]
    levels: CompensationLevels
    edition: Edition
    before: MonthBefore
    unclosed: Mapping[Month, int] = field(default_factory=dict[Month, int])
    unannounced: tuple[Month, ...] = ()
    fingerprint: str = ""


def fingerprint_of(
    rows: Iterable[Contribution], levels: CompensationLevels, edition: Edition, *, changes: Iterable[Change]
) -> str:
    """See Report.fingerprint. changes: what differs from what was counted when the month was closed.

    What isn't in it: when the report was made, what it's compared with, and other months.
    """
    digest = hashlib.sha256()
    for part in (
        (edition.closed_at, edition.closable, edition.history),
        *((level.key, level.label, level.amount.normalize(), level.currency) for level in levels),
        *sorted(_shown(row) for row in rows),
        *sorted(
            (*_shown(each.contribution), each.kind, each.counted_as or "", str(each.counted_in)) for each in changes
        ),
    ):
        digest.update(repr(part).encode(errors="backslashreplace"))
    return digest.hexdigest()


def _shown(row: Contribution) -> tuple[str | int, ...]:
    """All of a row that its files show."""
    decision = (row.decided_by or "", row.decided_at or 0)
    return (
        row.user_id,
        row.timestamp,
        row.status,
        row.contribution_month,
        row.level,
        row.name,
        row.text,
        row.url,
        *decision,
    )


def is_late(row: Contribution, month: Month) -> bool:
    """Whether an accepted row in the report of that month is of another one: accepted after its own month was closed."""
    return row.contribution_month != str(month)
