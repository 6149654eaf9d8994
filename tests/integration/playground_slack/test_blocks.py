"""What Block Kit allows: each rule broken once, borders tried from both sides, the table compared with another."""

from typing import Any

import pytest
import slackblocks._limits as published  # the registry's numbers have no public name
from hypothesis import given
from hypothesis import strategies as st

from integration.playground_slack.blocks import (
    Block,
    actions,
    button,
    input_block,
    modal,
    mrkdwn,
    option,
    options,
    plain,
    section,
    text_input,
)
from local_slack.blocks import check_message_blocks, check_view
from local_slack.errors import SlackError
from local_slack.limits import LIMITS

CONFIRM: Block = {"title": plain("Sure?"), "text": mrkdwn("*Really*?"), "confirm": plain("Yes"), "deny": plain("No")}
IMAGE: Block = {"type": "image", "image_url": "https://example.org/a.png", "alt_text": "a picture"}


def static_select(**more: Any) -> Block:
    return {"type": "static_select", "action_id": "level", "options": options(3), **more}


def rich_text(*elements: Block) -> Block:
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": list(elements)}]}


GOOD: list[Block] = [
    {"type": "header", "text": plain("x" * 150)},
    section("x" * 3_000),
    {"type": "section", "fields": [mrkdwn("x" * 2_000)] * 6 + [mrkdwn("x")] * 4},
    section(accessory=button(value="v" * 2_000, style="danger", confirm=CONFIRM)),
    section(accessory=IMAGE),
    section(accessory=static_select(initial_option=option("value1"), placeholder=plain("Choose"))),
    section(accessory={"type": "multi_static_select", "action_id": "many", "options": options(100)}),
    {"type": "context", "elements": [mrkdwn("a"), IMAGE]},
    {"type": "divider"},
    {"type": "divider", "block_id": "b" * 255},
    actions(button("a"), button("b", url="https://example.org"), static_select()),
    actions({"type": "overflow", "action_id": "more", "options": options(5)}),
    actions({"type": "datepicker", "action_id": "day", "initial_date": "2026-02-28"}),
    actions({"type": "users_select", "action_id": "who"}, {"type": "conversations_select", "action_id": "where"}),
    actions({"type": "checkboxes", "action_id": "c", "options": [{"text": mrkdwn("*a*"), "value": "a"}]}),
    {**IMAGE, "title": plain("Picture")},
    input_block(text_input(min_length=50, max_length=2_000, initial_value="short", multiline=True)),
    input_block({"type": "url_text_input", "action_id": "url", "initial_value": "https://example.org/x?y=z"}),
    input_block({"type": "email_text_input", "action_id": "mail", "initial_value": "a@example.org"}),
    input_block({"type": "number_input", "action_id": "n", "is_decimal_allowed": False, "initial_value": "3"}),
    input_block({"type": "radio_buttons", "action_id": "r", "options": options(10)}, optional=True, hint=plain("Hint")),
    rich_text({"type": "text", "text": "a", "style": {"bold": True}}, {"type": "user", "user_id": "U1"}),
]

