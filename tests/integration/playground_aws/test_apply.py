"""The Pulumi program in the emulator: the real one as a whole, and small ones for what can go wrong."""

from __future__ import annotations

import json
import os
import textwrap
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast

import pytest
from botocore.exceptions import ClientError

from built import write_artifact
from integration.playground_aws.helpers import zipped
from local_aws import ApplyError, Emulator, LocalAws, apply
from local_aws.api_permissions import check_api_permissions
from local_aws.stream_source import RoleSession

SECRETS = {"slackBotToken": "xoxb-local-test", "slackSigningSecret": "0123456789abcdef" * 2, "linkSigningKey": "k" * 64}
INFRA = Path(__file__).parents[3] / "infra"
FUNCTIONS = ("slash", "interactions", "stream", "report", "download", "reconcile")
ECHO = """
import json

def handler(event, context):
    return {"statusCode": 200, "headers": {"content-type": "application/json"}, "body": json.dumps(event)}
"""


def artifacts(directory: Path, source: str = ECHO) -> Path:
    for name in FUNCTIONS:
        write_artifact(directory, name, zipped(source, f"ossi_{name}/handler.py"), architecture="x86_64")
    return directory


def config(directory: Path) -> dict[str, str]:
    return {
        "managementChannel": "C0MANAGERS",
        "publicChannel": "C0OPENSRC",
        "slackApiUrl": "http://127.0.0.1:9/api/",
        "architecture": "x86_64",
        "artifacts": str(directory),
    }


def ossi_in(directory: Path, state: Path | None = None, **settings: str) -> LocalAws:
    return LocalAws({**config(directory), **settings}, SECRETS, project="ossi", program=INFRA, state_dir=state)


@pytest.fixture(scope="module")
def local_aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalAws]:
    directory = artifacts(tmp_path_factory.mktemp("dist"))
    with ossi_in(directory) as running:
        yield running


def get(url: str, method: str = "GET", body: bytes | None = None) -> tuple[int, bytes]:
    request = urllib.request.Request(url, data=body, method=method)
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=10) as response:
            return response.status, response.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read()


def test_the_program_comes_up_with_the_outputs_that_the_provider_gives(local_aws: LocalAws) -> None:
    outputs = local_aws.outputs
    assert set(outputs["functions"]) == set(FUNCTIONS)
    assert outputs["region"] == "eu-north-1"
    assert outputs["slashUrl"].startswith(f"{local_aws.emulator.endpoint_url}/_aws/execute-api/")
    table = local_aws.emulator.client("dynamodb").describe_table(TableName=outputs["table"])["Table"]
    assert table.get("StreamSpecification") == {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}
    assert [index.get("IndexName") for index in table.get("GlobalSecondaryIndexes", [])] == ["byMonth"]
    secret = local_aws.emulator.client("secretsmanager").get_secret_value(SecretId=outputs["secretArn"])
    assert json.loads(secret["SecretString"]) == SECRETS


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_the_report_route_takes_sub_paths_queries_and_both_methods(local_aws: LocalAws, method: str) -> None:
    status, body = get(f"{local_aws.outputs['apiUrl']}/reports/a%20b%C3%A4.xlsx?signature=a%2Bb%3D&age=1", method)
    assert status == 200
    if method == "HEAD":
        assert body == b""
        return
    event: dict[str, Any] = json.loads(body)
    assert event["version"] == "2.0"
    assert event["routeKey"] == "GET /reports/{name}"
    assert event["pathParameters"] == {"name": "a bä.xlsx"}
    assert event["queryStringParameters"] == {"signature": "a+b=", "age": "1"}
    assert event["rawQueryString"] == "signature=a%2Bb%3D&age=1"


def test_reports_are_for_the_roles_of_their_functions_only(local_aws: LocalAws) -> None:
    bucket, functions = local_aws.outputs["reportBucket"], local_aws.outputs["functions"]
    report, download = (
        RoleSession(local_aws.emulator, functions[name]).client("s3") for name in ("report", "download")
    )
    # The bucket refuses requests without TLS, and loopback counts as TLS.
    report.put_object(Bucket=bucket, Key="reports/1.xlsx", Body=b"PK")
    with pytest.raises(ClientError, match="AccessDenied"):
        report.put_object(Bucket=bucket, Key="elsewhere/1.xlsx", Body=b"PK")
    with pytest.raises(ClientError, match="AccessDenied"):
        report.get_object(Bucket=bucket, Key="reports/1.xlsx")
    asked = {"Bucket": bucket, "Key": "reports/1.xlsx", "ResponseContentDisposition": 'attachment; filename="ä.xlsx"'}
    assert get(download.generate_presigned_url("get_object", Params=asked, ExpiresIn=60)) == (200, b"PK")
    assert get(download.generate_presigned_url("head_object", Params=asked, ExpiresIn=60), "HEAD")[0] == 200
    assert get(f"{local_aws.emulator.endpoint_url}/{bucket}/reports/1.xlsx")[0] == 403


