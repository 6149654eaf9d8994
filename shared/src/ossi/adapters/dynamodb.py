"""What every DynamoDB adapter needs: items to Python and back, and the one error that is expected.

Written out instead of taken from boto3.dynamodb.types, which imports the whole of boto3; a property test compares the two.
"""

import base64
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Clamped, Context, Decimal, Inexact, Overflow, Rounded, Underflow
from typing import Any, cast

# What a number can be there (DynamoDB Developer Guide, "Naming rules and data types"); whatever would be rounded is an error.
_NUMBERS = Context(prec=38, Emin=-128, Emax=126, traps=[Clamped, Overflow, Inexact, Rounded, Underflow])
_KEYS_PER_CALL = 100  # BatchGetItem takes no more
_IDLE_CALLS = 8


def dynamodb_client() -> Any:
    """boto3's client, for the functions that nobody waits for. Short time-outs (seconds): one item is not much."""
    import boto3
    from botocore.config import Config

    return boto3.client(
        "dynamodb",
        config=Config(connect_timeout=1, read_timeout=2, retries={"mode": "standard", "total_max_attempts": 3}),
    )


def to_item(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row as a DynamoDB item. Raises TypeError for what has no place in one, ArithmeticError for a number with too many digits."""
    return {name: _attribute(value) for name, value in row.items()}


def from_item(item: Mapping[str, Any]) -> dict[str, Any]:
    """A DynamoDB item as a row; whole numbers are int. Raises TypeError, ValueError or ArithmeticError for what is no item."""
    return {name: _value(attribute) for name, attribute in item.items()}


def _attribute(value: object) -> dict[str, Any]:
    match value:
        case None:
            return {"NULL": True}
        case bool():
            return {"BOOL": value}
        case str():
            return {"S": value}
        case int() | Decimal():
            return {"N": str(_finite(_NUMBERS.create_decimal(value)))}
        case list() | tuple():
            return {"L": [_attribute(each) for each in cast("list[object]", value)]}
        case dict():
            return {"M": to_item(cast("dict[str, Any]", value))}
        case _:
            raise TypeError(f"{type(value).__name__} has no place in an item")


def _value(attribute: Mapping[str, Any]) -> Any:
    ((kind, value),) = attribute.items()
    match kind:
        case "S" | "BOOL":
            return value
        case "N":
            return _number(value)
        case "NULL":
            return None
        case "M":
            return from_item(value)
        case "L":
            return [_value(each) for each in value]
        case "B":
            return _bytes(value)
        case "SS":
            return set(value)
        case "NS":
            return {_number(each) for each in value}
        case "BS":
            return {_bytes(each) for each in value}
        case _:
            raise TypeError("no kind of attribute that DynamoDB has")


def _number(text: str) -> int | Decimal:
    number = _finite(_NUMBERS.create_decimal(text))
    return int(number) if number == number.to_integral_value() else number


def _finite(number: Decimal) -> Decimal:
    if not number.is_finite():
        raise TypeError("DynamoDB has neither infinity nor what is no number")
    return number


def _bytes(value: str | bytes) -> bytes:
    # boto3 has decoded it already.
    return value if isinstance(value, bytes) else base64.b64decode(value)


def is_conditional_check_failure(error: Exception) -> bool:
    """Whether the condition of a write did not hold: the one error that conditional writers expect, of boto3's client or of ours."""
    return response_of(error).get("Error", {}).get("Code") == "ConditionalCheckFailedException"


def item_found(error: Exception) -> dict[str, Any]:
    """The row that stood in the way of a conditional write (ReturnValuesOnConditionCheckFailure); empty if there was none."""
    return from_item(response_of(error).get("Item", {}))


def response_of(error: Exception) -> dict[str, Any]:
    """What AWS said, where an error is AWS's refusal: botocore's ClientError and our AwsError carry it alike; empty for any other."""
    response: object = getattr(error, "response", None)
    return cast("dict[str, Any]", response) if isinstance(response, dict) else {}


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
