"""The functions: what they run, what they know, and where they log."""

import json
from pathlib import Path

import pulumi
import pytest

from infra.recording import ACCOUNT, API_URL, FUNCTIONS, REGION, SECRETS, Program, run_program
from levels import DEFAULT_LEVELS, levels_as_json
from ossi.domain.levels import CompensationLevels
from settings import REPOSITORY
from version import version_in

SECRET = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:ossi-test-slack-AbCdEf"
LINK_SECRET = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:ossi-test-links-AbCdEf"
LEVELS = levels_as_json(DEFAULT_LEVELS)
SLACK = {
    "OSSI_SECRET_ID": SECRET,
    "OSSI_MANAGEMENT_CHANNEL": "C0MANAGERS",
    "OSSI_TIME_ZONE": "Europe/Helsinki",
    "OSSI_COMPENSATION_LEVELS": LEVELS,
    "OSSI_SLACK_API_URL": "https://slack.com/api/",
    "OSSI_STACK": "test",
    "OSSI_LOG_LEVEL": "INFO",
}
ENVIRONMENTS: dict[str, dict[str, str]] = {
    "slash": {
        **SLACK,
        "OSSI_TABLE": "ossi-test-contributions",
        "OSSI_GRACE_DAYS": "2",
        "OSSI_REPORT_FUNCTION": "ossi-test-report",
        "OSSI_VERSION": version_in(REPOSITORY / "pyproject.toml"),
    },
    "interactions": {
        **SLACK,
        "OSSI_TABLE": "ossi-test-contributions",
        "OSSI_LEDGER_TABLE": "ossi-test-ledger",
        "OSSI_GRACE_DAYS": "2",
    },
    "stream": {
        **SLACK,
        "OSSI_LEDGER_TABLE": "ossi-test-ledger",
        "OSSI_TABLE": "ossi-test-contributions",
        "OSSI_PUBLIC_CHANNEL": "C0OPENSRC",
    },
    "report": {
        **SLACK,
        "OSSI_TABLE": "ossi-test-contributions",
        "OSSI_LEDGER_TABLE": "ossi-test-ledger",
        "OSSI_GRACE_DAYS": "2",
        "OSSI_MONTH_INDEX": "byMonth",
        "OSSI_REPORT_BUCKET": "ossi-test-reports-1a2b3c4",
        "OSSI_API_URL": API_URL,
        "OSSI_LINK_SECRET_ID": LINK_SECRET,
    },
    "reconcile": {
        **SLACK,
        "OSSI_TABLE": "ossi-test-contributions",
        "OSSI_LEDGER_TABLE": "ossi-test-ledger",
        "OSSI_PUBLIC_CHANNEL": "C0OPENSRC",
        "OSSI_UNSETTLED_INDEX": "unsettled",
        "OSSI_REPORT_FUNCTION": "ossi-test-report",
    },
    "download": {
        "OSSI_LINK_SECRET_ID": LINK_SECRET,
        "OSSI_REPORT_BUCKET": "ossi-test-reports-1a2b3c4",
        "OSSI_STACK": "test",
        "OSSI_LOG_LEVEL": "INFO",
    },
}


def test_there_are_these_functions(program: Program) -> None:
    assert {function.inputs["name"] for function in program.all("lambda:Function").values()} == {
        f"ossi-test-{name}" for name in FUNCTIONS
    }


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_s_environment_is_this_and_nothing_else(program: Program, function: str) -> None:
    variables = program.one("lambda:Function", function).inputs["environment"]["variables"]

    assert variables == ENVIRONMENTS[function]


def test_the_compensation_levels_in_the_environment_are_those_of_the_specification(program: Program) -> None:
    variables = program.one("lambda:Function", "slash").inputs["environment"]["variables"]

    levels = CompensationLevels.from_json(variables["OSSI_COMPENSATION_LEVELS"])
    assert [(level.key, level.label, level.amount, level.currency) for level in levels.offered] == [
        ("NO_COMPENSATION", "No compensation", 0, "EUR"),
        ("COMPETENCE_DEVELOPMENT", "Competence development hours", 0, "EUR"),
        ("SMALL", "Small bonus - 50 €", 50, "EUR"),
        ("MEDIUM", "Medium bonus - 200 €", 200, "EUR"),
    ]


def test_other_settings_reach_the_functions(other_program: Program) -> None:
    slash = other_program.one("lambda:Function", "slash").inputs
    variables = slash["environment"]["variables"]

    assert variables["OSSI_TIME_ZONE"] == "America/New_York"
    assert variables["OSSI_GRACE_DAYS"] == "5"
    assert variables["OSSI_SLACK_API_URL"] == "http://127.0.0.1:3000/api/"
    assert variables["OSSI_LOG_LEVEL"] == "WARNING"
    assert variables["OSSI_STACK"] == "other"
    (level,) = CompensationLevels.from_json(variables["OSSI_COMPENSATION_LEVELS"]).offered
    assert (level.key, level.label, level.amount, level.currency) == ("BEER", "A beer", 7.5, "USD")
    assert slash["architectures"] == ["x86_64"]
    assert slash["loggingConfig"]["applicationLogLevel"] == "INFO"  # else the lines with metrics would not get through


