"""The runbook's commands, run on the local AWS against the program as it's deployed there; and its way back from a deleted table."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

import jmespath
import pytest
from botocore import xform_name

from integration.playground_aws.test_apply import INFRA, SECRETS, artifacts, config
from local_aws import LocalAws, apply
from runbook_commands import AwsCommand, aws_commands

# The local AWS has no Service Quotas. Of a deleted table it keeps no backup: the way back has a test of its own.
NOT_HERE = {
    ("service-quotas", "RequestServiceQuotaIncrease"),
    ("service-quotas", "ListRequestedServiceQuotaChangeHistoryByQuota"),
    ("dynamodb", "RestoreTableFromBackup"),
}


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return config(artifacts(tmp_path_factory.mktemp("dist")))


@pytest.fixture(scope="module")
def local_aws(settings: dict[str, str]) -> Iterator[LocalAws]:
    with LocalAws(settings, SECRETS, project="ossi", program=INFRA) as running:
        yield running


def run(local_aws: LocalAws, command: AwsCommand, **parameters: str) -> Any:
    """What the command shows. parameters: what the reader puts in place of a placeholder."""
    client: Any = cast("Any", local_aws.emulator).client(command.service)
    given = {**command.parameters, **parameters}
    if command.waiter is not None:
        client.get_waiter(command.waiter).wait(**given, WaiterConfig={"Delay": 1})
        return None
    answer = getattr(client, xform_name(command.operation))(**given)
    return jmespath.search(command.query, answer) if command.query else answer


def publish(local_aws: LocalAws, function: str) -> None:
    """Gives a function the alias that SnapStart needs, unless it has one."""
    client = local_aws.emulator.client("lambda")
    if not client.list_aliases(FunctionName=function)["Aliases"]:
        version = client.publish_version(FunctionName=function).get("Version", "")
        client.create_alias(FunctionName=function, Name="live", FunctionVersion=version)


def test_every_command_works_in_the_order_in_which_they_are_read(local_aws: LocalAws) -> None:
    """But for those that AWS alone has: tests/infra/test_runbook.py holds them against AWS's own models."""
    commands = aws_commands(local_aws.outputs, "local")
    # What a recovery starts from.
    for secret in ("ossi-local-slack", "ossi-local-links"):
        local_aws.emulator.client("secretsmanager").delete_secret(SecretId=secret, RecoveryWindowInDays=30)
    publish(local_aws, "ossi-local-slash")

    shown = {c.text: run(local_aws, c) for c in commands if (c.service, c.operation) not in NOT_HERE}

    assert {(c.service, c.operation) for c in commands} >= NOT_HERE
    (schedule,) = (text for text in shown if text.startswith("aws scheduler get-schedule") and "--query" in text)
    assert shown[schedule] == ["ENABLED", "rate(1 minute)"]
    (states,) = (text for text in shown if text.startswith("aws lambda get-function-configuration"))
    assert shown[states][0] == "Active"


def test_a_deleted_table_comes_back_under_its_name_and_the_program_puts_the_rest_right(
    local_aws: LocalAws, settings: dict[str, str]
) -> None:
    # Given: a table with a row, and the backup that DynamoDB makes of one with point-in-time recovery when it's deleted
    table, client = local_aws.outputs["table"], local_aws.emulator.client("dynamodb")
    row: dict[str, Any] = {"userId": {"S": "U1"}, "timestamp": {"N": "1"}, "text": {"S": "before"}}
    client.put_item(TableName=table, Item=row)
    local_aws.poller.wait_idle(20)
    backup = client.create_backup(TableName=table, BackupName=f"{table}$DeletedTableBackup")["BackupDetails"]
    stream = client.describe_table(TableName=table)["Table"].get("LatestStreamArn")
    client.update_table(TableName=table, DeletionProtectionEnabled=False)
    client.delete_table(TableName=table)

    # When: as the runbook says
    steps = [
        command
        for command in aws_commands(local_aws.outputs, "local")
        if command.service == "dynamodb" and command.parameters.get("TableName") != f"{table}-restored"
    ]
    (restore,) = (command for command in steps if command.operation == "RestoreTableFromBackup")
    (wait,) = (command for command in steps if command.waiter is not None)
    run(local_aws, restore, BackupArn=backup.get("BackupArn", ""))
    run(local_aws, wait)
    again = apply(local_aws.emulator, settings, SECRETS, project="ossi", program=INFRA)

    # Then
    assert again.outputs == local_aws.outputs
    restored = client.describe_table(TableName=table)["Table"]
    assert restored.get("StreamSpecification") == {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}
    assert restored.get("DeletionProtectionEnabled") is True
    assert restored.get("LatestStreamArn") != stream
    recovery = client.describe_continuous_backups(TableName=table)["ContinuousBackupsDescription"]
    assert recovery.get("PointInTimeRecoveryDescription", {}).get("PointInTimeRecoveryStatus") == "ENABLED"
    assert row in client.scan(TableName=table)["Items"]
    mappings = local_aws.emulator.client("lambda").list_event_source_mappings()["EventSourceMappings"]
    assert restored.get("LatestStreamArn") in {mapping.get("EventSourceArn") for mapping in mappings}