BAD: list[tuple[Block, str]] = [
    ({"text": plain("x")}, "missing required field: type [json-pointer:/blocks/0]"),
    ({"type": "sectoin"}, "unsupported type: sectoin [json-pointer:/blocks/0/type]"),
    ({"type": "header", "text": mrkdwn("x")}, "must be a valid enum value [json-pointer:/blocks/0/text/type]"),
    (
        {"type": "header", "text": plain("x" * 151)},
        "must be less than 151 characters [json-pointer:/blocks/0/text/text]",
    ),
    ({"type": "header", "text": plain("")}, "must be more than 0 characters [json-pointer:/blocks/0/text/text]"),
    (section("x" * 3_001), "must be less than 3001 characters [json-pointer:/blocks/0/text/text]"),
    ({"type": "section"}, "must define either `text` or `fields` [json-pointer:/blocks/0/type]"),
    (
        {"type": "section", "fields": [mrkdwn("x")] * 11},
        "no more than 10 items allowed [json-pointer:/blocks/0/fields]",
    ),
    (
        {"type": "section", "fields": [mrkdwn("x" * 2_001)]},
        "must be less than 2001 characters [json-pointer:/blocks/0/fields/0/text]",
    ),
    (section(colour="red"), "invalid additional property: colour [json-pointer:/blocks/0]"),
    (section(block_id="b" * 256), "must be less than 256 characters [json-pointer:/blocks/0/block_id]"),
    (
        {"type": "section", "text": {"type": "mrkdwn", "text": "x", "emoji": True}},
        "invalid additional property: emoji [json-pointer:/blocks/0/text]",
    ),
    (
        section(accessory={"type": "slider", "action_id": "s"}),
        "unsupported type: slider [json-pointer:/blocks/0/accessory/type]",
    ),
    (
        section(accessory=text_input()),
        "unsupported type: plain_text_input [json-pointer:/blocks/0/accessory/type]",
    ),
    (actions(), "no less than 1 items allowed [json-pointer:/blocks/0/elements]"),
    (
        actions(*(button(f"b{number}") for number in range(26))),
        "no more than 25 items allowed [json-pointer:/blocks/0/elements]",
    ),
    (
        actions(button("same"), button("same")),
        '`action_id` "same" already exists [json-pointer:/blocks/0/elements/1/action_id]',
    ),
    (
        actions({**button(), "text": plain("x" * 76)}),
        "must be less than 76 characters [json-pointer:/blocks/0/elements/0/text/text]",
    ),
    (actions(button(value="v" * 2_001)), "must be less than 2001 characters [json-pointer:/blocks/0/elements/0/value]"),
    (actions(button(style="blue")), "must be a valid enum value [json-pointer:/blocks/0/elements/0/style]"),
    (actions(button(url="example.org")), "must be a valid url [json-pointer:/blocks/0/elements/0/url]"),
    (
        actions(button(confirm={**CONFIRM, "title": plain("x" * 101)})),
        "must be less than 101 characters [json-pointer:/blocks/0/elements/0/confirm/title/text]",
    ),
    (
        actions(static_select(options=[])),
        "no less than 1 items allowed [json-pointer:/blocks/0/elements/0/options]",
    ),
    (
        actions(static_select(options=options(101))),
        "no more than 100 items allowed [json-pointer:/blocks/0/elements/0/options]",
    ),
    (
        actions(static_select(initial_option=option("other"))),
        "initial_option must match one of the options [json-pointer:/blocks/0/elements/0/initial_option]",
    ),
    (
        actions(static_select(options=[option("a", "x" * 76)])),
        "must be less than 76 characters [json-pointer:/blocks/0/elements/0/options/0/text/text]",
    ),
    (
        actions(static_select(options=[option("v" * 151, "a")])),
        "must be less than 151 characters [json-pointer:/blocks/0/elements/0/options/0/value]",
    ),
    (
        actions({"type": "datepicker", "action_id": "d", "initial_date": "2026-02-30"}),
        "must be a valid date in the format YYYY-MM-DD [json-pointer:/blocks/0/elements/0/initial_date]",
    ),
    (
        {"type": "context", "elements": [plain("x")] * 11},
        "no more than 10 items allowed [json-pointer:/blocks/0/elements]",
    ),
    ({"type": "image", "image_url": "https://a.org/b"}, "missing required field: alt_text [json-pointer:/blocks/0]"),
    (
        input_block(text_input(max_length=3_001)),
        "must be less than or equal to 3000 [json-pointer:/blocks/0/element/max_length]",
    ),
    (
        input_block(text_input(max_length=3, initial_value="four")),
        "must be less than 4 characters [json-pointer:/blocks/0/element/initial_value]",
    ),
    (
        input_block(text_input(min_length=5, max_length=4)),
        "min_length must be less than or equal to max_length [json-pointer:/blocks/0/element/min_length]",
    ),
    (
        input_block({"type": "url_text_input", "action_id": "u", "initial_value": "no url"}),
        "must be a valid url [json-pointer:/blocks/0/element/initial_value]",
    ),
    (input_block(button()), "unsupported type: button [json-pointer:/blocks/0/element/type]"),
    ({"type": "input", "element": text_input()}, "missing required field: label [json-pointer:/blocks/0]"),
    (
        rich_text({"type": "shout", "text": "x"}),
        "unsupported type: shout [json-pointer:/blocks/0/elements/0/elements/0/type]",
    ),
]


def problems(blocks: list[Any]) -> list[str]:
    with pytest.raises(SlackError) as caught:
        check_message_blocks(blocks)
    assert caught.value.code == "invalid_blocks"
    return list(caught.value.problems)


@pytest.mark.parametrize("block", GOOD, ids=[f"{number} {block['type']}" for number, block in enumerate(GOOD)])
def test_what_slack_takes(block: Block) -> None:
    check_message_blocks([block])