def test_slash_takes_a_form_and_unknown_paths_are_not_found(local_aws: LocalAws) -> None:
    status, body = get(local_aws.outputs["slashUrl"], "POST", b"command=%2Fossi&text=new")
    assert status == 200
    assert json.loads(body)["isBase64Encoded"] is True
    assert get(f"{local_aws.outputs['apiUrl']}/elsewhere")[0] == 404
    assert get(local_aws.outputs["slashUrl"])[0] == 404


def test_the_stream_is_delivered_and_the_emulator_does_not_deliver_it_too(local_aws: LocalAws) -> None:
    client = local_aws.emulator.client("dynamodb")
    item: dict[str, Any] = {"userId": {"S": "U1"}, "timestamp": {"N": "1"}, "raw": {"B": b"\x00\x01"}}
    client.put_item(TableName=local_aws.outputs["table"], Item=item)
    local_aws.poller.wait_idle(20)
    deliveries = local_aws.poller.deliveries
    assert [delivery.outcome for delivery in deliveries] == ["succeeded"]
    assert {delivery.function_arn for delivery in deliveries} == {local_aws.outputs["functions"]["stream"]}
    mappings = local_aws.emulator.client("lambda").list_event_source_mappings()["EventSourceMappings"]
    assert [mapping.get("State") for mapping in mappings] == ["Disabled"]


def test_the_same_program_again_changes_nothing_and_another_setting_is_taken_over(
    local_aws: LocalAws, tmp_path: Path
) -> None:
    before = inventory(local_aws.emulator), history(local_aws.emulator)
    directory = artifacts(tmp_path)
    again = apply(local_aws.emulator, config(directory), SECRETS, project="ossi", program=INFRA)
    assert again.outputs == local_aws.outputs
    assert (inventory(local_aws.emulator), history(local_aws.emulator)) == before
    changed = apply(
        local_aws.emulator,
        {**config(directory), "graceDays": "5"},
        {**SECRETS, "slackBotToken": "xoxb-local-other"},
        project="ossi",
        program=INFRA,
    )
    assert changed.outputs == local_aws.outputs
    slash = local_aws.emulator.client("lambda").get_function_configuration(
        FunctionName=changed.outputs["functions"]["slash"]
    )
    assert slash.get("Version") == "2"
    download = local_aws.emulator.client("lambda").get_alias(FunctionName="ossi-local-download", Name="live")
    assert download["FunctionVersion"] == "1"
    assert "slash 2" in download["Description"]
    assert slash.get("Environment", {}).get("Variables", {}).get("OSSI_GRACE_DAYS") == "5"
    secret = local_aws.emulator.client("secretsmanager").get_secret_value(SecretId=changed.outputs["secretArn"])
    assert json.loads(secret["SecretString"])["slackBotToken"] == "xoxb-local-other"


def history(emulator: Emulator) -> tuple[int, int]:
    """How many versions of functions there are, and how many releases."""
    functions, parameters = emulator.client("lambda"), cast("Any", emulator).client("ssm")
    versions = [
        functions.list_versions_by_function(FunctionName=f"ossi-local-{name}")["Versions"] for name in FUNCTIONS
    ]
    return sum(map(len, versions)), len(parameters.get_parameter_history(Name="ossi-local-release")["Parameters"])


def inventory(emulator: Emulator) -> dict[str, int]:
    api = emulator.client("apigatewayv2")
    (http_api,) = api.get_apis()["Items"]
    api_id = http_api.get("ApiId", "")
    return {
        "tables": len(emulator.client("dynamodb").list_tables()["TableNames"]),
        "functions": len(emulator.client("lambda").list_functions()["Functions"]),
        "mappings": len(emulator.client("lambda").list_event_source_mappings()["EventSourceMappings"]),
        "roles": len(emulator.client("iam").list_roles()["Roles"]),
        "routes": len(api.get_routes(ApiId=api_id)["Items"]),
        "integrations": len(api.get_integrations(ApiId=api_id)["Items"]),
        "buckets": len(emulator.client("s3").list_buckets()["Buckets"]),
        "queues": len(emulator.client("sqs").list_queues().get("QueueUrls", [])),
        "schedules": len(emulator.client("scheduler").list_schedules()["Schedules"]),
        "secrets": len(emulator.client("secretsmanager").list_secrets()["SecretList"]),
        "groups": len(emulator.client("logs").describe_log_groups()["logGroups"]),
        "alarms": len(emulator.client("cloudwatch").describe_alarms()["MetricAlarms"]),
        "dashboards": len(emulator.client("cloudwatch").list_dashboards()["DashboardEntries"]),
        "topics": len(emulator.client("sns").list_topics()["Topics"]),
        "keys": len(emulator.client("kms").list_keys()["Keys"]),
    }


