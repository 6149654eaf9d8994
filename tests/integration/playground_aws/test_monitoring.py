"""Alarms, the dashboard, the budget, and the encrypted topic, made by a small program in the emulator."""

from __future__ import annotations

import json
import textwrap
from pathlib import Path
from typing import Any, cast

import pytest

from local_aws import ApplyError, Emulator, apply
from local_aws.clients import ACCOUNT_ID

PROGRAM = """
import json, pulumi, pulumi_aws as aws

setting = pulumi.Config().get("text") or "first"
key = aws.kms.Key("alarms", description=setting, enable_key_rotation=True, deletion_window_in_days=7)
alias = aws.kms.Alias("alarms", name="alias/alarms", target_key_id=key.key_id)
topic = aws.sns.Topic("alarms", name="alarms", kms_master_key_id=key.arn)
statement = {"Sid": setting, "Effect": "Allow", "Principal": "*", "Action": "sns:Publish", "Resource": topic.arn}
aws.sns.TopicPolicy("alarms", arn=topic.arn,
    policy=pulumi.Output.json_dumps({"Version": "2012-10-17", "Statement": [statement]}))
aws.sns.TopicSubscription("alarms", topic=topic.arn, protocol="email", endpoint="alarms@example.com")
alarm = aws.cloudwatch.MetricAlarm("slow", name="slow", alarm_description=setting, namespace="Ossi",
    metric_name="AnswerMs", dimensions={"stack": "test", "function": "slash"}, extended_statistic="p99", period=300,
    evaluation_periods=1, threshold=2500.5, comparison_operator="GreaterThanOrEqualToThreshold",
    treat_missing_data="notBreaching", alarm_actions=[topic.arn], ok_actions=[topic.arn], tags={"Stack": "test"})
aws.budgets.Budget("spending", name="spending", budget_type="COST", limit_amount="10", limit_unit="USD",
    time_unit="MONTHLY", notifications=[aws.budgets.BudgetNotificationArgs(notification_type="ACTUAL",
    comparison_operator="GREATER_THAN", threshold=100, threshold_type="PERCENTAGE", subscriber_sns_topic_arns=[topic.arn])])
aws.cloudwatch.Dashboard("board", dashboard_name="board", dashboard_body=pulumi.Output.json_dumps(
    {"widgets": [{"type": "alarm", "width": 6, "height": 3, "properties": {"title": setting, "alarms": [alarm.arn]}}]}))
pulumi.export("topic", topic.arn)
pulumi.export("key", key.key_id)
pulumi.export("alarm", alarm.arn)
"""


@pytest.fixture
def program(tmp_path: Path) -> Path:
    (tmp_path / "__main__.py").write_text(PROGRAM)
    return tmp_path


def test_what_is_made_is_what_was_declared(emulator: Emulator, program: Path) -> None:
    outputs = apply(emulator, {}, {}, project="small", program=program).outputs
    (alarm,) = emulator.client("cloudwatch").describe_alarms(AlarmNames=["slow"])["MetricAlarms"]
    assert alarm.get("AlarmArn") == outputs["alarm"]
    assert (alarm.get("Namespace"), alarm.get("MetricName")) == ("Ossi", "AnswerMs")
    assert (alarm.get("ExtendedStatistic"), alarm.get("Threshold"), alarm.get("Period")) == ("p99", 2500.5, 300)
    assert alarm.get("AlarmActions") == alarm.get("OKActions") == [outputs["topic"]]
    client = cast("Any", emulator).client("budgets")
    budget = client.describe_budget(AccountId=ACCOUNT_ID, BudgetName="spending")["Budget"]
    assert (budget["BudgetLimit"], budget["TimeUnit"]) == ({"Amount": "10", "Unit": "USD"}, "MONTHLY")
    topic = emulator.client("sns").get_topic_attributes(TopicArn=outputs["topic"])["Attributes"]
    assert topic["KmsMasterKeyId"].endswith(f"key/{outputs['key']}")
    assert json.loads(topic["Policy"])["Statement"][0]["Sid"] == "first"
    assert emulator.client("kms").get_key_rotation_status(KeyId=outputs["key"])["KeyRotationEnabled"] is True
    assert emulator.client("kms").describe_key(KeyId="alias/alarms")["KeyMetadata"]["KeyId"] == outputs["key"]


def test_the_same_again_makes_nothing_twice_and_a_change_is_taken_over(emulator: Emulator, program: Path) -> None:
    first = apply(emulator, {}, {}, project="small", program=program).outputs
    before = inventory(emulator)
    again = apply(emulator, {"text": "second"}, {}, project="small", program=program).outputs
    assert again == first
    assert inventory(emulator) == before
    (alarm,) = emulator.client("cloudwatch").describe_alarms(AlarmNames=["slow"])["MetricAlarms"]
    assert alarm.get("AlarmDescription") == "second"
    topic = emulator.client("sns").get_topic_attributes(TopicArn=first["topic"])["Attributes"]
    assert json.loads(topic["Policy"])["Statement"][0]["Sid"] == "second"
    body = json.loads(emulator.client("cloudwatch").get_dashboard(DashboardName="board")["DashboardBody"])
    assert body["widgets"][0]["properties"]["title"] == "second"
    assert emulator.client("kms").describe_key(KeyId=first["key"])["KeyMetadata"].get("Description") == "second"


def inventory(emulator: Emulator) -> dict[str, int]:
    sns, kms = emulator.client("sns"), emulator.client("kms")
    return {
        "alarms": len(emulator.client("cloudwatch").describe_alarms()["MetricAlarms"]),
        "budgets": len(cast("Any", emulator).client("budgets").describe_budgets(AccountId=ACCOUNT_ID)["Budgets"]),
        "dashboards": len(emulator.client("cloudwatch").list_dashboards()["DashboardEntries"]),
        "topics": len(sns.list_topics()["Topics"]),
        "subscriptions": len(sns.list_subscriptions()["Subscriptions"]),
        "keys": len(kms.list_keys()["Keys"]),
        "aliases": len(kms.list_aliases()["Aliases"]),
    }


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            """
            aws.cloudwatch.MetricAlarm("a", name="a", comparison_operator="GreaterThanThreshold", evaluation_periods=1,
                namespace="Ossi", metric_name="x", period=60, statistic="Sum")
            """,
            ["aws:cloudwatch/metricAlarm:MetricAlarm 'a'", "threshold must be a number"],
        ),
        (
            'aws.cloudwatch.Dashboard("d", dashboard_name="d", dashboard_body="{}")',
            ["aws:cloudwatch/dashboard:Dashboard 'd'", "dashboardBody must be a JSON object with widgets"],
        ),
        (
            'aws.kms.Alias("k", name="nothing", target_key_id="0")',
            ["aws:kms/alias:Alias 'k'", "must start with alias/"],
        ),
        (
            'aws.sns.Topic("t", name="t", fifo_topic=True)',
            ["aws:sns/topic:Topic 't'", "does not understand the inputs fifoTopic"],
        ),
    ],
)
def test_what_is_wrong_is_named(emulator: Emulator, tmp_path: Path, text: str, words: list[Any]) -> None:
    (tmp_path / "__main__.py").write_text("import pulumi_aws as aws\n" + textwrap.dedent(text))
    with pytest.raises(ApplyError) as caught:
        apply(emulator, {}, {}, project="small", program=tmp_path)
    for word in words:
        assert word in str(caught.value)
