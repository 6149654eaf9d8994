"""The fields of a view or message: what stands in them, how a person fills them, and what Slack's client checks itself.

Values have the shape of Slack's `state.values`: block_id -> action_id -> entry.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from local_slack.blocks import interactive_elements
from local_slack.elements import all_options
from local_slack.errors import ControlError
from local_slack.jsonish import Json, JsonObject, as_object, as_objects, as_text
from local_slack.schema import EMAIL, URL, is_day

_TEXT_INPUTS: Final = ("plain_text_input", "url_text_input", "email_text_input", "number_input")
_ONE_OPTION: Final = ("static_select", "radio_buttons")
_MANY_OPTIONS: Final = ("checkboxes", "multi_static_select")
_PICKED: Final = {
    "datepicker": ("selected_date", "initial_date"),
    "users_select": ("selected_user", "initial_user"),
    "channels_select": ("selected_channel", "initial_channel"),
    "conversations_select": ("selected_conversation", "initial_conversation"),
}


def fields(blocks: list[JsonObject]) -> Iterator[tuple[JsonObject, JsonObject]]:
    """Each block and element that holds a value (a button or an overflow menu holds none)."""
    for block in blocks:
        for _place, element in interactive_elements(block):
            if as_text(element.get("type")) in (*_TEXT_INPUTS, *_ONE_OPTION, *_MANY_OPTIONS, *_PICKED):
                yield block, element


def _initial_entry(element: JsonObject) -> JsonObject:
    kind = as_text(element.get("type"))
    if kind in _TEXT_INPUTS:
        return {"type": kind, "value": as_text(element.get("initial_value")) or None}
    if kind in _ONE_OPTION:
        return {"type": kind, "selected_option": element.get("initial_option")}
    if kind in _MANY_OPTIONS:
        return {"type": kind, "selected_options": element.get("initial_options", [])}
    selected, initial = _PICKED[kind]
    return {"type": kind, selected: element.get(initial)}


def field_values(blocks: list[JsonObject], kept: Mapping[str, JsonObject]) -> dict[str, JsonObject]:
    """What stands in the fields: what was there before where ids and type are the same, else the initial value."""
    values: dict[str, JsonObject] = {}
    for block, element in fields(blocks):
        block_id, action_id = as_text(block.get("block_id")), as_text(element.get("action_id"))
        before = as_object(kept.get(block_id, {}).get(action_id))
        entry = before if before.get("type") == element.get("type") else _initial_entry(element)
        values.setdefault(block_id, {})[action_id] = entry
    return values


def _option(element: JsonObject, value: Json, *, free: bool) -> JsonObject:
    for each in all_options(element):
        if each.get("value") == value:
            return each
    if free:
        return {"text": {"type": "plain_text", "text": as_text(value)}, "value": as_text(value)}
    offered = ", ".join(as_text(each.get("value")) for each in all_options(element))
    raise ControlError(f"{element.get('action_id')} has no option {value!r}; it offers: {offered}")


def entry_for(element: JsonObject, value: Json, *, free: bool = False) -> JsonObject:
    """The entry of a field into which a person puts `value`: a text, the value of an option, a list of such, or None.

    `free` allows what a client could not do: options that are not offered, and whole entries (objects) as they are.
    Raises `ControlError` for a value that the field cannot take.
    """
    kind = as_text(element.get("type"))
    if free and isinstance(value, dict):
        return value
    if kind in _MANY_OPTIONS:
        chosen = value if isinstance(value, list) else [] if value is None else [value]
        return {"type": kind, "selected_options": [_option(element, each, free=free) for each in chosen]}
    if value is not None and not isinstance(value, str):
        raise ControlError(f"{element.get('action_id')} takes a string, not {value!r}")
    if kind in _TEXT_INPUTS:
        # A field that was emptied is sent as null.
        return {"type": kind, "value": value or None}
    if kind in _ONE_OPTION:
        return {"type": kind, "selected_option": None if value is None else _option(element, value, free=free)}
    if kind in _PICKED:
        return {"type": kind, _PICKED[kind][0]: value or None}
    raise ControlError(f"{element.get('action_id')} is a {kind}, which holds no value")


def fill(
    blocks: list[JsonObject], current: Mapping[str, JsonObject], values: JsonObject, *, free: bool = False
) -> dict[str, JsonObject]:
    """The values after a person filled fields, on top of what stands in them.

    `values` maps action_id -> value, or block_id -> {action_id: value}. Raises `ControlError` for a field that is not
    there.
    """
    filled = {block_id: {**entries} for block_id, entries in current.items()}
    by_block = {as_text(block.get("block_id")) for block in blocks}
    places = [
        (as_text(block.get("block_id")), as_text(element.get("action_id")), element)
        for block, element in fields(blocks)
    ]
    for name, value in values.items():
        is_field = any(action_id == name for _block_id, action_id, _element in places)
        nested = isinstance(value, dict) and (name in by_block or (free and not is_field))
        wanted = (
            {(name, action_id): each for action_id, each in as_object(value).items()} if nested else {("", name): value}
        )
        for (block_id, action_id), each in wanted.items():
            fitting = [place for place in places if place[1] == action_id and block_id in ("", place[0])]
            if len(fitting) == 1:
                filled[fitting[0][0]][action_id] = entry_for(fitting[0][2], each, free=free)
            elif not fitting and free and block_id:
                filled.setdefault(block_id, {})[action_id] = each
            else:
                many = "is there more than once: name its block_id too" if fitting else "is not there"
                present = ", ".join(f"{place[0]}/{place[1]}" for place in places)
                raise ControlError(f"the field {action_id} {many}; the fields are: {present or 'none'}")
    return filled


def _text_complaint(element: JsonObject, value: str) -> str | None:
    kind = element.get("type")
    least, most = element.get("min_length"), element.get("max_length")
    if isinstance(least, int) and len(value) < least:
        return f"This is too short: at least {least} characters, please."
    if isinstance(most, int) and len(value) > most:
        return f"This is too long: at most {most} characters, please."
    if kind == "url_text_input" and URL.fullmatch(value) is None:
        return "Please enter a valid URL."
    if kind == "email_text_input" and EMAIL.fullmatch(value) is None:
        return "Please enter a valid email address."
    return _number_complaint(element, value) if kind == "number_input" else None


def _number_complaint(element: JsonObject, value: str) -> str | None:
    try:
        number = float(value)
    except ValueError:
        return "Please enter a number."
    if element.get("is_decimal_allowed") is not True and not number.is_integer():
        return "Please enter a whole number."
    least, most = as_text(element.get("min_value")), as_text(element.get("max_value"))
    if least and number < float(least):
        return f"Please enter a number that is at least {least}."
    if most and number > float(most):
        return f"Please enter a number that is at most {most}."
    return None


def _complaint(element: JsonObject, entry: JsonObject, *, optional: bool) -> str | None:
    content = next((value for key, value in entry.items() if key != "type"), None)
    if not content:
        return None if optional else "Please complete this required field."
    most = element.get("max_selected_items")
    if isinstance(most, int) and len(as_objects(content)) > most:
        return f"Please choose at most {most}."
    if element.get("type") == "datepicker" and not is_day(content):
        return "Please choose a date."
    return (
        _text_complaint(element, content) if element.get("type") in _TEXT_INPUTS and isinstance(content, str) else None
    )


def client_errors(blocks: list[JsonObject], values: Mapping[str, JsonObject]) -> dict[str, str]:
    """What Slack's client itself would complain about before it sends a form: block_id -> sentence."""
    errors: dict[str, str] = {}
    for block, element in fields(blocks):
        if block.get("type") != "input":
            continue
        block_id = as_text(block.get("block_id"))
        entry = as_object(values.get(block_id, {}).get(as_text(element.get("action_id"))))
        complaint = _complaint(element, entry, optional=block.get("optional") is True)
        if complaint is not None:
            errors[block_id] = complaint
    return errors
