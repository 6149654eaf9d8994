"""Block Kit's composition objects and interactive elements that it knows, described as checks."""

from collections.abc import Mapping
from typing import Final

from local_slack.jsonish import Json, JsonObject, as_object, as_objects, as_text
from local_slack.limits import limit
from local_slack.schema import (
    EMAIL,
    URL,
    Check,
    Findings,
    Rule,
    array,
    boolean,
    by_type,
    choice,
    day,
    exactly_one_of,
    integer,
    record,
    string,
    url,
)

ACTION_ID: Final = string(limit("action_id.max_length"), 1)
TYPE: Final = string()


def plain_text(maximum: int, minimum: int = 1) -> Check:
    """A `plain_text` object."""
    return record(
        required={"type": choice("plain_text"), "text": string(maximum, minimum)}, optional={"emoji": boolean()}
    )


def any_text(maximum: int) -> Check:
    """A `plain_text` or `mrkdwn` object."""
    mrkdwn = record(required={"type": TYPE, "text": string(maximum, 1)}, optional={"verbatim": boolean()})
    return by_type({"plain_text": plain_text(maximum), "mrkdwn": mrkdwn})


CONFIRM: Final = record(
    required={
        "title": plain_text(limit("confirmation.title.max_length")),
        "text": any_text(limit("confirmation.text.max_length")),
        "confirm": plain_text(limit("confirmation.confirm.max_length")),
        "deny": plain_text(limit("confirmation.deny.max_length")),
    },
    optional={"style": choice("primary", "danger")},
)


def option(text: Check, *, with_url: bool = False) -> Check:
    """An option object."""
    optional: dict[str, Check] = {"description": plain_text(limit("option.description.max_length"))}
    if with_url:
        optional["url"] = url(limit("option.url.max_length"))
    return record(required={"text": text, "value": string(limit("option.value.max_length"))}, optional=optional)


PLAIN_OPTION: Final = option(plain_text(limit("option.text.max_length")))
RICH_OPTION: Final = option(any_text(limit("option.text.max_length")))
LINK_OPTION: Final = option(plain_text(limit("option.text.max_length")), with_url=True)
OPTION_GROUP: Final = record(
    required={
        "label": plain_text(limit("option_group.label.max_length")),
        "options": array(PLAIN_OPTION, limit("option_group.options.max_items"), 1),
    }
)


def all_options(element: JsonObject) -> list[JsonObject]:
    """The options of an element, those of its groups included."""
    options = as_objects(element.get("options"))
    for group in as_objects(element.get("option_groups")):
        options.extend(as_objects(group.get("options")))
    return options


def option_identity(value: Json) -> tuple[str, str]:
    """What makes two options the same: their value and their text."""
    found = as_object(value)
    return as_text(found.get("value")), as_text(as_object(found.get("text")).get("text"))


def _initial_options_exist(element: JsonObject, at: str, found: Findings) -> None:
    known = {option_identity(each) for each in all_options(element)}
    if "initial_option" in element and option_identity(element["initial_option"]) not in known:
        found.add("initial_option must match one of the options", f"{at}/initial_option")
    for index, each in enumerate(as_objects(element.get("initial_options"))):
        if option_identity(each) not in known:
            found.add("initial_options must match the options", f"{at}/initial_options/{index}")


def _text_lengths_agree(element: JsonObject, at: str, found: Findings) -> None:
    least, most, initial = element.get("min_length"), element.get("max_length"), element.get("initial_value")
    if isinstance(least, int) and isinstance(most, int) and least > most:
        found.add("min_length must be less than or equal to max_length", f"{at}/min_length")
    if isinstance(initial, str) and isinstance(most, int) and len(initial) > most:
        found.add(f"must be less than {most + 1} characters", f"{at}/initial_value")


def _initial_url_is_one(element: JsonObject, at: str, found: Findings) -> None:
    initial = as_text(element.get("initial_value"))
    if initial and URL.fullmatch(initial) is None:
        found.add("must be a valid url", f"{at}/initial_value")


