"""The program as a whole: outputs, tags, names, order, and what Pulumi would complain about."""

import inspect
import json
from collections.abc import Callable
from functools import reduce
from pathlib import Path
from typing import Any

import pulumi
import pulumi_aws
import pytest

from components.api import Endpoint, HttpApi
from components.bucket import ReportBucket
from components.function import Function
from components.queue import FailureQueue
from components.release import Release
from components.schedule import Schedule
from components.secret import SlackSecret
from components.stream import StreamSubscription
from components.table import Table
from infra.recording import ACCOUNT, API_URL, FUNCTIONS, REGION, Program, Recorded, run_program
from settings import SettingsError

COMPONENTS: tuple[type[pulumi.ComponentResource], ...] = (
    *(Endpoint, FailureQueue, Function, HttpApi, Release),
    *(ReportBucket, Schedule, SlackSecret, StreamSubscription, Table),
)


def test_the_outputs_are_complete(program: Program) -> None:
    queue = f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}"
    assert program.outputs == {
        "apiUrl": API_URL,
        "slashUrl": f"{API_URL}/slash",
        "interactionsUrl": f"{API_URL}/interactions",
        "table": "ossi-test-contributions",
        "ledgerTable": "ossi-test-ledger",
        "reportBucket": "ossi-test-reports-1a2b3c4",
        "functions": {name: f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:ossi-test-{name}:live" for name in FUNCTIONS},
        "release": "ossi-test-release",
        "secretName": "ossi-test-slack",
        "secretArn": f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:ossi-test-slack-AbCdEf",
        "region": REGION,
        "streamDeadLetterQueue": f"{queue}/ossi-test-stream-failures",
        "reportDeadLetterQueue": f"{queue}/ossi-test-report-failures",
        "scheduleDeadLetterQueue": f"{queue}/ossi-test-schedule-failures",
        "alarmTopic": f"arn:aws:sns:{REGION}:{ACCOUNT}:ossi-test-alarms",
        "managementChannel": "C01MANAGERS",
        "publicChannel": "C01OPENSRC",
    }


def test_everything_that_can_carry_tags_does(program: Program) -> None:
    tags = {"Project": "ossi", "Stack": "test", "ManagedBy": "pulumi"}
    without = {
        str(item) for item in program.resources if item.custom and _takes_tags(item) and item.inputs.get("tags") != tags
    }

    assert without == set()


def _takes_tags(resource: Recorded) -> bool:
    package, module, name = resource.type.split(":")
    assert package == "aws"
    folder = module.split("/")[0]
    path = ["lambda_" if folder == "lambda" else folder, name]
    resource_class: Any = reduce(getattr, path, pulumi_aws)
    initializer: Callable[..., None] = resource_class._internal_init
    return "tags" in inspect.signature(initializer).parameters


def test_everything_belongs_to_a_component(program: Program) -> None:
    components = {item.urn for item in program.resources if not item.custom}

    assert {str(item) for item in program.resources if item.custom and item.parent not in components} == set()


def test_every_name_that_we_give_says_which_stack_it_belongs_to(program: Program) -> None:
    names = {str(item): item.inputs["name"] for item in program.resources if item.custom and "name" in item.inputs}
    del names["aws:apigatewayv2/stage:Stage 'api'"]  # $default, within an API
    aliases = {text: names.pop(text) for text in list(names) if text.startswith("aws:lambda/alias:")}

    assert [text for text, name in names.items() if "ossi-test-" not in name] == []
    assert set(aliases.values()) == {"live"}  # each within a function


def test_names_that_all_regions_share_say_the_region(program: Program) -> None:
    roles = {role.inputs["name"] for role in program.all("iam:Role").values()}

    assert {name for name in roles if not name.endswith(f"-{REGION}")} == set()


def test_two_stacks_share_no_name(program: Program, other_program: Program) -> None:
    def names(of: Program) -> set[tuple[str, str]]:
        return {(item.type, item.inputs["name"]) for item in of.resources if item.custom and "name" in item.inputs}

    assert names(program) & names(other_program) == {
        ("aws:apigatewayv2/stage:Stage", "$default"),
        ("aws:lambda/alias:Alias", "live"),
    }


def test_pulumi_has_nothing_to_warn_of(program: Program, other_program: Program) -> None:
    assert program.warnings == []
    (warning,) = other_program.warnings
    assert warning.startswith("ossi:paused is true: no message is sent")


@pytest.mark.parametrize("stack", ["My.Stack", "2nd", "under_score", "x" * 32])
def test_a_stack_name_that_aws_would_not_take_is_a_sentence(artifacts: Path, stack: str) -> None:
    with pytest.raises(SettingsError, match=rf'"{stack}" would make names that AWS does not take.*stack init dev'):
        run_program(artifacts, stack=stack)


def test_every_component_tells_what_it_made(program: Program) -> None:
    components = {item.urn: item for item in program.resources if not item.custom}

    assert {str(item) for urn, item in components.items() if not program.component_outputs.get(urn)} == set()


@pytest.mark.parametrize("component", COMPONENTS, ids=lambda component: component.__name__)
def test_every_component_takes_options(component: type[pulumi.ComponentResource]) -> None:
    assert "opts" in inspect.signature(component.__init__).parameters


@pytest.mark.parametrize(("region", "partition"), [("cn-north-1", "aws-cn"), ("us-gov-west-1", "aws-us-gov")])
def test_no_arn_is_of_the_commercial_partition_elsewhere(artifacts: Path, region: str, partition: str) -> None:
    program = run_program(artifacts, region=region, partition=partition, encryptAlarms="true")

    # What AWS makes (here: the recording) is of the commercial partition; what the program makes of parts is not.
    (topic,) = program.all("sns:TopicPolicy").values()
    (key,) = program.all("kms:Key").values()
    (statement,) = json.loads(topic.inputs["policy"])["Statement"]
    assert statement["Condition"]["ArnLike"]["aws:SourceArn"].startswith(f"arn:{partition}:cloudwatch:{region}:")
    principals = [each["Principal"].get("AWS", "") for each in json.loads(key.inputs["policy"])["Statement"]]
    assert f"arn:{partition}:iam::{ACCOUNT}:root" in principals


def test_the_longest_stack_name_makes_names_that_aws_takes(artifacts: Path) -> None:
    program = run_program(artifacts, stack="x" * 31, region="ap-southeast-99")

    names = [item.inputs["name"] for item in program.resources if item.type.startswith("aws:iam/role:")]
    names += [item.inputs["name"] for item in program.all("lambda:Function").values()]
    assert len(names) == 2 * len(FUNCTIONS) + 2  # each function and its role, and the roles of the two schedules
    assert len(set(names)) == len(names)
    assert max(map(len, names)) <= 64
    (bucket,) = program.all("s3:Bucket")
    assert len(bucket) + len("-1a2b3c4") <= 63


def test_wrong_settings_stop_the_program_before_it_declares_anything(artifacts: Path) -> None:
    with pytest.raises(SettingsError, match="ossi:managementChannel is missing"):
        run_program(artifacts, managementChannel=None)
