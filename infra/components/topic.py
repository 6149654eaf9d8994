"""The topic that alarms are told to, and the budget, which tells it what AWS costs."""

from collections.abc import Sequence

import pulumi
import pulumi_aws as aws

from components.deployment import Deployment
from settings import TOLD_ELSEWHERE


class AlarmTopic(pulumi.ComponentResource):
    """An SNS topic to which the stack's alarms, and nobody else, may publish.

    What alarms say is no secret: names of functions and what to do. Where it has to be encrypted at rest all the same, it
    takes a key of the stack's own, which costs a dollar a month (docs/cost.md).
    """

    def __init__(self, name: str, deployment: Deployment, *, parent: pulumi.Resource) -> None:
        """Declares the topic `ossi-<stack>-<name>`, with a subscription where the stack has an address for alarms, and the budget."""
        super().__init__("ossi:operations:AlarmTopic", name, opts=pulumi.ResourceOptions(parent=parent))
        child = pulumi.ResourceOptions(parent=self)
        physical = deployment.name(name)
        account = aws.get_caller_identity_output().account_id
        region = aws.get_region_output().region
        partition = aws.get_partition_output().partition
        settings = deployment.settings
        key: pulumi.Input[str] | None = settings.kms_key_arn
        if key is None and settings.encrypt_alarms:
            key = _key(name, physical, partition, account, deployment, self).arn
        topic = aws.sns.Topic(name, name=physical, kms_master_key_id=key, tags=deployment.tags(), opts=child)
        alarms = pulumi.Output.concat(
            "arn:", partition, ":cloudwatch:", region, ":", account, ":alarm:", deployment.name("*")
        )
        statements = [_may_publish("PublishAlarms", "cloudwatch", topic.arn, account, alarms)]
        if settings.monthly_budget:
            budgets = pulumi.Output.concat("arn:", partition, ":budgets::", account, ":*")
            statements.append(_may_publish("PublishSpending", "budgets", topic.arn, account, budgets))
        document = pulumi.Output.json_dumps({"Version": "2012-10-17", "Statement": statements})
        policy = aws.sns.TopicPolicy(name, arn=topic.arn, policy=document, opts=child)
        if settings.alarm_email not in {None, TOLD_ELSEWHERE}:
            aws.sns.TopicSubscription(
                name, topic=topic.arn, protocol="email", endpoint=settings.alarm_email, opts=child
            )
        if settings.monthly_budget:
            _budget(name, pulumi.Output.concat(physical, "-", region), topic.arn, deployment, self, policy)
        self.arn = topic.arn
        self.ready: Sequence[pulumi.Resource] = (topic, policy)
        """What has to exist before an alarm goes off."""
        self.register_outputs({"arn": self.arn})


def _key(
    name: str,
    physical: str,
    partition: pulumi.Input[str],
    account: pulumi.Input[str],
    deployment: Deployment,
    parent: AlarmTopic,
) -> aws.kms.Key:
    """An alarm cannot use AWS's own key for SNS (CloudWatch User Guide, "Notifying users on alarm changes")."""
    child = pulumi.ResourceOptions(parent=parent)
    key = aws.kms.Key(
        name,
        description=f"Encrypts the topic {physical}",
        enable_key_rotation=True,
        deletion_window_in_days=7,
        policy=_key_policy(
            partition, account, ["cloudwatch", "budgets"] if deployment.settings.monthly_budget else ["cloudwatch"]
        ),
        tags=deployment.tags(),
        opts=child,
    )
    aws.kms.Alias(name, name=f"alias/{physical}", target_key_id=key.key_id, opts=child)
    return key


def _budget(
    name: str,
    physical: pulumi.Input[str],
    topic_arn: pulumi.Input[str],
    deployment: Deployment,
    parent: AlarmTopic,
    policy: pulumi.Resource,
) -> None:
    """Of the whole account: Ossi's share could be told by tags only, which the paying account has to activate first."""
    aws.budgets.Budget(
        name,
        name=physical,
        budget_type="COST",
        limit_amount=str(deployment.settings.monthly_budget),
        limit_unit="USD",
        time_unit="MONTHLY",
        notifications=[
            aws.budgets.BudgetNotificationArgs(
                notification_type="ACTUAL",
                comparison_operator="GREATER_THAN",
                threshold=100,
                threshold_type="PERCENTAGE",
                subscriber_sns_topic_arns=[topic_arn],
            )
        ],
        tags=deployment.tags(),
        # Budgets tries out whether it may publish.
        opts=pulumi.ResourceOptions(parent=parent, depends_on=[policy]),
    )


def _key_policy(
    partition: pulumi.Input[str], account: pulumi.Input[str], services: Sequence[str]
) -> pulumi.Output[str]:
    """The account's administrators keep the key; these services may use it for what they tell of this account."""
    return pulumi.Output.json_dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Sid": "LetIamDecide",
                    "Effect": "Allow",
                    "Principal": {"AWS": pulumi.Output.concat("arn:", partition, ":iam::", account, ":root")},
                    "Action": "kms:*",
                    "Resource": "*",  # in a key's policy: this key
                },
                {
                    "Sid": "EncryptAlarms",
                    "Effect": "Allow",
                    "Principal": {"Service": [f"{service}.amazonaws.com" for service in services]},
                    "Action": ["kms:Decrypt", "kms:GenerateDataKey*"],
                    "Resource": "*",
                    "Condition": {"StringEquals": {"aws:SourceAccount": account}},
                },
            ],
        }
    )


def _may_publish(
    sid: str, service: str, topic_arn: pulumi.Input[str], account: pulumi.Input[str], source_arn: pulumi.Input[str]
) -> dict[str, object]:
    """Lets a service publish to the topic for this account's resources of that ARN."""
    return {
        "Sid": sid,
        "Effect": "Allow",
        "Principal": {"Service": f"{service}.amazonaws.com"},
        "Action": "sns:Publish",
        "Resource": topic_arn,
        "Condition": {
            "StringEquals": {"aws:SourceAccount": account},
            "ArnLike": {"aws:SourceArn": source_arn},
        },
    }