@pytest.mark.parametrize(("block", "problem"), BAD, ids=[problem for _block, problem in BAD])
def test_what_slack_refuses(block: Block, problem: str) -> None:
    assert problems([block]) == [problem]


def test_a_message_as_a_whole() -> None:
    dividers: list[Any] = [{"type": "divider"}] * 50
    check_message_blocks(dividers)
    assert problems([*dividers, {"type": "divider"}]) == ["no more than 50 items allowed [json-pointer:/blocks]"]
    twice = [section(block_id="same"), section(block_id="same")]
    assert problems(twice) == ['`block_id` "same" already exists [json-pointer:/blocks/1/block_id]']
    assert problems(["text"]) == ["must provide an object [json-pointer:/blocks/0]"]
    check_message_blocks([actions(button("same")), actions(button("same"))])


def refused_view(view: Block, kind: str = "modal") -> list[str]:
    with pytest.raises(SlackError) as caught:
        check_view(view, kind)
    assert caught.value.code == "invalid_arguments"
    return list(caught.value.problems)


def test_what_a_modal_must_be() -> None:
    form = input_block(text_input())
    check_view(modal(form, private_metadata="x" * 3_000), "modal")
    assert refused_view(modal(form, title=plain("x" * 25))) == [
        "must be less than 25 characters [json-pointer:/view/title/text]"
    ]
    assert refused_view(modal(form, private_metadata="x" * 3_001)) == [
        "must be less than 3001 characters [json-pointer:/view/private_metadata]"
    ]
    assert refused_view(modal(form, submit_disabled=True)) == [
        "invalid additional property: submit_disabled [json-pointer:/view]"
    ]
    without = {key: value for key, value in modal(section(), form).items() if key != "submit"}
    assert refused_view(without) == [
        "must define `submit` to use an `input` block in modals [json-pointer:/view/blocks/1/input]"
    ]
    assert refused_view({"type": "modal"}) == [
        "missing required field: title [json-pointer:/view]",
        "missing required field: blocks [json-pointer:/view]",
    ]
    assert refused_view(modal(section("")))[0].endswith("[json-pointer:/view/blocks/0/text/text]")
    focus = [input_block(text_input(f"i{number}", focus_on_load=True)) for number in range(2)]
    assert refused_view(modal(*focus))[0].startswith("only one element can have focus_on_load")
    assert refused_view({"type": "home", "blocks": []}) == ["unsupported type: home [json-pointer:/view/type]"]


def test_home_tabs() -> None:
    check_view({"type": "home", "blocks": [section()]}, "home")
    full: Block = {"type": "home", "blocks": [{"type": "divider"}] * 100}
    check_view(full, "home")
    assert refused_view({"type": "home", "blocks": [{"type": "divider"}] * 101}, "home") == [
        "no more than 100 items allowed [json-pointer:/view/blocks]"
    ]
    assert refused_view({"type": "home", "blocks": [], "title": plain("x")}, "home") == [
        "invalid additional property: title [json-pointer:/view]"
    ]


def test_a_view_has_a_size() -> None:
    huge = modal(*(section("ä" * 3_000) for _ in range(50)))
    with pytest.raises(SlackError, match="view_too_large"):
        check_view(huge, "modal")


_JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["type", "text", "elements", "element", "options", "fields", "accessory", "value", "initial_option"]
            )
            | st.text(max_size=4),
            inner | st.sampled_from([*{block["type"] for block in GOOD}, "button", "static_select", "mrkdwn"]),
            max_size=5,
        )
    ),
    max_leaves=20,
)


@given(st.lists(_JSON, max_size=4))
def test_whatever_comes_is_taken_or_refused_in_words(blocks: list[Any]) -> None:
    try:
        check_message_blocks(blocks)
    except SlackError as refused:
        outcome = (refused.code, bool(refused.problems))
    else:
        outcome = ("", False)
    assert outcome in (("invalid_blocks", True), ("msg_blocks_too_long", False), ("", False))


def test_the_table_agrees_with_the_published_registry() -> None:
    names = {key: key.upper().replace(".", "_") for key in LIMITS}
    compared = {
        key: (LIMITS[key].value, getattr(published, name)) for key, name in names.items() if hasattr(published, name)
    }
    assert len(compared) > 40
    assert {key: both for key, both in compared.items() if both[0] != both[1]} == {}
    assert all(each.source for each in LIMITS.values())
