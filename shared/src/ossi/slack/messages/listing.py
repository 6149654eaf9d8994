"""The answer to /ossi list: a person's own contributions, newest first, a page at a time (R10)."""

from typing import Any
from zoneinfo import ZoneInfo

from slack_sdk.models.blocks import (
    ActionsBlock,
    ButtonElement,
    ContextBlock,
    DividerBlock,
    MarkdownTextObject,
    PlainTextObject,
    SectionBlock,
)

from ossi.domain.contribution import Contribution
from ossi.domain.levels import CompensationLevels
from ossi.ports import Message, Page
from ossi.slack.block_kit import blocks_of, escape, local_time, month_label, quote, rich, shorten
from ossi.slack.messages.notifications import status_words

NEWER_ACTION = "list_newer"
OLDER_ACTION = "list_older"
_DESCRIPTION_SHOWN = 250  # ten of a page and their links stay far below what Slack takes for one message


def listing(page: Page, zone: ZoneInfo, levels: CompensationLevels) -> Message:
    """One page, with buttons where there is more."""
    if page.first is None:
        nothing = "You have not registered any contributions yet. `/ossi new` opens the form."
        return Message(nothing, blocks_of(SectionBlock(text=MarkdownTextObject(text=nothing))))
    title = "Your contributions, newest first"
    blocks: list[Any] = [SectionBlock(text=MarkdownTextObject(text=f"*{title}*"))]
    for contribution in page.contributions:
        blocks += [
            DividerBlock(),
            rich(*quote(contribution, _DESCRIPTION_SHOWN)),
            ContextBlock(elements=[MarkdownTextObject(text=_facts(contribution, zone, levels))]),
        ]
    lost = _lost(page.unreadable)
    if lost:
        blocks.append(ContextBlock(elements=[MarkdownTextObject(text=lost)]))
    buttons = [
        ButtonElement(text=PlainTextObject(text=text), action_id=action_id, value=str(edge))
        for text, action_id, edge, more in (
            ("← Newer", NEWER_ACTION, page.first, page.newer),
            ("Older →", OLDER_ACTION, page.last, page.older),
        )
        if more and edge is not None
    ]
    if buttons:
        blocks.append(ActionsBlock(block_id="pages", elements=buttons))
    lines = [
        f"{_facts(contribution, zone, levels)}: {escape(shorten(contribution.text, 100))}"
        for contribution in page.contributions
    ]
    return Message("\n".join([title, *lines, *([lost] if lost else [])]), blocks_of(*blocks))


def _lost(unreadable: int) -> str:
    """For rows that somebody spoiled by hand: they are there, and nobody is to believe that they are gone."""
    if not unreadable:
        return ""
    which = "One contribution" if unreadable == 1 else f"{unreadable} contributions"
    return f":warning: {which} here cannot be shown. Please tell the people who look after Ossi."


def _facts(contribution: Contribution, zone: ZoneInfo, levels: CompensationLevels) -> str:
    facts = (
        month_label(contribution.contribution_month),
        levels.get(contribution.level).label,
        local_time(contribution.timestamp, zone),
    )
    return " · ".join([status_words(contribution.status), *(escape(shorten(fact, 100)) for fact in facts)])
