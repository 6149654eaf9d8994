"""When a schedule of EventBridge runs, as far as what watches it has to know."""

import re
from datetime import timedelta

_UNITS = {"minute": timedelta(minutes=1), "hour": timedelta(hours=1), "day": timedelta(days=1)}
_SHORTEST_MONTH = 28


def interval_of(expression: str) -> timedelta | None:
    """The time between two runs of `rate(...)`; None: it's a `cron(...)`, whose runs may lie unevenly."""
    rate = re.fullmatch(r"rate\((\d+) (minute|hour|day)s?\)", expression)
    return int(rate[1]) * _UNITS[rate[2]] if rate else None


def monthly_moment(expression: str) -> str | None:
    """The moment of a month by which the schedule has run in it: `3 06:00`, or `L 23:59` for the end of its last day.

    None: it may leave out a month. `expression` is one that settings.py has checked.
    """
    interval = interval_of(expression)
    if interval is not None:
        return "L 23:59" if interval <= timedelta(days=_SHORTEST_MONTH) else None
    minute, hour, day, month, weekday, year = expression.removeprefix("cron(").removesuffix(")").split()
    if month != "*" or year != "*":
        return None
    at = f"{int(hour):02}:{int(minute):02}" if hour.isdecimal() and minute.isdecimal() else "23:59"
    if weekday != "?" or day == "*":
        return None if weekday.endswith("#5") else "L 23:59"
    if day.isdecimal():
        return f"{int(day)} {at}" if int(day) <= _SHORTEST_MONTH else None
    if day == "L":
        return f"L {at}"
    # Of several days, such as 1,15 or 10-20 or 1/7, one comes in every month if the first does.
    first = re.match(r"\d+", day)
    return "L 23:59" if first is None or int(first[0]) <= _SHORTEST_MONTH else None
