"""Slack's limits, in one table. Every check of a length or a count reads its number here.

The keys follow the naming of the public registry that the PyPI package `slackblocks` is generated from, so that a
test can compare the two.
"""

from typing import Final, NamedTuple

_REF: Final = "https://docs.slack.dev/reference/"
_BLOCKS: Final = _REF + "block-kit/blocks/"
_ELEMENTS: Final = _REF + "block-kit/block-elements/"
_OBJECTS: Final = _REF + "block-kit/composition-objects/"
_VIEWS: Final = _REF + "views/"
_METHODS: Final = _REF + "methods/"


class Limit(NamedTuple):
    """A number and the page of Slack's documentation (or the observation) that it comes from."""

    value: int
    source: str


LIMITS: Final[dict[str, Limit]] = {
    # messages
    "message.blocks.max_items": Limit(50, _BLOCKS),
    "message.text.max_length": Limit(40_000, _METHODS + "chat.postMessage"),
    "message.update_text.max_length": Limit(4_000, _METHODS + "chat.update#errors (msg_too_long)"),
    "message.blocks_text.max_length": Limit(13_200, "observed: msg_blocks_too_long from about 13,200 characters"),
    # views
    "view.blocks.max_items": Limit(100, _VIEWS + "modal-views"),
    "view.title.max_length": Limit(24, _VIEWS + "modal-views"),
    "view.submit.max_length": Limit(24, _VIEWS + "modal-views"),
    "view.close.max_length": Limit(24, _VIEWS + "modal-views"),
    "view.private_metadata.max_length": Limit(3_000, _VIEWS + "modal-views"),
    "view.callback_id.max_length": Limit(255, _VIEWS + "modal-views"),
    "view.external_id.max_length": Limit(255, _VIEWS + "modal-views"),
    "view.size.max_bytes": Limit(250_000, _METHODS + "views.open#errors (view_too_large)"),
    "view.stack.max_items": Limit(3, _METHODS + "views.push#errors (push_limit_reached)"),
    # blocks
    "block_id.max_length": Limit(255, _BLOCKS),
    "section.text.max_length": Limit(3_000, _BLOCKS + "section-block"),
    "section.fields.max_items": Limit(10, _BLOCKS + "section-block"),
    "section.fields.item_max_length": Limit(2_000, _BLOCKS + "section-block"),
    "header.text.max_length": Limit(150, _BLOCKS + "header-block"),
    "context.elements.max_items": Limit(10, _BLOCKS + "context-block"),
    "actions.elements.max_items": Limit(25, _BLOCKS + "actions-block"),
    "image.image_url.max_length": Limit(3_000, _BLOCKS + "image-block"),
    "image.alt_text.max_length": Limit(2_000, _BLOCKS + "image-block"),
    "image.title.max_length": Limit(2_000, _BLOCKS + "image-block"),
    "input.label.max_length": Limit(2_000, _BLOCKS + "input-block"),
    "input.hint.max_length": Limit(2_000, _BLOCKS + "input-block"),
    "rich_text_list.indent.max": Limit(8, _BLOCKS + "rich-text-block"),
    # composition objects
    "text.max_length": Limit(3_000, _OBJECTS + "text-object"),
    "option.text.max_length": Limit(75, _OBJECTS + "option-object"),
    "option.value.max_length": Limit(150, _OBJECTS + "option-object"),
    "option.description.max_length": Limit(75, _OBJECTS + "option-object"),
    "option.url.max_length": Limit(3_000, _OBJECTS + "option-object"),
    "option_group.label.max_length": Limit(75, _OBJECTS + "option-group-object"),
    "option_group.options.max_items": Limit(100, _OBJECTS + "option-group-object"),
    "confirmation.title.max_length": Limit(100, _OBJECTS + "confirmation-dialog-object"),
    "confirmation.text.max_length": Limit(300, _OBJECTS + "confirmation-dialog-object"),
    "confirmation.confirm.max_length": Limit(30, _OBJECTS + "confirmation-dialog-object"),
    "confirmation.deny.max_length": Limit(30, _OBJECTS + "confirmation-dialog-object"),
    # elements
    "action_id.max_length": Limit(255, _ELEMENTS),
    "button.text.max_length": Limit(75, _ELEMENTS + "button-element"),
    "button.value.max_length": Limit(2_000, _ELEMENTS + "button-element"),
    "button.url.max_length": Limit(3_000, _ELEMENTS + "button-element"),
    "button.accessibility_label.max_length": Limit(75, _ELEMENTS + "button-element"),
    "select.placeholder.max_length": Limit(150, _ELEMENTS + "select-menu-element"),
    "select.options.max_items": Limit(100, _ELEMENTS + "select-menu-element"),
    "select.option_groups.max_items": Limit(100, _ELEMENTS + "select-menu-element"),
    "overflow.options.max_items": Limit(5, _ELEMENTS + "overflow-menu-element"),
    "checkboxes.options.max_items": Limit(10, _ELEMENTS + "checkboxes-element"),
    "radio_buttons.options.max_items": Limit(10, _ELEMENTS + "radio-button-group-element"),
    "plain_text_input.placeholder.max_length": Limit(150, _ELEMENTS + "plain-text-input-element"),
    "plain_text_input.min_length.max": Limit(3_000, _ELEMENTS + "plain-text-input-element"),
    "plain_text_input.max_length.min": Limit(1, _ELEMENTS + "plain-text-input-element"),
    "plain_text_input.max_length.max": Limit(3_000, _ELEMENTS + "plain-text-input-element"),
    "url_input.placeholder.max_length": Limit(150, _ELEMENTS + "url-input-element"),
    "email_input.placeholder.max_length": Limit(150, _ELEMENTS + "email-input-element"),
    "number_input.placeholder.max_length": Limit(150, _ELEMENTS + "number-input-element"),
    "date_picker.placeholder.max_length": Limit(150, _ELEMENTS + "date-picker-element"),
    "image_element.image_url.max_length": Limit(3_000, _ELEMENTS + "image-element"),
    "image_element.alt_text.max_length": Limit(2_000, _ELEMENTS + "image-element"),
    # requests
    "trigger.seconds": Limit(3, "https://docs.slack.dev/interactivity/handling-user-interaction"),
    "answer.seconds": Limit(3, "https://docs.slack.dev/interactivity/handling-user-interaction"),
    "response_url.uses": Limit(5, "https://docs.slack.dev/interactivity/handling-user-interaction"),
    "response_url.seconds": Limit(1_800, "https://docs.slack.dev/interactivity/handling-user-interaction"),
    "page.default": Limit(100, _METHODS + "conversations.members"),
    "page.max": Limit(1_000, _METHODS + "conversations.members"),
}


def limit(key: str) -> int:
    """The number of the limit `key`; raises `KeyError` for a limit that is not in the table."""
    return LIMITS[key].value
