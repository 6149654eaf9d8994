"""The form behind /ossi new (R1), and how its answers are read."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, assert_never, cast
from zoneinfo import ZoneInfo

from ossi.domain.form import (
    DESCRIPTION_MAX,
    DESCRIPTION_MIN,
    AddressTooLong,
    InvalidForm,
    LevelNotOffered,
    MonthNotOffered,
    NotAMonth,
    NotAnAddress,
    Problem,
    SignInInAddress,
    SubmittedForm,
    TooLong,
    TooShort,
)
from ossi.domain.levels import CompensationLevels
from ossi.domain.months import offered_months
from ossi.slack.errors import UnreadableView
from ossi.slack.private_metadata import PrivateMetadata
from ossi.slack.view_inputs import Part, field, modal, remark, select, text_area, url_input

CALLBACK_ID = "contribution_form"
FIELDS = ("description", "url", "month", "level")
"""Each field's block_id, and its element's action_id."""


@dataclass(frozen=True)
class FormOpened(PrivateMetadata):
    """What the form remembers. opened_at: milliseconds since the epoch."""

    opened_at: int


def contribution_form(prefill: str, now: datetime, grace_days: int, levels: CompensationLevels) -> Part:
    """The modal. prefill: the text after the word new; now: aware, in the configured time zone."""
    months = [(month.label, str(month)) for month in offered_months(now, grace_days)]
    blocks: list[Part] = [
        field(
            "description",
            "What did you contribute?",
            text_area(
                "What you did, for which project, and what it is good for",
                DESCRIPTION_MIN,
                DESCRIPTION_MAX,
                prefill[:DESCRIPTION_MAX],
            ),
            hint=f"{DESCRIPTION_MIN} to {DESCRIPTION_MAX:,} characters",
        ),
        field("url", "Where can it be seen?", url_input("https://github.com/owner/project/pull/1")),
        field("month", "Contribution month", select(months)),
        field(
            "level",
            "Compensation",
            select([(level.label, level.key) for level in levels.offered], placeholder="Choose a level"),
        ),
    ]
    if len(prefill) > DESCRIPTION_MAX:
        blocks.insert(
            1, remark(f"Your text had {len(prefill):,} characters; the first {DESCRIPTION_MAX:,} fit in here.")
        )
    metadata = FormOpened(opened_at=int(now.timestamp() * 1000)).to_text()
    return modal(CALLBACK_ID, "New contribution", "Submit", "Cancel", metadata, blocks)


def read_form(view: dict[str, Any], zone: ZoneInfo) -> SubmittedForm:
    """What was filled in. view: of Slack's view_submission payload. Raises UnreadableView where it is not a view of ours."""
    try:
        values = {field: _value(view["state"]["values"].get(field, {}).get(field, {})) for field in FIELDS}
    except (KeyError, AttributeError, TypeError) as error:
        raise UnreadableView("a view without values") from error
    return SubmittedForm(**values, opened_at=_opened_at(view.get("private_metadata"), zone))


def field_errors(invalid: InvalidForm) -> dict[str, Any]:
    """The answer that keeps the form open and says what is wrong beside each field."""
    errors = {field: _in_words(problem) for field, problem in invalid.problems.items()}
    return {"response_action": "errors", "errors": errors}


def _in_words(problem: Problem) -> str:
    match problem:
        case TooShort(least, length):
            return f"Please tell a little more: at least {least} characters, this has {length}."
        case TooLong(most, length):
            return f"Please keep it within {most:,} characters, this has {length:,}."
        case NotAnAddress():
            return "Please give a full web address, such as https://github.com/owner/project/pull/1."
        case SignInInAddress():
            return (
                "This has an address with a user name or password in it, and it would be published. "
                "Please remove the part before the @."
            )
        case AddressTooLong(most):
            return f"Please keep the address within {most:,} characters."
        case NotAMonth():
            return "Please choose one of the months."
        case MonthNotOffered(month):
            return f"{month.label} can no longer be chosen. Close this form and open a new one with /ossi new."
        case LevelNotOffered():
            return "Please choose one of the levels."
        case _:
            assert_never(problem)


def _value(element: dict[str, Any]) -> str:
    selected = element.get("selected_option")
    value = cast("dict[str, Any]", selected).get("value") if isinstance(selected, dict) else element.get("value")
    return value if isinstance(value, str) else ""


def _opened_at(metadata: object, zone: ZoneInfo) -> datetime | None:
    opened = FormOpened.from_text(metadata)
    try:
        return opened and datetime.fromtimestamp(opened.opened_at / 1000, zone)
    except (ValueError, OverflowError, OSError):  # a moment that no clock shows
        return None
