"""What a reader sees: messages as plain text, and a list of what in them acts instead of being shown as typed.

The reading is meant as a judge for tests: where it is unknown whether Slack would let something act, it acts here.
"""

import re
from collections.abc import Callable
from typing import Final, Literal, TypeAlias

from pydantic import BaseModel

from local_slack.jsonish import Json, JsonObject, as_object, as_objects, as_text

ActKind: TypeAlias = Literal[
    "user",
    "channel",
    "usergroup",
    "broadcast",
    "date",
    "link",
    "emoji",
    "bold",
    "italic",
    "strike",
    "code",
    "pre",
    "quote",
]


class Act(BaseModel):
    """Something that acts: `value` is the id, address, name or formatted text; `where` says in which part it stands."""

    kind: ActKind
    value: str
    where: Literal["text", "blocks"] = "blocks"


class Reading(BaseModel):
    """A text as it is read, and what acts in it."""

    text: str
    acts: list[Act]


NameOf: TypeAlias = Callable[[str], str]

_PRE: Final = re.compile(r"```(.+?)```", re.DOTALL)
_CODE: Final = re.compile(r"(?<![\w`])`([^`\n]+)`(?![\w`])")
_TOKEN: Final = re.compile(r"<([^<>\n]+)>")
_AUTO_LINK: Final = re.compile(r"(?:https?://|mailto:)[^\s<>|\x00]+", re.IGNORECASE)
_QUOTE: Final = re.compile(r"^(?:&gt;|>)\s?(.*)$", re.MULTILINE)
# A name has a letter in it (or is one of three that have none) and at most 100 characters: times of day are no emoji.
_EMOJI: Final = re.compile(r":(\+1|-1|100|(?=[0-9_+'-]{0,99}[a-z])[a-z0-9_+'-]{1,100}):")
_MARKS: Final[tuple[tuple[ActKind, str], ...]] = (("bold", r"\*"), ("italic", "_"), ("strike", "~"))
_STYLES: Final[tuple[tuple[ActKind, re.Pattern[str]], ...]] = tuple(
    (kind, re.compile(rf"(?<![\w{mark}]){mark}(?![\s{mark}])([^{mark}\n]*?)(?<![\s]){mark}(?![\w{mark}])"))
    for kind, mark in _MARKS
)
_ENTITIES: Final = {"&amp;": "&", "&lt;": "<", "&gt;": ">"}
_ENTITY: Final = re.compile("&(?:amp|lt|gt);")
_KEPT: Final = re.compile("\x00(\\d+)\x00")


def unescape(text: str) -> str:
    """The three entities that Slack knows, as characters; each one once, nothing else."""
    return _ENTITY.sub(lambda found: _ENTITIES[found.group()], text)


