"""The Web API as a bot sees it, through slack_sdk: what it takes, what it refuses, and with which of Slack's words."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from integration.playground_slack.blocks import AINO, EINO, MAIJA, MANAGEMENT, PUBLIC, section
from integration.playground_slack.web import Web
from local_slack.client import SlackControl
from local_slack.seed import Seed
from local_slack.server import SlackServer
from ossi_playground.seed import load_seed


def raw(server: SlackServer, method: str, **arguments: Any) -> dict[str, Any]:
    """A call without slack_sdk in between; the keyword arguments are httpx's."""
    return httpx.post(f"{server.api_url}{method}", trust_env=False, **arguments).json()


def test_auth_test_names_team_and_bot(web: Web, server: SlackServer) -> None:
    response = web.response("auth.test")
    answer = response.data
    assert answer["team_id"] == "T0OSSI001"
    assert answer["user_id"] == server.seed.app.bot_user_id
    assert "chat:write" in response.headers["x-oauth-scopes"]


def test_tokens_are_checked(server: SlackServer) -> None:
    assert raw(server, "auth.test")["error"] == "not_authed"
    assert raw(server, "auth.test", data={"token": "xoxb-other"})["error"] == "invalid_auth"
    assert raw(server, "auth.test", headers={"Authorization": "Bearer xoxb-other"})["error"] == "invalid_auth"
    assert raw(server, "auth.test", data={"token": server.seed.bot_token})["ok"] is True
    assert raw(server, "auth.test", json={"token": server.seed.bot_token})["error"] == "not_authed"


def test_unknown_method_and_unreadable_bodies(server: SlackServer) -> None:
    header = {"Authorization": f"Bearer {server.seed.bot_token}"}
    assert raw(server, "chat.shout", headers=header)["error"] == "unknown_method"
    as_json = {**header, "Content-Type": "application/json"}
    assert raw(server, "auth.test", headers=as_json, content="{")["error"] == "invalid_json"
    assert raw(server, "auth.test", headers=as_json, content="[]")["error"] == "json_not_object"
    as_text = {**header, "Content-Type": "text/plain"}
    assert raw(server, "auth.test", headers=as_text, content="x")["error"] == "invalid_post_type"


def test_a_message_is_posted_and_timestamps_increase(web: Web, control: SlackControl) -> None:
    stamps = [str(web("chat.postMessage", channel=PUBLIC, text=f"message {number}")["ts"]) for number in range(5)]
    assert stamps == sorted(set(stamps), key=float)
    messages = control.messages(PUBLIC)
    assert [message.text for message in messages] == [f"message {number}" for number in range(5)]
    assert messages[0].user == "U0OSSIBOT"


def test_blocks_are_taken_as_json_string_in_a_form_too(server: SlackServer, control: SlackControl) -> None:
    blocks = json.dumps([section("hello")])
    form = {"token": server.seed.bot_token, "channel": PUBLIC, "blocks": blocks}
    answer = raw(server, "chat.postMessage", data=form)
    assert answer["ok"] is True
    assert answer["message"]["blocks"][0]["text"]["text"] == "hello"
    assert answer["message"]["blocks"][0]["block_id"]
    assert control.messages(PUBLIC)[0].rendered == "hello"
    for wrong in ("{", '"text"', "{}"):
        answer = raw(server, "chat.postMessage", data={**form, "blocks": wrong})
        assert answer["error"] == "invalid_blocks_format"


def test_a_user_id_opens_the_direct_message(web: Web, control: SlackControl) -> None:
    first = web("chat.postMessage", channel=AINO, text="hello")
    opened = web("conversations.open", users=AINO)
    assert first["channel"] == opened["channel"]["id"]
    assert str(first["channel"]).startswith("D")
    assert [message.text for message in control.dm(AINO)] == ["hello"]
    assert control.dm(EINO) == []


