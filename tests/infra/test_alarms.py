"""What is watched, when it is alarming, who hears of it, and that the runbook says what to do."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from infra.recording import ACCOUNT, FUNCTIONS, KEY_ID, REGION, Program, run_program
from settings import REPOSITORY

HERE = f"{REGION}:{ACCOUNT}"
TOPIC = f"arn:aws:sns:{HERE}:ossi-test-alarms"
RUNBOOK = REPOSITORY / "docs" / "operations.md"
PARTS = ("What it means.", "What people see.", "What to look at.", "What to do.")

Alarming = tuple[str, str, dict[str, str], str, int, int, float]
"""Namespace, metric, dimensions, statistic, seconds, how many times in a row, threshold."""


def in_lambda(function: str) -> dict[str, str]:
    return {"FunctionName": f"ossi-test-{function}"}


OWN = {"stack": "test"}


def in_queue(name: str) -> dict[str, str]:
    return {"QueueName": f"ossi-test-{name}"}


API = {"ApiId": "a1b2c3", "Stage": "$default"}
WAITING = "ApproximateNumberOfMessagesVisible"
# The others are invoked again until it works.
WAITED_FOR = ("slash", "interactions", "report", "download")
ALARMS: dict[str, Alarming] = {
    **{f"{name}-errors": ("AWS/Lambda", "Errors", in_lambda(name), "Sum", 300, 1, 1) for name in FUNCTIONS},
    **{f"{name}-throttles": ("AWS/Lambda", "Throttles", in_lambda(name), "Sum", 300, 1, 1) for name in WAITED_FOR},
    "answers-failed": ("Ossi", "Failed", OWN, "Sum", 300, 1, 1),
    "requests-refused": ("Ossi", "Refused", OWN, "Sum", 900, 1, 5),
    "api-5xx": ("AWS/ApiGateway", "5xx", API, "Sum", 300, 1, 1),
    "api-slow": ("AWS/ApiGateway", "Latency", API, "p99", 300, 3, 2500),
    "stream-age": ("AWS/Lambda", "IteratorAge", in_lambda("stream"), "Maximum", 300, 1, 900_000),
    "stream-undelivered": ("AWS/SQS", WAITING, in_queue("stream-failures"), "Maximum", 300, 1, 1),
    "messages-set-aside": ("Ossi", "SetAside", OWN, "Sum", 300, 1, 1),
    "messages-overdue": ("Ossi", "Overdue", OWN, "Sum", 900, 1, 1),
    "rows-unreadable": ("Ossi", "Unreadable", OWN, "Sum", 7200, 1, 1),
    "report-failed": ("Ossi", "ReportFailed", OWN, "Sum", 300, 1, 1),
    "report-undelivered": ("AWS/SQS", WAITING, in_queue("report-failures"), "Maximum", 300, 1, 1),
    "monthly-report-dropped": (
        "AWS/Scheduler",
        "InvocationDroppedCount",
        {"ScheduleGroup": "ossi-test-monthly-report"},
        "Sum",
        300,
        1,
        1,
    ),
    "reconciliation-dropped": (
        "AWS/Scheduler",
        "InvocationDroppedCount",
        {"ScheduleGroup": "ossi-test-reconciliation"},
        "Sum",
        300,
        1,
        1,
    ),
}


def test_this_is_watched_and_nothing_else(program: Program) -> None:
    alarms = {name: item.inputs for name, item in program.all("cloudwatch:MetricAlarm").items()}

    assert {
        name: (
            alarm["namespace"],
            alarm["metricName"],
            alarm["dimensions"],
            alarm.get("statistic") or alarm["extendedStatistic"],
            alarm["period"],
            alarm["evaluationPeriods"],
            alarm["threshold"],
        )
        for name, alarm in alarms.items()
    } == ALARMS
    for name, alarm in alarms.items():
        assert alarm["name"] == f"ossi-test-{name}"
        assert alarm["comparisonOperator"] == "GreaterThanOrEqualToThreshold"
        assert alarm["treatMissingData"] == "notBreaching"  # no request is no failure


@pytest.mark.parametrize("name", ALARMS)
def test_an_alarm_is_told_when_it_starts_and_when_it_is_over(program: Program, name: str) -> None:
    alarm = program.one("cloudwatch:MetricAlarm", name)

    assert alarm.inputs["alarmActions"] == alarm.inputs["okActions"] == [TOPIC]
    assert "insufficientDataActions" not in alarm.inputs
    assert program.one("sns:TopicPolicy", "alarms").urn in alarm.depends_on


def test_what_the_functions_count_is_what_is_watched() -> None:
    """The names of our own metrics stand in the code as they stand in the alarms."""
    files = [*REPOSITORY.glob("shared/src/**/*.py"), *REPOSITORY.glob("functions/*/src/**/*.py")]
    text = "\n".join(file.read_text(encoding="utf-8") for file in files)
    counted = set(re.findall(r'"metric": "(\w+)"', text))

    assert {alarm[1] for alarm in ALARMS.values() if alarm[0] == "Ossi"} <= counted
    assert counted == {
        "Delivered",
        "DeliveryRetried",
        "Failed",
        "Overdue",
        "Refused",
        "ReportFailed",
        "ReportMade",
        "SetAside",
        "Unreadable",
    }


@pytest.mark.parametrize("name", ALARMS)
def test_the_description_says_what_to_do_and_where_it_is_explained(program: Program, name: str) -> None:
    description = program.one("cloudwatch:MetricAlarm", name).inputs["alarmDescription"]

    match = re.fullmatch(r'([A-Z].*\.) See docs/operations\.md, "(.+)"\.', description)
    assert match is not None, description
    assert len(description) <= 1024  # CloudWatch's limit
    paragraph = runbook()[match[2]]
    assert all(f"**{part}**" in paragraph for part in PARTS), match[2]
    assert f"`{name}`" in paragraph or re.search(rf"`<[a-z]+>{re.escape(suffix(name))}`", paragraph), (name, match[2])
    _, looking = paragraph.split(f"**{PARTS[2]}**")
    assert "```" in looking.split(f"**{PARTS[3]}**")[0], f"{match[2]}: no command to look with"


def test_the_runbook_explains_no_alarm_that_there_is_not(program: Program) -> None:
    told = {
        match[1]
        for alarm in program.all("cloudwatch:MetricAlarm").values()
        if (match := re.search(r'"(.+)"', alarm.inputs["alarmDescription"]))
    }

    assert {title for title, text in runbook().items() if "**What it means.**" in text} == told


def suffix(name: str) -> str:
    """`stream-set-aside` -> `-set-aside`"""
    function = next(
        (each for each in (*FUNCTIONS, "monthly-report", "reconciliation") if name.startswith(f"{each}-")), ""
    )
    return name.removeprefix(function)


def runbook() -> dict[str, str]:
    """Heading -> the text below it."""
    parts = re.split(r"^#{2,4} (.+)$", RUNBOOK.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def test_the_topic_is_encrypted_where_that_is_wanted_with_a_key_that_alarms_may_use(
    program: Program, artifacts: Path
) -> None:
    assert "kmsMasterKeyId" not in program.one("sns:Topic", "alarms").inputs
    assert not program.all("kms:Key")

    program = run_program(artifacts, encryptAlarms="true")
    topic, key = program.one("sns:Topic", "alarms").inputs, program.one("kms:Key", "alarms").inputs

    assert topic["name"] == "ossi-test-alarms"
    assert topic["kmsMasterKeyId"] == f"arn:aws:kms:{HERE}:key/{KEY_ID}"
    assert key["enableKeyRotation"] is True
    assert json.loads(key["policy"])["Statement"] == [
        {
            "Sid": "LetIamDecide",
            "Effect": "Allow",
            "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
            "Action": "kms:*",
            "Resource": "*",
        },
        {
            "Sid": "EncryptAlarms",
            "Effect": "Allow",
            "Principal": {"Service": "cloudwatch.amazonaws.com"},
            "Action": ["kms:Decrypt", "kms:GenerateDataKey*"],
            "Resource": "*",
            "Condition": {"StringEquals": {"aws:SourceAccount": ACCOUNT}},
        },
    ]
    assert program.one("kms:Alias", "alarms").inputs == {"name": "alias/ossi-test-alarms", "targetKeyId": KEY_ID}


def test_the_stack_s_alarms_and_nobody_else_publish(program: Program) -> None:
    policy = program.one("sns:TopicPolicy", "alarms").inputs

    assert policy["arn"] == TOPIC
    assert json.loads(policy["policy"])["Statement"] == [
        {
            "Sid": "PublishAlarms",
            "Effect": "Allow",
            "Principal": {"Service": "cloudwatch.amazonaws.com"},
            "Action": "sns:Publish",
            "Resource": TOPIC,
            "Condition": {
                "StringEquals": {"aws:SourceAccount": ACCOUNT},
                "ArnLike": {"aws:SourceArn": f"arn:aws:cloudwatch:{HERE}:alarm:ossi-test-*"},
            },
        }
    ]


def test_alarms_go_by_mail_where_an_address_is_configured(program: Program, artifacts: Path) -> None:
    assert not program.all("sns:TopicSubscription")

    (subscription,) = run_program(artifacts, alarmEmail="ops@example.com").all("sns:TopicSubscription").values()
    assert subscription.inputs == {"topic": TOPIC, "protocol": "email", "endpoint": "ops@example.com"}


def test_the_dashboard_shows_every_alarm_and_the_metrics_of_all(program: Program) -> None:
    board = program.one("cloudwatch:Dashboard", "dashboard").inputs
    alarms, *graphs = json.loads(board["dashboardBody"])["widgets"]

    assert board["dashboardName"] == "ossi-test"
    assert set(alarms["properties"]["alarms"]) == {
        f"arn:aws:cloudwatch:{HERE}:alarm:ossi-test-{name}" for name in ALARMS
    }
    lines = [line for graph in graphs for line in graph["properties"]["metrics"]]
    shown = {(line[0], line[1]) for line in lines}
    assert {(alarm[0], alarm[1]) for alarm in ALARMS.values()} - shown == {
        ("AWS/Lambda", "Throttles"),
        ("AWS/Scheduler", "InvocationDroppedCount"),
    }
    for line in lines:
        dimensions = dict(zip(line[2:-1:2], line[3:-1:2], strict=True))
        assert dimensions
        assert all(isinstance(value, str) and value for value in dimensions.values())
    assert {graph["properties"]["region"] for graph in graphs} == {REGION}


def test_there_is_no_dashboard_where_none_is_wanted(artifacts: Path) -> None:
    without = run_program(artifacts, dashboard="false")

    assert not without.all("cloudwatch:Dashboard")
    assert "dashboard" not in without.outputs
    assert without.all("cloudwatch:MetricAlarm").keys() == ALARMS.keys()


def test_nothing_on_the_dashboard_covers_anything_else(program: Program) -> None:
    widgets: list[dict[str, Any]] = json.loads(
        program.one("cloudwatch:Dashboard", "dashboard").inputs["dashboardBody"]
    )["widgets"]
    cells = [
        (x, y)
        for widget in widgets
        for x in range(widget["x"], widget["x"] + widget["width"])
        for y in range(widget["y"], widget["y"] + widget["height"])
    ]

    assert len(cells) == len(set(cells))
    assert max(x for x, _ in cells) < 24
