"""What the emulator's process adds to EventBridge Scheduler: time zones, context attributes, roles."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from integration.playground_aws.helpers import add_function, eventually
from local_aws import Emulator, emulator_process
from local_aws.clients import ACCOUNT_ID
from local_aws.environment import ensure_environment

HELSINKI = ZoneInfo("Europe/Helsinki")
NOTE = """
import json, os, boto3

def handler(event, context):
    boto3.client("sqs").send_message(QueueUrl=event.pop("queue"), MessageBody=json.dumps(event))
"""


@pytest.mark.parametrize(
    ("expression", "last", "now", "due"),
    [
        # The report of the third, 06:00, in winter and in summer time.
        ("cron(0 6 3 * ? *)", "2026-01-03 05:59:50", "2026-01-03 06:00:10", "2026-01-03 06:00:00"),
        ("cron(0 6 3 * ? *)", "2026-07-03 05:59:50", "2026-07-03 06:00:10", "2026-07-03 06:00:00"),
        ("cron(0 6 3 * ? *)", "2026-07-03 06:00:10", "2026-07-03 09:00:10", None),
        ("cron(0 6 3 * ? *)", "2026-07-03 05:00:00", "2026-07-03 05:59:59", None),
        ("at(2026-07-03T06:00:00)", "2026-07-03 05:59:59", "2026-07-03 06:00:00", "2026-07-03 06:00:00"),
        ("at(2026-07-03T06:00:00)", "2026-07-03 06:00:01", "2026-07-03 07:00:00", None),
        ("rate(1 hour)", "2026-07-03 06:00:00", "2026-07-03 07:00:00", "2026-07-03 07:00:00"),
        ("rate(1 hour)", "2026-07-03 06:00:00", "2026-07-03 06:59:59", None),
    ],
)
def test_a_schedule_is_due_by_the_clock_of_its_time_zone(expression: str, last: str, now: str, due: str | None) -> None:
    schedule = {"State": "ENABLED", "ScheduleExpression": expression, "ScheduleExpressionTimezone": "Europe/Helsinki"}
    # In the emulator's own Python: the expressions are parsed by what it brings.
    program = (
        "import importlib.util, json, sys\n"
        "spec = importlib.util.spec_from_file_location('process', sys.argv[1])\n"
        "process = importlib.util.module_from_spec(spec)\n"
        "spec.loader.exec_module(process)\n"
        "print(json.dumps(process.due_time(*json.loads(sys.argv[2]))))\n"
    )
    asked = json.dumps([schedule, epoch(last), epoch(now)])
    command = [str(ensure_environment()), "-I", "-c", program, str(Path(emulator_process.__file__)), asked]
    answer = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    assert answer == (epoch(due) if due else None)


def epoch(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=HELSINKI).timestamp()


def test_context_attributes_are_replaced() -> None:
    text = json.dumps(
        {"at": "<aws.scheduler.scheduled-time>", "by": "<aws.scheduler.schedule-arn>", "other": "<aws.scheduler.x>"}
    )
    filled = json.loads(emulator_process.fill_in(text, epoch("2026-07-03 06:00:00"), "arn:aws:scheduler:x"))
    assert filled == {"at": "2026-07-03T03:00:00Z", "by": "arn:aws:scheduler:x", "other": "<aws.scheduler.x>"}


@pytest.fixture
def queue(emulator: Emulator) -> Iterator[str]:
    url = emulator.client("sqs").create_queue(QueueName="noted")["QueueUrl"]
    yield url
    emulator.client("sqs").delete_queue(QueueUrl=url)


def schedule_now(emulator: Emulator, name: str, function: str, role: str, queue: str) -> datetime:
    at = (datetime.now(HELSINKI) + timedelta(seconds=2)).replace(microsecond=0)
    emulator.client("scheduler").create_schedule(
        Name=name,
        ScheduleExpression=f"at({at:%Y-%m-%dT%H:%M:%S})",
        ScheduleExpressionTimezone="Europe/Helsinki",
        FlexibleTimeWindow={"Mode": "OFF"},
        Target={
            "Arn": function,
            "RoleArn": role,
            "Input": json.dumps({"queue": queue, "scheduledTime": "<aws.scheduler.scheduled-time>"}),
        },
    )
    return at


def trust(group: str) -> dict[str, object]:
    """Only for schedules of that group, as a deployment has it."""
    source = {
        "aws:SourceAccount": ACCOUNT_ID,
        "aws:SourceArn": f"arn:aws:scheduler:eu-north-1:{ACCOUNT_ID}:schedule-group/{group}",
    }
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "scheduler.amazonaws.com"},
        "Action": "sts:AssumeRole",
        "Condition": {"StringEquals": source},
    }
    return {"Version": "2012-10-17", "Statement": [statement]}


def test_a_schedule_invokes_its_function_in_its_role(emulator: Emulator, queue: str) -> None:
    send = {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*"}
    function = add_function(emulator, "noting", NOTE, send)
    iam, sqs = emulator.client("iam"), emulator.client("sqs")
    role = iam.create_role(RoleName="scheduler", AssumeRolePolicyDocument=json.dumps(trust("other")))["Role"]["Arn"]
    schedule_now(emulator, "not-trusted", function, role, queue)
    eventually(lambda: "sts:AssumeRole" in emulator.log_tail(80), 10)
    iam.update_assume_role_policy(RoleName="scheduler", PolicyDocument=json.dumps(trust("default")))
    schedule_now(emulator, "forbidden", function, role, queue)
    eventually(lambda: "lambda:InvokeFunction" in emulator.log_tail(80), 10)
    invoke = {"Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": function}
    policy = {"Version": "2012-10-17", "Statement": [invoke]}
    iam.put_role_policy(RoleName="scheduler", PolicyName="invoke", PolicyDocument=json.dumps(policy))
    at = schedule_now(emulator, "allowed", function, role, queue)
    received: list[str] = []

    def arrived() -> bool:
        messages = sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=1).get("Messages", [])
        received.extend(message.get("Body", "") for message in messages)
        return bool(received)

    eventually(arrived, 15)
    assert [json.loads(body) for body in received] == [
        {"scheduledTime": f"{at.astimezone(ZoneInfo('UTC')):%Y-%m-%dT%H:%M:%SZ}"}
    ]
