"""Slack's mrkdwn, parsed once: into elements that the page draws, and that are read here.

Reading gives what a reader sees as plain text, and a list of what in it acts instead of being shown as typed. It is meant as
a judge for tests: where it's unknown whether Slack would let something act, it acts here.
"""

import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from itertools import groupby
from typing import Final, Literal, NamedTuple, TypeAlias

from pydantic import BaseModel

from local_slack.jsonish import Json, JsonObject, as_list, as_object, as_objects, as_text

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

_REMEMBERED: Final = 10_000
"""Texts whose elements are kept: the same messages are read again and again."""
_STYLES_AND_QUOTATIONS: Final[tuple[ActKind, ...]] = ("bold", "italic", "strike", "code", "pre", "quote")
_HOLDING: Final[dict[str, ActKind]] = {kind: kind for kind in _STYLES_AND_QUOTATIONS}
_STYLED: Final[tuple[ActKind, ...]] = ("bold", "italic", "strike", "code")
_PRE: Final = re.compile(r"```(.+?)```", re.DOTALL)
_CODE: Final = re.compile(r"(?<![\w`])`([^`\n]+)`(?![\w`])")
_TOKEN: Final = re.compile(r"<([^<>\n]+)>")
_AUTO_LINK: Final = re.compile(r"(?:https?://|mailto:)[^\s<>|\x00]+", re.IGNORECASE)
_QUOTE: Final = re.compile(r"(?:&gt;|>)\s?(.*)")
# A name has a letter in it (or is one of three that have none) and at most 100 characters: times of day are no emoji.
_EMOJI: Final = re.compile(r":((?:\+1|-1|100|(?=[0-9_+'-]{0,99}[a-z])[a-z0-9_+'-]{1,100})(?:::skin-tone-[2-6])?):")
# Emoji may touch each other; with a further colon it's something else, such as std::lock::guard.
_EMOJIS: Final = re.compile(f"(?<!:)((?:{_EMOJI.pattern.replace('(', '(?:', 1)})+)(?!:)")
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


def _text(text: str) -> list[JsonObject]:
    return [{"type": "text", "text": text}] if text else []


def _token(inner: str) -> JsonObject:
    target, _, label = inner.partition("|")
    label = unescape(label)
    if target.startswith("@"):
        return {"type": "user", "user_id": target[1:]}
    if target.startswith("#"):
        return {"type": "channel", "channel_id": target[1:]}
    if target.startswith("!subteam^"):
        name = label.removeprefix("@") or "group"
        return {"type": "usergroup", "usergroup_id": target.removeprefix("!subteam^"), "text": f"@{name}"}
    if target.startswith("!date^"):
        _, timestamp, template, *_ = [*target.split("^"), ""]
        return {"type": "date", "timestamp": timestamp, "format": template, "fallback": label}
    if target.startswith("!"):
        return {"type": "broadcast", "range": target[1:]}
    return {"type": "link", "url": unescape(target), "text": label}


class _Parser:
    """Parses one text. Parts that are done are kept behind NULs, so that nothing looks into them again."""

    def __init__(self, *, verbatim: bool) -> None:
        self._verbatim = verbatim
        self._kept: list[JsonObject] = []

    def parse(self, text: str) -> list[JsonObject]:
        text = text.replace("\x00", "\ufffd")
        # Control sequences act inside code too, for all we know, so they come first.
        text = _TOKEN.sub(lambda found: self._keep(_token(found.group(1))), text)
        text = _PRE.sub(lambda found: self._keep_styled("pre", self._literal(_trimmed(found.group(1)))), text)
        text = _CODE.sub(lambda found: self._keep_styled("code", self._literal(found.group(1))), text)
        if not self._verbatim:
            text = _AUTO_LINK.sub(self._auto_link, text)
        return self._lines(text)

    def _keep(self, element: JsonObject) -> str:
        self._kept.append(element)
        return f"\x00{len(self._kept) - 1}\x00"

    def _keep_styled(self, kind: ActKind, elements: list[JsonObject]) -> str:
        return self._keep({"type": kind, "elements": as_list(elements)})

    def _literal(self, text: str) -> list[JsonObject]:
        """Text without further markup, and what was kept back in its place."""
        elements: list[JsonObject] = []
        for index, part in enumerate(_KEPT.split(text)):
            elements += [self._kept[int(part)]] if index % 2 else _text(unescape(part))
        return elements

    def _auto_link(self, found: re.Match[str]) -> str:
        address = found.group().rstrip(".,;:!?)'\"*_~")
        return self._keep({"type": "link", "url": unescape(address), "text": ""}) + found.group()[len(address) :]

    def _lines(self, text: str) -> list[JsonObject]:
        """Consecutive quoted lines are one quotation; it ends the line before and begins the next by itself."""
        elements: list[JsonObject] = []
        for is_quote, lines in groupby(text.split("\n"), lambda line: _QUOTE.fullmatch(line) is not None):
            if is_quote:
                inner = self._inline("\n".join(_QUOTE.sub(r"\1", line, count=1) for line in lines))
                elements.append({"type": "quote", "elements": as_list(inner)})
            else:
                elements += self._inline("\n".join(lines))
        return elements

    def _inline(self, text: str) -> list[JsonObject]:
        """Emphasis, which may hold other emphasis, then emoji."""
        for kind, pattern in _STYLES:
            text = pattern.sub(lambda found, kind=kind: self._keep_styled(kind, self._inline(found.group(1))), text)
        return self._literal(
            _EMOJIS.sub(lambda found: "".join(self._keep(emoji) for emoji in _emoji_in(found.group())), text)
        )


