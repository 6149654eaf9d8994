"""KMS keys and their aliases."""

from typing import Any

from local_aws.resources.registry import Cloud, InputError, Inputs, Outputs, given, resource

# A key has no name: this tag tells the one that an earlier run of the program made.
_TAG = "local-aws:resource"


@resource("aws:kms/key:Key")
def key(cloud: Cloud, logical: str, inputs: Inputs) -> Outputs:
    """Creates a symmetric key, or updates the description, policy and rotation of the one made before."""
    client = cloud.clients.client("kms")
    description, policy = inputs.maybe_text("description"), inputs.json_text("policy")
    rotated = inputs.flag("enableKeyRotation")
    inputs.maybe_number("deletionWindowInDays")  # says how to delete
    name = cloud.physical_name(logical, inputs)
    key_id = _made_before(cloud, name)
    if key_id is None:
        settings = given(Description=description, Policy=policy)
        key_id = client.create_key(Tags=[{"TagKey": _TAG, "TagValue": name}], **settings)["KeyMetadata"]["KeyId"]
    else:
        client.update_key_description(KeyId=key_id, Description=description or "")
        if policy is not None:
            client.put_key_policy(KeyId=key_id, PolicyName="default", Policy=policy)
    if rotated:
        client.enable_key_rotation(KeyId=key_id)
    else:
        client.disable_key_rotation(KeyId=key_id)
    arn = client.describe_key(KeyId=key_id)["KeyMetadata"].get("Arn", "")
    return {"id": key_id, "keyId": key_id, "arn": arn}


def _made_before(cloud: Cloud, name: str) -> str | None:
    client = cloud.clients.client("kms")
    wanted: Any = {"TagKey": _TAG, "TagValue": name}
    for page in client.get_paginator("list_keys").paginate():
        for found in page["Keys"]:
            key_id = found.get("KeyId", "")
            if wanted in client.list_resource_tags(KeyId=key_id)["Tags"]:
                return key_id
    return None


@resource("aws:kms/alias:Alias")
def alias(cloud: Cloud, _logical: str, inputs: Inputs) -> Outputs:
    """Gives a key a name, which may have been another key's."""
    client = cloud.clients.client("kms")
    name, key_id = inputs.text("name"), inputs.text("targetKeyId")
    if not name.startswith("alias/"):
        raise InputError("the input name must start with alias/")
    pages = client.get_paginator("list_aliases").paginate()
    if any(each.get("AliasName") == name for page in pages for each in page["Aliases"]):
        client.update_alias(AliasName=name, TargetKeyId=key_id)
    else:
        client.create_alias(AliasName=name, TargetKeyId=key_id)
    return {"id": name, "name": name, "arn": cloud.arn("kms", name)}
