"""What the management channel reads when a report could not be made."""

import re

from slack_sdk.models.blocks import ContextBlock, MarkdownTextObject, SectionBlock

from ossi.domain.months import Month
from ossi.ports import Message
from ossi.slack.block_kit import blocks_of, month_label

_RUNBOOK = "For whoever looks after Ossi: docs/operations.md, “A report failed”."


def report_failed(month: Month, requested_by: str | None, why: str) -> Message:
    """It was tried for the last time. why: the error's name, as it is recorded; for an unreadable report with `:` and which."""
    return _trouble(
        f":x: *I could not make the report of {month.label}.* {_reason(why)} No contribution is lost, and none is counted twice. "
        f"Please ask for it with `/ossi report {month}`; if that fails too, please tell the people who look after Ossi.",
        requested_by,
    )


def report_stopped(month: Month, requested_by: str | None) -> Message:
    """Earlier attempts ended without a word, and so may the last one, which is about to begin."""
    return _trouble(
        f":warning: *I was stopped while I made the report of {month.label}*, and am trying for the last time now. If it is not here in "
        f"ten minutes, please ask for it with `/ossi report {month}`; if that fails too, please tell the people who look after Ossi. "
        "No contribution is lost, and none is counted twice.",
        requested_by,
    )


def _reason(why: str) -> str:
    kind, _, which = why.partition(":")
    match kind:
        case "OutOfTime":
            return "It took longer than I may work."
        case "UnreadableReport":
            month = re.search(r"[0-9]{4}-[0-9]{2}", which)
            counted_for = month_label(month[0]) if month else "an earlier month"
            return f"I cannot read what was counted for {counted_for}, and do not guess about money."
        case "UNREADABLE":
            return "Somebody has changed what I had noted about it."
        case _:
            return "Something went wrong that I did not foresee, and trying again did not help."


def _trouble(text: str, requested_by: str | None) -> Message:
    asked = f"Asked for by <@{requested_by}>." if requested_by else "It was due by the schedule."
    return Message(
        f"{text} {asked}",
        blocks_of(
            SectionBlock(text=MarkdownTextObject(text=text)),
            ContextBlock(elements=[MarkdownTextObject(text=f"{asked} {_RUNBOOK}")]),
        ),
    )