def _emoji_in(codes: str) -> list[JsonObject]:
    """Short codes that stand side by side."""
    return [{"type": "emoji", "name": name} for name in _EMOJI.findall(codes)]


def _trimmed(text: str) -> str:
    return text.removeprefix("\n").removesuffix("\n")


@lru_cache(_REMEMBERED)
def parse_mrkdwn(text: str, *, verbatim: bool = False) -> tuple[JsonObject, ...]:
    """A mrkdwn text as elements, in the shapes of rich_text's own: this is the one place that knows the markup.

    What has a style or is a quotation is an element of its own, of the type `bold`, `italic`, `strike`, `code`, `pre` or
    `quote`, with `elements` in it. `verbatim` links no bare address. The elements are shared, so don't change them.
    """
    return tuple(_Parser(verbatim=verbatim).parse(text))


def parse_text_object(value: Json) -> tuple[JsonObject, ...]:
    """One of Slack's text objects as elements (see `parse_mrkdwn`): plain text has no markup but short codes of emoji."""
    found = as_object(value)
    text = as_text(found.get("text"))
    if found.get("type") == "mrkdwn":
        return parse_mrkdwn(text, verbatim=found.get("verbatim") is True)
    if found.get("emoji") is False:
        return tuple(_text(text))
    elements: list[JsonObject] = []
    for index, part in enumerate(_EMOJIS.split(text)):
        elements += _emoji_in(part) if index % 2 else _text(part)
    return tuple(elements)


class _Read(NamedTuple):
    """What becomes a `Reading`; there are many, and a model costs more."""

    text: str
    acts: list[Act]


def _read_elements(elements: Iterable[JsonObject], name_of: NameOf) -> _Read:
    shown, acts = "", list[Act]()
    ends_line = False
    for element in elements:
        read = _read_inline(element, name_of)
        is_quote = element.get("type") == "quote"
        shown += ("\n" if shown and (ends_line or is_quote) else "") + read.text
        acts += read.acts
        ends_line = is_quote
    return _Read(shown, acts)


def read_mrkdwn(text: str, name_of: NameOf, *, verbatim: bool = False) -> Reading:
    """A mrkdwn text as it is read. `name_of` gives the name of a user or channel id; `verbatim` links no bare address."""
    read = _read_elements(parse_mrkdwn(text, verbatim=verbatim), name_of)
    return Reading(text=read.text, acts=read.acts)


def _read_text_object(value: Json, name_of: NameOf) -> _Read:
    return _read_elements(parse_text_object(value), name_of)


def _read_inline(element: JsonObject, name_of: NameOf) -> _Read:
    """One element of a rich_text block or of a parsed text, by its type."""
    kind = as_text(element.get("type"))
    text = as_text(element.get("text"))
    if kind in _HOLDING:
        inner = _read_elements(as_objects(element.get("elements")), name_of)
        return _Read(text=inner.text, acts=[Act(kind=_HOLDING[kind], value=inner.text), *inner.acts])
    acting: tuple[ActKind, str] | None = None
    match kind:
        case "link":
            acting = ("link", as_text(element.get("url")))
            text = text or acting[1]
        case "emoji":
            acting = ("emoji", as_text(element.get("name")))
            text = f":{acting[1]}:"
        case "broadcast":
            acting = ("broadcast", as_text(element.get("range")))
            text = f"@{acting[1]}"
        case "date":
            acting = ("date", str(element.get("timestamp")))
            text = as_text(element.get("fallback")) or acting[1]
        case "user" | "channel" | "usergroup":
            acting = (kind, as_text(element.get(f"{kind}_id")))
            text = text or f"{'#' if kind == 'channel' else '@'}{name_of(acting[1])}"
        case _:
            pass
    acts = [Act(kind=style, value=text) for style in _STYLED if as_object(element.get("style")).get(style) is True]
    return _Read(text=text, acts=[*acts, Act(kind=acting[0], value=acting[1])] if acting else acts)


def _read_rich(element: JsonObject, name_of: NameOf) -> _Read:
    parts = as_objects(element.get("elements"))
    if element.get("type") == "rich_text_list":
        items = [_read_rich(part, name_of) for part in parts]
        return _Read(
            text="\n".join(f"• {item.text}" for item in items), acts=[act for item in items for act in item.acts]
        )
    inner = _read_elements(parts, name_of)
    text, acts = inner.text, inner.acts
    outer: dict[str, ActKind] = {"rich_text_quote": "quote", "rich_text_preformatted": "pre"}
    kind = outer.get(as_text(element.get("type")))
    return _Read(text=text, acts=[*acts, Act(kind=kind, value=text)] if kind else acts)


def _read_element(element: JsonObject, name_of: NameOf) -> _Read:
    kind = element.get("type")
    if kind in ("mrkdwn", "plain_text"):
        return _read_text_object(element, name_of)
    if kind == "image":
        return _Read(text=f"[{as_text(element.get('alt_text'))}]", acts=[])
    if kind == "button":
        label = _read_text_object(element.get("text"), name_of)
        return _Read(text=f"[{label.text}]", acts=label.acts)
    options = [_read_text_object(each.get("text"), name_of) for each in as_objects(element.get("options"))]
    return _Read(
        text=f"[{' | '.join(each.text for each in options)}]", acts=[act for each in options for act in each.acts]
    )


def read_block(block: JsonObject, name_of: NameOf) -> Reading:
    """One block as it is read."""
    kind = block.get("type")
    parts: list[_Read] = []
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
