"""Block Kit by the spoonful, for the tests of the local Slack."""

from typing import Any, TypeAlias

Block: TypeAlias = dict[str, Any]

AINO, EINO, MAIJA, MATTI, NEWCOMER = "U0AINO001", "U0EINO001", "U0MAIJA01", "U0MATTI01", "U0NONAME1"
PUBLIC, MANAGEMENT = "C0OPENSRC", "C0MANAGERS"


def plain(text: str) -> Block:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str) -> Block:
    return {"type": "mrkdwn", "text": text}


def section(text: str = "text", **more: Any) -> Block:
    return {"type": "section", "text": mrkdwn(text), **more}


def option(value: str, text: str = "") -> Block:
    return {"text": plain(text or value), "value": value}


def options(count: int) -> list[Block]:
    return [option(f"value{number}") for number in range(count)]


def button(action_id: str = "go", **more: Any) -> Block:
    return {"type": "button", "text": plain("Go"), "action_id": action_id, **more}


def actions(*elements: Block, **more: Any) -> Block:
    return {"type": "actions", "elements": list(elements), **more}


def input_block(element: Block, **more: Any) -> Block:
    return {"type": "input", "label": plain("Label"), "element": element, **more}


def text_input(action_id: str = "text", **more: Any) -> Block:
    return {"type": "plain_text_input", "action_id": action_id, **more}


def modal(*blocks: Block, **more: Any) -> Block:
    return {
        "type": "modal",
        "callback_id": "form",
        "title": plain("Form"),
        "submit": plain("Send"),
        "close": plain("Cancel"),
        "blocks": list(blocks),
        **more,
    }
