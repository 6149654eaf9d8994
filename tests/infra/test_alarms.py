"""What is watched, when it is alarming, who hears of it, and that the runbook says what to do."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from infra.recording import ACCOUNT, KEY_ID, REGION, Program, run_program
from ossi.runtime.metrics import WATCHED
from settings import REPOSITORY

HERE = f"{REGION}:{ACCOUNT}"
TOPIC = f"arn:aws:sns:{HERE}:ossi-test-alarms"
RUNBOOK = REPOSITORY / "docs" / "operations.md"
PARTS = ("What it means.", "What people see.", "What to look at.", "What to do.")

Alarming = tuple[str, str, dict[str, str], str, float, tuple[int, int, int], str]
"""Namespace, metric, dimensions, statistic, threshold; seconds, periods, how many of them; what no data means."""


OWN = {"stack": "test"}
API = {"ApiId": "a1b2c3", "Stage": "$default"}
RECONCILE = {"FunctionName": "ossi-test-reconcile"}
REPORT_FAILURES = {"QueueName": "ossi-test-report-failures"}
WAITING = "ApproximateNumberOfMessagesVisible"
HOUR = (3600, 1, 1)
ALARMS: dict[str, Alarming] = {
    # Three periods without a run that succeeded, whether there was none or all failed.
    "reconcile-stopped": ("AWS/Lambda", "Errors", RECONCILE, "Minimum", 1, (300, 3, 3), "breaching"),
    "overdue": ("Ossi", "Overdue", OWN, "Sum", 1, HOUR, "notBreaching"),
    "parked": ("Ossi", "SetAside", OWN, "Sum", 1, (3600, 25, 1), "notBreaching"),
    "answers-failed": ("Ossi", "Failed", OWN, "Sum", 2, HOUR, "notBreaching"),
    "requests-refused": ("Ossi", "Refused", OWN, "Sum", 3, HOUR, "notBreaching"),
    "api-5xx": ("AWS/ApiGateway", "5xx", API, "Sum", 2, HOUR, "notBreaching"),
    "report-failed": ("AWS/SQS", WAITING, REPORT_FAILURES, "Maximum", 1, (300, 1, 1), "ignore"),
}


def test_this_is_watched_and_nothing_else(program: Program) -> None:
    alarms = {name: item.inputs for name, item in program.all("cloudwatch:MetricAlarm").items()}

    assert {
        name: (
            alarm["namespace"],
            alarm["metricName"],
            alarm["dimensions"],
            alarm["statistic"],
            alarm["threshold"],
            (alarm["period"], alarm["evaluationPeriods"], alarm["datapointsToAlarm"]),
            alarm["treatMissingData"],
        )
        for name, alarm in alarms.items()
    } == ALARMS
    for name, alarm in alarms.items():
        assert alarm["name"] == f"ossi-test-{name}"
        assert alarm["comparisonOperator"] == "GreaterThanOrEqualToThreshold"
        assert alarm["actionsEnabled"] is True


@pytest.mark.parametrize("name", ALARMS)
def test_an_alarm_is_told_when_it_starts(program: Program, name: str) -> None:
    alarm = program.one("cloudwatch:MetricAlarm", name)

    assert alarm.inputs["alarmActions"] == [TOPIC]
    assert "insufficientDataActions" not in alarm.inputs
    assert program.one("sns:TopicPolicy", "alarms").urn in alarm.depends_on


def test_a_new_stack_says_once_that_all_is_well(program: Program) -> None:
    """Each new alarm is OK before it's anything else, and says so where it's told when it's over."""
    alarms = program.all("cloudwatch:MetricAlarm")

    assert {name: alarm.inputs.get("okActions") for name, alarm in alarms.items()} == {
        **dict.fromkeys(ALARMS),
        "reconcile-stopped": [TOPIC],
    }


@pytest.mark.parametrize(
    ("every", "seconds", "periods"),
    [
        ("rate(1 minute)", 300, 3),
        ("rate(5 minutes)", 300, 3),
        ("rate(30 minutes)", 1800, 3),
        ("rate(1 hour)", 3600, 3),
        ("rate(1 day)", 86_400, 3),
        ("rate(2 days)", 86_400, 7),
        ("cron(0/5 8-18 ? * MON-FRI *)", 86_400, 7),  # a weekend is no failure
    ],
)
def test_the_dead_man_s_switch_waits_for_three_runs_and_a_quarter_of_an_hour(
    artifacts: Path, every: str, seconds: int, periods: int
) -> None:
    alarm = run_program(artifacts, reconcileSchedule=every).one("cloudwatch:MetricAlarm", "reconcile-stopped").inputs

    assert (alarm["period"], alarm["evaluationPeriods"], alarm["datapointsToAlarm"]) == (seconds, periods, periods)
    # What CloudWatch takes: whole minutes, and a day at most to look back, or a week in periods of an hour or more.
    assert seconds % 60 == 0
    assert seconds * periods <= (604_800 if seconds >= 3600 else 86_400)


def test_what_the_functions_count_is_what_is_watched() -> None:
    """The names of our own metrics stand in the code as they stand in the alarms, and nothing else is paid for."""
    files = [*REPOSITORY.glob("shared/src/**/*.py"), *REPOSITORY.glob("functions/*/src/**/*.py")]
    text = "\n".join(file.read_text(encoding="utf-8") for file in files)
    counted = set(re.findall(r'"metric": "(\w+)"', text))

    assert counted >= WATCHED.keys()
    assert set(WATCHED.values()) == {alarm[1] for alarm in ALARMS.values() if alarm[0] == "Ossi"}


