"""How the functions start that answer Slack: on demand, from a snapshot, or never."""

from pathlib import Path

import pytest

from infra.recording import ACCOUNT, REGION, Program, run_program

ANSWERING = ("slash", "interactions")


@pytest.fixture(scope="module")
def from_snapshots(artifacts: Path) -> Program:
    return run_program(artifacts, coldStarts="snapStart", answeringMemory="1769")


@pytest.fixture(scope="module")
def always_ready(artifacts: Path) -> Program:
    return run_program(artifacts, coldStarts="provisioned")


def arn_of(name: str) -> str:
    return f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:ossi-test-{name}"


def entry_of(program: Program, name: str) -> tuple[str, str, str | None]:
    """What the API calls; and whom it may call: the function's name and the qualifier."""
    permission = program.one("lambda:Permission", name).inputs
    uri = program.one("apigatewayv2:Integration", name).inputs["integrationUri"]
    return uri, permission["function"], permission.get("qualifier")


@pytest.mark.parametrize("name", ANSWERING)
def test_on_demand_there_are_no_versions(program: Program, name: str) -> None:
    inputs = program.one("lambda:Function", name).inputs
    assert (inputs["publish"], inputs.get("snapStart")) == (False, None)
    assert entry_of(program, name) == (arn_of(name), f"ossi-test-{name}", None)
    assert program.all("lambda:Alias") == program.all("lambda:ProvisionedConcurrencyConfig") == {}


@pytest.mark.parametrize("name", ANSWERING)
def test_from_a_snapshot_the_api_invokes_the_published_version(from_snapshots: Program, name: str) -> None:
    function = from_snapshots.one("lambda:Function", name).inputs
    alias = from_snapshots.one("lambda:Alias", name).inputs
    assert (function["publish"], function["snapStart"]) == (True, {"applyOn": "PublishedVersions"})
    assert function["memorySize"] == 1769
    assert (alias["functionName"], alias["functionVersion"], alias["name"]) == (f"ossi-test-{name}", "1", "live")
    assert entry_of(from_snapshots, name) == (f"{arn_of(name)}:live", f"ossi-test-{name}", "live")
    assert from_snapshots.all("lambda:ProvisionedConcurrencyConfig") == {}


@pytest.mark.parametrize("name", ANSWERING)
def test_one_of_each_is_always_ready(always_ready: Program, name: str) -> None:
    function = always_ready.one("lambda:Function", name).inputs
    provisioned = always_ready.one("lambda:ProvisionedConcurrencyConfig", name).inputs
    assert (function["publish"], function.get("snapStart")) == (True, None)
    assert provisioned["functionName"] == f"ossi-test-{name}"
    assert (provisioned["qualifier"], provisioned["provisionedConcurrentExecutions"]) == ("live", 1)
    assert entry_of(always_ready, name) == (f"{arn_of(name)}:live", f"ossi-test-{name}", "live")


def test_the_routes_wait_for_the_alias(from_snapshots: Program) -> None:
    alias = from_snapshots.one("lambda:Alias", "slash").urn
    assert alias in from_snapshots.one("apigatewayv2:Route", "slash-post").depends_on


def test_the_others_start_on_demand(from_snapshots: Program) -> None:
    assert {name for name, item in from_snapshots.all("lambda:Function").items() if item.inputs["publish"]} == set(
        ANSWERING
    )
