"""A manager requests a month's report, to read it: checks who asks, then starts the report function (R11)."""

from dataclasses import dataclass
from typing import Protocol

from ossi.domain.months import Month
from ossi.ports import Asking, Clock, ReportRequests
from ossi.use_cases.membership import ManagedWorld, Refusal, SetUpBroken, refusal


class ReportingWorld(ManagedWorld, Protocol):
    """What requesting a report needs."""

    @property
    def report_requests(self) -> ReportRequests: ...
    @property
    def clock(self) -> Clock: ...


@dataclass(frozen=True)
class Requested:
    """The report is on its way. running: the month isn't over yet, so the report is provisional."""

    month: Month
    running: bool


def request_report(month: Month, asking: Asking, world: ReportingWorld) -> Requested | Refusal | SetUpBroken:
    """Starts the report of a month that has begun."""
    refused = refusal(asking.user_id, world)
    if refused is not None:
        return refused
    world.report_requests.read(month, asking)
    return Requested(month, running=month == Month.of(world.clock()))