def test_what_cannot_be_posted_is_refused_in_slacks_words(web: Web, server: SlackServer, control: SlackControl) -> None:
    control.add_channel("C0OTHER01", "other", members=[AINO])
    control.add_channel("C0SECRET1", "secret", is_private=True, members=[AINO])
    assert web.error("chat.postMessage", channel="C0NOWHERE", text="x") == "channel_not_found"
    assert web.error("chat.postMessage", channel="U0NOBODY1", text="x") == "channel_not_found"
    assert web.error("chat.postMessage", channel="C0OTHER01", text="x") == "not_in_channel"
    assert web.error("chat.postMessage", channel="C0SECRET1", text="x") == "channel_not_found"
    # slack_sdk warns of a missing text by itself; a form shows what Slack says.
    empty = raw(server, "chat.postMessage", data={"token": server.seed.bot_token, "channel": PUBLIC, "text": ""})
    assert empty["error"] == "no_text"
    assert web.error("chat.postMessage", channel=PUBLIC, text="x" * 40_001) == "msg_too_long"
    assert web.error("chat.postMessage", channel=PUBLIC, text="x", thread_ts="1.2") == "thread_not_found"
    control.archive(PUBLIC)
    assert web.error("chat.postMessage", channel=PUBLIC, text="x") == "is_archived"
    control.unarchive(PUBLIC)
    control.kick(PUBLIC, "U0OSSIBOT")
    assert web.error("chat.postMessage", channel=PUBLIC, text="x") == "not_in_channel"
    control.invite(PUBLIC, "U0OSSIBOT")
    assert web("chat.postMessage", channel=PUBLIC, text="x")["ok"] is True


def test_missing_arguments_are_named(server: SlackServer) -> None:
    answer = raw(server, "chat.postMessage", data={"token": server.seed.bot_token})
    assert answer["error"] == "invalid_arguments"
    assert answer["response_metadata"]["messages"] == ["[ERROR] missing required field: channel"]


def test_too_much_text_in_blocks(web: Web) -> None:
    fitting = [section("x" * 3_000) for _ in range(4)]
    web("chat.postMessage", channel=PUBLIC, text="x", blocks=fitting)
    answer = web.refused("chat.postMessage", channel=PUBLIC, text="x", blocks=[*fitting, section("x" * 1_201)])
    assert answer["error"] == "msg_blocks_too_long"


def test_update_and_delete(web: Web, control: SlackControl) -> None:
    posted = web("chat.postMessage", channel=PUBLIC, text="old", blocks=[section("old")])
    ts = str(posted["ts"])
    web("chat.update", channel=PUBLIC, ts=ts, text="new")
    (message,) = control.messages(PUBLIC)
    assert (message.text, message.blocks, message.edited) == ("new", [], True)
    web("chat.update", channel=PUBLIC, ts=ts, text="block", blocks=[section("block")])
    assert control.messages(PUBLIC)[0].rendered == "block"
    assert web.error("chat.update", channel=PUBLIC, ts="1.000001", text="x") == "message_not_found"
    assert web.error("chat.update", channel=AINO, ts=ts, text="x") == "channel_not_found"
    assert web.error("chat.update", channel=PUBLIC, ts=ts, text="x" * 4_001) == "msg_too_long"
    foreign = control.say(PUBLIC, AINO, "mine").ts
    assert web.error("chat.update", channel=PUBLIC, ts=foreign, text="x") == "cant_update_message"
    assert web.error("chat.delete", channel=PUBLIC, ts=foreign) == "cant_delete_message"
    web("chat.delete", channel=PUBLIC, ts=ts)
    assert [each.ts for each in control.messages(PUBLIC)] == [foreign]


def test_ephemeral_messages_are_seen_by_one(web: Web, control: SlackControl) -> None:
    answer = web("chat.postEphemeral", channel=PUBLIC, user=AINO, text="psst")
    assert [message.text for message in control.ephemeral(AINO)] == ["psst"]
    assert control.ephemeral(EINO) == []
    assert control.messages(PUBLIC) == []
    assert [each.text for each in control.messages(PUBLIC, user=AINO, ephemeral=True)] == ["psst"]
    assert control.messages(PUBLIC, user=EINO, ephemeral=True) == []
    ts = str(answer["message_ts"])
    assert web.error("chat.update", channel=PUBLIC, ts=ts, text="x") == "message_not_found"
    refused = web.refused("chat.postEphemeral", channel=MANAGEMENT, user=AINO, text="x")
    assert refused["error"] == "user_not_in_channel"