def test_it_all_comes_back_on_kept_state_and_what_was_not_delivered_is_delivered(tmp_path: Path) -> None:
    directory, state = tmp_path / "dist", tmp_path / "state"
    directory.mkdir()
    artifacts(directory)
    with ossi_in(directory, state) as first:
        first.poller.wait_idle(20)
        first.poller.pause()
        outputs = first.outputs
        first.emulator.client("dynamodb").put_item(
            TableName=outputs["table"], Item={"userId": {"S": "U1"}, "timestamp": {"N": "1"}}
        )
        assert first.poller.deliveries == ()
        counted = inventory(first.emulator)
    with ossi_in(directory, state) as second:
        second.poller.wait_idle(20)
        assert [item.outcome for item in second.poller.deliveries] == ["succeeded"]
        assert inventory(second.emulator) == counted
        for name in ("table", "functions", "reportBucket", "secretArn"):
            assert second.outputs[name] == outputs[name]
        assert get(second.outputs["slashUrl"], "POST", b"x=1")[0] == 200
    with ossi_in(directory, state) as third:
        third.poller.wait_idle(20)
        assert third.poller.deliveries == ()


def test_what_changes_while_it_is_paused_is_delivered_once_afterwards(tmp_path: Path) -> None:
    directory, state = tmp_path / "dist", tmp_path / "state"
    directory.mkdir()
    artifacts(directory)
    with ossi_in(directory, state) as before:
        put(before, 1)
        before.poller.wait_idle(20)
        # As a version before aliases has left it.
        functions = before.emulator.client("lambda")
        (mapping,) = functions.list_event_source_mappings()["EventSourceMappings"]
        functions.update_event_source_mapping(UUID=mapping.get("UUID", ""), FunctionName="ossi-local-stream")
    with ossi_in(directory, state, paused="true") as paused:
        put(paused, 2)
        put(paused, 3)
        assert states_of_schedules(paused) == {"DISABLED"}
        assert paused.poller.deliveries == ()
        applied = apply(
            paused.emulator, {**config(directory), "paused": "true"}, SECRETS, project="ossi", program=INFRA
        )
        assert applied.stream_mappings == ()
    with ossi_in(directory, state) as after:
        after.poller.wait_idle(20)
        assert states_of_schedules(after) == {"ENABLED"}
        (now,) = after.emulator.client("lambda").list_event_source_mappings()["EventSourceMappings"]
        assert (now.get("UUID"), now.get("FunctionArn")) == (mapping.get("UUID"), after.outputs["functions"]["stream"])
        assert sum(len(delivery.sequence_numbers) for delivery in after.poller.deliveries) == 2


def put(aws: LocalAws, timestamp: int) -> None:
    aws.emulator.client("dynamodb").put_item(
        TableName=aws.outputs["table"], Item={"userId": {"S": "U1"}, "timestamp": {"N": str(timestamp)}}
    )


def states_of_schedules(aws: LocalAws) -> set[str | None]:
    return {schedule.get("State") for schedule in aws.emulator.client("scheduler").list_schedules()["Schedules"]}


Program = Callable[[str], Path]


