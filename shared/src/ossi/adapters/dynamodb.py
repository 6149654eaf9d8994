"""What every DynamoDB adapter needs: items to Python and back, and the one error that is expected."""

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from typing import Any, cast

import boto3
from boto3.dynamodb.types import TypeDeserializer, TypeSerializer
from botocore.config import Config
from botocore.exceptions import ClientError

_KEYS_PER_CALL = 100  # BatchGetItem takes no more
_IDLE_CALLS = 8

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


def read_batches(
    client: Any,
    table: str,
    keys: Sequence[dict[str, Any]],
    sleep: Callable[[float], None],
    *,
    consistent: bool = False,
) -> Iterator[dict[str, Any]]:
    """The rows of these keys (items, each once) that are there, in as few calls as DynamoDB allows.

    consistent: at twice the price. Raises TimeoutError where DynamoDB goes on answering with nothing.
    """
    waiting = list(keys)
    idle_calls = 0
    while waiting:
        asked, waiting = waiting[:_KEYS_PER_CALL], waiting[_KEYS_PER_CALL:]
        answer = client.batch_get_item(RequestItems={table: {"Keys": asked, "ConsistentRead": consistent}})
        # A part may come back unread: too much for one answer (16 MB), or too fast for the table.
        unread = answer.get("UnprocessedKeys", {}).get(table, {}).get("Keys", [])
        idle_calls = idle_calls + 1 if len(unread) == len(asked) else 0
        if idle_calls == _IDLE_CALLS:
            raise TimeoutError("DynamoDB reads nothing of a batch")
        if idle_calls:
            sleep(0.05 * 2**idle_calls)
        waiting += unread
        yield from (from_item(item) for item in answer.get("Responses", {}).get(table, []))
