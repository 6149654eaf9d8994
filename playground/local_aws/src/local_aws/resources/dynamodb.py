"""DynamoDB tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from local_aws.resources.registry import Cloud, InputError, Inputs, Outputs, given, resource
from local_aws.resources.wait import wait_for

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import TableDescriptionTypeDef


@resource("aws:dynamodb/table:Table")
def table(cloud: Cloud, logical: str, inputs: Inputs) -> Outputs:
    """Creates a table or brings streams, indexes, TTL, recovery and protection of an existing one up to date."""
    client = cloud.clients.client("dynamodb")
    name = cloud.physical_name(logical, inputs, limit=255)
    hash_key, range_key = inputs.text("hashKey"), inputs.maybe_text("rangeKey")
    attributes: list[Any] = [
        {"AttributeName": item.text("name"), "AttributeType": item.text("type")} for item in inputs.groups("attributes")
    ]
    indexes = [_index(item) for item in inputs.groups("globalSecondaryIndexes")]
    protected = inputs.flag("deletionProtectionEnabled")
    stream = _stream(inputs)
    encryption = _encryption(inputs)
    billing = inputs.maybe_text("billingMode") or "PROVISIONED"
    if billing != "PAY_PER_REQUEST":
        raise InputError(f"the local AWS has tables that are paid by request, not {billing}")

    settings = given(
        StreamSpecification=stream, SSESpecification=encryption, TableClass=inputs.maybe_text("tableClass")
    )
    found = _describe(client, name)
    if found is None:
        client.create_table(
            TableName=name,
            KeySchema=_keys(hash_key, range_key),
            AttributeDefinitions=attributes,
            BillingMode=billing,
            DeletionProtectionEnabled=protected,
            **given(GlobalSecondaryIndexes=indexes or None),
            **settings,
        )
    else:
        _update(client, found, _keys(hash_key, range_key), attributes, indexes, protected, stream)
    _wait_until_active(client, name)
    _set_time_to_live(client, name, inputs)
    _set_recovery(client, name, inputs)
    made = client.describe_table(TableName=name)["Table"]
    return {
        "id": name,
        "name": name,
        "arn": made.get("TableArn", ""),
        "streamArn": made.get("LatestStreamArn", ""),
        "streamLabel": made.get("LatestStreamLabel", ""),
    }


def _keys(hash_key: str, range_key: str | None) -> list[Any]:
    keys = [{"AttributeName": hash_key, "KeyType": "HASH"}]
    return keys if range_key is None else [*keys, {"AttributeName": range_key, "KeyType": "RANGE"}]


def _index(item: Inputs) -> dict[str, Any]:
    # A list of key schemas is the provider's newer spelling of the same keys.
    schemas = [(entry.text("attributeName"), entry.text("keyType")) for entry in item.groups("keySchemas")]
    hash_key, range_key = item.maybe_text("hashKey"), item.maybe_text("rangeKey")
    for attribute, kind in schemas:
        if kind == "HASH":
            hash_key = attribute
        else:
            range_key = attribute
    if hash_key is None:
        raise InputError("an index of the table lacks its hash key")
    return {
        "IndexName": item.text("name"),
        "KeySchema": _keys(hash_key, range_key),
        "Projection": given(
            ProjectionType=item.text("projectionType"), NonKeyAttributes=item.texts("nonKeyAttributes") or None
        ),
    }


def _stream(inputs: Inputs) -> dict[str, Any] | None:
    view = inputs.maybe_text("streamViewType")
    return {"StreamEnabled": True, "StreamViewType": view} if inputs.flag("streamEnabled") else None


def _encryption(inputs: Inputs) -> dict[str, Any] | None:
    group = inputs.group("serverSideEncryption")
    if group is None or not group.flag("enabled"):
        return None
    return given(Enabled=True, SSEType="KMS", KMSMasterKeyId=group.maybe_text("kmsKeyArn"))


def _describe(client: DynamoDBClient, name: str) -> TableDescriptionTypeDef | None:
    try:
        return client.describe_table(TableName=name)["Table"]
    except client.exceptions.ResourceNotFoundException:
        return None


def _update(
    client: DynamoDBClient,
    found: TableDescriptionTypeDef,
    keys: list[Any],
    attributes: list[Any],
    indexes: list[dict[str, Any]],
    protected: bool,
    stream: dict[str, Any] | None,
) -> None:
    name = found.get("TableName", "")
    if found.get("KeySchema") != keys:
        raise InputError("the table's keys cannot be changed; start with another state directory")
    if found.get("DeletionProtectionEnabled", False) != protected:
        client.update_table(TableName=name, DeletionProtectionEnabled=protected)
    current = found.get("StreamSpecification")
    if (current or {}).get("StreamViewType") != (stream or {}).get("StreamViewType"):
        if current:
            client.update_table(TableName=name, StreamSpecification={"StreamEnabled": False})
        if stream:
            client.update_table(TableName=name, **given(StreamSpecification=stream))
    existing = {index.get("IndexName", "") for index in found.get("GlobalSecondaryIndexes", [])}
    wanted = {str(index["IndexName"]) for index in indexes}
    # AWS changes one index in one call.
    for surplus in sorted(existing - wanted):
        client.update_table(TableName=name, GlobalSecondaryIndexUpdates=[{"Delete": {"IndexName": surplus}}])
        _wait_until_active(client, name)
    for index in indexes:
        if index["IndexName"] not in existing:
            create: Any = {"Create": index}
            client.update_table(TableName=name, AttributeDefinitions=attributes, GlobalSecondaryIndexUpdates=[create])
            _wait_until_active(client, name)


def _wait_until_active(client: DynamoDBClient, name: str) -> None:
    def active() -> bool:
        made = client.describe_table(TableName=name)["Table"]
        indexes = made.get("GlobalSecondaryIndexes", [])
        return made.get("TableStatus") == "ACTIVE" and all(
            index.get("IndexStatus", "ACTIVE") == "ACTIVE" for index in indexes
        )

    wait_for(active, f"the table {name} to become active")


def _set_time_to_live(client: DynamoDBClient, name: str, inputs: Inputs) -> None:
    group = inputs.group("ttl")
    attribute = group.maybe_text("attributeName") if group else None
    enabled = group.flag("enabled") if group else False
    current = client.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
    is_enabled = current.get("TimeToLiveStatus") in ("ENABLED", "ENABLING")
    # AWS refuses to set what is set already.
    if enabled and not is_enabled:
        if attribute is None:
            raise InputError("the input ttl.attributeName is missing")
        client.update_time_to_live(
            TableName=name, TimeToLiveSpecification={"Enabled": True, "AttributeName": attribute}
        )
    elif is_enabled and not enabled:
        client.update_time_to_live(
            TableName=name,
            TimeToLiveSpecification={"Enabled": False, "AttributeName": current.get("AttributeName", "")},
        )


def _set_recovery(client: DynamoDBClient, name: str, inputs: Inputs) -> None:
    group = inputs.group("pointInTimeRecovery")
    if group is None:
        return
    specification = given(
        PointInTimeRecoveryEnabled=group.flag("enabled"),
        RecoveryPeriodInDays=group.maybe_number("recoveryPeriodInDays"),
    )
    client.update_continuous_backups(TableName=name, **given(PointInTimeRecoverySpecification=specification))
