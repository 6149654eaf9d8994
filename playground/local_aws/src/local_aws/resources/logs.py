"""CloudWatch log groups."""

import contextlib

from local_aws.resources.registry import Cloud, Inputs, Outputs, given, resource


@resource("aws:cloudwatch/logGroup:LogGroup")
def log_group(cloud: Cloud, logical: str, inputs: Inputs) -> Outputs:
    """Creates a log group or changes how long an existing one keeps its events."""
    client = cloud.clients.client("logs")
    name = cloud.physical_name(logical, inputs, limit=512)
    days = inputs.maybe_number("retentionInDays")
    settings = given(
        kmsKeyId=inputs.maybe_text("kmsKeyId"),
        logGroupClass=inputs.maybe_text("logGroupClass"),
        deletionProtectionEnabled=inputs.maybe_flag("deletionProtectionEnabled"),
    )
    inputs.flag("skipDestroy")  # says how to delete
    with contextlib.suppress(client.exceptions.ResourceAlreadyExistsException):
        client.create_log_group(logGroupName=name, **settings)
    # 0 means for ever, to the provider.
    if days:
        client.put_retention_policy(logGroupName=name, retentionInDays=days)
    else:
        client.delete_retention_policy(logGroupName=name)
    return {"id": name, "name": name, "arn": cloud.arn("logs", f"log-group:{name}")}
