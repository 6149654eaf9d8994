"""The ways in which people name a month whose report they want."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime

from ossi.domain.months import NAMES, Month
from ossi.domain.typed_text import what_is_seen

EARLIEST = Month(2000, 1)
"""Nobody has contributions from before; a year before that is a slip of the finger."""


@dataclass(frozen=True)
class NotAMonth:
    """What was typed names no month."""

    typed: str


@dataclass(frozen=True)
class NotBegun:
    """A month of the future."""

    month: Month


@dataclass(frozen=True)
class TooEarly:
    """A month before EARLIEST."""

    month: Month


_YEAR_FIRST = re.compile(r"(\d{4})[-/. ](\d{1,2})", re.ASCII)
_MONTH_FIRST = re.compile(r"(\d{1,2})[-/. ](\d{4})", re.ASCII)
_NAMED = re.compile(r"(?:(\d{4})[-/. ])?([^\W\d_]+)\.?(?:[-/. ](\d{4}))?")
_DASHES = re.compile("[‐‑‒–—−]")  # a telephone's keyboard is fond of these

_LAST = frozenset({"last", "last month", "previous", "previous month"})
_THIS = frozenset({"this", "this month", "now", "current", "current month"})
# Finnish beside English, since the default time zone is Helsinki's.
_FINNISH = (
    "tammi", "helmi", "maalis", "huhti", "touko", "kesä", "heinä", "elo", "syys", "loka", "marras", "joulu",
)  # fmt: skip


def _plain(text: str) -> str:
    """What can be seen, in small letters, without their dots and rings, with single spaces and plain dashes."""
    letters = unicodedata.normalize("NFKD", _DASHES.sub("-", what_is_seen(text)).casefold())
    return " ".join("".join(letter for letter in letters if not unicodedata.combining(letter)).split())


def _numbers() -> dict[str, int]:
    """Every name of a month -> its number. English ones may be cut down to three letters, Finnish ones go without their kuu."""
    found = {_plain(stem + end): number for number, stem in enumerate(_FINNISH, 1) for end in ("", "kuu")}
    for number, name in enumerate(NAMES, 1):
        found |= {name[:length].casefold(): number for length in range(3, len(name) + 1)}
    return found


_NUMBERS = _numbers()


def read_month(typed: str, now: datetime) -> Month | NotAMonth | NotBegun | TooEarly:
    """The month that somebody means: 2026-10, 2026/1, 10/2026, october, oct 2025, lokakuu, last, this, or nothing for the last one.

    now: an aware moment in the configured time zone. A name without a year is the latest such month that has begun.
    """
    words, running = _plain(typed), Month.of(now)
    if not what_is_seen(typed) or words in _LAST:
        return running.previous()
    month = running if words in _THIS else _by_numbers(words) or _by_name(words, running)
    if month is None:
        return NotAMonth(typed)
    if month > running:
        return NotBegun(month)
    if month < EARLIEST:
        return TooEarly(month)
    return month


def _by_numbers(words: str) -> Month | None:
    if match := _YEAR_FIRST.fullmatch(words):
        year, number = match.groups()
    elif match := _MONTH_FIRST.fullmatch(words):
        number, year = match.groups()
    else:
        return None
    return Month(int(year), int(number)) if int(year) >= 1 and 1 <= int(number) <= 12 else None


def _by_name(words: str, running: Month) -> Month | None:
    match = _NAMED.fullmatch(words)
    number = _NUMBERS.get(match[2]) if match else None
    if match is None or number is None or (match[1] and match[3]):
        return None
    year = match[1] or match[3]
    if year is None:
        return Month(running.year if number <= running.number else running.year - 1, number)
    return Month(int(year), number) if year.isascii() and int(year) >= 1 else None