class _Reader:
    """Queries one mrkdwn text. Parts that are done are set aside behind NULs, so that nothing looks into them again."""

    def __init__(self, name_of: NameOf, *, verbatim: bool) -> None:
        self.acts: list[Act] = []
        self._verbatim = verbatim
        self._name_of = name_of
        self._kept: list[str] = []

    def read(self, text: str) -> str:
        text = text.replace("\x00", "\ufffd")
        # Control sequences act inside code too, for all we know, so they come first.
        text = _TOKEN.sub(lambda found: self._keep(self._token(found.group(1))), text)
        text = _PRE.sub(lambda found: self._styled("pre", found.group(1).strip("\n")), text)
        text = _CODE.sub(lambda found: self._styled("code", found.group(1)), text)
        if not self._verbatim:
            text = _AUTO_LINK.sub(self._auto_link, text)
        text = _QUOTE.sub(self._quote, text)
        text = self._inline(text)
        return self._restore(unescape(text))

    def _keep(self, shown: str) -> str:
        self._kept.append(shown)
        return f"\x00{len(self._kept) - 1}\x00"

    def _restore(self, text: str) -> str:
        while _KEPT.search(text):
            text = _KEPT.sub(lambda found: self._kept[int(found.group(1))], text)
        return text

    def _act(self, kind: ActKind, value: str) -> None:
        self.acts.append(Act(kind=kind, value=self._restore(unescape(value))))

    def _styled(self, kind: ActKind, inner: str) -> str:
        self._act(kind, inner)
        return self._keep(unescape(inner))

    def _quote(self, found: re.Match[str]) -> str:
        self._act("quote", found.group(1))
        return found.group(1)

    def _auto_link(self, found: re.Match[str]) -> str:
        address = found.group().rstrip(".,;:!?)'\"*_~")
        self._act("link", address)
        return self._keep(unescape(address)) + found.group()[len(address) :]

    def _inline(self, text: str) -> str:
        for kind, pattern in _STYLES:
            text = pattern.sub(lambda found, kind=kind: self._emphasis(kind, found.group(1)), text)
        return _EMOJI.sub(self._emoji, text)

    def _emphasis(self, kind: ActKind, inner: str) -> str:
        self._act(kind, inner)
        return inner

    def _emoji(self, found: re.Match[str]) -> str:
        self._act("emoji", found.group(1))
        return found.group()

    def _token(self, inner: str) -> str:
        target, _, label = inner.partition("|")
        label = unescape(label)
        if target.startswith("@"):
            self._act("user", target[1:])
            return f"@{self._name_of(target[1:])}"
        if target.startswith("#"):
            self._act("channel", target[1:])
            return f"#{self._name_of(target[1:])}"
        if target.startswith("!subteam^"):
            self._act("usergroup", target.removeprefix("!subteam^"))
            return label or "@group"
        if target.startswith("!date^"):
            self._act("date", target.split("^")[1])
            return label
        if target.startswith("!"):
            self._act("broadcast", target[1:])
            return f"@{target[1:]}"
        self._act("link", target)
        return label or unescape(target)


def read_mrkdwn(text: str, name_of: NameOf, *, verbatim: bool = False) -> Reading:
    """A mrkdwn text as it is read. `name_of` gives the name of a user or channel id; `verbatim` links no bare address."""
    reader = _Reader(name_of, verbatim=verbatim)
    shown = reader.read(text)
    return Reading(text=shown, acts=reader.acts)


def _read_plain(text: str, *, emoji: bool) -> Reading:
    acts = [Act(kind="emoji", value=found.group(1)) for found in _EMOJI.finditer(text)] if emoji else []
    return Reading(text=text, acts=acts)


def _read_text_object(value: Json, name_of: NameOf) -> Reading:
    found = as_object(value)
    text = as_text(found.get("text"))
    if found.get("type") == "mrkdwn":
        return read_mrkdwn(text, name_of, verbatim=found.get("verbatim") is True)
    return _read_plain(text, emoji=found.get("emoji") is not False)


def _read_rich_inline(element: JsonObject, name_of: NameOf) -> Reading:
    kind = element.get("type")
    styles: tuple[ActKind, ...] = ("bold", "italic", "strike", "code")
    text = as_text(element.get("text"))
    acts = [Act(kind=style, value=text) for style in styles if as_object(element.get("style")).get(style) is True]
    named: dict[str, tuple[ActKind, str, str]] = {
        "user": ("user", "user_id", "@"),
        "channel": ("channel", "channel_id", "#"),
        "usergroup": ("usergroup", "usergroup_id", "@"),
    }
    if kind == "link":
        address = as_text(element.get("url"))
        return Reading(text=text or address, acts=[*acts, Act(kind="link", value=address)])
    if kind == "emoji":
        name = as_text(element.get("name"))
        return Reading(text=f":{name}:", acts=[*acts, Act(kind="emoji", value=name)])
    if kind == "broadcast":
        audience = as_text(element.get("range"))
        return Reading(text=f"@{audience}", acts=[*acts, Act(kind="broadcast", value=audience)])
    if kind == "date":
        shown = as_text(element.get("fallback")) or str(element.get("timestamp"))
        return Reading(text=shown, acts=[*acts, Act(kind="date", value=str(element.get("timestamp")))])
    if isinstance(kind, str) and kind in named:
        act, key, mark = named[kind]
        target = as_text(element.get(key))
        return Reading(text=f"{mark}{name_of(target)}", acts=[*acts, Act(kind=act, value=target)])
    return Reading(text=text, acts=acts)


