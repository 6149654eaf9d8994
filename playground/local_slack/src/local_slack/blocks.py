"""Whether Slack would take these blocks: the blocks of messages and views, and the views themselves."""

import json
from collections.abc import Iterator
from typing import Final

from local_slack.elements import (
    ACTIONS_ELEMENT,
    IMAGE_ELEMENT,
    INPUT_ELEMENT,
    SECTION_ACCESSORY,
    TYPE,
    any_text,
    plain_text,
)
from local_slack.errors import SlackError
from local_slack.jsonish import Json, JsonObject, as_object, as_objects, as_text
from local_slack.limits import limit
from local_slack.schema import (
    Check,
    Findings,
    array,
    boolean,
    by_type,
    choice,
    integer,
    record,
    string,
    url,
)

_BLOCK_ID: Final = string(limit("block_id.max_length"), 1)


def _text_or_fields(block: JsonObject, at: str, found: Findings) -> None:
    if "text" not in block and "fields" not in block:
        found.add("must define either `text` or `fields`", f"{at}/type")


def _block(required: dict[str, Check] | None = None, optional: dict[str, Check] | None = None) -> Check:
    return record(required={"type": TYPE, **(required or {})}, optional={"block_id": _BLOCK_ID, **(optional or {})})


_STYLE: Final = record(
    optional={name: boolean() for name in ("bold", "italic", "strike", "code", "underline", "highlight")}
)
_RICH_INLINE: Final = by_type(
    {
        "text": record(required={"type": TYPE, "text": string(None, 1)}, optional={"style": _STYLE}),
        "link": record(
            required={"type": TYPE, "url": string(limit("button.url.max_length"), 1)},
            optional={"text": string(), "unsafe": boolean(), "style": _STYLE},
        ),
        "emoji": record(
            required={"type": TYPE, "name": string(None, 1)},
            optional={"unicode": string(), "skin_tone": integer(1, 6), "style": _STYLE},
        ),
        "user": record(required={"type": TYPE, "user_id": string(None, 1)}, optional={"style": _STYLE}),
        "channel": record(required={"type": TYPE, "channel_id": string(None, 1)}, optional={"style": _STYLE}),
        "usergroup": record(required={"type": TYPE, "usergroup_id": string(None, 1)}, optional={"style": _STYLE}),
        "broadcast": record(required={"type": TYPE, "range": choice("here", "channel", "everyone")}),
        "date": record(
            required={"type": TYPE, "timestamp": integer(0), "format": string(None, 1)},
            optional={"url": string(), "fallback": string(), "style": _STYLE},
        ),
    }
)
_RICH_SECTION: Final = record(required={"type": TYPE, "elements": array(_RICH_INLINE)})
_BORDER: Final[dict[str, Check]] = {"border": integer(0, 1)}
_RICH_ELEMENT: Final = by_type(
    {
        "rich_text_section": _RICH_SECTION,
        "rich_text_quote": record(required={"type": TYPE, "elements": array(_RICH_INLINE)}, optional=_BORDER),
        "rich_text_preformatted": record(
            required={"type": TYPE, "elements": array(_RICH_INLINE)}, optional={**_BORDER, "language": string()}
        ),
        "rich_text_list": record(
            required={
                "type": TYPE,
                "style": choice("bullet", "ordered"),
                "elements": array(by_type({"rich_text_section": _RICH_SECTION})),
            },
            optional={**_BORDER, "indent": integer(0, limit("rich_text_list.indent.max")), "offset": integer(0)},
        ),
    }
)
_CONTEXT_ELEMENT: Final = by_type(
    {
        "image": IMAGE_ELEMENT,
        "plain_text": any_text(limit("text.max_length")),
        "mrkdwn": any_text(limit("text.max_length")),
    }
)

BLOCK: Final = by_type(
    {
        "header": _block({"text": plain_text(limit("header.text.max_length"))}),
        "section": record(
            required={"type": TYPE},
            optional={
                "block_id": _BLOCK_ID,
                "text": any_text(limit("section.text.max_length")),
                "fields": array(
                    any_text(limit("section.fields.item_max_length")), limit("section.fields.max_items"), 1
                ),
                "accessory": SECTION_ACCESSORY,
                "expand": boolean(),
            },
            rules=(_text_or_fields,),
        ),
        "context": _block({"elements": array(_CONTEXT_ELEMENT, limit("context.elements.max_items"), 1)}),
        "divider": _block(),
        "actions": _block({"elements": array(ACTIONS_ELEMENT, limit("actions.elements.max_items"), 1)}),
        "image": _block(
            {
                "image_url": url(limit("image.image_url.max_length")),
                "alt_text": string(limit("image.alt_text.max_length"), 1),
            },
            {"title": plain_text(limit("image.title.max_length"))},
        ),
        "input": _block(
            {"label": plain_text(limit("input.label.max_length")), "element": INPUT_ELEMENT},
            {
                "hint": plain_text(limit("input.hint.max_length")),
                "optional": boolean(),
                "dispatch_action": boolean(),
            },
        ),
        "rich_text": _block({"elements": array(_RICH_ELEMENT)}),
    }
)


