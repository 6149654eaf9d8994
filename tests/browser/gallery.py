"""Every kind of block and element that the local Slack knows, with texts that try to be more than text."""

from typing import Any

Block = dict[str, Any]


def plain(text: str) -> Block:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str) -> Block:
    return {"type": "mrkdwn", "text": text}


def option(value: str) -> Block:
    return {"text": plain(value.capitalize()), "value": value}


COLOURS = [option("red"), option("green"), option("blue")]
CONFIRM: Block = {
    "title": plain("Are you sure?"),
    "text": mrkdwn("This *cannot* be undone."),
    "confirm": plain("Do it"),
    "deny": plain("Leave it"),
    "style": "danger",
}
TEXTS: list[Block] = [
    {"type": "header", "text": plain("A header :tada: *literal*")},
    {
        "type": "section",
        "text": mrkdwn(
            "*bold* _italic_ ~gone~ `code &lt;&amp;&gt;` <https://example.org/a?b=1&amp;c=2|a link> <@U0EINO001> <#C0OPENSRC> "
            "<!here> :wave: 09:30:15 &lt;!channel&gt; &amp;lt; <javascript:alert(1)|trap>"
        ),
    },
    {"type": "section", "text": mrkdwn("before\n> quoted\n> twice\nafter\n```pre *not bold*\nformatted```")},
    {"type": "section", "fields": [mrkdwn("*One*\n1"), plain("two <b>"), mrkdwn("three"), mrkdwn("four")]},
    {"type": "context", "elements": [mrkdwn("small _print_"), plain("<img src=x onerror=alert(1)>")]},
    {"type": "divider"},
    {
        "type": "rich_text",
        "elements": [
            {
                "type": "rich_text_section",
                "elements": [
                    {"type": "text", "text": "Rich ", "style": {"bold": True, "italic": True}},
                    {"type": "user", "user_id": "U0AINO001"},
                    {"type": "text", "text": " <!channel> *literal* "},
                    {"type": "emoji", "name": "+1"},
                    {"type": "link", "url": "https://example.org/rich", "text": "there"},
                ],
            },
            {
                "type": "rich_text_list",
                "style": "ordered",
                "elements": [
                    {"type": "rich_text_section", "elements": [{"type": "text", "text": "first"}]},
                    {"type": "rich_text_section", "elements": [{"type": "text", "text": "second"}]},
                ],
            },
            {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": "x = <y>"}]},
            {"type": "rich_text_quote", "elements": [{"type": "text", "text": "wise words"}]},
        ],
    },
    {
        "type": "section",
        "text": mrkdwn("With a picture"),
        "accessory": {"type": "image", "image_url": "https://example.invalid/a.png", "alt_text": "a small picture"},
    },
]
ACTING: list[Block] = [
    {
        "type": "actions",
        "block_id": "row",
        "elements": [
            {"type": "button", "action_id": "plain", "text": plain("Plain"), "value": "p"},
            {"type": "button", "action_id": "sure", "text": plain("Remove"), "style": "danger", "confirm": CONFIRM},
            {"type": "static_select", "action_id": "colour", "placeholder": plain("Colour"), "options": COLOURS},
            {"type": "datepicker", "action_id": "day", "placeholder": plain("Day")},
            {"type": "overflow", "action_id": "more", "options": [option("copy"), option("move")]},
        ],
    },
    {
        "type": "section",
        "block_id": "beside",
        "text": mrkdwn("Pick some"),
        "accessory": {"type": "checkboxes", "action_id": "some", "options": COLOURS},
    },
    {
        "type": "section",
        "block_id": "one",
        "text": mrkdwn("Pick one"),
        "accessory": {"type": "radio_buttons", "action_id": "one", "options": COLOURS},
    },
]


def entry(block_id: str, label: str, element: Block, **more: Any) -> Block:
    return {
        "type": "input",
        "block_id": block_id,
        "label": plain(label),
        "element": {"action_id": block_id, **element},
        **more,
    }


def modal() -> Block:
    """Every kind of field."""
    return {
        "type": "modal",
        "callback_id": "all",
        "title": plain("All fields"),
        "submit": plain("Send it"),
        "close": plain("Not now"),
        "notify_on_close": True,
        "blocks": [
            {"type": "section", "text": mrkdwn("Please *fill in*.")},
            entry("words", "Words", {"type": "plain_text_input", "max_length": 20}, hint=plain("At most twenty")),
            entry("story", "Story", {"type": "plain_text_input", "multiline": True}, optional=True),
            entry("site", "Site", {"type": "url_text_input"}),
            entry("mail", "Mail", {"type": "email_text_input"}, optional=True),
            entry("count", "Count", {"type": "number_input", "is_decimal_allowed": False}, optional=True),
            entry("colour", "Colour", {"type": "static_select", "options": COLOURS, "initial_option": COLOURS[1]}),
            entry("some", "Some", {"type": "checkboxes", "options": COLOURS}, optional=True),
            entry("one", "One", {"type": "radio_buttons", "options": COLOURS}),
            entry("day", "Day", {"type": "datepicker"}),
            entry("who", "Who", {"type": "users_select"}, optional=True),
            {
                "type": "actions",
                "block_id": "extra",
                "elements": [{"type": "button", "action_id": "again", "text": plain("Another field"), "value": "x"}],
            },
        ],
    }
