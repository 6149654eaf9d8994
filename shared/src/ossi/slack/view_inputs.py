"""A form's parts as plain dictionaries (Slack: "Block Kit reference").

slack_sdk's models would make the same ones, and take as long to import as half of the floor of docs/performance.md: time that `/ossi new`
and a submitted form do not have. Tests read what is built here with those models and with the local Slack's limits.
"""

from collections.abc import Sequence
from typing import Any

Part = dict[str, Any]


def plain_text(text: str) -> Part:
    """Text that Slack takes literally."""
    return {"type": "plain_text", "text": text}


def field(block_id: str, label: str, element: Part, *, hint: str = "") -> Part:
    """An input block; its element gets the same id, by which the answer is found again."""
    block = {
        "type": "input",
        "block_id": block_id,
        "label": plain_text(label),
        "element": {**element, "action_id": block_id},
    }
    return {**block, "hint": plain_text(hint)} if hint else block


def text_area(placeholder: str, shortest: int, longest: int, initial: str = "") -> Part:
    """Text of several lines, with limits in characters."""
    element = {
        "type": "plain_text_input",
        "multiline": True,
        "min_length": shortest,
        "max_length": longest,
        "placeholder": plain_text(placeholder),
    }
    return {**element, "initial_value": initial} if initial else element


def url_input(placeholder: str) -> Part:
    """One line, which has to be a URL."""
    return {"type": "url_text_input", "placeholder": plain_text(placeholder)}


def select(options: Sequence[tuple[str, str]], placeholder: str = "") -> Part:
    """A menu of labels and values. Without a placeholder the first option is chosen already."""
    parts = [{"text": plain_text(label), "value": value} for label, value in options]
    first = {"placeholder": plain_text(placeholder)} if placeholder else {"initial_option": parts[0]}
    return {"type": "static_select", "options": parts, **first}


def remark(text: str) -> Part:
    """Small text between the inputs, as mrkdwn."""
    return {"type": "context", "elements": [{"type": "mrkdwn", "text": text}]}


def modal(callback_id: str, title: str, submit: str, close: str, private_metadata: str, blocks: Sequence[Part]) -> Part:
    """A view."""
    return {
        "type": "modal",
        "callback_id": callback_id,
        "title": plain_text(title),
        "submit": plain_text(submit),
        "close": plain_text(close),
        "private_metadata": private_metadata,
        "blocks": list(blocks),
    }
