"""What a person filled in, checked on our side too: what a client checks, another client may not."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from ossi.domain.errors import InvalidSubmission, UnreadableMonth
from ossi.domain.levels import CompensationLevels
from ossi.domain.months import Month, offered_months

DESCRIPTION_MIN = 50
DESCRIPTION_MAX = 2000
URL_MAX = 2000
# A form that was opened just before a month ran out may still be sent with what it offered.
FORM_LIFE = timedelta(hours=1)


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


def check(form: SubmittedForm, now: datetime, grace_days: int, levels: CompensationLevels) -> Submission:
    """Checks a form against R1 to R3. now: aware, in the configured time zone. Raises InvalidSubmission naming every wrong field."""
    problems = {
        "description": _description_problem(form.description),
        "url": _url_problem(form.url.strip()),
        "month": _month_problem(form, now, grace_days),
        "level": None if form.level in {level.key for level in levels.offered} else "Please choose one of the levels.",
    }
    errors = {field: problem for field, problem in problems.items() if problem}
    if errors:
        raise InvalidSubmission(errors)
    return Submission(form.description.strip(), form.url.strip(), Month.parse(form.month), form.level)


def _description_problem(description: str) -> str | None:
    length = len(description.strip())
    if length < DESCRIPTION_MIN:
        return f"Please tell a little more: at least {DESCRIPTION_MIN} characters, this has {length}."
    if len(description) > DESCRIPTION_MAX:
        return f"Please keep it within {DESCRIPTION_MAX:,} characters, this has {len(description):,}."
    return None


def _url_problem(url: str) -> str | None:
    hint = "Please give a full web address, such as https://github.com/owner/project/pull/1."
    if not url or any(character.isspace() or not character.isprintable() for character in url):
        return hint
    if len(url) > URL_MAX:
        return f"Please keep the address within {URL_MAX:,} characters."
    try:
        parts = urlsplit(url)
        _ = parts.port  # raises for a port that is no number
    except ValueError:
        return hint
    host = parts.hostname or ""
    return None if parts.scheme in {"http", "https"} and any(map(str.isalnum, host)) else hint


def _month_problem(form: SubmittedForm, now: datetime, grace_days: int) -> str | None:
    try:
        month = Month.parse(form.month)
    except UnreadableMonth:
        return "Please choose one of the months."
    allowed = set(offered_months(now, grace_days))
    # By UTC: between two moments of one zone Python subtracts what the clocks on the wall say.
    if form.opened_at is not None and timedelta(0) <= now.astimezone(UTC) - form.opened_at.astimezone(UTC) <= FORM_LIFE:
        allowed.update(offered_months(form.opened_at, grace_days))
    if month in allowed:
        return None
    return f"{month.label} can no longer be chosen. Close this form and open a new one with /ossi new."