def interactive_elements(block: JsonObject) -> Iterator[tuple[str, JsonObject]]:
    """The elements of a block that a person can use, each with its pointer inside the block."""
    kind = block.get("type")
    if kind == "actions":
        for index, element in enumerate(as_objects(block.get("elements"))):
            yield f"/elements/{index}", element
    elif kind == "section":
        accessory = as_object(block.get("accessory"))
        if accessory and accessory.get("type") != "image":
            yield "/accessory", accessory
    elif kind == "input":
        yield "/element", as_object(block.get("element"))


def _ids_are_unique(blocks: list[JsonObject], at: str, found: Findings) -> None:
    """block_ids are unique in the message or view, action_ids in their block (docs: "in the containing block")."""
    seen: set[str] = set()
    for index, block in enumerate(blocks):
        block_id = as_text(block.get("block_id"))
        if block_id and block_id in seen:
            found.add(f'`block_id` "{block_id}" already exists', f"{at}/{index}/block_id")
        seen.add(block_id)
        actions: set[str] = set()
        for place, element in interactive_elements(block):
            action_id = as_text(element.get("action_id"))
            if action_id and action_id in actions:
                found.add(f'`action_id` "{action_id}" already exists', f"{at}/{index}{place}/action_id")
            actions.add(action_id)


def _one_focus(blocks: list[JsonObject], at: str, found: Findings) -> None:
    focused = [
        f"{at}/{index}{place}"
        for index, block in enumerate(blocks)
        for place, element in interactive_elements(block)
        if element.get("focus_on_load") is True
    ]
    for place in focused[1:]:
        found.add("only one element can have focus_on_load set to true", place)


def text_length(value: Json) -> int:
    """How many characters of text a message's blocks hold together, in whatever fields."""
    if isinstance(value, list):
        return sum(text_length(item) for item in value)
    if isinstance(value, dict):
        own = len(as_text(value.get("text")))
        return own + sum(text_length(item) for item in value.values() if not isinstance(item, str))
    return 0


def _check_blocks(blocks: Json, at: str, most: int) -> Findings:
    found = Findings()
    array(BLOCK, most)(blocks, at, found)
    objects = as_objects(blocks)
    _ids_are_unique(objects, at, found)
    _one_focus(objects, at, found)
    return found


def check_message_blocks(blocks: Json) -> None:
    """Raises `SlackError` `invalid_blocks` or `msg_blocks_too_long`, as Slack would, for the blocks of a message."""
    found = _check_blocks(blocks, "/blocks", limit("message.blocks.max_items"))
    if found.problems:
        raise SlackError("invalid_blocks", found.problems)
    if text_length(blocks) > limit("message.blocks_text.max_length"):
        raise SlackError("msg_blocks_too_long")


_COMMON_VIEW: Final[dict[str, Check]] = {
    "private_metadata": string(limit("view.private_metadata.max_length")),
    "callback_id": string(limit("view.callback_id.max_length")),
    "external_id": string(limit("view.external_id.max_length")),
}
_BLOCKS_LATER: Final = array(lambda _value, _at, _found: None)
_VIEW: Final = by_type(
    {
        "modal": record(
            required={
                "type": TYPE,
                "title": plain_text(limit("view.title.max_length")),
                "blocks": _BLOCKS_LATER,
            },
            optional={
                **_COMMON_VIEW,
                "submit": plain_text(limit("view.submit.max_length")),
                "close": plain_text(limit("view.close.max_length")),
                "clear_on_close": boolean(),
                "notify_on_close": boolean(),
            },
        ),
        "home": record(required={"type": TYPE, "blocks": _BLOCKS_LATER}, optional=_COMMON_VIEW),
    }
)


def check_view(view: Json, kind: str) -> JsonObject:
    """The view, if Slack would take it as a view of this kind (`modal` or `home`).

    Raises `SlackError` `invalid_arguments` (Slack's word for whatever is wrong in a view) or `view_too_large`.
    """
    found = Findings()
    _VIEW(view, "/view", found)
    checked = as_object(view)
    if not found.problems and checked.get("type") != kind:
        found.add(f"unsupported type: {checked.get('type')}", "/view/type")
    if "blocks" in checked:
        found.problems.extend(_check_blocks(checked["blocks"], "/view/blocks", limit("view.blocks.max_items")).problems)
    if kind == "modal" and "submit" not in checked:
        for index, block in enumerate(as_objects(checked.get("blocks"))):
            if block.get("type") == "input":
                found.add("must define `submit` to use an `input` block in modals", f"/view/blocks/{index}/input")
    if found.problems:
        raise SlackError("invalid_arguments", found.problems)
    if len(json.dumps(checked, ensure_ascii=False).encode()) > limit("view.size.max_bytes"):
        raise SlackError("view_too_large")
    return checked
