"""What the management channel reads when a report could not be made."""

import re

from slack_sdk.models.blocks import ContextBlock, MarkdownTextObject, SectionBlock

from ossi.domain.months import Month
from ossi.domain.payroll import Closer
from ossi.ports import Message
from ossi.slack.block_kit import blocks_of, mention, month_label

_RUNBOOK = "For your Ossi admin: docs/operations.md, “A report failed”."
_SAFE = "No contribution is lost, and none is counted twice."


def report_failed(month: Month, closer: Closer | None, requested_by: str, why: str) -> Message:
    """It was tried for the last time for now. closer: who closes the month with it; None: it was only to be read.

    why: the error's name, as it is recorded; for an unreadable report with `:` and which.
    """
    then = "I'll keep trying, so you don't have to ask again. Please tell your Ossi admin."
    if closer is None:
        then = f"Please try `/ossi report {month}` again. If that fails too, tell your Ossi admin."
    text = f":x: *I couldn't create the {month.label} report.* {_reason(why)} {_SAFE} {then}"
    return _trouble(text, closer, requested_by)


def report_stopped(month: Month, closer: Closer | None, requested_by: str) -> Message:
    """Earlier attempts ended without a word, and so may the last one, which is about to begin."""
    then = "tell your Ossi admin. I'll try again later."
    if closer is None:
        then = f"try `/ossi report {month}` again. If that fails too, tell your Ossi admin."
    return _trouble(
        f":warning: *I was stopped while creating the {month.label} report*, and I'm trying once more now. {_SAFE} "
        f"If it isn't here in ten minutes, please {then}",
        closer,
        requested_by,
    )


def _reason(why: str) -> str:
    kind, _, which = why.partition(":")
    match kind:
        case "OutOfTime":
            return "It took too long."
        case "UnreadableReport":
            month = re.search(r"[0-9]{4}-[0-9]{2}", which)
            counted_for = month_label(month[0]) if month else "an earlier month"
            return f"I can't read what was counted for {counted_for}, and I won't guess about money."
        case "UNREADABLE":
            return "Someone changed my record of it."
        case _:
            return "Something unexpected went wrong, and trying again didn't help."


def _asked(closer: Closer | None, requested_by: str) -> str:
    match closer:
        case Closer.SCHEDULE:
            return "It was due on schedule."
        case Closer.ADMIN:
            return "An admin asked for it with `ossi close`."
        case _:
            return f"Requested by {mention(requested_by)}." if requested_by else "Requested with `/ossi report`."


def _trouble(text: str, closer: Closer | None, requested_by: str) -> Message:
    asked = _asked(closer, requested_by)
    return Message(
        f"{text} {asked}",
        blocks_of(
            SectionBlock(text=MarkdownTextObject(text=text)),
            ContextBlock(elements=[MarkdownTextObject(text=f"{asked} {_RUNBOOK}")]),
        ),
    )
