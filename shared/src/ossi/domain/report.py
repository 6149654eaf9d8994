"""What a month comes to, as the announcement of its report says it."""

from dataclasses import dataclass
from decimal import Decimal

from ossi.domain.months import Month


@dataclass(frozen=True)
class ContributorTotal:
    """One person's accepted contributions of the month. amounts: currency -> sum, in units of the currency."""

    user_id: str
    name: str
    count: int
    amounts: dict[str, Decimal]


@dataclass(frozen=True)
class MonthSummary:
    """The month's counts by status, its accepted total per currency (never added together), and who contributed."""

    month: Month
    accepted: int
    pending: int
    declined: int
    totals: dict[str, Decimal]
    contributors: tuple[ContributorTotal, ...]
