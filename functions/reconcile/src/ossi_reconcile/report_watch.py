"""Notices that a monthly report was not made, which nothing else would tell: a schedule that is gone says nothing."""

import logging
import re
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Self

from ossi.contracts import ANNOUNCE_REPORT, scheduled_report_subject
from ossi.delivery.record import DeliveryKey
from ossi.delivery.store import Deliveries
from ossi.domain.months import Month
from ossi.ports import Checkpoint, Clock

_logger = logging.getLogger("ossi.reconcile")

# The report function records that it has begun within seconds; the scheduler tries again for minutes where Lambda is throttled.
PATIENCE = timedelta(hours=1)

_SHAPE = re.compile(r"(L|\d{1,2}) (\d{2}):(\d{2})", re.ASCII)


@dataclass(frozen=True)
class MonthlyMoment:
    """A moment of every month, in local time. day: 0: the last one."""

    day: int
    hour: int
    minute: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """Reads `3 06:00`, or `L 23:59` for the last day. Raises ValueError."""
        match = _SHAPE.fullmatch(text)
        if match is None:
            raise ValueError("OSSI_REPORT_DUE is no moment of a month")
        return cls(0 if match[1] == "L" else int(match[1]), int(match[2]), int(match[3]))

    def of(self, month: Month, zone: Any) -> datetime:
        """The moment in that month. A day that the month lacks is its last. Raises ValueError for a time that there isn't."""
        last = monthrange(month.year, month.number)[1]
        day = min(self.day or last, last)
        return datetime(month.year, month.number, day, self.hour, self.minute, tzinfo=zone)


@dataclass(frozen=True)
class ReportWatch:
    """What noticing needs. due: when the schedule makes the report of the month before; None: that can't be told.

    is_closed: whether someone has closed a month meanwhile. bookmark: says since when there is someone who notices.
    """

    due: MonthlyMoment | None
    deliveries: Deliveries
    is_closed: Callable[[Month], bool]
    bookmark: Checkpoint
    clock: Clock

    def missing(self) -> Month | None:
        """The month whose report is an hour late or more, and that no one has closed. It's counted, so that an alarm tells.

        Only the last report that was due is looked for, and none that was due before this deployment began to watch.
        """
        if self.due is None:
            return None
        now = self.clock()
        made_in = Month.of(now)
        if now < self.due.of(made_in, now.tzinfo) + PATIENCE:
            made_in = made_in.previous()
        month = made_in.previous()
        begun = DeliveryKey(scheduled_report_subject(month), ANNOUNCE_REPORT)
        if self.deliveries.read([begun]) or self.is_closed(month):
            return None
        since = self.bookmark.read().since
        if not since or self.due.of(made_in, now.tzinfo).timestamp() * 1000 < since:
            return None
        _logger.error("a monthly report is missing", extra={"month": str(month), "metric": "Overdue"})
        return month
