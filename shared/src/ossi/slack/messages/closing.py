"""Closing a month from its report: the button, what it says before it's pressed, and what is said when it doesn't (R11)."""

from typing import Any, assert_never

from slack_sdk.models.blocks import (
    ActionsBlock,
    ButtonElement,
    ConfirmObject,
    ContextBlock,
    MarkdownTextObject,
    PlainTextObject,
)

from ossi.domain.months import Month
from ossi.domain.payroll import Closer, Obstacle
from ossi.ports import Message
from ossi.slack.block_kit import blocks_of, mention

CLOSE_ACTION = "close_month"
_BLOCK = "close_month"


def close_button(month: Month) -> ActionsBlock:
    """The button, whose value is the month. Slack asks for a confirmation first."""
    confirm = ConfirmObject(
        title=PlainTextObject(text=f"Close {month.label}?"),
        text=PlainTextObject(
            text=f"I'll post the final {month.label} report, and finance pays everything accepted so far from it. "
            "Anything accepted later goes into the next report. You can't undo this."
        ),
        confirm=PlainTextObject(text=f"Close {month.label}"),
        deny=PlainTextObject(text="Not yet"),
    )
    button = ButtonElement(
        text=PlainTextObject(text=f"Close {month.label}"), action_id=CLOSE_ACTION, value=str(month), confirm=confirm
    )
    return ActionsBlock(block_id=_BLOCK, elements=[button])


def closing_requested(month: Month, user_id: str, blocks: list[dict[str, Any]]) -> Message:
    """The report whose button was pressed, without it. blocks: as Slack has them."""
    text = f":lock: {mention(user_id)} asked me to close {month.label}."
    (note,) = blocks_of(ContextBlock(elements=[MarkdownTextObject(text=text)]))
    return Message(
        f"{month.label} report. {text}", tuple(note if block.get("block_id") == _BLOCK else block for block in blocks)
    )


def closing_underway(month: Month) -> Message:
    """For a manager, where the message with the button can't be redrawn."""
    return Message(f"I'm closing {month.label}. Its report will be in the management channel in a moment.")


def not_closed(month: Month, obstacle: Obstacle) -> Message:
    """For a manager whose month can't be closed."""
    match obstacle:
        case Obstacle.CLOSED:
            text = f"{month.label} is already closed, so nothing changed. `/ossi report {month}` shows its report."
        case Obstacle.NOT_OVER:
            text = f"{month.label} can't be closed yet: people can still register contributions for it."
        case Obstacle.HISTORY:
            text = (
                f"{month.label} is from before I started closing months, so I left it as it is. "
                "Closing it could pay people twice."
            )
        case Obstacle.NOT_NEXT:
            text = (
                f"I haven't closed any month yet, and I start with last month, so I left {month.label} as it is. "
                "Your Ossi admin can choose another first month with `ossi close`."
            )
        case _:
            assert_never(obstacle)
    return Message(text)


def origin(closer: Closer | None, requested_by: str) -> str:
    """Why there is a report, as mrkdwn. requested_by: a user's id; empty: nobody that is known."""
    match closer:
        case Closer.SCHEDULE:
            return "Created on schedule."
        case Closer.ADMIN:
            return "Closed by an admin with `ossi close`."
        case Closer.MANAGER:
            return f"Closed by {mention(requested_by)}."
        case None:
            return f"Requested by {mention(requested_by)}." if requested_by else "Requested with `/ossi report`."
        case _:
            assert_never(closer)
