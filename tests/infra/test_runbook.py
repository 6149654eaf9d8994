"""docs/operations.md says what is true: links, names, fields and outputs exist, AWS takes its commands, its script does what it says.

Whether its commands work is tried in tests/integration/playground_aws/test_runbook.py.
"""

import re
from pathlib import Path
from typing import Any

import boto3
import click
import pytest
from moto import mock_aws

from infra.recording import Program
from ossi_cli.main import cli
from runbook_commands import COMMANDS, TEXT, WrongCommand, aws_commands, lines, read
from settings import REPOSITORY, settings_by_key

SOURCES = "\n".join(
    file.read_text(encoding="utf-8")
    for pattern in ("shared/src/**/*.py", "functions/*/src/**/*.py")
    for file in REPOSITORY.glob(pattern)
)
# Lambda's and the API's own.
FOREIGN = {"record.status", "record.metrics.initDurationMs", "status", "level"}


def anchors() -> set[str]:
    titles = re.findall(r"^#+ (.+)$", TEXT, re.MULTILINE)
    return {re.sub(r"[^a-z0-9 -]", "", title.lower()).replace(" ", "-") for title in titles}


def test_every_link_within_leads_somewhere() -> None:
    assert set(re.findall(r"\]\(#([^)]+)\)", TEXT)) - anchors() == set()


def test_links_from_the_deployment_guide_lead_somewhere() -> None:
    guide = (REPOSITORY / "docs" / "deploy.md").read_text(encoding="utf-8")

    assert set(re.findall(r"\(operations\.md#([^)]+)\)", guide)) - anchors() == set()


@pytest.mark.parametrize("quoted", sorted(set(re.findall(r'\$\.(?:message|metric|outcome) = "([^"]+)"', TEXT))))
def test_what_is_looked_for_in_the_logs_is_logged(quoted: str) -> None:
    assert f'"{quoted}"' in SOURCES, quoted


def test_the_fields_that_are_looked_for_are_logged() -> None:
    looked_for = set(re.findall(r"\$\.([A-Za-z.]+)", COMMANDS)) - FOREIGN
    logged = {*re.findall(r'"(\w+)":', SOURCES), *re.findall(r"note\((\w+)=", SOURCES)}

    assert looked_for - logged == set()


def test_the_outputs_settings_and_commands_that_it_names_exist(program: Program) -> None:
    assert set(re.findall(r"pulumi stack output (\w+)", TEXT)) <= program.outputs.keys()
    assert set(re.findall(r"ossi:(\w+)", TEXT)) <= {key for key, _ in settings_by_key()}
    assert set(re.findall(r"^ *ossi (\w+)", COMMANDS, re.MULTILINE)) <= set(cli.list_commands(click.Context(cli)))


@pytest.mark.parametrize("line", [line for line in lines() if line.startswith("aws ")])
def test_aws_takes_each_command_with_these_parameters(program: Program, line: str) -> None:
    assert read(line, program.outputs, "test")


@pytest.mark.parametrize(
    "line",
    [
        "aws dynamodb restore-table --target-table-name t",
        "aws dynamodb restore-table-from-backup --target-table-name t",
        "aws dynamodb list-backups --backup-typ SYSTEM",
        "aws dynamodb list-backups --backup-type DELETED",
        "aws dynamodb wait table-is-there --table-name t",
        "aws logs tail /aws/lambda/x --since yesterday --format short",
        "aws logs tail /aws/lambda/x --since 1h --format short --filter '{ }'",
    ],
)
def test_a_command_that_aws_would_not_take_is_noticed(line: str) -> None:
    with pytest.raises(WrongCommand):
        read(line, {}, "test")


def test_the_commands_are_found(program: Program) -> None:
    assert len(aws_commands(program.outputs, "test")) >= 40


def test_the_names_in_its_commands_are_those_of_the_deployment(program: Program) -> None:
    named = {name.rstrip(".") for name in re.findall(r"ossi-\$STACK-([a-z0-9-]+)", COMMANDS)}
    made = {
        str(item.inputs["name"]).rpartition("ossi-test-")[2] for item in program.resources if item.inputs.get("name")
    }

    assert named - {"contributions-restored"} <= made


def test_the_script_copies_back_what_is_missing_and_leaves_the_rest(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (script,) = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
    monkeypatch.setenv("STACK", "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-north-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    path = tmp_path / "copy_back.py"
    path.write_text(script)
    with mock_aws():
        client: Any = boto3.client("dynamodb")
        for name, texts in (("contributions", {1: "now"}), ("contributions-restored", {1: "then", 2: "then"})):
            client.create_table(
                TableName=f"ossi-test-{name}",
                BillingMode="PAY_PER_REQUEST",
                KeySchema=[
                    {"AttributeName": "userId", "KeyType": "HASH"},
                    {"AttributeName": "timestamp", "KeyType": "RANGE"},
                ],
                AttributeDefinitions=[
                    {"AttributeName": "userId", "AttributeType": "S"},
                    {"AttributeName": "timestamp", "AttributeType": "N"},
                ],
            )
            for timestamp, text in texts.items():
                item = {"userId": {"S": "U1"}, "timestamp": {"N": str(timestamp)}, "text": {"S": text}}
                client.put_item(TableName=f"ossi-test-{name}", Item=item)
        exec(compile(path.read_text(), path, "exec"), {})  # noqa: S102  # the guide's own words
        rows = client.scan(TableName="ossi-test-contributions")["Items"]
    assert capsys.readouterr().out == "1 rows copied back\n"
    assert {(row["timestamp"]["N"], row["text"]["S"]) for row in rows} == {("1", "now"), ("2", "then")}
