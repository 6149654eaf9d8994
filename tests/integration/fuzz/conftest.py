"""The same world as that of the functions' tests, and what was logged in it."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from http_server import Handler, Server
from integration.functions.conftest import (
    PRIVATE,
    cloud,
    running_control,
    running_endpoint,
    running_gateway,
    running_slack,
    session,
    world,
)

__all__ = ["cloud", "running_control", "running_endpoint", "running_gateway", "running_slack", "session", "world"]

Logged = Callable[[], list[dict[str, Any]]]


class Answers:
    """Where clicks are answered: a response_url that takes anything, any number of times."""

    def __init__(self) -> None:
        self._given: list[dict[str, Any]] = []
        given = self._given

        class Request(Handler):
            def respond(self) -> None:
                given.append(json.loads(self.body()))
                self.answer(body=b"ok")

        self.server = Server(Request)
        self.url = f"{self.server.url}/response/answer"

    def taken(self) -> list[dict[str, Any]]:
        """The answers since it was last asked."""
        taken = self._given[:]
        self._given.clear()
        return taken


@pytest.fixture(scope="session")
def answers() -> Iterator[Answers]:
    answers = Answers()
    with answers.server:
        yield answers


@pytest.fixture
def logged(capsys: pytest.CaptureFixture[str]) -> Logged:
    """Gives the lines since it was last asked: each is an object of JSON, and nothing personal stands in any."""

    def lines() -> list[dict[str, Any]]:
        printed = capsys.readouterr()
        leaked = [each for each in PRIVATE if each in printed.out + printed.err]
        assert not leaked, f"in the log: {leaked}\n{printed.out}{printed.err}"
        return [json.loads(line) for line in printed.out.splitlines()]

    return lines


@pytest.fixture(autouse=True)
def as_on_lambda(monkeypatch: pytest.MonkeyPatch) -> None:
    """INFO is enough: the lines are looked at after every example."""
    monkeypatch.setenv("OSSI_LOG_LEVEL", "INFO")