@pytest.fixture
def program(tmp_path: Path) -> Program:
    def write(text: str) -> Path:
        directory = tmp_path / "program"
        directory.mkdir()
        (directory / "__main__.py").write_text("import pulumi, pulumi_aws as aws\n" + textwrap.dedent(text))
        return directory

    return write


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('aws.ec2.Vpc("net", cidr_block="10.0.0.0/16")', ["aws:ec2/vpc:Vpc 'net'", "does not know this resource type"]),
        (
            'aws.cloudwatch.LogGroup("log", name_prefix="a", log_group_class="STANDARD", retention_in_days=1.5)',
            ["aws:cloudwatch/logGroup:LogGroup 'log'", "retentionInDays must be a whole number"],
        ),
        (
            'aws.s3.Bucket("b", acl="private", website={"index_document": "i"})',
            ["aws:s3/bucket:Bucket 'b'", "does not understand the inputs acl, website"],
        ),
        (
            """
            attributes = [{"name": "a", "type": "S"}]
            index = {"name": "byA", "hash_key": "a", "projection_type": "ALL", "warm_throughput": {}}
            aws.dynamodb.Table("table", billing_mode="PAY_PER_REQUEST", hash_key="a", attributes=attributes,
                global_secondary_indexes=[index])
            """,
            ["aws:dynamodb/table:Table 'table'", "globalSecondaryIndexes[0].warmThroughput"],
        ),
        (
            'aws.iam.RolePolicy("p", role="nobody", policy="{}")',
            ["aws:iam/rolePolicy:RolePolicy 'p'", "NoSuchEntity"],
        ),
        ('aws.sqs.Queue("q", region="us-east-1")', ["aws:sqs/queue:Queue 'q'", "us-east-1"]),
        ("aws.get_availability_zones()", ["aws:index/getAvailabilityZones:getAvailabilityZones", "does not know"]),
        (
            'aws.sqs.Queue("q").url.apply(lambda url: [][0])',
            ["__main__.py:2", "IndexError"],
        ),
        (
            """
            def check(url):
                assert "elsewhere" in url, "the queue is in the wrong place"
            aws.sqs.Queue("q").url.apply(check)
            """,
            ["AssertionError", "the queue is in the wrong place"],
        ),
        ('pulumi.Config().require("missing")', ["missing"]),
        ("import nothing_of_this_name", ["ModuleNotFoundError", "nothing_of_this_name"]),
        ("1 +", ["SyntaxError"]),
        ('aws.iam.Role.get("r", "existing")', ["aws:iam/role:Role 'r'", "reads no existing resources"]),
    ],
)
def test_what_is_wrong_comes_out_as_one_error_that_names_it(
    emulator: Emulator, program: Program, text: str, words: list[str]
) -> None:
    with pytest.raises(ApplyError) as caught:
        apply(emulator, {}, {}, project="small", program=program(text))
    for word in words:
        assert word in str(caught.value)
    assert caught.value.__notes__


def test_a_failure_is_named_and_not_those_that_follow_from_it(emulator: Emulator, program: Program) -> None:
    text = """
    policy = aws.iam.RolePolicy("first", role="nobody", policy="{}")
    aws.sqs.Queue("second", name=policy.name)
    aws.sqs.Queue("third", opts=pulumi.ResourceOptions(depends_on=[policy]))
    """
    with pytest.raises(ApplyError, match="'first'"):
        apply(emulator, {}, {}, project="small", program=program(text))


def test_components_secrets_and_printing_do_not_disturb(
    emulator: Emulator, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = """
    class Part(pulumi.ComponentResource):
        def __init__(self, name):
            super().__init__("ossi:index:Part", name)
            self.queue = aws.sqs.Queue(name, opts=pulumi.ResourceOptions(parent=self))
            self.register_outputs({"url": self.queue.url})
    print("hello from the program")
    secret = pulumi.Config().require_secret("token")
    pulumi.export("token", {"deep": [secret]})
    pulumi.export("plain", pulumi.Config().get_int("number"))
    pulumi.export("queue", Part("part").queue.name)
    """
    monkeypatch.chdir(os.sep)
    directory = program(text)
    first = apply(emulator, {"number": "3"}, {"token": "s3cret"}, project="small", program=directory)
    assert first.outputs["token"] == {"deep": ["s3cret"]}
    assert first.outputs["plain"] == 3
    assert first.outputs["queue"].startswith("part-")
    again = apply(emulator, {"number": "3"}, {"token": "s3cret"}, project="small", program=directory)
    assert again.outputs == first.outputs


def test_a_missing_program_and_a_missing_artifact_are_sentences(emulator: Emulator, tmp_path: Path) -> None:
    with pytest.raises(ApplyError, match="There is no Pulumi program"):
        apply(emulator, {}, {}, project="small", program=tmp_path)
    with pytest.raises(ApplyError, match="artifact of the function report is missing"):
        apply(emulator, config(tmp_path), SECRETS, project="ossi", program=INFRA)


def test_a_route_whose_function_does_not_let_the_api_in_is_named(local_aws: LocalAws) -> None:
    client = local_aws.emulator.client("lambda")
    check_api_permissions(local_aws.emulator)
    live = {"FunctionName": "ossi-local-slash", "Qualifier": "live"}
    policy = json.loads(client.get_policy(**live)["Policy"])
    for statement in policy["Statement"]:
        client.remove_permission(**live, StatementId=statement["Sid"])
    with pytest.raises(ApplyError, match="POST /slash"):
        check_api_permissions(local_aws.emulator)
