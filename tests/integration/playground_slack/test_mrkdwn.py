"""What a reader sees, and what acts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integration.playground_slack.blocks import Block, actions, button, mrkdwn, plain, section
from local_slack.mrkdwn import read_message, read_mrkdwn


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
    block: Block = {"type": "header", "text": plain("*a* <!channel> &amp; :tada:")}
    reading = read_message("", [block], name_of)
    assert reading.text == "*a* <!channel> &amp; :tada:"
    assert [(act.kind, act.value) for act in reading.acts] == [("emoji", "tada")]
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
