"""What a person filled in, checked on our side too: what a client checks, another client may not."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from ossi.domain.errors import UnreadableMonth
from ossi.domain.levels import CompensationLevels
from ossi.domain.months import Month, offered_months
from ossi.domain.typed_text import cleaned, cleaned_address, what_is_seen

DESCRIPTION_MIN = 50
DESCRIPTION_MAX = 2000
URL_MAX = 2000
# A form that was opened just before a month ran out may still be sent with what it offered.
FORM_LIFE = timedelta(hours=1)
# RFC 3986, 3.2.1: what stands before the @ of an address signs someone in. Without a password it can be a token.
_SIGN_IN = re.compile(r"https?://[\w.~%!$&*+=-]*@|://[^\s/?#:@|<>]*:[^\s/?#@]*@", re.IGNORECASE)


@dataclass(frozen=True)
class SubmittedForm:
    """The form's values as they came. opened_at: when the form was opened (aware, in the configured time zone), if known."""

    description: str
    url: str
    month: str
    level: str
    opened_at: datetime | None = None


@dataclass(frozen=True)
class Submission:
    """A form that may be stored."""

    description: str
    url: str
    month: Month
    level: str


@dataclass(frozen=True)
class TooShort:
    """A description of too few characters. What can't be seen doesn't count, and space counts once."""

    least: int
    length: int


@dataclass(frozen=True)
class TooLong:
    """A description of too many characters."""

    most: int
    length: int


@dataclass(frozen=True)
class NotAnAddress:
    """Not the address of a web page."""


@dataclass(frozen=True)
class SignInInAddress:
    """An address with a user name or a password in it, which would be published with it."""


@dataclass(frozen=True)
class AddressTooLong:
    """An address of too many characters."""

    most: int


@dataclass(frozen=True)
class NotAMonth:
    """Not a month at all: none was chosen."""


@dataclass(frozen=True)
class MonthNotOffered:
    """A month that can't be chosen (any more)."""

    month: Month


@dataclass(frozen=True)
class LevelNotOffered:
    """Not one of the levels that can be chosen."""


Problem = (
    TooShort | TooLong | NotAnAddress | SignInInAddress | AddressTooLong | NotAMonth | MonthNotOffered | LevelNotOffered
)
"""What is wrong with a field. slack.messages.form has the words."""


@dataclass(frozen=True)
class InvalidForm:
    """A form that can't be stored. problems: every wrong field (description, url, month, level) -> what is wrong with it."""

    problems: Mapping[str, Problem]


def check(form: SubmittedForm, now: datetime, grace_days: int, levels: CompensationLevels) -> Submission | InvalidForm:
    """Cleans a form (R45) and checks it against R1 to R3. now: aware, in the configured time zone."""
    description, url = cleaned(form.description), cleaned_address(form.url)
    found = {
        "description": _description_problem(description),
        "url": _url_problem(url),
        "month": _month_problem(form, now, grace_days),
        "level": None if form.level in {level.key for level in levels.offered} else LevelNotOffered(),
    }
    problems = {field: problem for field, problem in found.items() if problem}
    if problems:
        return InvalidForm(problems)
    return Submission(description, url, Month.parse(form.month), form.level)


def _description_problem(description: str) -> Problem | None:
    seen = what_is_seen(description)
    if len(seen) < DESCRIPTION_MIN:
        return TooShort(DESCRIPTION_MIN, len(seen))
    if len(description) > DESCRIPTION_MAX:
        return TooLong(DESCRIPTION_MAX, len(description))
    return SignInInAddress() if _SIGN_IN.search(seen) else None


def _url_problem(url: str) -> Problem | None:
    if not url or any(character.isspace() or not character.isprintable() for character in url):
        return NotAnAddress()
    if len(url) > URL_MAX:
        return AddressTooLong(URL_MAX)
    try:
        parts = urlsplit(url)
        _ = parts.port  # raises for a port that is no number
    except ValueError:
        return NotAnAddress()
    host = parts.hostname or ""
    if parts.scheme not in {"http", "https"} or not any(map(str.isalnum, host)):
        return NotAnAddress()
    return SignInInAddress() if "@" in parts.netloc else None


def _month_problem(form: SubmittedForm, now: datetime, grace_days: int) -> Problem | None:
    try:
        month = Month.parse(form.month)
    except UnreadableMonth:
        return NotAMonth()
    allowed = set(offered_months(now, grace_days))
    # By UTC: between two moments of one zone Python subtracts what the clocks on the wall say.
    if form.opened_at is not None and timedelta(0) <= now.astimezone(UTC) - form.opened_at.astimezone(UTC) <= FORM_LIFE:
        allowed.update(offered_months(form.opened_at, grace_days))
    return None if month in allowed else MonthNotOffered(month)
