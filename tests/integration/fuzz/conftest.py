"""The same world as that of the functions' tests, and what was logged in it."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from integration.functions.conftest import (
    PRIVATE,
    cloud,
    invocations,
    running_control,
    running_gateway,
    running_slack,
    world,
)

__all__ = ["cloud", "invocations", "running_control", "running_gateway", "running_slack", "world"]

Logged = Callable[[], list[dict[str, Any]]]


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
