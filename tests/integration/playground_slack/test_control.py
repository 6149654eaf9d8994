"""The control API itself: who sees what, what is logged, and how it refuses."""

import httpx
import pytest

from integration.playground_slack.blocks import AINO, EINO, MAIJA, MANAGEMENT, NEWCOMER, PUBLIC, actions, button
from integration.playground_slack.bot import Answer, FakeBot
from integration.playground_slack.web import Web
from local_slack.client import ControlRefusedError, SlackControl, WaitTimeoutError
from local_slack.server import SlackServer


def test_the_workspace_is_the_seed(control: SlackControl) -> None:
    workspace = control.workspace()
    assert (workspace.team_id, workspace.app_id, workspace.bot_user_id) == ("T0OSSI001", "A0OSSI001", "U0OSSIBOT")
    roles = {user.id: user.role for user in workspace.users}
    assert roles[AINO] == "employee"
    assert roles[MAIJA] == "manager"
    channels = {channel.id: channel for channel in workspace.channels}
    assert channels[MANAGEMENT].is_private
    assert AINO not in channels[MANAGEMENT].members
    assert NEWCOMER in channels[PUBLIC].members


def test_each_person_sees_what_is_theirs(control: SlackControl, web: Web) -> None:
    web("chat.postMessage", channel=MANAGEMENT, text="for managers")
    assert [message.text for message in control.messages(MANAGEMENT, user=MAIJA)] == ["for managers"]
    with pytest.raises(ControlRefusedError, match="U0AINO001 is not in ossi-management and sees nothing of it"):
        control.messages(MANAGEMENT, user=AINO)
    with pytest.raises(ControlRefusedError, match="there is no user U0NOBODY1"):
        control.dm("U0NOBODY1")


def test_messages_tell_what_can_be_pressed_and_what_acts(control: SlackControl, web: Web) -> None:
    web("chat.postMessage", channel=PUBLIC, text="hi <!here>", blocks=[actions(button("go", value="1"), block_id="b")])
    (message,) = control.messages(PUBLIC)
    (action,) = message.actions
    assert (action.action_id, action.block_id, action.type, action.text, action.value) == (
        "go",
        "b",
        "button",
        "Go",
        "1",
    )
    assert message.rendered == "[Go]"
    assert [(act.kind, act.value, act.where) for act in message.acts] == [("broadcast", "here", "text")]


def test_traffic_is_logged_without_secrets(control: SlackControl, web: Web, bot: FakeBot, server: SlackServer) -> None:
    last = max((entry.seq for entry in control.traffic()), default=0)
    bot.reply = lambda _received: Answer.of({"text": f"leaked {server.seed.bot_token}"})
    control.command(AINO, "x")
    web("chat.postMessage", channel=PUBLIC, text="hello")
    httpx.post(f"{server.api_url}auth.test", data={"token": server.seed.bot_token}, trust_env=False)
    command, posted, tested = control.traffic(last)
    assert (command.direction, command.kind, command.status) == ("to_bot", "slash_command", 200)
    assert (posted.direction, posted.kind, posted.status) == ("from_bot", "chat.postMessage", 200)
    assert isinstance(posted.payload, dict)
    assert posted.payload["text"] == "hello"
    assert tested.payload == {}
    everything = httpx.get(f"{server.control_url}/traffic", trust_env=False).text
    for secret in (server.seed.bot_token, server.seed.signing_secret, server.seed.verification_token):
        assert secret not in everything
    assert control.traffic(tested.seq) == []


def test_people_and_channels_come_and_go(control: SlackControl, web: Web) -> None:
    control.add_user("U0VILLE01", "ville", "Ville Virta")
    control.add_channel("C0RANDOM1", "random", members=["U0VILLE01", "U0OSSIBOT"])
    web("chat.postMessage", channel="C0RANDOM1", text="hi")
    assert [message.text for message in control.messages("C0RANDOM1", user="U0VILLE01")] == ["hi"]
    control.kick("C0RANDOM1", "U0VILLE01")
    with pytest.raises(ControlRefusedError, match="sees nothing"):
        control.messages("C0RANDOM1", user="U0VILLE01")
    for again in (lambda: control.add_user("U0VILLE01", "ville"), lambda: control.kick("C0RANDOM1", "U0VILLE01")):
        with pytest.raises(ControlRefusedError):
            again()
    control.reset()
    assert "C0RANDOM1" not in {channel.id for channel in control.workspace().channels}
    assert "U0VILLE01" not in {user.id for user in control.workspace().users}


def test_refusals_are_sentences(server: SlackServer) -> None:
    def refusal(verb: str, path: str, body: object = None) -> tuple[int, str]:
        answer = httpx.request(verb, f"{server.control_url}{path}", json=body, trust_env=False)
        assert answer.json()["ok"] is False
        return answer.status_code, str(answer.json()["error"])

    assert refusal("POST", "/command", {"text": "x"}) == (
        400,
        "the request does not fit CommandRequest: user: Field required",
    )
    assert refusal("POST", "/command", {"user": AINO, "colour": 1})[1].endswith("Extra inputs are not permitted")
    assert refusal("GET", "/channels/C0NOWHERE/messages") == (404, "there is no channel C0NOWHERE")
    assert refusal("GET", "/traffic?since=x")[0] == 400
    assert refusal("GET", "/views/V1") == (404, "there is no view V1")


def test_waiting_ends_with_a_dump_that_can_be_read(control: SlackControl, web: Web) -> None:
    web("chat.postMessage", channel=PUBLIC, text="something else")
    control.fail("users.info", "http_500")
    assert control.wait_for(lambda: control.messages(PUBLIC))[0].text == "something else"
    with pytest.raises(WaitTimeoutError) as caught:
        control.wait_for(lambda: control.dm(EINO), 0.1, what="the greeting")
    dump = str(caught.value)
    assert dump.startswith("the greeting did not come in 0.1 s")
    assert "something else" in dump
    assert "chat.postMessage 200" in dump
    assert "http_500" in dump
