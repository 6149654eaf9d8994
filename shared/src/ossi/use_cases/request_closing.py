"""A manager closes a month: checks who asks and whether the month is over, then starts the report function (R11)."""

from dataclasses import dataclass
from typing import Protocol
from zoneinfo import ZoneInfo

from ossi.domain.months import Month
from ossi.domain.payroll import Obstacle, closes_at
from ossi.ports import Asking, Clock, ReportRequests
from ossi.use_cases.membership import ManagedWorld, Refusal, SetUpBroken, refusal


class ClosingWorld(ManagedWorld, Protocol):
    """What closing a month needs. grace_days: for how many days of a month the previous one may be chosen too."""

    @property
    def report_requests(self) -> ReportRequests: ...
    @property
    def clock(self) -> Clock: ...
    @property
    def grace_days(self) -> int: ...
    @property
    def zone(self) -> ZoneInfo: ...


@dataclass(frozen=True)
class ClosingRequested:
    """The report function closes the month, unless its records say that it can't be closed, which it tells whoever asked."""

    month: Month


def request_closing(
    month: Month, asking: Asking, world: ClosingWorld
) -> ClosingRequested | Obstacle | Refusal | SetUpBroken:
    """Has a month closed that is over, for a manager."""
    refused = refusal(asking.user_id, world)
    if refused is not None:
        return refused
    if world.clock() < closes_at(month, world.grace_days, world.zone):
        return Obstacle.NOT_OVER
    world.report_requests.close(month, asking)
    return ClosingRequested(month)
