"""Of several runs at the same moment one works: the others end at once."""

import secrets
import time
from collections.abc import Callable
from typing import Any

from ossi.aws.dynamodb import is_conditional_check_failure, to_item

LEASE_S = 90


class DynamoLease:
    """One item in the ledger's table, which lapses by itself should its holder die. now: in seconds."""

    def __init__(self, client: Any, ledger_table: str, work: str, now: Callable[[], float] = time.time) -> None:
        self._client = client
        self._table = ledger_table
        self._key = to_item({"id": f"lease#{work}", "effect": "holder"})
        self._holder = secrets.token_hex(8)
        self._now = now

    def hold(self) -> bool:
        """Takes the lease, or keeps it for longer. Answers whether this holder has it."""
        now = int(self._now())
        values = {":me": self._holder, ":now": now, ":until": now + LEASE_S, ":longest": now + 10 * LEASE_S}
        return self._write(
            "SET #holder = :me, leaseUntil = :until, expiresAt = :until",
            # A lease that ends too far ahead to be meant, which only a hand can have written, counts as lapsed.
            "attribute_not_exists(id) OR #holder = :me OR NOT leaseUntil BETWEEN :now AND :longest",
            values,
        )

    def release(self) -> None:
        """Lets go of the lease, unless someone else has it meanwhile."""
        self._write("SET leaseUntil = :none", "#holder = :me", {":me": self._holder, ":none": 0})

    def _write(self, expression: str, condition: str, values: dict[str, Any]) -> bool:
        try:
            self._client.update_item(
                TableName=self._table,
                Key=self._key,
                UpdateExpression=expression,
                ConditionExpression=condition,
                ExpressionAttributeNames={"#holder": "holder"},
                ExpressionAttributeValues=to_item(values),
            )
        except Exception as error:  # boto3's or our own: see response_of
            if not is_conditional_check_failure(error):
                raise
            return False
        return True
