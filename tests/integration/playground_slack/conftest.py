"""A local Slack, a bot behind it and a client of each side; every test finds the workspace as the seed describes it."""

import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from integration.playground_slack.bot import FakeBot
from integration.playground_slack.web import Web
from local_slack.client import SlackControl
from local_slack.server import SlackServer
from ossi_playground.seed import load_seed


@dataclass
class MovableClock:
    """The real time, moved on by so many seconds."""

    ahead: float = 0.0

    def __call__(self) -> float:
        return time.time() + self.ahead


@pytest.fixture(scope="session")
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture(scope="session")
def running(clock: MovableClock) -> Iterator[SlackServer]:
    with SlackServer(load_seed(), clock=clock) as server:
        yield server


@pytest.fixture(scope="session")
def running_control(running: SlackServer) -> Iterator[SlackControl]:
    with SlackControl(running.url) as control:
        yield control


@pytest.fixture
def server(running: SlackServer, running_control: SlackControl, clock: MovableClock) -> SlackServer:
    clock.ahead = 0.0
    running_control.reset()
    return running


@pytest.fixture
def control(server: SlackServer, running_control: SlackControl) -> SlackControl:
    assert server.url
    return running_control


@pytest.fixture
def web(server: SlackServer) -> Web:
    return Web(server.seed.bot_token, server.api_url)


@pytest.fixture
def bot(server: SlackServer) -> Iterator[FakeBot]:
    with FakeBot(server.seed.signing_secret) as bot:
        server.configure_app(
            slash_url=f"{bot.url}/slash", interactions_url=f"{bot.url}/interactions", events_url=f"{bot.url}/events"
        )
        yield bot
