"""What every DynamoDB adapter needs: items to Python and back, and the one error that is expected."""

from decimal import Decimal
from typing import Any, cast

import boto3
from boto3.dynamodb.types import TypeDeserializer, TypeSerializer
from botocore.config import Config
from botocore.exceptions import ClientError

_SERIALIZER = TypeSerializer()
_DESERIALIZER = TypeDeserializer()


def dynamodb_client() -> Any:
    """A client with short time-outs (seconds): a function that answers Slack has three of them altogether."""
    return boto3.client(
        "dynamodb",
        config=Config(connect_timeout=1, read_timeout=2, retries={"mode": "standard", "total_max_attempts": 3}),
    )


def to_item(row: dict[str, Any]) -> dict[str, Any]:
    """A row as a DynamoDB item."""
    return {name: _SERIALIZER.serialize(value) for name, value in row.items()}


def from_item(item: dict[str, Any]) -> dict[str, Any]:
    """A DynamoDB item as a row; whole numbers are int."""
    return {name: _plain(_DESERIALIZER.deserialize(value)) for name, value in item.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else value
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in cast("dict[str, Any]", value).items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in cast("list[Any]", value)]
    return value


def is_conditional_check_failure(error: ClientError) -> bool:
    """Whether the condition of a write did not hold: the one error that conditional writers expect."""
    return error.response.get("Error", {}).get("Code") == "ConditionalCheckFailedException"


def item_found(error: ClientError) -> dict[str, Any]:
    """The row that stood in the way of a conditional write (ReturnValuesOnConditionCheckFailure); empty if there was none."""
    return from_item(cast("dict[str, Any]", error.response.get("Item", {})))
