"""What the page draws: blocks and views whose texts are parsed already, so that the page has no markup to understand."""

from typing import Final

from local_slack.jsonish import Json, JsonObject
from local_slack.mrkdwn import parse_text_object

_TEXT_TYPES: Final = ("mrkdwn", "plain_text")


def drawn(value: JsonObject) -> JsonObject:
    """The same object; each text object in it, wherever it stands, has `elements` (see `parse_text_object`), not `text`."""
    return {key: _drawn(each) for key, each in value.items()}


def _drawn(value: Json) -> Json:
    if isinstance(value, list):
        return [_drawn(each) for each in value]
    if not isinstance(value, dict):
        return value
    if value.get("type") in _TEXT_TYPES:
        return {"type": value["type"], "elements": [*parse_text_object(value)]}
    return drawn(value)
