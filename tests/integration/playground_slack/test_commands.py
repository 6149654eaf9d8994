"""Slash commands: what reaches the bot, and what the person sees of its answer."""

import threading
import time

import pytest

from integration.playground_slack.blocks import (
    AINO,
    EINO,
    MAIJA,
    MANAGEMENT,
    PUBLIC,
    input_block,
    modal,
    section,
    text_input,
)
from integration.playground_slack.bot import Answer, FakeBot, Received
from integration.playground_slack.conftest import MovableClock
from integration.playground_slack.web import Web
from local_slack.client import ControlRefusedError, SlackControl
from local_slack.seed import Seed
from local_slack.server import SlackServer
from ossi_playground.seed import load_seed


def test_a_command_arrives_as_slack_sends_it(control: SlackControl, bot: FakeBot, server: SlackServer) -> None:
    control.command(AINO, "new  a & b <c> ä", channel=PUBLIC)
    (received,) = bot.received
    assert received.signed
    assert received.path == "/slash"
    assert received.headers["content-type"] == "application/x-www-form-urlencoded"
    assert received.headers["user-agent"].startswith("Slackbot 1.0")
    assert abs(time.time() - int(received.headers["x-slack-request-timestamp"])) < 60
    form = received.payload
    assert form.pop("trigger_id").count(".") == 2
    assert form.pop("response_url").startswith(f"{server.url}/response/")
    assert form == {
        "token": "local-verification-token",
        "team_id": "T0OSSI001",
        "team_domain": "ossi-playground",
        "channel_id": PUBLIC,
        "channel_name": "open-source",
        "user_id": AINO,
        "user_name": "aino",
        "command": "/ossi",
        "text": "new  a & b <c> ä",
        "api_app_id": "A0OSSI001",
        "is_enterprise_install": "false",
    }


def test_the_names_of_direct_messages_and_private_channels_are_not_told(control: SlackControl, bot: FakeBot) -> None:
    control.command(MAIJA)
    control.command(MAIJA, channel=MANAGEMENT)
    assert [each.payload["channel_name"] for each in bot.received] == ["directmessage", "privategroup"]


def test_a_private_answer_is_seen_by_the_one_who_asked(control: SlackControl, bot: FakeBot) -> None:
    bot.reply = lambda _received: Answer.of({"text": "hello", "blocks": [section("*hello*")]})
    result = control.command(AINO, "help", channel=PUBLIC)
    assert (result.status, result.error) == (200, None)
    assert [message.rendered for message in result.ephemeral] == ["hello"]
    assert [message.rendered for message in control.ephemeral(AINO)] == ["hello"]
    assert control.ephemeral(EINO) == []
    assert control.messages(PUBLIC) == []
    assert control.command(AINO, "help").ephemeral[0].ts > result.ephemeral[0].ts


def test_an_answer_in_the_channel_is_seen_by_all(control: SlackControl, bot: FakeBot) -> None:
    bot.reply = lambda _received: Answer.of({"response_type": "in_channel", "text": "hello"})
    assert control.command(AINO, channel=PUBLIC).ephemeral == []
    assert [message.text for message in control.messages(PUBLIC, user=EINO)] == ["hello"]


def test_plain_text_is_an_answer_and_an_empty_body_is_none(control: SlackControl, bot: FakeBot) -> None:
    bot.reply = lambda received: Answer(body="plain *text*" if received.payload["text"] else "")
    assert [message.rendered for message in control.command(AINO, "x").ephemeral] == ["plain text"]
    assert control.command(AINO).ephemeral == []


