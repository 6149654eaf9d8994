"""IAM policies: who may do what with which resource."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi

# What a role has to be allowed with the stack's own key (`ossi:kmsKeyArn`), by what it does with something encrypted by it.
KEY_FOR_READING = ("kms:Decrypt",)
# S3 and SQS encrypt each object, or a queue's messages, with a data key of their own.
KEY_FOR_WRITING = ("kms:Decrypt", "kms:GenerateDataKey")
# DynamoDB developer guide, "Usage notes for customer managed keys": on behalf of whoever reads or writes.
KEY_FOR_A_TABLE = (
    "kms:Decrypt",
    "kms:DescribeKey",
    "kms:Encrypt",
    "kms:GenerateDataKey",
    "kms:ReEncryptFrom",
    "kms:ReEncryptTo",
)


@dataclass(frozen=True)
class Grant:
    """The right to do some actions with one resource."""

    sid: str
    """Says what the right is for; letters and digits, unique within a policy."""
    actions: tuple[str, ...]
    resource: pulumi.Input[str]
    """The resource's ARN."""
    key_actions: tuple[str, ...] = ()
    """What else is needed where the resource is encrypted with the stack's own key: actions on that key."""
    after: tuple[pulumi.Resource, ...] = ()
    """What has to exist before the right is of any use."""


def policy_of(grants: Sequence[Grant], key_arn: str | None = None) -> pulumi.Output[str]:
    """Returns the JSON policy that allows just these grants, and what they need of the stack's own key, if it has one."""
    if key_arn is not None:
        actions = sorted({action for grant in grants for action in grant.key_actions})
        grants = [*grants, Grant("UseTheKey", tuple(actions), key_arn)] if actions else grants
    return pulumi.Output.json_dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {"Sid": grant.sid, "Effect": "Allow", "Action": list(grant.actions), "Resource": grant.resource}
                for grant in grants
            ],
        }
    )


def trust_in(service: str, conditions: Mapping[str, pulumi.Input[str]] | None = None) -> pulumi.Output[str]:
    """Returns the JSON policy that lets an AWS service take on a role.

    `conditions` maps keys such as `aws:SourceArn` to the only value that they may have: so that the service takes on
    the role for our own resources alone, and never for those of another account.
    """
    statement: dict[str, object] = {
        "Effect": "Allow",
        "Principal": {"Service": service},
        "Action": "sts:AssumeRole",
    }
    if conditions:
        statement["Condition"] = {"StringEquals": dict(conditions)}
    return pulumi.Output.json_dumps({"Version": "2012-10-17", "Statement": [statement]})


def tls_only(bucket_arn: pulumi.Input[str]) -> pulumi.Output[str]:
    """Returns the JSON bucket policy that refuses every request without TLS, whoever makes it."""
    return pulumi.Output.from_input(bucket_arn).apply(
        lambda arn: json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Sid": "RefuseWithoutTls",
                        "Effect": "Deny",
                        "Principal": "*",
                        "Action": "s3:*",
                        "Resource": [arn, f"{arn}/*"],
                        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
                    }
                ],
            }
        )
    )
