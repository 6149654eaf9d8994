"""The answer to /ossi, /ossi help, and to a word that Ossi does not know (R13)."""

from typing import Any

from slack_sdk.models.blocks import ContextBlock, DividerBlock, MarkdownTextObject, SectionBlock

from ossi.domain.commands import Command
from ossi.ports import Choose, Message
from ossi.slack.block_kit import blocks_of, escape, plain, rich, section, shorten, typed
from ossi.slack.messages import phrases

_USAGE = {
    "/ossi new [text]": "opens the form for a new contribution; the text becomes its description",
    "/ossi list": "shows your own contributions",
    "/ossi report [month]": "makes a month's report for the management channel: 2026-10, october, oct 2025, last or this; "
    "without a month, last month's",
    "/ossi help": "shows this",
}


def help_message(command: Command, version: str, stack: str, choose: Choose) -> Message:
    """How Ossi is used. command: what was typed; an unknown word is named, with the nearest command."""
    first: Any
    if command.known:
        opening = f"*{choose(phrases.GREETINGS)}* I am Ossi. I write down what you give to open source."
        first = SectionBlock(text=MarkdownTextObject(text=opening))
    else:
        word = shorten(command.word, 60)
        guess = f" Did you mean /ossi {command.suggestion}?" if command.suggestion else ""
        opening = f"I do not know the word “{escape(word)}”.{guess}"
        first = rich(section(plain("I do not know the word “"), *typed(word), plain(f"”.{guess}")))
    usage = "\n".join(f"`{usage}` {does}" for usage, does in _USAGE.items())
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
