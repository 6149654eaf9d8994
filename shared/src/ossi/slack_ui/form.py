"""The form behind /ossi new (R1), and how its answers are read."""

import json
from datetime import datetime
from typing import Any, cast
from zoneinfo import ZoneInfo

from slack_sdk.models.blocks import (
    ContextBlock,
    InputBlock,
    MarkdownTextObject,
    Option,
    PlainTextInputElement,
    PlainTextObject,
    StaticSelectElement,
    UrlInputElement,
)
from slack_sdk.models.views import View

from ossi.domain.compensation import CompensationLevels
from ossi.domain.errors import InvalidSubmission, RequestRefused
from ossi.domain.months import offered_months
from ossi.domain.submission import DESCRIPTION_MAX, DESCRIPTION_MIN, SubmittedForm

CALLBACK_ID = "contribution_form"
FIELDS = ("description", "url", "month", "level")
"""Each field's block_id, and its element's action_id."""


def contribution_form(prefill: str, now: datetime, grace_days: int, levels: CompensationLevels) -> dict[str, Any]:
    """The modal. prefill: the text after the word new; now: aware, in the configured time zone."""
    months = [_option(month.label, str(month)) for month in offered_months(now, grace_days)]
    blocks: list[Any] = [
        InputBlock(
            block_id="description",
            label="What did you contribute?",
            hint=f"{DESCRIPTION_MIN} to {DESCRIPTION_MAX:,} characters",
            element=PlainTextInputElement(
                action_id="description",
                multiline=True,
                min_length=DESCRIPTION_MIN,
                max_length=DESCRIPTION_MAX,
                initial_value=prefill[:DESCRIPTION_MAX] or None,
                placeholder=PlainTextObject(text="What you did, for which project, and what it is good for"),
            ),
        ),
        InputBlock(
            block_id="url",
            label="Where can it be seen?",
            element=UrlInputElement(
                action_id="url", placeholder=PlainTextObject(text="https://github.com/owner/project/pull/1")
            ),
        ),
        InputBlock(
            block_id="month",
            label="Contribution month",
            element=StaticSelectElement(action_id="month", options=months, initial_option=months[0]),
        ),
        InputBlock(
            block_id="level",
            label="Compensation",
            element=StaticSelectElement(
                action_id="level",
                placeholder=PlainTextObject(text="Choose a level"),
                options=[_option(level.label, level.key) for level in levels.offered],
            ),
        ),
    ]
    if len(prefill) > DESCRIPTION_MAX:
        cut = f"Your text had {len(prefill):,} characters; the first {DESCRIPTION_MAX:,} fit in here."
        blocks.insert(1, ContextBlock(elements=[MarkdownTextObject(text=cut)]))
    view = View(
        type="modal",
        callback_id=CALLBACK_ID,
        title=PlainTextObject(text="New contribution"),
        submit=PlainTextObject(text="Submit"),
        close=PlainTextObject(text="Cancel"),
        private_metadata=json.dumps({"openedAt": int(now.timestamp() * 1000)}),
        blocks=blocks,
    )
    return cast("dict[str, Any]", view.to_dict())


def read_form(view: dict[str, Any], zone: ZoneInfo) -> SubmittedForm:
    """What was filled in. view: of Slack's view_submission payload. Raises RequestRefused where it is not a view of ours."""
    try:
        values = {field: _value(view["state"]["values"].get(field, {}).get(field, {})) for field in FIELDS}
    except (KeyError, AttributeError, TypeError) as error:
        raise RequestRefused("a view without values") from error
    return SubmittedForm(**values, opened_at=_opened_at(view.get("private_metadata"), zone))


def field_errors(error: InvalidSubmission) -> dict[str, Any]:
    """The answer that keeps the form open and says what is wrong beside each field."""
    return {"response_action": "errors", "errors": error.errors}


def _option(label: str, value: str) -> Option:
    return Option(text=PlainTextObject(text=label), value=value)


def _value(element: dict[str, Any]) -> str:
    selected = element.get("selected_option")
    value = cast("dict[str, Any]", selected).get("value") if isinstance(selected, dict) else element.get("value")
    return value if isinstance(value, str) else ""


def _opened_at(metadata: object, zone: ZoneInfo) -> datetime | None:
    try:
        return datetime.fromtimestamp(json.loads(str(metadata))["openedAt"] / 1000, zone)
    except (ValueError, KeyError, TypeError, OverflowError, OSError):
        return None
