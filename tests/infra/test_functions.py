"""The functions: what they run, what they know, and where they log."""

import json
import re
from pathlib import Path

import pulumi
import pytest

from built import VERSION, write_artifact
from components.artifact import ArtifactsError
from infra.recording import ACCOUNT, API_URL, FUNCTIONS, REGION, SECRETS, Program, run_program
from levels import DEFAULT_LEVELS, levels_as_json
from ossi.domain.levels import CompensationLevels

SECRET = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:ossi-test-slack-AbCdEf"
REPORT = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:ossi-test-report:live"
LINK_SECRET = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:ossi-test-links-AbCdEf"
LEVELS = levels_as_json(DEFAULT_LEVELS)
SLACK = {
    "OSSI_SECRET_ID": SECRET,
    "OSSI_MANAGEMENT_CHANNEL": "C01MANAGERS",
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
        "OSSI_REPORT_FUNCTION": REPORT,
        "OSSI_VERSION": VERSION,
    },
    "interactions": {
        **SLACK,
        "OSSI_TABLE": "ossi-test-contributions",
        "OSSI_LEDGER_TABLE": "ossi-test-ledger",
        "OSSI_GRACE_DAYS": "2",
        "OSSI_REPORT_FUNCTION": REPORT,
    },
    "stream": {
        **SLACK,
        "OSSI_LEDGER_TABLE": "ossi-test-ledger",
        "OSSI_TABLE": "ossi-test-contributions",
        "OSSI_PUBLIC_CHANNEL": "C01OPENSRC",
    },
    "report": {
        **SLACK,
        "OSSI_TABLE": "ossi-test-contributions",
        "OSSI_LEDGER_TABLE": "ossi-test-ledger",
        "OSSI_GRACE_DAYS": "2",
        "OSSI_MONTH_INDEX": "byMonth",
        "OSSI_REPORT_BUCKET": "ossi-test-reports-1a2b3c4",
        "OSSI_API_URL": API_URL,
        "OSSI_REPORT_EMAILS": "false",
        "OSSI_LINK_SECRET_ID": LINK_SECRET,
    },
    "reconcile": {
        **SLACK,
        "OSSI_TABLE": "ossi-test-contributions",
        "OSSI_LEDGER_TABLE": "ossi-test-ledger",
        "OSSI_PUBLIC_CHANNEL": "C01OPENSRC",
        "OSSI_MONTH_INDEX": "byMonth",
        "OSSI_UNSETTLED_INDEX": "unsettled",
        "OSSI_REPORT_FUNCTION": REPORT,
        "OSSI_REPORT_DUE": "3 06:00",
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
    report = other_program.one("lambda:Function", "report").inputs["environment"]["variables"]
    assert report["OSSI_REPORT_EMAILS"] == "true"
    (level,) = CompensationLevels.from_json(variables["OSSI_COMPENSATION_LEVELS"]).offered
    assert (level.key, level.label, level.amount, level.currency) == ("BEER", "A beer", 7.5, "USD")
    assert (slash["architectures"], slash["runtime"]) == (["x86_64"], "python3.12")
    assert slash["loggingConfig"]["applicationLogLevel"] == "INFO"  # else the lines with metrics would not get through


@pytest.mark.parametrize(
    ("schedule", "due"),
    [
        ("cron(0 6 3 * ? *)", "3 06:00"),
        ("cron(30 7 1 * ? *)", "1 07:30"),
        ("cron(0 6,18 3 * ? *)", "3 23:59"),
        ("cron(0 6 L * ? *)", "L 06:00"),
        ("cron(0 6 LW * ? *)", "L 23:59"),
        ("cron(0 6 1,15 * ? *)", "L 23:59"),
        ("cron(0 6 ? * 2#1 *)", "L 23:59"),
        ("cron(0 6 ? * MON *)", "L 23:59"),
        ("rate(7 days)", "L 23:59"),
        # These leave out months, so nobody can tell that a report is missing.
        ("cron(0 6 31 * ? *)", None),
        ("cron(0 6 30W * ? *)", None),
        ("cron(0 6 ? * 2#5 *)", None),
        ("cron(0 6 3 1,4,7,10 ? *)", None),
        ("cron(0 6 3 * ? 2027)", None),
        ("rate(60 days)", None),
    ],
)
def test_the_reconciler_knows_when_the_report_is_due(artifacts: Path, schedule: str, due: str | None) -> None:
    reconcile = run_program(artifacts, reportSchedule=schedule).one("lambda:Function", "reconcile").inputs

    assert reconcile["environment"]["variables"].get("OSSI_REPORT_DUE") == due


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


@pytest.mark.parametrize("name", ["slack", "links"])
def test_a_rotated_secret_changes_its_value_and_nothing_else(program: Program, name: str) -> None:
    value = program.one("secretsmanager:SecretVersion", name).urn

    assert [str(item) for item in program.resources if value in item.inputs_from] == []


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
        for statement in program.statements(f"ossi-test-download-{REGION}")
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


def problems_with(directory: Path, **record: str) -> list[str]:
    """What the program says of good artifacts, and one of `report` of which the record says something else."""
    for function in FUNCTIONS:
        write_artifact(directory, function, b"code", **(record if function == "report" else {}))
    with pytest.raises(ArtifactsError) as raised:
        run_program(directory)
    return str(raised.value).splitlines()


def test_missing_artifacts_are_all_named(tmp_path: Path) -> None:
    with pytest.raises(ArtifactsError) as raised:
        run_program(tmp_path)

    lines = str(raised.value).splitlines()
    assert len(lines) == len(FUNCTIONS)
    for function, line in zip(FUNCTIONS, lines, strict=True):
        assert line == (
            f"The artifact of the function {function} is missing: there is no file {tmp_path / f'{function}.zip'}. "
            "Run `make build`, or set ossi:artifacts to the directory that holds the zip files."
        )


def test_an_artifact_for_other_processors_is_refused(tmp_path: Path) -> None:
    (problem,) = problems_with(tmp_path, architecture="x86_64")
    assert problem == (
        "The artifact of the function report was built for x86_64, and ossi:architecture is arm64. "
        "Run `ossi build --architecture arm64`, or `pulumi config set ossi:architecture x86_64`."
    )


def test_an_artifact_for_another_python_is_refused(tmp_path: Path) -> None:
    (problem,) = problems_with(tmp_path, python="3.11")
    assert problem == (
        "The artifact of the function report was built for Python 3.11, and ossi:python is 3.13. "
        "Run `make build`, or `pulumi config set ossi:python 3.11`."
    )


def test_artifacts_of_different_versions_are_refused(tmp_path: Path) -> None:
    assert problems_with(tmp_path, version="0.9.0") == [
        f"The artifacts are of different versions, {VERSION} and 0.9.0. Run `make build`."
    ]


def test_an_artifact_that_is_not_the_one_of_its_record_is_refused(tmp_path: Path) -> None:
    (problem,) = problems_with(tmp_path, sha256="0" * 64)
    assert problem == (
        f"The artifact {tmp_path / 'report.zip'} isn't the one that report.json is about: it has changed since it was built. "
        "Run `make build`."
    )


@pytest.mark.parametrize("record", [None, "{", "[]", "{}", '{"architecture": "arm64", "python": 3.13}'])
def test_an_artifact_of_which_nothing_is_known_is_refused(tmp_path: Path, record: str | None) -> None:
    for function in FUNCTIONS:
        write_artifact(tmp_path, function, b"code")
    (tmp_path / "report.json").unlink()
    if record is not None:
        (tmp_path / "report.json").write_text(record)

    with pytest.raises(ArtifactsError, match=r"^Nothing says what the artifact of the function report was built for: "):
        run_program(tmp_path)


def test_the_version_that_people_see_is_the_artifact_s(tmp_path: Path) -> None:
    for function in FUNCTIONS:
        write_artifact(tmp_path, function, b"code", version="7.8.9", commit=None)

    slash = run_program(tmp_path).one("lambda:Function", "slash").inputs
    assert slash["environment"]["variables"]["OSSI_VERSION"] == "7.8.9"


def test_what_reads_is_updated_before_what_writes(program: Program) -> None:
    """Old and new functions run side by side for minutes: nothing may be written that nobody understands."""
    before = {
        "slash": {"report"},
        "interactions": {"stream", "reconcile", "report"},
        "reconcile": {"report"},
        "stream": set[str](),
        "report": set[str](),
    }
    for kind in ("lambda:Function", "lambda:Alias"):
        names = {item.urn: name for name, item in program.all(kind).items()}
        for name, expected in before.items():
            assert {names[urn] for urn in program.one(kind, name).depends_on if urn in names} == expected


@pytest.mark.parametrize("function", FUNCTIONS)
def test_every_function_is_published_and_called_by_its_alias_which_moves_when_all_are(
    program: Program, function: str
) -> None:
    published = program.one("lambda:Function", function).inputs
    alias = program.one("lambda:Alias", function)

    assert published["publish"] is True
    assert (alias.inputs["name"], alias.inputs["functionName"], alias.inputs["functionVersion"]) == (
        "live",
        f"ossi-test-{function}",
        "1",
    )
    assert {item.urn for item in program.all("lambda:Function").values()} <= alias.depends_on
    # Any function's new version moves every alias: none stays where `ossi rollback` left it.
    assert sorted(alias.inputs["description"].split(", ")) == sorted(f"{name} 1" for name in FUNCTIONS)


def test_nothing_calls_a_function_but_by_its_alias(program: Program) -> None:
    called = {
        (str(item), alias)
        for item in program.resources
        if item.custom
        for alias in re.findall(r":function:[A-Za-z0-9-]+(:\w+)?", json.dumps(item.inputs, default=str))
    }

    assert called
    assert {who for who, alias in called if alias != ":live"} == set()
    for permission in program.all("lambda:Permission").values():
        assert permission.inputs["qualifier"] == "live"
    for config in program.all("lambda:FunctionEventInvokeConfig").values():
        assert config.inputs["qualifier"] == "live"


def test_a_release_is_noted_when_everything_is_live(program: Program) -> None:
    parameter = program.one("ssm:Parameter", "release")
    versions: dict[str, str] = json.loads(parameter.inputs["insecureValue"])

    assert parameter.inputs["name"] == "ossi-test-release"
    assert versions == {f"ossi-test-{name}": "1" for name in FUNCTIONS}
    assert {alias.urn for alias in program.all("lambda:Alias").values()} <= parameter.depends_on
    # In the order in which they go live.
    names = [name.removeprefix("ossi-test-") for name in versions]
    assert names.index("report") < names.index("reconcile") < names.index("interactions")
    assert names.index("stream") < names.index("interactions")
    assert names.index("report") < names.index("slash")