def test_permalink(web: Web, server: SlackServer) -> None:
    ts = str(web("chat.postMessage", channel=PUBLIC, text="x")["ts"])
    link = web("chat.getPermalink", channel=PUBLIC, message_ts=ts)["permalink"]
    assert link == f"{server.url}/archives/{PUBLIC}/p{ts.replace('.', '')}"


def test_people(web: Web) -> None:
    assert web("users.info", user=MAIJA)["user"]["real_name"] == "Maija Salo"
    assert web("users.info", user="U0NONAME1")["user"]["real_name"] == ""
    assert web.error("users.info", user="U0NOBODY1") == "user_not_found"
    assert web.error("conversations.open", users="U0NOBODY1") == "user_not_found"


def test_members_come_in_pages(web: Web) -> None:
    seen: list[str] = []
    cursor, pages = "", 0
    while pages == 0 or cursor:
        page = web("conversations.members", channel=PUBLIC, limit=2, cursor=cursor)
        seen += page["members"]
        cursor, pages = str(page["response_metadata"]["next_cursor"]), pages + 1
    assert pages == 3
    assert sorted(seen) == sorted(load_seed().channels[0].members)
    assert web.error("conversations.members", channel=PUBLIC, cursor="bad") == "invalid_cursor"
    assert web.error("conversations.members", channel=PUBLIC, limit=0) == "invalid_limit"
    assert web.error("conversations.members", channel="C0NOWHERE") == "channel_not_found"


def test_history_and_list(web: Web) -> None:
    first, second, third = (str(web("chat.postMessage", channel=PUBLIC, text=text)["ts"]) for text in ("a", "b", "c"))
    history = web("conversations.history", channel=PUBLIC, limit=2)
    assert [message["ts"] for message in history["messages"]] == [third, second]
    assert history["has_more"] is True
    earlier = web("conversations.history", channel=PUBLIC, latest=second)
    assert [message["ts"] for message in earlier["messages"]] == [first]
    everything = web("conversations.list", types="public_channel,private_channel")["channels"]
    assert {channel["id"] for channel in everything} == {PUBLIC, MANAGEMENT}
    assert [channel["id"] for channel in web("conversations.list")["channels"]] == [PUBLIC]
    assert web("conversations.info", channel=MANAGEMENT, include_num_members=True)["channel"]["num_members"] == 3


def with_scopes(*scopes: str) -> SlackServer:
    """A local Slack whose token has these."""
    seed = load_seed()
    app = seed.app.model_copy(update={"scopes": scopes})
    return SlackServer(Seed.model_validate(seed.model_dump() | {"app": app.model_dump()}))


@pytest.fixture(scope="module")
def poor() -> Iterator[SlackServer]:
    """A local Slack whose token may do next to nothing."""
    with with_scopes("channels:read") as server:
        yield server


def test_an_address_is_for_a_token_that_may_read_it(web: Web) -> None:
    assert "email" not in web("users.info", user=AINO)["user"]["profile"]

    with with_scopes("users:read", "users:read.email") as server:
        curious = Web(server.seed.bot_token, server.api_url)
        assert curious("users.info", user=AINO)["user"]["profile"]["email"] == "aino@ossi-playground.example"
        assert "email" not in curious("users.info", user=server.seed.app.bot_user_id)["user"]["profile"]


@pytest.mark.parametrize(
    ("method", "arguments", "needed"),
    [
        ("chat.postMessage", {"channel": PUBLIC, "text": "x"}, "chat:write"),
        ("users.info", {"user": AINO}, "users:read"),
        ("conversations.members", {"channel": MANAGEMENT}, "groups:read"),
        ("conversations.open", {"users": AINO}, "im:write"),
        ("conversations.history", {"channel": PUBLIC}, "channels:history"),
    ],
)
def test_a_missing_scope_is_named(poor: SlackServer, method: str, arguments: dict[str, str], needed: str) -> None:
    web = Web(poor.seed.bot_token, poor.api_url)
    answer = web.refused(method, **arguments)
    assert (answer["error"], answer["needed"], answer["provided"]) == ("missing_scope", needed, "channels:read")
    assert web("conversations.members", channel=PUBLIC)["ok"] is True
