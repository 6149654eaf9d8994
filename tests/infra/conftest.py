"""One run of the program for each variation of its settings: a run takes about a second."""

import zipfile
from pathlib import Path

import pytest

from infra.recording import FUNCTIONS, Program, run_program


@pytest.fixture(scope="session")
def artifacts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with a zip file for each function."""
    directory = tmp_path_factory.mktemp("dist")
    for function in FUNCTIONS:
        with zipfile.ZipFile(directory / f"{function}.zip", "w") as archive:
            archive.writestr("handler.py", "")
    return directory


@pytest.fixture(scope="session")
def program(artifacts: Path) -> Program:
    """The program with nothing but the required settings, and without warnings."""
    return run_program(artifacts)


@pytest.fixture(scope="session")
def other_program(artifacts: Path) -> Program:
    """The program with every setting that has a default set to something else."""
    return run_program(
        artifacts,
        stack="other",
        timeZone="America/New_York",
        graceDays="5",
        compensationLevels='[{"key": "BEER", "label": "A beer", "amount": 7.5, "currency": "USD"}]',
        reportSchedule="rate(7 days)",
        reconcileSchedule="rate(1 hour)",
        reportRetentionDays="30",
        slackApiUrl="http://127.0.0.1:3000/api",
        architecture="x86_64",
        logLevel="WARNING",
        logRetentionDays="7",
        alarmEmail="ops@example.com",
        monthlyBudget="25",
        throttlingRateLimit="3",
        throttlingBurstLimit="5",
        deletionProtection="false",
    )