@pytest.mark.parametrize(
    ("answer", "error", "word"),
    [
        (Answer(500, "oops"), "dispatch_failed", "dispatch_failed"),
        (Answer(302), "dispatch_failed", "dispatch_failed"),
        (Answer(200, "{", "application/json"), "invalid_command_response", "invalid_command_response"),
        (
            Answer.of({"text": "x", "blocks": [{"type": "sectoin"}]}),
            "invalid_blocks: unsupported type",
            "invalid_blocks",
        ),
        (Answer.of({"text": "x" * 40_001}), "msg_too_long", "msg_too_long"),
        (Answer.of({"text": "x", "response_type": "loud"}), "invalid_command_response", "invalid_command_response"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_bad_answer_is_shown_as_slack_shows_it(
    control: SlackControl, bot: FakeBot, answer: Answer, error: str, word: str
) -> None:
    bot.reply = lambda _received: answer
    result = control.command(AINO)
    assert (result.error or "").startswith(error)
    assert [message.text for message in result.ephemeral] == [f'/ossi failed with the error "{word}"']
    assert result.ephemeral[0].user == "USLACKBOT"


def test_a_bot_that_is_not_there(control: SlackControl, server: SlackServer, bot: FakeBot) -> None:
    server.configure_app(slash_url="http://127.0.0.1:9/slash")
    result = control.command(AINO)
    assert (result.status, result.error) == (None, "dispatch_failed")
    assert bot.received == []


def test_a_slow_answer_is_a_timeout() -> None:
    with SlackServer(load_seed(), answer_seconds=0.2) as server, SlackControl(server.url) as control:
        with pytest.raises(ControlRefusedError, match="has no slash_url"):
            control.command(AINO)
        with FakeBot(server.seed.signing_secret) as bot:
            answered = threading.Event()
            bot.reply = lambda _received: Answer(status=200 if answered.wait(30) else 500)
            control.configure_app(slash_url=bot.url, interactions_url=bot.url)
            result = control.command(AINO)
            answered.set()
    assert (result.status, result.error) == (None, "operation_timeout")
    assert 200 <= result.ms < 3_000  # not Slack's three seconds
    assert result.ephemeral[0].text == '/ossi failed with the error "operation_timeout"'


def test_slack_waits_three_seconds(control: SlackControl, bot: FakeBot) -> None:
    answered = threading.Event()

    def late(_received: Received) -> Answer:
        answered.wait(30)
        return Answer()

    bot.reply = late
    result = control.command(AINO)
    answered.set()
    assert result.error == "operation_timeout"
    # A busy machine may look at its clock late, though never early.
    assert 2_950 < result.ms < 6_000


def test_a_command_opens_a_modal(control: SlackControl, bot: FakeBot, web: Web) -> None:
    def answer(received: Received) -> Answer:
        opened = web("views.open", trigger_id=received.payload["trigger_id"], view=modal(input_block(text_input())))
        assert opened["view"]["type"] == "modal"
        return Answer()

    bot.reply = answer
    result = control.command(AINO, "new")
    assert result.error is None
    assert result.view is not None
    assert (result.view.title, result.view.callback_id) == ("Form", "form")
    assert [view.id for view in control.views(AINO)] == [result.view.id]
    assert control.views(EINO) == []


def test_a_trigger_works_once_and_for_three_seconds(
    control: SlackControl, bot: FakeBot, web: Web, clock: MovableClock
) -> None:
    view = modal(section())
    trigger = control.command(AINO).trigger_id
    assert bot.received[0].payload["trigger_id"] == trigger
    assert web.error("views.open", trigger_id="nonsense", view=view) == "invalid_arguments"
    assert web.error("views.open", trigger_id="1.2.abc", view=view) == "invalid_trigger_id"
    assert web.error("views.open", trigger_id=trigger, view={**view, "title": None}) == "invalid_arguments"
    web("views.open", trigger_id=trigger, view=view)
    assert web.error("views.open", trigger_id=trigger, view=view) == "exchanged_trigger_id"
    late = control.command(AINO).trigger_id
    clock.ahead += 3.5
    assert web.error("views.open", trigger_id=late, view=view) == "expired_trigger_id"


def test_people_can_only_do_what_people_can(control: SlackControl, bot: FakeBot) -> None:
    for call, sentence in (
        (lambda: control.command("U0NOBODY1"), "there is no user U0NOBODY1"),
        (lambda: control.command(AINO, channel="C0NOWHERE"), "there is no channel C0NOWHERE"),
        (lambda: control.command(AINO, channel=MANAGEMENT), "U0AINO001 is not in ossi-management"),
        (lambda: control.command(AINO, command="/other"), "/other is not a command of the app"),
    ):
        with pytest.raises(ControlRefusedError, match=sentence):
            call()
    control.archive(PUBLIC)
    with pytest.raises(ControlRefusedError, match="archived"):
        control.command(AINO, channel=PUBLIC)
    assert bot.received == []


def test_a_workspace_may_escape_the_text_of_commands() -> None:
    seed = load_seed()
    app = seed.app.model_copy(update={"slash_text_escaped": True})
    escaping = Seed.model_validate(seed.model_dump() | {"app": app.model_dump()})
    with SlackServer(escaping) as server, SlackControl(server.url) as control, FakeBot(seed.signing_secret) as bot:
        control.configure_app(slash_url=bot.url, interactions_url=None)
        control.command(AINO, "a & <b>")
        assert bot.received[0].payload["text"] == "a &amp; &lt;b&gt;"


def test_names_under_localhost_are_this_machine(control: SlackControl, server: SlackServer, bot: FakeBot) -> None:
    port = bot.url.rpartition(":")[2]
    server.configure_app(slash_url=f"http://abc.execute-api.localhost:{port}/slash")
    assert control.command(AINO).status == 200
    assert bot.received[0].headers["host"] == f"abc.execute-api.localhost:{port}"
