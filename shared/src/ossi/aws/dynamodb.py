"""What every DynamoDB adapter needs: items to Python and back, and the one error that is expected."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, cast

from ossi.aws.items import from_item as from_item
from ossi.aws.items import to_item as to_item

_KEYS_PER_CALL = 100  # BatchGetItem takes no more
_IDLE_CALLS = 8


def is_conditional_check_failure(error: Exception) -> bool:
    """Whether the condition of a write did not hold: the one error that conditional writers expect, of boto3's client or of ours."""
    return response_of(error).get("Error", {}).get("Code") == "ConditionalCheckFailedException"


def is_refused_as_invalid(error: Exception) -> bool:
    """Whether DynamoDB refuses the request itself, such as a row that would be larger than 400 KB: the same again fails the same way."""
    return response_of(error).get("Error", {}).get("Code") == "ValidationException"


def item_found(error: Exception) -> dict[str, Any]:
    """The row that stood in the way of a conditional write (ReturnValuesOnConditionCheckFailure); empty if there was none."""
    return from_item(response_of(error).get("Item", {}))


def response_of(error: Exception) -> dict[str, Any]:
    """What AWS said, where an error is AWS's refusal: botocore's ClientError and our AwsError carry it alike; empty for any other."""
    response: object = getattr(error, "response", None)
    return cast("dict[str, Any]", response) if isinstance(response, dict) else {}


def pages(read: Callable[..., dict[str, Any]], **request: Any) -> Iterator[dict[str, Any]]:
    """Every page of the answer to a query or scan."""
    while True:
        page = read(**request)
        yield page
        if "LastEvaluatedKey" not in page:
            return
        request["ExclusiveStartKey"] = page["LastEvaluatedKey"]


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
