"""Buttons and other elements, shortcuts and the home tab: what reaches the bot, and who can use them."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from integration.playground_slack.blocks import (
    AINO,
    EINO,
    MAIJA,
    MANAGEMENT,
    MATTI,
    PUBLIC,
    Block,
    actions,
    button,
    modal,
    option,
    options,
    section,
)
from integration.playground_slack.bot import Answer, FakeBot, Received
from integration.playground_slack.web import Web
from local_slack.client import ControlRefusedError, SlackControl
from local_slack.control_models import InteractionResult
from local_slack.server import SlackServer

DECISION: list[Block] = [
    section("A contribution", block_id="facts"),
    actions(button("accept", value="key", style="primary"), button("decline", value="key"), block_id="decision"),
]


def test_a_press_arrives_as_slack_sends_it(control: SlackControl, bot: FakeBot, web: Web, server: SlackServer) -> None:
    ts = web("chat.postMessage", channel=MANAGEMENT, text="A contribution", blocks=DECISION)["ts"]
    result = control.press(MAIJA, "accept", channel=MANAGEMENT)
    assert (result.status, result.error, result.body) == (200, None, "")
    (received,) = bot.received
    assert received.signed
    payload = received.payload
    assert payload["type"] == "block_actions"
    assert payload["user"] == {"id": MAIJA, "username": "maija", "name": "maija", "team_id": "T0OSSI001"}
    assert payload["container"] == {
        "type": "message",
        "message_ts": ts,
        "channel_id": MANAGEMENT,
        "is_ephemeral": False,
    }
    assert payload["channel"]["id"] == MANAGEMENT
    assert payload["message"]["ts"] == ts
    assert payload["message"]["blocks"] == DECISION
    assert payload["response_url"].startswith(server.url)
    (action,) = payload["actions"]
    assert float(action.pop("action_ts")) > 0
    assert action == {
        "type": "button",
        "action_id": "accept",
        "block_id": "decision",
        "text": {"type": "plain_text", "text": "Go"},
        "value": "key",
        "style": "primary",
    }


def test_two_presses_run_at_the_same_time(control: SlackControl, bot: FakeBot, web: Web) -> None:
    web("chat.postMessage", channel=MANAGEMENT, text="A contribution", blocks=DECISION)
    together = Barrier(2, timeout=5)

    def answer(_received: Received) -> Answer:
        together.wait()
        return Answer()

    bot.reply = answer

    def press(who_what: tuple[str, str]) -> InteractionResult:
        return control.press(who_what[0], who_what[1], channel=MANAGEMENT)

    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(press, [(MAIJA, "accept"), (MATTI, "decline")]))
    assert [result.error for result in results] == [None, None]
    assert {payload["actions"][0]["action_id"] for payload in bot.of_type("block_actions")} == {"accept", "decline"}


def test_an_ephemeral_message_is_pressed_by_its_reader_only(control: SlackControl, bot: FakeBot) -> None:
    bot.reply = lambda received: (
        Answer.of({"text": "page 1", "blocks": [actions(button("next"))]})
        if "command" in received.payload
        else Answer()
    )
    ts = control.command(AINO, "list", channel=PUBLIC).ephemeral[0].ts
    with pytest.raises(ControlRefusedError, match="sees nothing with the action_id next"):
        control.press(EINO, "next")
    assert control.press(AINO, "next").status == 200
    (payload,) = bot.of_type("block_actions")
    assert payload["container"] == {"type": "message", "message_ts": ts, "channel_id": PUBLIC, "is_ephemeral": True}
    assert "message" not in payload


def test_a_channel_of_others_is_not_pressed_in(control: SlackControl, bot: FakeBot, web: Web) -> None:
    web("chat.postMessage", channel=MANAGEMENT, text="x", blocks=DECISION)
    with pytest.raises(ControlRefusedError, match="is not in ossi-management"):
        control.press(AINO, "accept", channel=MANAGEMENT)
    with pytest.raises(ControlRefusedError, match="sees nothing"):
        control.press(AINO, "accept")
    assert bot.received == []


def test_the_latest_message_is_meant_unless_one_is_named(control: SlackControl, bot: FakeBot, web: Web) -> None:
    first = web("chat.postMessage", channel=PUBLIC, text="1", blocks=DECISION)["ts"]
    second = web("chat.postMessage", channel=PUBLIC, text="2", blocks=DECISION)["ts"]
    control.press(AINO, "accept", channel=PUBLIC)
    control.press(AINO, "accept", channel=PUBLIC, ts=first)
    assert [each["message"]["ts"] for each in bot.of_type("block_actions")] == [second, first]


def test_elements_that_choose(control: SlackControl, bot: FakeBot, web: Web) -> None:
    elements: list[Block] = [
        {"type": "static_select", "action_id": "level", "options": options(3)},
        {"type": "overflow", "action_id": "more", "options": options(2)},
        {"type": "datepicker", "action_id": "day"},
        {"type": "checkboxes", "action_id": "tags", "options": options(2)},
        {"type": "users_select", "action_id": "who"},
        button("row", value="1"),
    ]
    blocks = [actions(*elements, block_id="one"), actions(button("row", value="2"), block_id="two")]
    web("chat.postMessage", channel=PUBLIC, text="x", blocks=blocks)
    presses: list[tuple[str, str | list[str]]] = [
        ("level", "value2"),
        ("more", "value1"),
        ("day", "2026-11-23"),
        ("tags", ["value0", "value1"]),
        ("who", EINO),
        ("row", "2"),
    ]
    for action_id, value in presses:
        control.press(AINO, action_id, value=value)
    chosen = [payload["actions"][0] for payload in bot.of_type("block_actions")]
    assert chosen[0]["selected_option"] == option("value2")
    assert chosen[1]["selected_option"] == option("value1")
    assert chosen[2]["selected_date"] == "2026-11-23"
    assert [each["value"] for each in chosen[3]["selected_options"]] == ["value0", "value1"]
    assert chosen[4]["selected_user"] == EINO
    assert (chosen[5]["block_id"], chosen[5]["value"]) == ("two", "2")
    state = bot.of_type("block_actions")[0]["state"]["values"]["one"]
    assert state["level"]["selected_option"] == option("value2")
    with pytest.raises(ControlRefusedError, match="has no option"):
        control.press(AINO, "level", value="value9")


def test_a_press_that_fails_is_reported(control: SlackControl, bot: FakeBot, web: Web) -> None:
    web("chat.postMessage", channel=PUBLIC, text="x", blocks=DECISION)
    bot.reply = lambda _received: Answer(500)
    result = control.press(AINO, "accept")
    assert (result.status, result.error) == (500, "dispatch_failed")


def test_a_press_can_open_a_modal_and_bring_private_messages(control: SlackControl, bot: FakeBot, web: Web) -> None:
    web("chat.postMessage", channel=PUBLIC, text="x", blocks=DECISION)

    def answer(received: Received) -> Answer:
        web("views.open", trigger_id=received.payload["trigger_id"], view=modal(section("why?")))
        web("chat.postEphemeral", channel=PUBLIC, user=AINO, text="only you")
        return Answer()

    bot.reply = answer
    result = control.press(AINO, "decline")
    assert result.view is not None
    assert result.view.rendered == "why?"
    assert [message.text for message in result.ephemeral] == ["only you"]


def test_shortcuts(control: SlackControl, bot: FakeBot, web: Web) -> None:
    control.shortcut(AINO, "new_contribution")
    (payload,) = bot.of_type("shortcut")
    assert (payload["callback_id"], payload["user"]["id"]) == ("new_contribution", AINO)
    assert "response_url" not in payload
    message = control.say(PUBLIC, EINO, "look at https://example.org/1")
    control.message_shortcut(AINO, PUBLIC, message.ts, "register")
    (payload,) = bot.of_type("message_action")
    assert payload["message"]["text"] == "look at https://example.org/1"
    assert (payload["message"]["user"], payload["channel"]["id"]) == (EINO, PUBLIC)
    assert payload["response_url"]
    web("views.open", trigger_id=payload["trigger_id"], view=modal(section()))
    with pytest.raises(ControlRefusedError, match="there is no message"):
        control.message_shortcut(AINO, PUBLIC, "1.2", "register")


def test_the_home_tab(control: SlackControl, bot: FakeBot, web: Web) -> None:
    home: Block = {"type": "home", "blocks": [section("Welcome"), actions(button("start"))]}

    def answer(received: Received) -> Answer:
        if received.payload["type"] == "event_callback":
            web("views.publish", user_id=received.payload["event"]["user"], view=home)
        return Answer()

    bot.reply = answer
    result = control.home(AINO)
    (received,) = bot.received
    assert received.signed
    assert received.payload["event"]["type"] == "app_home_opened"
    assert received.payload["event"]["tab"] == "home"
    assert result.view is not None
    assert result.view.rendered == "Welcome\n[Go]"
    shown = control.home_view(AINO)
    assert shown is not None
    assert shown.id == result.view.id
    control.press(AINO, "start")
    (payload,) = bot.of_type("block_actions")
    assert payload["view"]["type"] == "home"
    assert web.error("views.publish", user_id="U0NOBODY1", view=home) == "user_not_found"
    assert web.error("views.publish", user_id=AINO, view=home, hash="1.a") == "hash_conflict"
    assert control.views(AINO) == []
