"""Typed text in Slack: escaped within a length, or literal in rich_text."""

import html
import re
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes import HELSINKI
from local_slack.mrkdwn import Reading, read_block, read_mrkdwn
from ossi.slack.block_kit import (
    blocks_of,
    escape,
    escape_within,
    link,
    local_time,
    mention,
    month_label,
    rich,
    section,
    shorten,
    typed,
)
from unit.messages.judge import UGLY, name_of

SIGNS = st.text(st.sampled_from("&<>;ampltgx :!@#|*_~`\n"))


def elements_of(text: str) -> list[dict[str, Any]]:
    (block,) = blocks_of(rich(section(*typed(text))))
    return block["elements"][0]["elements"]


def reading_of(text: str) -> Reading:
    (block,) = blocks_of(rich(section(*typed(text))))
    return read_block(block, name_of)


@given(st.text() | SIGNS)
def test_escaped_text_holds_no_sign_that_acts_and_reads_back(text: str) -> None:
    escaped = escape(text)
    assert not set("<>") & set(escaped)
    assert re.sub("&(amp|lt|gt);", "", escaped).count("&") == 0
    assert escaped.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&") == text


@given(SIGNS | st.text(), st.integers(1, 60))
def test_what_is_cut_stays_within_its_length_and_keeps_its_entities_whole(text: str, length: int) -> None:
    cut = escape_within(text, length)
    assert len(cut) <= length
    if len(escape(text)) <= length:
        assert cut == escape(text)
    else:
        kept = cut.removesuffix("…")
        assert cut.endswith("…")
        assert any(kept == escape(text[:end]) for end in range(len(text)))


@given(st.text(), st.integers(1, 50))
def test_shortened_text_is_the_beginning_of_the_text(text: str, length: int) -> None:
    short = shorten(text, length)
    assert len(short) <= length
    assert short == text if len(text) <= length else text.startswith(short.removesuffix("…"))


@pytest.mark.parametrize("text", UGLY.values(), ids=UGLY.keys())
def test_escaped_text_calls_nobody_and_leads_nowhere(text: str) -> None:
    acts = read_mrkdwn(escape(text), name_of, verbatim=True).acts
    assert not {act.kind for act in acts} & {"user", "channel", "usergroup", "broadcast", "date", "link"}


@pytest.mark.parametrize("text", UGLY.values(), ids=UGLY.keys())
def test_typed_text_reads_as_it_was_typed(text: str) -> None:
    reading = reading_of(text)
    assert reading.text == text
    assert {act.kind for act in reading.acts} <= {"emoji"}


@given(st.text() | SIGNS | st.text(st.sampled_from(":a1+-_ ")))
def test_whatever_is_typed_is_literal(text: str) -> None:
    reading = reading_of(text)
    assert reading.text == text
    assert {act.kind for act in reading.acts} <= {"emoji"}
    assert all(element.get("text", "x") for element in elements_of(text)), "Slack takes no empty text"


@pytest.mark.parametrize(
    ("text", "pictures"),
    [(":tada:", ["tada"]), (":+1: :-1: :100:", ["+1", "-1", "100"]), ("a:b:c", ["b"]), ("12:30:45", []), ("::", []),
     (":Tada:", []), (":no emoji:", []), (f":{'a' * 101}:", []),
     (":wave::skin-tone-3:", ["wave::skin-tone-3"]), (":+1::skin-tone-6:", ["+1::skin-tone-6"]), (":skin-tone-2:", ["skin-tone-2"]),
     (":wave::skin-tone-7:", ["wave", "skin-tone-7"]), (":wave::tada::+1:", ["wave", "tada", "+1"]), ("done:tada:", ["tada"]),
     (":wave::skin-tone-3::wave::skin-tone-4:", ["wave::skin-tone-3", "wave::skin-tone-4"]),
     ("a::lock::b", []), ("std::lock::guard", []), (":tada::", []), ("::tada:", []), ("a:::lock:::b", [])],
)  # fmt: skip
def test_the_codes_of_picked_emoji_become_pictures(text: str, pictures: list[str]) -> None:
    assert [element["name"] for element in elements_of(text) if element["type"] == "emoji"] == pictures


def shown(url: str, *, whole: bool = True) -> list[dict[str, object]]:
    return [element.to_dict() for element in link(url, whole=whole)]


def test_a_url_is_a_link_to_the_whole_of_it() -> None:
    url = "https://host.example/" + "x" * 400
    assert shown(url) == [{"type": "link", "url": url, "text": url[:119] + "…"}]


@pytest.mark.parametrize("url", ["HTTPS://Host.example/X", "Http://Host.example/X"])
def test_a_link_of_capital_letters_leads_there_too(url: str) -> None:
    assert shown(url) == [{"type": "link", "url": url[:5].lower() + url[5:], "text": url}]


@pytest.mark.parametrize(
    "url", ["https://", "HTTPS:host", "javascript:alert(1)", "x", "<https://host|x>", "https://h/" + "x" * 1990]
)
def test_what_cannot_be_a_link_is_shown_to_its_end(url: str) -> None:
    assert shown(url) == [{"type": "text", "text": url}]
    assert shown(url, whole=False) == [{"type": "text", "text": shorten(url, 120)}]


def test_no_url_is_said_to_be_none() -> None:
    assert shown("") == [{"type": "text", "text": "no URL"}]


@pytest.mark.parametrize(
    ("timestamp_ms", "zone", "text"),
    [
        (1_792_994_700_000, "Europe/Helsinki", "2026-10-26 08:05"),
        (1_792_994_700_000, "UTC", "2026-10-26 06:05"),
        (1_793_480_399_999, "Europe/Helsinki", "2026-10-31 22:59"),
        (1_793_487_600_000, "Europe/Helsinki", "2026-11-01 01:00"),
        (1_774_745_999_000, "Europe/Helsinki", "2026-03-29 02:59"),
        (1_774_746_000_000, "Europe/Helsinki", "2026-03-29 04:00"),
        (253_402_128_000_000, "Pacific/Kiritimati", "9999-12-30 14:00"),
        (0, "America/Los_Angeles", "1969-12-31 16:00"),
    ],
)
def test_times_are_local(timestamp_ms: int, zone: str, text: str) -> None:
    assert local_time(timestamp_ms, ZoneInfo(zone)) == text


def test_times_follow_the_zone_and_not_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    assert local_time(0, HELSINKI) == "1970-01-01 02:00"


@pytest.mark.parametrize(
    ("stored", "text"), [("2026-10", "October 2026"), ("", "no month"), ("soon", "soon"), ("2026-13", "2026-13")]
)
def test_months_have_names(stored: str, text: str) -> None:
    assert month_label(stored) == text


def test_escaping_is_slacks_and_not_htmls() -> None:
    assert escape("\"'&<>") == "\"'&amp;&lt;&gt;"
    assert html.unescape(escape("\"'&<>")) == "\"'&<>"


@pytest.mark.parametrize(
    ("user_id", "shown"),
    [
        ("U0MAIJA01", "<@U0MAIJA01>"),
        ("x> <!channel", "x&gt; &lt;!channel"),
        ("", ""),
        ("ä" * 70, "ä" * 63 + "…"),
        ("A" * 9000, "A" * 63 + "…"),
    ],
)
def test_only_an_id_is_a_mention(user_id: str, shown: str) -> None:
    assert mention(user_id) == shown