def _read_rich(element: JsonObject, name_of: NameOf) -> Reading:
    parts = as_objects(element.get("elements"))
    if element.get("type") == "rich_text_list":
        items = [_read_rich(part, name_of) for part in parts]
        return Reading(
            text="\n".join(f"• {item.text}" for item in items), acts=[act for item in items for act in item.acts]
        )
    read = [_read_rich_inline(part, name_of) for part in parts]
    text, acts = "".join(part.text for part in read), [act for part in read for act in part.acts]
    outer: dict[str, ActKind] = {"rich_text_quote": "quote", "rich_text_preformatted": "pre"}
    kind = outer.get(as_text(element.get("type")))
    return Reading(text=text, acts=[*acts, Act(kind=kind, value=text)] if kind else acts)


def _read_element(element: JsonObject, name_of: NameOf) -> Reading:
    kind = element.get("type")
    if kind in ("mrkdwn", "plain_text"):
        return _read_text_object(element, name_of)
    if kind == "image":
        return Reading(text=f"[{as_text(element.get('alt_text'))}]", acts=[])
    if kind == "button":
        label = _read_text_object(element.get("text"), name_of)
        return Reading(text=f"[{label.text}]", acts=label.acts)
    options = [_read_text_object(each.get("text"), name_of) for each in as_objects(element.get("options"))]
    return Reading(
        text=f"[{' | '.join(each.text for each in options)}]", acts=[act for each in options for act in each.acts]
    )


def read_block(block: JsonObject, name_of: NameOf) -> Reading:
    """One block as it is read."""
    kind = block.get("type")
    parts: list[Reading] = []
    if kind == "rich_text":
        parts = [_read_rich(each, name_of) for each in as_objects(block.get("elements"))]
    elif kind in ("context", "actions"):
        parts = [_read_element(each, name_of) for each in as_objects(block.get("elements"))]
    elif kind == "image":
        parts = [_read_text_object(block.get("title"), name_of), _read_element(block, name_of)]
    elif kind == "input":
        parts = [_read_text_object(block.get(key), name_of) for key in ("label", "hint") if key in block]
    elif kind != "divider":
        texts = [block.get("text"), *as_objects(block.get("fields"))]
        parts = [_read_text_object(each, name_of) for each in texts if each is not None]
        if "accessory" in block:
            parts.append(_read_element(as_object(block["accessory"]), name_of))
    separator = " " if kind in ("actions", "context") else "\n"
    return Reading(text=separator.join(each.text for each in parts), acts=[act for each in parts for act in each.acts])


def read_message(text: str, blocks: list[JsonObject], name_of: NameOf) -> Reading:
    """A whole message as it is read: its blocks, or its text where it has none.

    The text of a message with blocks is only shown in notifications; what could call somebody or lead somewhere from
    there is listed too, as `where="text"`.
    """
    if not blocks:
        read = read_mrkdwn(text, name_of)
        return Reading(text=read.text, acts=[act.model_copy(update={"where": "text"}) for act in read.acts])
    parts = [read_block(block, name_of) for block in blocks]
    called: tuple[ActKind, ...] = ("user", "channel", "usergroup", "broadcast", "link")
    fallback = [
        act.model_copy(update={"where": "text"})
        for token in _TOKEN.findall(text)
        for act in read_mrkdwn(f"<{token}>", name_of).acts
        if act.kind in called
    ]
    return Reading(
        text="\n".join(part.text for part in parts if part.text),
        acts=[*(act for part in parts for act in part.acts), *fallback],
    )
