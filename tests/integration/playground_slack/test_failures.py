"""Failures on demand: what the bot's client sees, how often, and whether the work was done."""

import time
from collections.abc import Callable
from typing import Any
from urllib.error import URLError

import httpx
import pytest
from slack_sdk.errors import SlackApiError

from integration.playground_slack.blocks import AINO, MANAGEMENT, PUBLIC
from integration.playground_slack.bot import FakeBot
from integration.playground_slack.conftest import MovableClock
from integration.playground_slack.web import Web
from local_slack.client import FailureKind, SlackControl
from local_slack.server import SlackServer


def refused_with(call: Callable[[], object]) -> tuple[int, dict[str, str]]:
    """Status and headers of the answer that slack_sdk raises."""
    with pytest.raises(SlackApiError) as caught:
        call()
    refusal: Any = caught.value
    return int(refusal.response.status_code), {**refusal.response.headers}


def test_rate_limited(control: SlackControl, web: Web) -> None:
    control.fail("chat.postMessage", "ratelimited", retry_after=7)
    status, headers = refused_with(lambda: web("chat.postMessage", channel=PUBLIC, text="x"))
    assert (status, headers["retry-after"]) == (429, "7")
    assert control.messages(PUBLIC) == []
    web("chat.postMessage", channel=PUBLIC, text="x")
    assert control.failures() == []


@pytest.mark.parametrize(("kind", "status"), [("http_500", 500), ("http_503", 503)])
def test_server_errors(control: SlackControl, web: Web, kind: FailureKind, status: int) -> None:
    control.fail("*", kind, times=2)
    assert refused_with(lambda: web("users.info", user=AINO))[0] == status
    assert refused_with(lambda: web("chat.postMessage", channel=PUBLIC, text="x"))[0] == status
    assert web("users.info", user=AINO)["ok"] is True


def test_an_error_of_slacks(control: SlackControl, web: Web) -> None:
    control.fail("users.info", "slack_error", error="fatal_error", times=None)
    assert [web.error("users.info", user=AINO) for _ in range(3)] == ["fatal_error"] * 3
    control.heal()
    assert web("users.info", user=AINO)["ok"] is True


def test_rules_that_make_no_sense_are_refused(server: SlackServer) -> None:
    for rule in (
        {"method": "auth.test", "kind": "slack_error"},
        {"method": "auth.test", "kind": "http_500", "error": "x"},
        {"method": "auth.test", "kind": "fire"},
        {"kind": "http_500"},
        {"method": "auth.test", "kind": "http_500", "times": 0},
    ):
        answer = httpx.post(f"{server.control_url}/failures", json=rule, trust_env=False)
        assert answer.status_code == 400
        assert answer.json()["error"].startswith("the request does not fit FailureRule: ")


def test_no_answer_before_or_after_the_work(control: SlackControl, server: SlackServer) -> None:
    impatient = Web(server.seed.bot_token, server.api_url, timeout=1)
    control.fail("chat.postMessage", "timeout")
    started = time.monotonic()
    with pytest.raises(TimeoutError):
        impatient("chat.postMessage", channel=PUBLIC, text="lost")
    assert 0.9 < time.monotonic() - started < 3
    assert control.messages(PUBLIC) == []
    control.fail("chat.postMessage", "timeout", before_or_after="after")
    with pytest.raises(TimeoutError):
        impatient("chat.postMessage", channel=PUBLIC, text="arrived")
    assert [message.text for message in control.messages(PUBLIC)] == ["arrived"]


def test_a_cut_connection(control: SlackControl, server: SlackServer) -> None:
    control.fail("auth.test", "cut", times=None)
    form = {"token": server.seed.bot_token}
    for _ in range(2):
        with pytest.raises((httpx.ReadError, httpx.RemoteProtocolError)):
            httpx.post(f"{server.api_url}auth.test", data=form, trust_env=False)
    control.heal()
    assert httpx.post(f"{server.api_url}auth.test", data=form, trust_env=False).json()["ok"] is True
    cut = [entry for entry in control.traffic() if entry.status is None]
    assert [entry.kind for entry in cut] == ["auth.test", "auth.test"]


def test_slack_sdk_sees_a_cut_as_a_connection_error(control: SlackControl, web: Web) -> None:
    # Its default retry handler tries once more after a connection error.
    control.fail("chat.postMessage", "cut", times=2)
    with pytest.raises((URLError, ConnectionError)):
        web("chat.postMessage", channel=PUBLIC, text="x")
    assert control.failures() == []
    assert control.messages(PUBLIC) == []


def test_some_calls_go_well_first_and_only_some_channels_fail(control: SlackControl, web: Web) -> None:
    control.fail("chat.postMessage", "slack_error", error="internal_error", after=1, when={"channel": MANAGEMENT})
    outcomes = [
        web("chat.postMessage", channel=MANAGEMENT, text="1")["ok"],
        web("chat.postMessage", channel=PUBLIC, text="2")["ok"],
        web.error("chat.postMessage", channel=MANAGEMENT, text="3"),
        web("chat.postMessage", channel=MANAGEMENT, text="4")["ok"],
    ]
    assert outcomes == [True, True, "internal_error", True]


def test_a_direct_message_fails_by_either_name(control: SlackControl, web: Web) -> None:
    channel = web("conversations.open", users=AINO)["channel"]["id"]
    control.fail("chat.postMessage", "slack_error", error="internal_error", times=2, when={"channel": AINO})
    assert web.error("chat.postMessage", channel=AINO, text="x") == "internal_error"
    assert web.error("chat.postMessage", channel=channel, text="x") == "internal_error"


def test_response_urls_fail_too(control: SlackControl, bot: FakeBot) -> None:
    control.command(AINO, channel=PUBLIC)
    url = bot.received[0].payload["response_url"]
    control.fail("response_url", "http_500", before_or_after="after")
    assert httpx.post(url, json={"text": "x"}, trust_env=False).status_code == 500
    assert [message.text for message in control.ephemeral(AINO)] == ["x"]


def test_a_message_a_second_in_each_channel(control: SlackControl, web: Web, clock: MovableClock) -> None:
    control.rate_limit(0.5)
    web("chat.postMessage", channel=PUBLIC, text="1")
    web("chat.postMessage", channel=MANAGEMENT, text="1")
    status, headers = refused_with(lambda: web("chat.postMessage", channel=PUBLIC, text="2"))
    assert (status, headers["retry-after"]) == (429, "2")
    channel = web("chat.postMessage", channel=AINO, text="1")["channel"]
    assert refused_with(lambda: web("chat.postMessage", channel=channel, text="2"))[0] == 429
    clock.ahead += 2
    web("chat.postMessage", channel=PUBLIC, text="2")
    control.rate_limit(None)
    for number in range(3):
        web("chat.postMessage", channel=PUBLIC, text=str(number))
    assert len(control.messages(PUBLIC)) == 5