@pytest.mark.parametrize("name", ALARMS)
def test_the_description_says_what_to_do_and_where_it_is_explained(program: Program, name: str) -> None:
    description = program.one("cloudwatch:MetricAlarm", name).inputs["alarmDescription"]

    match = re.fullmatch(r'([A-Z].*\.) See docs/operations\.md, "(.+)"\.', description)
    assert match is not None, description
    assert len(description) <= 1024  # CloudWatch's limit
    paragraph = runbook()[match[2]]
    assert all(f"**{part}**" in paragraph for part in PARTS), match[2]
    assert f"`{name}`" in paragraph, (name, match[2])
    _, looking = paragraph.split(f"**{PARTS[2]}**")
    assert "```" in looking.split(f"**{PARTS[3]}**")[0], f"{match[2]}: no command to look with"


def test_the_runbook_explains_no_alarm_that_there_is_not(program: Program) -> None:
    told = {
        match[1]
        for alarm in program.all("cloudwatch:MetricAlarm").values()
        if (match := re.search(r'"(.+)"', alarm.inputs["alarmDescription"]))
    }

    assert {title for title, text in runbook().items() if "**What it means.**" in text} == told


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
            "Principal": {"Service": ["cloudwatch.amazonaws.com"]},
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


def test_that_no_one_hears_of_alarms_or_of_costs_is_a_warning(program: Program, artifacts: Path) -> None:
    unheard = run_program(artifacts, alarmEmail=None, monthlyBudget=None)
    assert [re.findall(r"pulumi config set \S+ \S+", warning)[-1] for warning in unheard.warnings] == [
        "pulumi config set ossi:alarmEmail none`.",
        "pulumi config set ossi:monthlyBudget 10`;",
    ]
    assert not unheard.all("sns:TopicSubscription")
    assert not unheard.all("budgets:Budget")

    assert program.warnings == [], "something else tells them"


def test_the_topic_is_told_where_the_account_costs_more_than_the_budget(program: Program, artifacts: Path) -> None:
    assert not program.all("budgets:Budget")

    program = run_program(artifacts, monthlyBudget="10", encryptAlarms="true")
    budget = program.one("budgets:Budget", "alarms")
    assert {name: budget.inputs[name] for name in ("name", "budgetType", "limitAmount", "limitUnit", "timeUnit")} == {
        "name": f"ossi-test-alarms-{REGION}",
        "budgetType": "COST",
        "limitAmount": "10",
        "limitUnit": "USD",
        "timeUnit": "MONTHLY",
    }
    (notification,) = budget.inputs["notifications"]
    assert notification == {
        "notificationType": "ACTUAL",
        "comparisonOperator": "GREATER_THAN",
        "threshold": 100,
        "thresholdType": "PERCENTAGE",
        "subscriberSnsTopicArns": [TOPIC],
    }
    policy = program.one("sns:TopicPolicy", "alarms")
    assert policy.urn in budget.depends_on
    assert json.loads(policy.inputs["policy"])["Statement"][1] == {
        "Sid": "PublishSpending",
        "Effect": "Allow",
        "Principal": {"Service": "budgets.amazonaws.com"},
        "Action": "sns:Publish",
        "Resource": TOPIC,
        "Condition": {
            "StringEquals": {"aws:SourceAccount": ACCOUNT},
            "ArnLike": {"aws:SourceArn": f"arn:aws:budgets::{ACCOUNT}:*"},
        },
    }
    key = json.loads(program.one("kms:Key", "alarms").inputs["policy"])["Statement"][1]
    assert key["Principal"]["Service"] == ["cloudwatch.amazonaws.com", "budgets.amazonaws.com"]


@pytest.fixture(scope="module")
def with_dashboard(artifacts: Path) -> Program:
    return run_program(artifacts, dashboard="true")


def test_the_dashboard_shows_every_alarm_and_the_metrics_of_all(with_dashboard: Program) -> None:
    board = with_dashboard.one("cloudwatch:Dashboard", "dashboard").inputs
    alarms, *graphs = json.loads(board["dashboardBody"])["widgets"]

    assert board["dashboardName"] == "ossi-test"
    assert set(alarms["properties"]["alarms"]) == {
        f"arn:aws:cloudwatch:{HERE}:alarm:ossi-test-{name}" for name in ALARMS
    }
    lines = [line for graph in graphs for line in graph["properties"]["metrics"]]
    shown = {(line[0], line[1]) for line in lines}
    assert {(alarm[0], alarm[1]) for alarm in ALARMS.values()} <= shown
    for line in lines:
        dimensions = dict(zip(line[2:-1:2], line[3:-1:2], strict=True))
        assert dimensions
        assert all(isinstance(value, str) and value for value in dimensions.values())
    assert {graph["properties"]["region"] for graph in graphs} == {REGION}


def test_there_is_no_dashboard_unless_one_is_wanted(program: Program, with_dashboard: Program) -> None:
    assert not program.all("cloudwatch:Dashboard")
    assert "dashboard" not in program.outputs
    assert with_dashboard.outputs["dashboard"] == "ossi-test"
    assert with_dashboard.all("cloudwatch:MetricAlarm").keys() == ALARMS.keys()


def test_nothing_on_the_dashboard_covers_anything_else(with_dashboard: Program) -> None:
    widgets: list[dict[str, Any]] = json.loads(
        with_dashboard.one("cloudwatch:Dashboard", "dashboard").inputs["dashboardBody"]
    )["widgets"]
    cells = [
        (x, y)
        for widget in widgets
        for x in range(widget["x"], widget["x"] + widget["width"])
        for y in range(widget["y"], widget["y"] + widget["height"])
    ]

    assert len(cells) == len(set(cells))
    assert max(x for x, _ in cells) < 24
