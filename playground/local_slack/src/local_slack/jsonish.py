"""JSON values, typed, and the few readers that the modules of the local Slack share."""

import json
from typing import TypeAlias

from pydantic import JsonValue

Json: TypeAlias = JsonValue
JsonObject: TypeAlias = dict[str, JsonValue]


def parse(text: str | bytes) -> Json:
    """The JSON value in `text`; raises `ValueError` when it is none."""
    value: Json = json.loads(text)
    return value


def as_object(value: Json) -> JsonObject:
    """`value` if it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}


def as_objects(value: Json) -> list[JsonObject]:
    """The objects in the list `value`; empty if it is no list."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def as_text(value: Json) -> str:
    """`value` if it is a string, else the empty string."""
    return value if isinstance(value, str) else ""


def as_list(objects: list[JsonObject]) -> list[Json]:
    """The same objects as a list of JSON values (lists are invariant in their type)."""
    return [*objects]
