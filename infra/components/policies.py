"""IAM policies: who may do what with which resource."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi


@dataclass(frozen=True)
class Grant:
    """The right to do some actions with one resource."""

    sid: str
    """Says what the right is for; letters and digits, unique within a policy."""
    actions: tuple[str, ...]
    resource: pulumi.Input[str]
    """The resource's ARN."""


def policy_of(grants: Sequence[Grant]) -> pulumi.Output[str]:
    """Returns the JSON policy that allows just these grants."""
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
