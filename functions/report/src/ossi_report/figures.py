"""What a month comes to: everything that its message and its files show, worked out once (aggregate.py)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from ossi.domain.contribution import Contribution
from ossi.domain.levels import CompensationLevel
from ossi.domain.report import MonthSummary


@dataclass(frozen=True)
class Total:
    """A number of contributions and their sum, in units of one currency."""

    count: int
    amount: Decimal

    def __add__(self, other: "Total") -> "Total":
        return Total(self.count + other.count, self.amount + other.amount)


NOTHING = Total(0, Decimal(0))


@dataclass(frozen=True)
class People:
    """Who the people of a report are. names: a user's id -> the name in Slack. emails: a user's id -> the address; None: not wanted.

    Whom Slack tells nothing of is in neither.
    """

    names: Mapping[str, str] = field(default_factory=dict[str, str])
    emails: Mapping[str, str] | None = None


@dataclass(frozen=True)
class LevelTotal:
    """The accepted contributions of one level."""

    level: CompensationLevel
    total: Total


@dataclass(frozen=True)
class ContributorLevelTotal:
    """One person's accepted contributions of one level."""

    user_id: str
    name: str
    level: CompensationLevel
    total: Total


@dataclass(frozen=True)
class MonthFigures:
    """A month's summary, its rows in order, and the accepted ones by currency, by level, and by contributor and level.

    rows: of every status, by the person's name, then by time. Someone who changed their name stays together.
    by_currency is in the order of the currencies' codes and holds those that occur; own_by_currency and late_by_currency are its two
    parts, of the month itself and of earlier ones (R33). So is each of by_contributor, whose
    people (user's id -> totals) are in the order of their names.
    by_level is in the configured order and holds every level that is offered, also those that nobody got.
    by_contributor_and_level follows the names, and in each name the configured order.
    people: of the files alone; who decided and, where that is wanted, everyone.
    """

    summary: MonthSummary
    rows: tuple[Contribution, ...]
    by_currency: dict[str, Total]
    own_by_currency: dict[str, Total]
    late_by_currency: dict[str, Total]
    by_contributor: dict[str, dict[str, Total]]
    by_level: tuple[LevelTotal, ...]
    by_contributor_and_level: tuple[ContributorLevelTotal, ...]
    people: People = field(default_factory=People)
