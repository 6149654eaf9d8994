"""What people typed, shown as they typed it.

Two ways, by place. In mrkdwn and in a message's fallback text &, < and > are escaped (Slack: "Formatting text for app
surfaces"). What is long or free is shown in rich_text, whose text elements Slack takes literally: no mention acts, no asterisk
makes bold, and nothing grows by escaping.
"""

import re
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from slack_sdk.models.blocks import RichTextBlock, RichTextElementParts, RichTextQuoteElement, RichTextSectionElement
from slack_sdk.models.blocks.block_elements import RichTextElement

from ossi.domain.contribution import Contribution
from ossi.domain.errors import UnreadableMonth
from ossi.domain.form import DESCRIPTION_MAX, URL_MAX
from ossi.domain.months import Month

# Slack hands over an emoji picked in a form as :name:, with its skin tone as :name::skin-tone-3:. Only as an element of its own
# does rich_text show the picture. Names have a letter in them, but for three: 12:30:45 is a time.
_EMOJI_CODE = re.compile(r":((?:\+1|-1|100|(?=[0-9_+'-]{0,99}[a-z])[a-z0-9_+'-]{1,100})(?:::skin-tone-[2-6])?):")
# Emoji may touch each other. A further colon says that this is something else: std::lock::guard.
_EMOJI_CODES = re.compile(f"(?<!:)(?:{_EMOJI_CODE.pattern})+(?!:)")
_LINK_SHOWN = 120  # characters of a URL that people see; the link leads to the whole
_LINK_MAX = 600  # a list of long links would pass what Slack takes for one message


def escape(text: str) -> str:
    """Text for mrkdwn. It may grow fivefold."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def escape_within(text: str, length: int) -> str:
    """Text for mrkdwn of at most length characters after escaping (N6): the text is cut, never an entity."""
    escaped = escape(text)
    if len(escaped) <= length:
        return escaped
    kept = 0
    used = 1  # the ellipsis
    for character in text:
        used += len(escape(character))
        if used > length:
            break
        kept += 1
    return escape(text[:kept]) + "…"


def shorten(text: str, length: int) -> str:
    """At most length characters, the last one an ellipsis where something was cut."""
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"


def typed(text: str) -> list[RichTextElement]:
    """What a person typed, as elements of rich_text."""
    elements: list[RichTextElement] = []
    position = 0
    for codes in _EMOJI_CODES.finditer(text):
        if codes.start() > position:
            elements.append(RichTextElementParts.Text(text=text[position : codes.start()]))
        elements += [RichTextElementParts.Emoji(name=code[1]) for code in _EMOJI_CODE.finditer(codes[0])]
        position = codes.end()
    if position < len(text):
        elements.append(RichTextElementParts.Text(text=text[position:]))
    return elements


def bold(text: str) -> RichTextElement:
    """Words of ours in bold, as an element of rich_text."""
    return RichTextElementParts.Text(text=text, style=RichTextElementParts.TextStyle(bold=True))


def plain(text: str) -> RichTextElement:
    """Words of ours, as an element of rich_text."""
    return RichTextElementParts.Text(text=text)


def mention(user_id: str) -> str:
    """A mention in mrkdwn; of what is no user's id, which only a hand can have written, the text."""
    return (
        f"<@{user_id}>"
        if user_id.isascii() and user_id.isalnum() and len(user_id) <= 64
        else escape_within(user_id, 64)
    )


def person(user_id: str) -> RichTextElement:
    """A mention."""
    return RichTextElementParts.User(user_id=user_id)


def link(url: str, *, whole: bool = True) -> list[RichTextElement]:
    """A URL that a person typed, as a link where it can be one. whole: what cannot be one is shown to its end, if a form could hold it."""
    if not url:
        return [plain("no URL")]
    scheme, separator, rest = url.partition("://")
    if scheme.lower() not in {"https", "http"} or not rest or len(url) > _LINK_MAX:
        return [plain(shorten(url, URL_MAX if whole else _LINK_SHOWN))]
    return [RichTextElementParts.Link(url=f"{scheme.lower()}{separator}{rest}", text=shorten(url, _LINK_SHOWN))]


def section(*elements: RichTextElement) -> RichTextElement:
    """A paragraph of rich_text."""
    return RichTextSectionElement(elements=list(elements))


def quote(contribution: Contribution, length: int | None = None) -> list[RichTextElement]:
    """A contribution's description as a quotation, shortened to length characters where given, and its link below.

    Never longer than a form takes: a hand can have stored hundreds of kilobytes, and Slack would refuse the whole message.
    """
    text = shorten(contribution.text, length or DESCRIPTION_MAX)
    return [
        RichTextQuoteElement(elements=typed(text) or [plain("no description")]),
        section(*link(contribution.url, whole=length is None)),
    ]


def rich(*elements: RichTextElement) -> RichTextBlock:
    """A rich_text block."""
    return RichTextBlock(elements=list(elements))


def blocks_of(*blocks: Any) -> tuple[dict[str, Any], ...]:
    """Models as Slack takes them. Raises slack_sdk.errors.SlackObjectFormationError where one breaks Slack's rules."""
    return tuple(block.to_dict() for block in blocks)


def local_time(timestamp_ms: int, zone: ZoneInfo) -> str:
    """Milliseconds since the epoch as people read them: 2026-10-31 09:05."""
    return f"{datetime.fromtimestamp(timestamp_ms / 1000, zone):%Y-%m-%d %H:%M}"


def month_label(stored: str) -> str:
    """A stored month as people read it: October 2026; one that cannot be read, as it is."""
    try:
        return Month.parse(stored).label
    except UnreadableMonth:
        return stored or "no month"
