"""What people read when something does not work: one place for every error that becomes an answer."""

from slack_sdk.models.blocks import RichTextQuoteElement

from ossi.domain.contribution import Contribution
from ossi.domain.months import Month
from ossi.ports import Message
from ossi.slack.block_kit import blocks_of, escape, escape_within, plain, rich, section, shorten, typed
from ossi.slack.messages.notifications import Words


def month_not_begun(month: Month, example: Month) -> Message:
    """For /ossi report. example: a month that there is."""
    return Message(
        f"{month.label} has not begun, so there is nothing to report. Please name a month that has, {_as_in(example)}."
    )


def month_too_early(month: Month, earliest: Month, example: Month) -> Message:
    """For /ossi report. earliest: the first month that is taken; example: a month that there is."""
    return Message(f"{month.label} is before my time. Please name a month since {earliest.label}, {_as_in(example)}.")


def month_unreadable(typed_words: str, example: Month) -> Message:
    """For /ossi report. typed_words: what names no month; example: a month that there is."""
    month = shorten(typed_words, 60)
    rest = (
        f"” as a month. Please write it as year and month, {_as_in(example)}, or as a name, like /ossi report october."
    )
    return Message(
        f"I cannot read “{escape(month)}{rest}",
        blocks_of(rich(section(plain("I cannot read “"), *typed(month), plain(rest)))),
    )


def _as_in(example: Month) -> str:
    return f"for example /ossi report {example}"


def not_a_manager() -> Message:
    """For whoever asks for a report and is not in the management channel."""
    return Message("Reports are for members of the management channel. Your own contributions are in `/ossi list`.")


def may_not_close() -> Message:
    """For whoever presses Close and is not, or no longer, in the management channel."""
    return Message("Only members of the management channel can close a month, so nothing changed.")


def membership_unknown() -> Message:
    """Slack did not say who is in the management channel; nobody is let in on trust."""
    return Message(
        "I couldn't check with Slack that you're in the management channel, so nothing happened. "
        "Please try again in a moment."
    )


def membership_set_up(code: str) -> Message:
    """Slack won't say who is in the management channel until someone changes the set-up. code: Slack's."""
    return Message(f"Slack won't tell me who's in the management channel, so nothing happened. {_for_the_admin(code)}")


def _for_the_admin(code: str) -> str:
    return f"It's my set-up, and trying again won't help. Please tell your Ossi admin: {code}."


def form_not_opened(description: str, *, set_up: str = "") -> Message:
    """Slack did not open the form. What was typed is given back. set_up: Slack's code, if someone has to change the set-up."""
    then = _for_the_admin(set_up) if set_up else "Please try /ossi new again."
    text = f"Slack didn't let me open the form, so nothing was saved. {then}"
    if not description:
        return Message(text)
    text += " Here's what you wrote:"
    written = RichTextQuoteElement(elements=typed(shorten(description, 3000)))
    return Message(f"{text}\n{escape_within(description, 3000)}", blocks_of(rich(section(plain(text)), written)))


def already_decided(decided: Contribution, words: Words, by: str) -> Message:
    """For a manager (by) whose click came too late. decided: the contribution as it stands."""
    if decided.decided_by == by:
        return Message(f"You have decided on this one before. {words.decision(decided)}")
    return Message(f"Somebody was quicker. {words.decision(decided)}")


def history_full() -> Message:
    """For someone who edits what was edited too often: see domain.errors.HistoryFull."""
    return Message(
        "This contribution has been edited so often that there's no room for another edit, so nothing changed. "
        "A manager can still decide on it as it is."
    )


def contribution_gone() -> Message:
    """For a manager who decides on nothing."""
    return Message("This contribution does not exist any more, so there is nothing to decide.")


def contribution_unreadable(why: str) -> Message:
    """For a manager who decides on a row that someone spoiled by hand. why: its wrong attributes."""
    return Message(
        f"This contribution cannot be read in the table any more ({why}), so nothing was decided. "
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


def not_stored(field: str = "description") -> dict[str, object]:
    """The answer to a form that could not be stored: it stays open, with everything that was typed. field: where that is said."""
    return {
        "response_action": "errors",
        "errors": {field: "I could not store this just now. Nothing is lost: please press Submit again."},
    }
