"""The answer to /ossi, /ossi help, and to a word that Ossi does not know (R13)."""

from typing import Any

from slack_sdk.models.blocks import ContextBlock, DividerBlock, MarkdownTextObject, SectionBlock

from ossi.ports import Choose, Message
from ossi.slack.block_kit import blocks_of, escape, plain, rich, section, shorten, typed
from ossi.slack.messages import phrases

USAGE = {
    "/ossi new [text]": "opens the form for a new contribution; the text becomes its description",
    "/ossi list": "shows your own contributions",
    "/ossi report [month]": "shows a month's report in the management channel: 2026-10, october, oct 2025, last or this; "
    "without a month, last month's. Asking never closes a month; the report has a button for that",
    "/ossi help": "shows this",
}
"""Every command, as it's typed, and what it does."""


def help_message(
    version: str, stack: str, choose: Choose, *, unknown: str | None = None, nearest: str | None = None
) -> Message:
    """How Ossi is used. unknown: a word that was typed and is no command; nearest: the command that is most like it."""
    first: Any
    if unknown is None:
        opening = f"*{choose(phrases.GREETINGS)}* I am Ossi. I write down what you give to open source."
        first = SectionBlock(text=MarkdownTextObject(text=opening))
    else:
        word = shorten(unknown, 60)
        guess = f" Did you mean /ossi {nearest}?" if nearest else ""
        opening = f"I do not know the word “{escape(word)}”.{guess}"
        first = rich(section(plain("I do not know the word “"), *typed(word), plain(f"”.{guess}")))
    usage = "\n".join(f"`{usage}` {does}" for usage, does in USAGE.items())
    then = "Once you have sent the form, somebody has a look at it, and I tell you what they decided. Only you see my answers."
    foot = f"Ossi {escape(version)} · {escape(stack)}"
    return Message(
        f"{opening}\n{usage}\n{then}\n{foot}",
        blocks_of(
            first,
            SectionBlock(text=MarkdownTextObject(text=usage)),
            SectionBlock(text=MarkdownTextObject(text=then)),
            DividerBlock(),
            ContextBlock(elements=[MarkdownTextObject(text=foot)]),
        ),
    )
