"""The topic that alarms are told to."""

from collections.abc import Sequence

import pulumi
import pulumi_aws as aws

from components.deployment import Deployment


class AlarmTopic(pulumi.ComponentResource):
    """An SNS topic to which the stack's alarms, and nobody else, may publish.

    What alarms say is no secret: names of functions and what to do. Where it has to be encrypted at rest all the same, it
    takes a key of the stack's own, which costs a dollar a month (docs/cost.md).
    """

    def __init__(self, name: str, deployment: Deployment, *, parent: pulumi.Resource) -> None:
        """Declares the topic `ossi-<stack>-<name>`, with a subscription where the stack has an e-mail address for alarms."""
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
        policy = aws.sns.TopicPolicy(name, arn=topic.arn, policy=_topic_policy(topic.arn, account, alarms), opts=child)
        email = deployment.settings.alarm_email
        if email is not None:
            aws.sns.TopicSubscription(name, topic=topic.arn, protocol="email", endpoint=email, opts=child)
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
        policy=_key_policy(partition, account),
        tags=deployment.tags(),
        opts=child,
    )
    aws.kms.Alias(name, name=f"alias/{physical}", target_key_id=key.key_id, opts=child)
    return key


def _key_policy(partition: pulumi.Input[str], account: pulumi.Input[str]) -> pulumi.Output[str]:
    """The account's administrators keep the key; CloudWatch may use it for this account's alarms."""
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
                    "Principal": {"Service": "cloudwatch.amazonaws.com"},
                    "Action": ["kms:Decrypt", "kms:GenerateDataKey*"],
                    "Resource": "*",
                    "Condition": {"StringEquals": {"aws:SourceAccount": account}},
                },
            ],
        }
    )


def _topic_policy(
    topic_arn: pulumi.Input[str], account: pulumi.Input[str], alarms: pulumi.Input[str]
) -> pulumi.Output[str]:
    return pulumi.Output.json_dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Sid": "PublishAlarms",
                    "Effect": "Allow",
                    "Principal": {"Service": "cloudwatch.amazonaws.com"},
                    "Action": "sns:Publish",
                    "Resource": topic_arn,
                    "Condition": {
                        "StringEquals": {"aws:SourceAccount": account},
                        "ArnLike": {"aws:SourceArn": alarms},
                    },
                }
            ],
        }
    )