def _initial_email_is_one(element: JsonObject, at: str, found: Findings) -> None:
    initial = as_text(element.get("initial_value"))
    if initial and EMAIL.fullmatch(initial) is None:
        found.add("must be a valid email address", f"{at}/initial_value")


def _numbers_agree(element: JsonObject, at: str, found: Findings) -> None:
    numbers: dict[str, float] = {}
    for name in ("min_value", "max_value", "initial_value"):
        if name in element:
            try:
                numbers[name] = float(as_text(element[name]))
            except ValueError:
                found.add("must be a valid number", f"{at}/{name}")
            else:
                if element.get("is_decimal_allowed") is False and not numbers[name].is_integer():
                    found.add("must be a whole number", f"{at}/{name}")
    least, most = numbers.get("min_value", float("-inf")), numbers.get("max_value", float("inf"))
    if least > most:
        found.add("min_value must be less than or equal to max_value", f"{at}/min_value")
    if "initial_value" in numbers and not least <= numbers["initial_value"] <= most:
        found.add("initial_value must be between min_value and max_value", f"{at}/initial_value")


def _style_is_known(element: JsonObject, at: str, found: Findings) -> None:
    style = element.get("style")
    if "style" in element and style not in ("primary", "danger"):
        found.add("must be a valid enum value", f"{at}/style")


def _element(
    *,
    required: Mapping[str, Check] | None = None,
    optional: Mapping[str, Check] | None = None,
    rules: tuple[Rule, ...] = (),
) -> Check:
    common: dict[str, Check] = {"action_id": ACTION_ID, "confirm": CONFIRM, "focus_on_load": boolean()}
    return record(required={"type": TYPE, **(required or {})}, optional={**common, **(optional or {})}, rules=rules)


def _input(placeholder: int, *, rules: tuple[Rule, ...], **optional: Check) -> Check:
    trigger = array(choice("on_enter_pressed", "on_character_entered"), 2, 1)
    fields: dict[str, Check] = {
        "action_id": ACTION_ID,
        "focus_on_load": boolean(),
        "placeholder": plain_text(placeholder),
        "initial_value": string(),
        "dispatch_action_config": record(optional={"trigger_actions_on": trigger}),
    }
    return record(required={"type": TYPE}, optional={**fields, **optional}, rules=rules)


_SELECT: Final[dict[str, Check]] = {
    "placeholder": plain_text(limit("select.placeholder.max_length")),
    "options": array(PLAIN_OPTION, limit("select.options.max_items"), 1),
    "option_groups": array(OPTION_GROUP, limit("select.option_groups.max_items"), 1),
}
_PLACEHOLDER: Final[dict[str, Check]] = {"placeholder": _SELECT["placeholder"]}
_ID: Final = string(255, 1)
_ONE_LIST: Final = exactly_one_of(("options", "option_groups"))
_CONVERSATION_FILTER: Final = record(
    optional={
        "include": array(choice("im", "mpim", "private", "public"), minimum=1),
        "exclude_external_shared_channels": boolean(),
        "exclude_bot_users": boolean(),
    }
)

