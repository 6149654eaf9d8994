"""Schedules of EventBridge Scheduler, as strictly as it takes them, and when one that it takes never comes due.

Source: EventBridge Scheduler user guide, "Schedule types".
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_WEEKDAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
_UNITS = {"minute": timedelta(minutes=1), "hour": timedelta(hours=1), "day": timedelta(days=1)}
_SHORTEST_MONTH = 28
# February's in most years.
_LENGTHS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


@dataclass(frozen=True)
class _Field:
    name: str
    first: int
    last: int
    words: tuple[str, ...] = ()
    """Names of the numbers, from the first one."""
    special: str = ""
    """What else one of its values may look like: a regular expression."""


_FIELDS = (
    _Field("minute", 0, 59),
    _Field("hour", 0, 23),
    _Field("day of month", 1, 31, special=r"L|LW|([1-9]|[12]\d|3[01])W"),
    _Field("month", 1, 12, words=_MONTHS),
    _Field("day of week", 1, 7, words=_WEEKDAYS, special=r"L|([1-7]|SUN|MON|TUE|WED|THU|FRI|SAT)(L|#[1-5])"),
    _Field("year", 1970, 2199),
)


def check_schedule(value: str) -> str:
    """Returns the schedule, `cron(six fields)` or `rate(number unit)`, or raises ValueError that says what's wrong with it."""
    cron = re.fullmatch(r"cron\((.*)\)", value)
    if cron is None:
        rate = re.fullmatch(r"rate\((\d+) (minute|hour|day)(s?)\)", value)
        if rate is None or int(rate[1]) < 1:
            raise ValueError("it is neither cron(six fields) nor rate(number unit)")
        return value
    fields = cron[1].split()
    if len(fields) != len(_FIELDS):
        raise ValueError(
            f"cron takes six fields (minute, hour, day of month, month, day of week, year), not {len(fields)}"
        )
    if any(not re.fullmatch(r"[0-9A-Za-z*?,/#-]+", field) for field in fields):
        raise ValueError("a field of cron holds a character that EventBridge does not know")
    if (fields[2] == "?") == (fields[4] == "?"):
        raise ValueError("in cron just one of day of month and day of week must be ?")
    values = [_values(field, text.upper()) for field, text in zip(_FIELDS, fields, strict=True)]
    years = values[5]
    if years and max(years) < date.today().year:  # noqa: DTZ011  # to the year
        raise ValueError("its last year is over")
    if not set(_months(values[3])) - set(_months_without(values[2], values[3], leap=True)):
        raise ValueError("none of its months has such a day")
    return value


def months_left_out(value: str) -> list[str]:
    """Returns the names of the months in which a schedule never comes due, though it means to: no February has a 30th.

    What only leap years have counts as missing. Raises ValueError if the schedule is wrong.
    """
    cron = re.fullmatch(r"cron\((.*)\)", check_schedule(value))
    if cron is None:
        return []
    fields = cron[1].upper().split()
    days, months = _values(_FIELDS[2], fields[2]), _values(_FIELDS[3], fields[3])
    return [f"{date(2000, month, 1):%B}" for month in _months_without(days, months, leap=False)]


def interval_of(expression: str) -> timedelta | None:
    """The time between two runs of `rate(...)`; None: it's a `cron(...)`, whose runs may lie unevenly."""
    rate = re.fullmatch(r"rate\((\d+) (minute|hour|day)s?\)", expression)
    return int(rate[1]) * _UNITS[rate[2]] if rate else None


def monthly_moment(expression: str) -> str | None:
    """The moment of a month by which the schedule has run in it: `3 06:00`, or `L 23:59` for the end of its last day.

    None: it may leave out a month. `expression` is one that `check_schedule` takes.
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


def _months(months: frozenset[int] | None) -> frozenset[int]:
    return frozenset(range(1, 13)) if months is None else months


def _months_without(days: frozenset[int] | None, months: frozenset[int] | None, *, leap: bool) -> list[int]:
    if days is None:
        return []
    lengths = {month: 29 if leap and month == 2 else _LENGTHS[month - 1] for month in _months(months)}
    return [month for month, length in sorted(lengths.items()) if min(days) > length]


def _values(field: _Field, text: str) -> frozenset[int] | None:
    """The numbers that a field of cron stands for; None if it stands for any, or depends on the month."""
    if text == "?" and field.name.startswith("day"):
        return None
    found: set[int] = set()
    anything = False
    for part in text.split(","):
        if part == "*" or (field.special and re.fullmatch(field.special, part)):
            anything = True
        else:
            found.update(_range(field, part))
    return None if anything else frozenset(found)


def _range(field: _Field, part: str) -> Iterator[int]:
    """The numbers of `5`, `5-8`, `5/2`, `5-8/2`, `*/2`."""
    match = re.fullmatch(r"(\*|\w+)(?:-(\w+))?(?:/(\d+))?", part)
    if match is None or (match[1] == "*" and match[2]):
        raise _wrong(field, part)
    first = field.first if match[1] == "*" else _number(field, match[1], part)
    open_ended = match[3] or match[1] == "*"
    last = _number(field, match[2], part) if match[2] else field.last if open_ended else first
    step = int(match[3] or 1)
    # MON-FRI, and FRI-MON over the end of the week.
    if last < first and field.words:
        last += field.last
    if last < first or not 1 <= step <= field.last:
        raise _wrong(field, part)
    return (
        field.first + (number - field.first) % (field.last - field.first + 1) for number in range(first, last + 1, step)
    )


def _number(field: _Field, text: str, part: str) -> int:
    if text in field.words:
        return field.first + field.words.index(text)
    if not text.isascii() or not text.isdecimal() or not field.first <= int(text) <= field.last:
        raise _wrong(field, part)
    return int(text)


def _wrong(field: _Field, part: str) -> ValueError:
    names = f", or {field.words[0]} to {field.words[-1]}" if field.words else ""
    return ValueError(f"{part} is no {field.name}: it goes from {field.first} to {field.last}{names}")
