"""Texts as elements, what a reader sees of them, and what acts."""

from copy import deepcopy
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integration.playground_slack.blocks import Block, actions, button, mrkdwn, plain, section
from local_slack.drawing import drawn
from local_slack.mrkdwn import parse_mrkdwn, read_message, read_mrkdwn


def name_of(some_id: str) -> str:
    return {"U1": "Aino", "C1": "open-source"}.get(some_id, some_id)


def acts(text: str) -> list[tuple[str, str]]:
    return [(act.kind, act.value) for act in read_mrkdwn(text, name_of).acts]


@pytest.mark.parametrize(
    ("text", "shown", "acting"),
    [
        ("hello", "hello", []),
        ("a &amp; b &lt;c&gt;", "a & b <c>", []),
        ("&amp;amp; &quot; &#42;", "&amp; &quot; &#42;", []),
        ("<@U1> and <#C1|old>", "@Aino and #open-source", [("user", "U1"), ("channel", "C1")]),
        ("<!channel> <!here>", "@channel @here", [("broadcast", "channel"), ("broadcast", "here")]),
        ("&lt;!channel&gt; &lt;@U1&gt;", "<!channel> <@U1>", []),
        ("<https://a.org/x?a=1&amp;b=2|a &lt; b>", "a < b", [("link", "https://a.org/x?a=1&b=2")]),
        ("see https://a.org/x_y_z.", "see https://a.org/x_y_z.", [("link", "https://a.org/x_y_z")]),
        ("*bold* 2*3*4 * no *", "bold 2*3*4 * no *", [("bold", "bold")]),
        ("_it_ snake_case_name ~gone~", "it snake_case_name gone", [("italic", "it"), ("strike", "gone")]),
        ("`*code*` a`b`c", "*code* a`b`c", [("code", "*code*")]),
        ("```\nx *y*\n```", "x *y*", [("pre", "x *y*")]),
        (":tada: 12:30:45 :+1:", ":tada: 12:30:45 :+1:", [("emoji", "tada"), ("emoji", "+1")]),
        ("&gt; quoted\nnot &gt; quoted", "quoted\nnot > quoted", [("quote", "quoted")]),
        ("`<!here>`", "@here", [("broadcast", "here"), ("code", "@here")]),
        ("*<@U1>*", "@Aino", [("user", "U1"), ("bold", "@Aino")]),
    ],
)
def test_mrkdwn(text: str, shown: str, acting: list[tuple[str, str]]) -> None:
    reading = read_mrkdwn(text, name_of)
    assert reading.text == shown
    assert sorted(acts(text)) == sorted(acting)


@given(st.text(alphabet=st.sampled_from("<>&!@#| abc\u202eäé한🎉"), max_size=60))
def test_escaped_text_reads_as_typed_and_calls_nobody(typed: str) -> None:
    escaped = typed.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    reading = read_mrkdwn(f"text: {escaped}", name_of)
    assert reading.text == f"text: {typed}"
    assert reading.acts == []


@given(st.text(alphabet=st.sampled_from("<>&*_~`:!@x y\n\x00"), max_size=60))
def test_any_text_can_be_read(typed: str) -> None:
    assert isinstance(read_mrkdwn(typed, name_of).text, str)


def test_plain_text_has_no_markup_but_emoji() -> None:
    words = "*a* <!channel> &amp; :tada::wave::skin-tone-3: a::lock::b"
    block: Block = {"type": "header", "text": plain(words)}
    reading = read_message("", [block], name_of)
    assert reading.text == words
    assert [(act.kind, act.value) for act in reading.acts] == [("emoji", "tada"), ("emoji", "wave::skin-tone-3")]
    quiet: Block = {"type": "header", "text": {**plain(":tada:"), "emoji": False}}
    assert read_message("", [quiet], name_of).acts == []


def test_a_verbatim_text_links_no_bare_address() -> None:
    block: Block = {"type": "section", "text": {**mrkdwn("https://a.org <https://b.org>"), "verbatim": True}}
    assert [(act.kind, act.value) for act in read_message("", [block], name_of).acts] == [("link", "https://b.org")]


def test_rich_text_shows_text_as_it_is() -> None:
    block: Block = {
        "type": "rich_text",
        "elements": [
            {
                "type": "rich_text_section",
                "elements": [
                    {"type": "text", "text": "*a* <!channel> &amp; :tada: "},
                    {"type": "user", "user_id": "U1"},
                    {"type": "link", "url": "https://a.org", "text": " here"},
                ],
            }
        ],
    }
    reading = read_message("", [block], name_of)
    assert reading.text == "*a* <!channel> &amp; :tada: @Aino here"
    assert [(act.kind, act.value) for act in reading.acts] == [("user", "U1"), ("link", "https://a.org")]


