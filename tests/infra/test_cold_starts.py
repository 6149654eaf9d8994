"""How the functions start that answer Slack: on demand, from a snapshot, or never."""

from pathlib import Path

import pytest

from components.quota import QuotaError
from infra.recording import Program, run_program

ANSWERING = ("slash", "interactions")


@pytest.fixture(scope="module")
def from_snapshots(artifacts: Path) -> Program:
    return run_program(artifacts, coldStarts="snapStart", answeringMemory="1769")


@pytest.fixture(scope="module")
def always_ready(artifacts: Path) -> Program:
    return run_program(artifacts, coldStarts="provisioned")


@pytest.mark.parametrize("name", ANSWERING)
def test_on_demand_nothing_is_prepared(program: Program, name: str) -> None:
    assert program.one("lambda:Function", name).inputs.get("snapStart") is None
    assert program.all("lambda:ProvisionedConcurrencyConfig") == {}


@pytest.mark.parametrize("name", ANSWERING)
def test_from_a_snapshot_of_the_published_version(from_snapshots: Program, name: str) -> None:
    function = from_snapshots.one("lambda:Function", name).inputs
    assert (function["snapStart"], function["memorySize"]) == ({"applyOn": "PublishedVersions"}, 1769)
    assert from_snapshots.all("lambda:ProvisionedConcurrencyConfig") == {}


@pytest.mark.parametrize("name", ANSWERING)
def test_one_of_each_is_always_ready(always_ready: Program, name: str) -> None:
    provisioned = always_ready.one("lambda:ProvisionedConcurrencyConfig", name).inputs
    assert always_ready.one("lambda:Function", name).inputs.get("snapStart") is None
    assert provisioned["functionName"] == f"ossi-test-{name}"
    assert (provisioned["qualifier"], provisioned["provisionedConcurrentExecutions"]) == ("live", 1)
    assert (
        always_ready.one("lambda:Alias", name).urn
        in always_ready.one("lambda:ProvisionedConcurrencyConfig", name).depends_on
    )


def test_the_others_start_on_demand(from_snapshots: Program, always_ready: Program) -> None:
    prepared = {name for name, item in from_snapshots.all("lambda:Function").items() if item.inputs.get("snapStart")}
    assert prepared == always_ready.all("lambda:ProvisionedConcurrencyConfig").keys() == set(ANSWERING)


@pytest.mark.parametrize("quota", [10, 11])
def test_what_the_account_does_not_allow_is_refused_before_anything_is_declared(artifacts: Path, quota: float) -> None:
    with pytest.raises(QuotaError) as raised:
        run_program(artifacts, coldStarts="provisioned", concurrency=quota)

    assert str(raised.value) == (
        "ossi:coldStarts is provisioned, which needs at least 12 concurrent executions, and this account may have "
        f"{quota} in this region. Ask for more (Service Quotas, AWS Lambda, Concurrent executions), or: "
        "pulumi config set ossi:coldStarts plain"
    )


def test_what_the_account_allows_just_so_is_declared(artifacts: Path) -> None:
    program = run_program(artifacts, coldStarts="provisioned", concurrency=12)

    assert program.all("lambda:ProvisionedConcurrencyConfig").keys() == set(ANSWERING)
    assert program.warnings == []


def test_a_quota_that_cannot_be_read_is_a_warning(artifacts: Path) -> None:
    program = run_program(artifacts, coldStarts="provisioned", concurrency=None)

    assert program.all("lambda:ProvisionedConcurrencyConfig").keys() == set(ANSWERING)
    (warning,) = program.warnings
    assert "the quota that this needs can't be read" in warning
    assert "servicequotas:GetServiceQuota" in warning


@pytest.mark.parametrize("starts", ["plain", "snapStart"])
def test_nobody_asks_for_a_quota_that_is_not_needed(artifacts: Path, starts: str) -> None:
    assert run_program(artifacts, coldStarts=starts, concurrency=10).warnings == []
