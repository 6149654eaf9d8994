"""The content of a message as the bot hands it over: in a Web API call, in an answer, or at a response URL."""

from typing import NamedTuple

from local_slack.errors import SlackError
from local_slack.jsonish import Json, JsonObject, as_objects, as_text, parse
from local_slack.workspace import check_content


class Content(NamedTuple):
    """Text and blocks; `blocks` is None where none were given at all (an empty list takes blocks away)."""

    text: str
    blocks: list[JsonObject] | None


def parsed_blocks(value: Json) -> list[JsonObject] | None:
    """The blocks, given as an array or as a JSON string; raises `invalid_blocks_format` for anything else."""
    if value is None or value == "":
        return None
    if isinstance(value, str):
        try:
            value = parse(value)
        except ValueError as error:
            raise SlackError("invalid_blocks_format") from error
    if not isinstance(value, list):
        raise SlackError("invalid_blocks_format")
    if len(as_objects(value)) != len(value):
        wrong = next(index for index, block in enumerate(value) if not isinstance(block, dict))
        raise SlackError("invalid_blocks", [f"must provide an object [json-pointer:/blocks/{wrong}]"])
    return as_objects(value)


def content_of(arguments: JsonObject, *, longest_text: int | None = None) -> Content:
    """The content in these arguments, if Slack would take it; raises `SlackError` with Slack's code if not."""
    text = arguments.get("text")
    if text is not None and not isinstance(text, str):
        raise SlackError("invalid_arguments", ["must provide a string [json-pointer:/text]"])
    blocks = parsed_blocks(arguments.get("blocks"))
    check_content(as_text(text), blocks or [], longest_text=longest_text)
    return Content(as_text(text), blocks)
