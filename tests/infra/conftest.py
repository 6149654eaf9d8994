"""One run of the program for each variation of its settings: a run takes about a second."""

from pathlib import Path

import pytest

from built import write_artifact
from infra.recording import BOUNDARY, FUNCTIONS, KEY_ARN, Program, run_program


@pytest.fixture(scope="session")
def artifacts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with an artifact for each function."""
    directory = tmp_path_factory.mktemp("dist")
    for function in FUNCTIONS:
        write_artifact(directory, function, f"the code of {function}".encode())
    return directory


@pytest.fixture(scope="session")
def program(artifacts: Path) -> Program:
    """The program with nothing but the required settings, and without warnings."""
    return run_program(artifacts)


@pytest.fixture(scope="session")
def other_program(tmp_path_factory: pytest.TempPathFactory) -> Program:
    """The program with every setting that has a default set to something else."""
    directory = tmp_path_factory.mktemp("other")
    for function in FUNCTIONS:
        write_artifact(directory, function, b"", architecture="x86_64", python="3.12")
    return run_program(
        directory,
        stack="other",
        timeZone="America/New_York",
        graceDays="5",
        compensationLevels='[{"key": "BEER", "label": "A beer", "amount": 7.5, "currency": "USD"}]',
        reportSchedule="rate(7 days)",
        reconcileSchedule="rate(1 hour)",
        reportRetentionDays="30",
        reportEmails="true",
        slackApiUrl="http://127.0.0.1:3000/api",
        architecture="x86_64",
        python="3.12",
        logLevel="WARNING",
        logRetentionDays="7",
        alarmEmail="ops@example.com",
        monthlyBudget="25",
        throttlingRateLimit="3",
        throttlingBurstLimit="4",
        deletionProtection="false",
        paused="true",
        kmsKeyArn=KEY_ARN,
        permissionsBoundary=BOUNDARY,
    )