@pytest.mark.parametrize(
    ("function", "artifact", "timeout", "memory"),
    [
        ("slash", "slash", 10, 1024),
        ("interactions", "interactions", 10, 1024),
        ("stream", "stream", 60, 512),
        ("report", "report", 300, 1024),
        ("download", "download", 10, 512),
        ("reconcile", "reconcile", 300, 512),
    ],
)
def test_a_function_runs_its_artifact(
    program: Program, function: str, artifact: str, timeout: int, memory: int
) -> None:
    inputs = program.one("lambda:Function", function).inputs

    assert inputs["handler"] == f"ossi_{artifact}.handler.handler"
    assert inputs["runtime"] == "python3.13"
    assert inputs["architectures"] == ["arm64"]
    assert (inputs["timeout"], inputs["memorySize"]) == (timeout, memory)
    assert inputs["tracingConfig"] == {"mode": "PassThrough"}
    assert isinstance(inputs["code"], pulumi.FileArchive)
    assert inputs["code"].path.endswith(f"/{artifact}.zip")


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_logs_json_into_its_own_group(program: Program, function: str) -> None:
    group = program.one("cloudwatch:LogGroup", function).inputs
    logging = program.one("lambda:Function", function).inputs["loggingConfig"]

    assert group["name"] == f"/aws/lambda/ossi-test-{function}"
    assert logging == {
        "logFormat": "JSON",
        "logGroup": group["name"],
        "applicationLogLevel": "INFO",
        "systemLogLevel": "INFO",
    }


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_waits_for_its_log_group_its_rights_and_the_secret_s_value(program: Program, function: str) -> None:
    waits_for = program.one("lambda:Function", function).depends_on

    assert program.one("cloudwatch:LogGroup", function).urn in waits_for
    assert program.one("iam:RolePolicy", function).urn in waits_for
    read = {"download": {"links"}, "report": {"slack", "links"}}.get(function, {"slack"})
    versions = program.all("secretsmanager:SecretVersion")
    assert {name for name, version in versions.items() if version.urn in waits_for} == read


def test_secrets_are_in_the_secrets_alone_and_encrypted_there(program: Program) -> None:
    versions = program.all("secretsmanager:SecretVersion")
    elsewhere = [item for item in program.resources if item not in versions.values()]

    values = {name: json.loads(version.inputs["secretString"]) for name, version in versions.items()}
    # The link key in the first one is for functions from before there were two: those that run while they are updated, or again.
    assert values == {"slack": SECRETS, "links": {"linkSigningKey": SECRETS["linkSigningKey"]}}
    assert {version.secret_inputs for version in versions.values()} == {frozenset({"secretString"})}
    for value in SECRETS.values():
        assert not [str(item) for item in elsewhere if value in json.dumps(item.inputs, default=str)]
        assert value not in json.dumps(program.outputs)


def test_the_previous_signing_secret_is_in_the_secret_while_it_is_configured(artifacts: Path) -> None:
    program = run_program(artifacts, slackSigningSecretPrevious="the-previous-signing-secret")
    version = program.one("secretsmanager:SecretVersion", "slack")

    assert json.loads(version.inputs["secretString"]) == {
        **SECRETS,
        "slackSigningSecretPrevious": "the-previous-signing-secret",
    }
    assert version.secret_inputs == {"secretString"}


def test_the_function_that_the_internet_reaches_cannot_read_the_bot_token(program: Program) -> None:
    readable = [
        statement["Resource"]
        for statement in program.statements("ossi-test-download")
        if "secretsmanager:GetSecretValue" in statement["Action"]
    ]
    assert readable == [LINK_SECRET]
    assert SECRET not in program.one("lambda:Function", "download").inputs["environment"]["variables"].values()


def test_nothing_is_reserved_unless_the_stack_says_so(program: Program, artifacts: Path) -> None:
    def reserved(of: Program) -> set[int | None]:
        return {item.inputs.get("reservedConcurrentExecutions") for item in of.all("lambda:Function").values()}

    assert reserved(program) == {None}
    assert reserved(run_program(artifacts, reservedConcurrency="10")) == {10}


@pytest.mark.parametrize(("level", "of_lambda"), [("DEBUG", "DEBUG"), ("INFO", "INFO"), ("ERROR", "INFO")])
def test_the_lines_that_carry_metrics_get_through_whatever_the_level(
    artifacts: Path, level: str, of_lambda: str
) -> None:
    slash = run_program(artifacts, logLevel=level).one("lambda:Function", "slash").inputs

    assert slash["environment"]["variables"]["OSSI_LOG_LEVEL"] == level
    assert slash["loggingConfig"]["applicationLogLevel"] == of_lambda


def test_a_missing_artifact_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(pulumi.RunError, match=r"artifact of the function report is missing.*Run `make build`"):
        run_program(tmp_path)


def test_what_reads_is_updated_before_what_writes(program: Program) -> None:
    """Old and new functions run side by side for minutes: nothing may be written that nobody understands."""
    before = {
        "slash": {"report"},
        "interactions": {"stream", "reconcile", "report"},
        "reconcile": {"report"},
        "stream": set[str](),
        "report": set[str](),
    }
    functions = {function.urn: name for name, function in program.all("lambda:Function").items()}
    for name, expected in before.items():
        waits_for = {functions[urn] for urn in program.one("lambda:Function", name).depends_on if urn in functions}
        assert waits_for == expected
