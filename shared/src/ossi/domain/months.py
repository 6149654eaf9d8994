"""Months as people mean them: in the configured time zone, never in UTC by accident."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from ossi.domain.errors import UnreadableMonth

_SHAPE = re.compile(r"(\d{4})-(\d{1,2})", re.ASCII)
NAMES = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip  # spelled out: strftime would follow the machine's locale


@dataclass(frozen=True, order=True)
class Month:
    """A calendar month. str() gives the stored form, YYYY-MM."""

    year: int
    number: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """Reads YYYY-MM (a one-digit month will do). Raises UnreadableMonth."""
        match = _SHAPE.fullmatch(text.strip())
        if match is None or not 1 <= int(match[2]) <= 12 or int(match[1]) < 1:
            raise UnreadableMonth(text)
        return cls(int(match[1]), int(match[2]))

    @classmethod
    def of(cls, moment: datetime) -> Self:
        """The month of an aware moment, in the moment's own time zone."""
        return cls(moment.year, moment.month)

    def previous(self) -> "Month":
        """The month before."""
        return Month(self.year - 1, 12) if self.number == 1 else Month(self.year, self.number - 1)

    @property
    def label(self) -> str:
        """As people read it: October 2026."""
        return f"{NAMES[self.number - 1]} {self.year}"

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.number:02d}"


def offered_months(now: datetime, grace_days: int) -> list[Month]:
    """The months that a contribution can be registered for, the likeliest first.

    now: an aware moment in the configured time zone. In the first grace_days days of a month the previous one is offered too.
    """
    current = Month.of(now)
    return [current, current.previous()] if now.day <= grace_days else [current]
