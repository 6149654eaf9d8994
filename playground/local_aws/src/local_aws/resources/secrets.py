"""Secrets Manager secrets and their values."""

from local_aws.resources.registry import Cloud, Inputs, Outputs, given, resource


@resource("aws:secretsmanager/secret:Secret")
def secret(cloud: Cloud, logical: str, inputs: Inputs) -> Outputs:
    """Creates a secret without a value or updates its description."""
    client = cloud.clients.client("secretsmanager")
    name = cloud.physical_name(logical, inputs, limit=512)
    settings = given(Description=inputs.maybe_text("description"), KmsKeyId=inputs.maybe_text("kmsKeyId"))
    inputs.maybe_number("recoveryWindowInDays")  # says how to delete
    inputs.flag("forceOverwriteReplicaSecret")  # there are no replicas
    try:
        arn = client.describe_secret(SecretId=name)["ARN"]
    except client.exceptions.ResourceNotFoundException:
        arn = client.create_secret(Name=name, **settings)["ARN"]
    else:
        if settings:
            client.update_secret(SecretId=arn, **settings)
    return {"id": arn, "arn": arn, "name": name}


@resource("aws:secretsmanager/secretVersion:SecretVersion")
def secret_version(cloud: Cloud, _logical: str, inputs: Inputs) -> Outputs:
    """Puts a value into a secret unless it is the current one."""
    client = cloud.clients.client("secretsmanager")
    secret_id, value = inputs.text("secretId"), inputs.text("secretString")
    try:
        current = client.get_secret_value(SecretId=secret_id)
    except client.exceptions.ResourceNotFoundException:
        current = None  # no value yet
    if current is not None and current.get("SecretString") == value:
        version, arn = current["VersionId"], current["ARN"]
    else:
        put = client.put_secret_value(SecretId=secret_id, SecretString=value)
        version, arn = put["VersionId"], put["ARN"]
    return {"id": f"{secret_id}|{version}", "versionId": version, "arn": arn, "versionStages": ["AWSCURRENT"]}