BUTTON: Final = record(
    required={"type": TYPE, "text": plain_text(limit("button.text.max_length"))},
    optional={
        "action_id": ACTION_ID,
        "confirm": CONFIRM,
        "value": string(limit("button.value.max_length")),
        "url": url(limit("button.url.max_length")),
        "style": string(),
        "accessibility_label": string(limit("button.accessibility_label.max_length")),
    },
    rules=(_style_is_known,),
)
STATIC_SELECT: Final = _element(
    optional={**_SELECT, "initial_option": PLAIN_OPTION}, rules=(_ONE_LIST, _initial_options_exist)
)
MULTI_STATIC_SELECT: Final = _element(
    optional={
        **_SELECT,
        "initial_options": array(PLAIN_OPTION, limit("select.options.max_items"), 1),
        "max_selected_items": integer(1),
    },
    rules=(_ONE_LIST, _initial_options_exist),
)
OVERFLOW: Final = record(
    required={"type": TYPE, "options": array(LINK_OPTION, limit("overflow.options.max_items"), 1)},
    optional={"action_id": ACTION_ID, "confirm": CONFIRM},
)
CHECKBOXES: Final = _element(
    required={"options": array(RICH_OPTION, limit("checkboxes.options.max_items"), 1)},
    optional={"initial_options": array(RICH_OPTION, limit("checkboxes.options.max_items"), 1)},
    rules=(_initial_options_exist,),
)
RADIO_BUTTONS: Final = _element(
    required={"options": array(RICH_OPTION, limit("radio_buttons.options.max_items"), 1)},
    optional={"initial_option": RICH_OPTION},
    rules=(_initial_options_exist,),
)
DATEPICKER: Final = _element(
    optional={"placeholder": plain_text(limit("date_picker.placeholder.max_length")), "initial_date": day()}
)
USERS_SELECT: Final = _element(optional={**_PLACEHOLDER, "initial_user": _ID})
CHANNELS_SELECT: Final = _element(optional={**_PLACEHOLDER, "initial_channel": _ID, "response_url_enabled": boolean()})
CONVERSATIONS_SELECT: Final = _element(
    optional={
        **_PLACEHOLDER,
        "initial_conversation": _ID,
        "default_to_current_conversation": boolean(),
        "response_url_enabled": boolean(),
        "filter": _CONVERSATION_FILTER,
    }
)
PLAIN_TEXT_INPUT: Final = _input(
    limit("plain_text_input.placeholder.max_length"),
    rules=(_text_lengths_agree,),
    multiline=boolean(),
    initial_value=string(limit("plain_text_input.max_length.max")),
    min_length=integer(0, limit("plain_text_input.min_length.max")),
    max_length=integer(limit("plain_text_input.max_length.min"), limit("plain_text_input.max_length.max")),
)
URL_INPUT: Final = _input(limit("url_input.placeholder.max_length"), rules=(_initial_url_is_one,))
EMAIL_INPUT: Final = _input(limit("email_input.placeholder.max_length"), rules=(_initial_email_is_one,))
NUMBER_INPUT: Final = _input(
    limit("number_input.placeholder.max_length"),
    rules=(_numbers_agree,),
    is_decimal_allowed=boolean(),
    min_value=string(),
    max_value=string(),
)
IMAGE_ELEMENT: Final = record(
    required={
        "type": TYPE,
        "image_url": url(limit("image_element.image_url.max_length")),
        "alt_text": string(limit("image_element.alt_text.max_length"), 1),
    }
)

_PICKERS: Final[dict[str, Check]] = {
    "static_select": STATIC_SELECT,
    "multi_static_select": MULTI_STATIC_SELECT,
    "users_select": USERS_SELECT,
    "channels_select": CHANNELS_SELECT,
    "conversations_select": CONVERSATIONS_SELECT,
    "checkboxes": CHECKBOXES,
    "radio_buttons": RADIO_BUTTONS,
    "datepicker": DATEPICKER,
}
_BUTTONS: Final[dict[str, Check]] = {"button": BUTTON, "overflow": OVERFLOW}

ACTIONS_ELEMENT: Final = by_type(
    {name: check for name, check in {**_BUTTONS, **_PICKERS}.items() if name != "multi_static_select"}
)
SECTION_ACCESSORY: Final = by_type({**_BUTTONS, **_PICKERS, "image": IMAGE_ELEMENT})
INPUT_ELEMENT: Final = by_type(
    {
        **_PICKERS,
        "plain_text_input": PLAIN_TEXT_INPUT,
        "url_text_input": URL_INPUT,
        "email_text_input": EMAIL_INPUT,
        "number_input": NUMBER_INPUT,
    }
)
