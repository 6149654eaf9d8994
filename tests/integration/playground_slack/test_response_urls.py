"""Response URLs: five uses in thirty minutes, private unless told otherwise."""

from typing import Any

import httpx
import pytest

from integration.playground_slack.blocks import AINO, EINO, PUBLIC, actions, button, section
from integration.playground_slack.bot import FakeBot
from integration.playground_slack.conftest import MovableClock
from integration.playground_slack.web import Web
from local_slack.client import SlackControl


def post(url: str, **body: Any) -> tuple[int, str]:
    answer = httpx.post(url, json=body, trust_env=False)
    return answer.status_code, str(answer.json().get("error", ""))


@pytest.fixture
def url(control: SlackControl, bot: FakeBot) -> str:
    """The response URL of a command of Aino's in the public channel."""
    control.command(AINO, channel=PUBLIC)
    return str(bot.received[0].payload["response_url"])


@pytest.fixture
def pressed(control: SlackControl, bot: FakeBot, web: Web) -> str:
    """The response URL of a button that Aino pressed in the public channel."""
    web("chat.postMessage", channel=PUBLIC, text="old", blocks=[actions(button("go"))])
    control.press(AINO, "go")
    return str(bot.received[0].payload["response_url"])


def test_it_works_five_times(control: SlackControl, url: str) -> None:
    assert [post(url, text=str(number)) for number in range(6)] == [(200, "")] * 5 + [(404, "used_url")]
    assert [message.text for message in control.ephemeral(AINO)] == ["0", "1", "2", "3", "4"]
    assert control.messages(PUBLIC) == []


def test_it_works_for_half_an_hour(control: SlackControl, url: str, clock: MovableClock) -> None:
    clock.ahead += 1_799
    assert post(url, text="in time") == (200, "")
    clock.ahead += 2
    assert post(url, text="late") == (404, "expired_url")
    assert post(f"{url}x", text="x") == (404, "invalid_url")
    assert [message.text for message in control.ephemeral(AINO)] == ["in time"]


def test_it_can_speak_to_all(control: SlackControl, url: str) -> None:
    assert post(url, text="for all", response_type="in_channel") == (200, "")
    assert [message.text for message in control.messages(PUBLIC, user=EINO)] == ["for all"]


def test_content_is_judged_and_a_refusal_is_no_use(url: str) -> None:
    assert post(url, text="x", blocks=[{"type": "sectoin"}]) == (400, "invalid_blocks")
    assert post(url) == (400, "no_text")
    assert post(url, text="x", response_type="loud") == (400, "invalid_arguments")
    answer = httpx.post(url, content=b"{", headers={"Content-Type": "application/json"}, trust_env=False)
    assert answer.json()["error"] == "invalid_payload"
    assert [post(url, text="x")[0] for _ in range(5)] == [200] * 5


def test_it_replaces_and_deletes_the_message_that_was_pressed(control: SlackControl, pressed: str) -> None:
    assert post(pressed, replace_original=True, text="new", blocks=[section("new")]) == (200, "")
    (message,) = control.messages(PUBLIC)
    assert (message.rendered, message.actions) == ("new", [])
    assert post(pressed, text="aside") == (200, "")
    assert [each.text for each in control.ephemeral(AINO)] == ["aside"]
    assert post(pressed, delete_original=True) == (200, "")
    assert control.messages(PUBLIC) == []
    assert post(pressed, replace_original=True, text="x") == (400, "message_not_found")


def test_it_replaces_an_ephemeral_message(control: SlackControl, bot: FakeBot, web: Web) -> None:
    web("chat.postEphemeral", channel=PUBLIC, user=AINO, text="page 1", blocks=[actions(button("next"))])
    control.press(AINO, "next")
    assert post(str(bot.received[0].payload["response_url"]), replace_original=True, text="page 2") == (200, "")
    assert [message.rendered for message in control.ephemeral(AINO)] == ["page 2"]