def test_a_message_with_blocks_is_read_from_them_and_its_text_can_still_call() -> None:
    blocks: list[Block] = [section("one", fields=[mrkdwn("two")]), {"type": "divider"}, actions(button())]
    reading = read_message("fallback <!channel> *bold*", blocks, name_of)
    assert reading.text == "one\ntwo\n[Go]"
    assert [(act.kind, act.value, act.where) for act in reading.acts] == [("broadcast", "channel", "text")]


def text(words: str) -> Block:
    return {"type": "text", "text": words}


@pytest.mark.parametrize(
    ("source", "elements"),
    [
        ("", []),
        ("a &lt;b&gt;", [text("a <b>")]),
        (
            "*bold _both <@U1>_*",
            [
                {
                    "type": "bold",
                    "elements": [
                        text("bold "),
                        {"type": "italic", "elements": [text("both "), {"type": "user", "user_id": "U1"}]},
                    ],
                }
            ],
        ),
        (
            "before\n> one\n> *two*\nafter",
            [
                text("before"),
                {"type": "quote", "elements": [text("one\n"), {"type": "bold", "elements": [text("two")]}]},
                text("after"),
            ],
        ),
        (
            "`*a*` ```\n~b~\n```",
            [{"type": "code", "elements": [text("*a*")]}, text(" "), {"type": "pre", "elements": [text("~b~")]}],
        ),
        ("<https://a.org?x&amp;y|&lt;A&gt;>", [{"type": "link", "url": "https://a.org?x&y", "text": "<A>"}]),
        ("https://a.org/_x_y.", [{"type": "link", "url": "https://a.org/_x_y", "text": ""}, text(".")]),
        ("<#C1|old><!here>", [{"type": "channel", "channel_id": "C1"}, {"type": "broadcast", "range": "here"}]),
        ("<!subteam^S1|@devs>", [{"type": "usergroup", "usergroup_id": "S1", "text": "@devs"}]),
        (
            "<!date^1700000000^{date} at {time}|then>",
            [{"type": "date", "timestamp": "1700000000", "format": "{date} at {time}", "fallback": "then"}],
        ),
        (":wave::skin-tone-3: 12:30:45", [{"type": "emoji", "name": "wave::skin-tone-3"}, text(" 12:30:45")]),
        (
            ":+1::skin-tone-2::tada:",
            [{"type": "emoji", "name": "+1::skin-tone-2"}, {"type": "emoji", "name": "tada"}],
        ),
        ("a::lock::b :tada::", [text("a::lock::b :tada::")]),
    ],
)
def test_a_text_becomes_elements_once(source: str, elements: list[Block]) -> None:
    assert list(parse_mrkdwn(source)) == elements


@pytest.mark.parametrize("broken", ["<!date^|x>", "<!date^soon|x>", "<!date|x>", "<!subteam^>", "<@>", "<|>", "<|x>"])
def test_a_broken_control_sequence_can_be_read(broken: str) -> None:
    assert read_mrkdwn(f"a {broken} b", name_of).text.startswith("a ")


def test_what_the_page_draws_holds_no_text_that_is_not_parsed() -> None:
    confirm: Block = {"title": plain("Sure?"), "text": mrkdwn("*really*"), "confirm": plain("Yes"), "deny": plain("No")}
    select: Block = {
        "type": "static_select",
        "action_id": "pick",
        "placeholder": plain("Pick"),
        "confirm": confirm,
        "option_groups": [{"label": plain("Group"), "options": [{"text": plain("One"), "value": "1"}]}],
    }
    blocks: list[Block] = [
        section("*text*", fields=[mrkdwn("_field_"), plain(":tada:")], accessory=select),
        {"type": "context", "elements": [mrkdwn("`small`")]},
        {
            "type": "input",
            "label": plain("Label"),
            "hint": plain("Hint"),
            "element": {**select, "type": "radio_buttons"},
        },
        {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [text("*as it is*")]}]},
    ]

    def texts(value: Any) -> list[Block]:
        if isinstance(value, dict):
            found: Block = cast("Block", value)
            here = [found] if found.get("type") in ("mrkdwn", "plain_text") else []
            return here + [each for inner in found.values() for each in texts(inner)]
        return [each for inner in cast("list[Any]", value) for each in texts(inner)] if isinstance(value, list) else []

    before = deepcopy(blocks)
    whole: dict[str, Any] = {"blocks": blocks}
    shown: dict[str, Any] = drawn(whole)
    assert blocks == before
    assert len(texts(shown)) == len(texts(blocks)) == 20
    assert all("text" not in each for each in texts(shown))
    assert shown["blocks"][0]["text"]["elements"] == [{"type": "bold", "elements": [text("text")]}]
    assert shown["blocks"][0]["fields"][1]["elements"] == [{"type": "emoji", "name": "tada"}]
    asked = shown["blocks"][0]["accessory"]["confirm"]
    assert asked["text"]["elements"] == [{"type": "bold", "elements": [text("really")]}]
    assert shown["blocks"][2]["element"]["option_groups"][0]["options"][0]["value"] == "1"
    assert shown["blocks"][3] == blocks[3]
