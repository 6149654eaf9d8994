"""What people read when something does not work: one place for every error that becomes an answer."""

from datetime import datetime

from slack_sdk.models.blocks import RichTextQuoteElement

from ossi.domain.contribution import Contribution
from ossi.domain.errors import (
    AlreadyDecided,
    FutureMonth,
    MonthTooEarly,
    OssiError,
    UnknownContribution,
    UnreadableMonth,
)
from ossi.domain.month_words import EARLIEST
from ossi.domain.months import Month
from ossi.ports import Message
from ossi.slack.block_kit import blocks_of, escape, escape_within, plain, rich, section, shorten, typed
from ossi.slack.messages.notifications import Words


def no_such_month(error: UnreadableMonth | FutureMonth | MonthTooEarly, now: datetime) -> Message:
    """For /ossi report. now: in the configured time zone."""
    example = f"for example /ossi report {Month.of(now).previous()}"
    if isinstance(error, FutureMonth):
        return Message(
            f"{error.label} has not begun, so there is nothing to report. Please name a month that has, {example}."
        )
    if isinstance(error, MonthTooEarly):
        return Message(f"{error.label} is before my time. Please name a month since {EARLIEST.label}, {example}.")
    month = shorten(error.typed, 60)
    rest = f"” as a month. Please write it as year and month, {example}, or as a name, like /ossi report october."
    return Message(
        f"I cannot read “{escape(month)}{rest}",
        blocks_of(rich(section(plain("I cannot read “"), *typed(month), plain(rest)))),
    )


def not_a_manager() -> Message:
    """For whoever asks for a report and is not in the management channel."""
    return Message("Reports are for the members of the management channel. Your own contributions are in `/ossi list`.")


def membership_unknown() -> Message:
    """Slack did not say who is in the management channel; nobody is let in on trust."""
    return Message("I could not check with Slack whether you may ask for a report. Please try again in a moment.")


def form_not_opened(description: str) -> Message:
    """Slack did not open the form. What was typed is given back."""
    text = "I could not open the form, Slack did not let me. Nothing has been stored. Please try /ossi new again."
    if not description:
        return Message(text)
    text += " This is what you had written:"
    written = RichTextQuoteElement(elements=typed(shorten(description, 3000)))
    return Message(f"{text}\n{escape_within(description, 3000)}", blocks_of(rich(section(plain(text)), written)))


def decision_refused(error: OssiError, words: Words, by: str) -> Message:
    """For a manager whose click came too late, or led nowhere."""
    if isinstance(error, AlreadyDecided) and isinstance(error.decided, Contribution):
        if error.decided.decided_by == by:
            return Message(f"You have decided on this one before. {words.decision(error.decided)}")
        return Message(f"Somebody was quicker. {words.decision(error.decided)}")
    if isinstance(error, UnknownContribution):
        return Message("This contribution does not exist any more, so there is nothing to decide.")
    return Message(
        f"This contribution cannot be read in the table any more ({error}), so nothing was decided. "
        "Please tell the people who look after Ossi."
    )


def not_here() -> Message:
    """For a button that is pressed where it does not belong, or that Ossi no longer knows."""
    return Message("I do not know that button. It may be from an older version of me.")


def something_broke() -> Message:
    """For what nobody foresaw. The log has the rest."""
    return Message(
        "Something went wrong on my side. Please try again in a moment; if it stays so, tell the people who look after Ossi."
    )


def not_stored() -> dict[str, object]:
    """The answer to a form that could not be stored: it stays open, with everything that was typed."""
    return {
        "response_action": "errors",
        "errors": {"description": "I could not store this just now. Nothing is lost: please press Submit again."},
    }
