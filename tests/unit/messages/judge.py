"""What Slack would say of a message, what a reader sees of it, and texts that try to be more than text."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from slack_sdk.models.blocks import Block

from local_slack.blocks import check_message_blocks
from local_slack.limits import limit
from local_slack.mrkdwn import Act, Reading, read_message, read_mrkdwn
from ossi.ports import Choose, Message

LONG_NAME = "Ääkkönen-Österlund <!here> & *Sons* `rm -rf` :tada: =1+1 العربية " + "x" * 25
UGLY = {
    "broadcast": "<!channel> <!here> <!everyone>",
    "mentions": "<@U0MAIJA01> <#C0OPENSRC> <!subteam^S0TEAM001> @maija #open-source",
    "link": "<https://evil.example|https://good.example> and <mailto:a@b.example|mail>",
    "bare link": "https://evil.example/path and mailto:a@b.example",
    "entities": "&lt;!channel&gt; &amp;lt;!here&amp;gt; &amp; &#60;!channel>",
    "signs": "&<>&<>&<>",
    "backticks": "`code` ```pre\nformatted``` ` `` ```",
    "styles": "*bold* _italic_ ~strike~ **bold** __x__",
    "quote": "> quoted\n>>> all of it\n&gt; as well",
    "list": "• one\n- two\n1. three",
    "emoji code": "done :tada: and :+1: :skin-tone-2::100: at 12:30:45, ::, :no emoji:",
    "emoji": "🎉👩‍👩‍👧‍👦🇫🇮 done",
    "right to left": "שלום \u202eevil\u202c العربية",
    "formula": '=HYPERLINK("https://evil.example","x")',
    "date": "<!date^1392734382^{date}|2014>",
    "lines": "first\n\n\n  second\tthird",
    "zero width": "a\u200bb\ufeffc",
    "ampersands": "&" * 2000,
    "opening signs": "<" * 2000,
    "emoji codes": ":a:" * 666,
    "one word": "x" * 2000,
    "2,000 of another plane": "𝔘" * 2000,
    "long name": LONG_NAME,
}
"""Everything that a person might type to act, or to break something."""


def name_of(some_id: str) -> str:
    """The names that the local Slack would show."""
    return {"U0AINO001": "Aino Lahti", "U0MAIJA01": "Maija Salo"}.get(some_id, some_id)


def read(message: Message) -> Reading:
    """The message as a person sees it."""
    blocks: Any = list(message.blocks)
    return read_message(message.text, blocks, name_of)


def assert_taken(message: Message, *, redrawn: bool = False) -> None:
    """Slack takes the message, by its table of limits and by slack_sdk's models. redrawn: by chat.update."""
    blocks: Any = list(message.blocks)
    check_message_blocks(blocks)
    for block in Block.parse_all(blocks):
        block.to_dict()  # validates
    assert message.text
    assert len(message.text) <= limit("message.update_text.max_length" if redrawn else "message.text.max_length")


def acts_of(message: Message) -> set[tuple[str, str]]:
    """What acts in a message, but for quotations and pictures, which are shown on purpose; kind and value."""
    fallback = read_mrkdwn(message.text, name_of).acts if message.blocks else []
    calling = [act for act in fallback if act.kind in {"user", "channel", "usergroup", "broadcast", "date"}]
    return {(act.kind, act.value) for act in [*read(message).acts, *calling] if act.kind not in {"quote", "emoji"}}


def pictures_in(message: Message) -> set[str]:
    """The emoji in what is shown of a message."""
    acts: list[Act] = read(message).acts
    return {act.value for act in acts if act.kind == "emoji"}


def every_wording(make: Callable[[Choose], Message]) -> Iterator[Message]:
    """The message in every combination of its phrases."""
    path: list[int] = []
    while True:
        lengths: list[int] = []

        def choose(wordings: Sequence[str], lengths: list[int] = lengths) -> str:
            place = len(lengths)
            lengths.append(len(wordings))
            if place == len(path):
                path.append(0)
            return wordings[path[place]]

        yield make(choose)
        while path and path[-1] == lengths[len(path) - 1] - 1:
            path.pop()
        if not path:
            return
        path[-1] += 1


def elements_of(message: Message, kind: str) -> list[dict[str, Any]]:
    """Every object of that type in the blocks."""

    def found(value: Any) -> Iterator[dict[str, Any]]:
        if isinstance(value, dict):
            if value.get("type") == kind:  # pyright: ignore[reportUnknownMemberType] - JSON
                yield value  # pyright: ignore[reportUnknownVariableType]
            for inner in value.values():  # pyright: ignore[reportUnknownVariableType]
                yield from found(inner)
        elif isinstance(value, list | tuple):
            for inner in value:  # pyright: ignore[reportUnknownVariableType]
                yield from found(inner)

    return list(found(message.blocks))
