"""What is imported ahead of requests, and when."""

import sys
from importlib import import_module

import pytest

from ossi.runtime.preload import preload
from ossi_interactions import bootstrap as interactions
from ossi_slash import bootstrap as slash

RARE = "xml.dom.pulldom"


@pytest.fixture
def forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if nobody had imported the module."""
    monkeypatch.delitem(sys.modules, RARE, raising=False)


@pytest.mark.usefixtures("forgotten")
@pytest.mark.parametrize("kind", ["snap-start", "provisioned-concurrency"])
def test_an_environment_that_is_prepared_imports_ahead(kind: str) -> None:
    preload(RARE, environment={"AWS_LAMBDA_INITIALIZATION_TYPE": kind})
    assert RARE in sys.modules


@pytest.mark.usefixtures("forgotten")
@pytest.mark.parametrize("environment", [{}, {"AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand"}])
def test_a_request_that_waits_already_does_not_wait_for_more(environment: dict[str, str]) -> None:
    preload(RARE, environment=environment)
    assert RARE not in sys.modules


@pytest.mark.parametrize("module", [*slash.LATER, *interactions.LATER])
def test_what_is_named_can_be_imported(module: str) -> None:
    assert import_module(module)
