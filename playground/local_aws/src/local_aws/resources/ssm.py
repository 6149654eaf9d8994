"""Parameters of the Systems Manager."""

from typing import Any, cast

from local_aws.resources.registry import Cloud, InputError, Inputs, Outputs, given, resource


@resource("aws:ssm/parameter:Parameter")
def parameter(cloud: Cloud, logical: str, inputs: Inputs) -> Outputs:
    """Creates a parameter, or gives it another value, which its history keeps; the same value is no other."""
    client = cast("Any", cloud.clients).client("ssm")
    name = cloud.physical_name(logical, inputs, limit=1011)
    kind = inputs.text("type")
    values = [inputs.maybe_text("value"), inputs.maybe_text("insecureValue")]
    value = next((each for each in values if each is not None), None)
    if value is None:
        raise InputError("the input value is missing")
    settings = given(Description=inputs.maybe_text("description"), Tier=inputs.maybe_text("tier"))
    try:
        version = client.get_parameter(Name=name)["Parameter"]
    except client.exceptions.ParameterNotFound:
        version = None
    if version is None or version["Value"] != value:
        version = client.put_parameter(Name=name, Value=value, Type=kind, Overwrite=version is not None, **settings)
    return {"id": name, "name": name, "arn": cloud.arn("ssm", f"parameter/{name}"), "version": version["Version"]}
