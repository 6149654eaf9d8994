"""Remembers in the ledger's table where a long work stopped."""

from typing import Any

from ossi.adapters.dynamodb import from_item, to_item
from ossi.domain.contribution import ContributionKey


class DynamoBookmark:
    """ports.Bookmark as one item. work: whose bookmark it is."""

    def __init__(self, client: Any, ledger_table: str, work: str) -> None:
        self._client = client
        self._table = ledger_table
        self._key = to_item({"id": f"bookmark#{work}", "effect": "position"})

    def read(self) -> ContributionKey | None:
        """See ports.Bookmark."""
        answer = self._client.get_item(TableName=self._table, Key=self._key, ConsistentRead=True)
        position = from_item(answer.get("Item", {})).get("position")
        return ContributionKey.parse(position) if position else None

    def write(self, key: ContributionKey | None) -> None:
        """See ports.Bookmark."""
        change: dict[str, Any] = {"UpdateExpression": "REMOVE #position"}
        if key is not None:
            change = {
                "UpdateExpression": "SET #position = :position",
                "ExpressionAttributeValues": to_item({":position": str(key)}),
            }
        self._client.update_item(
            TableName=self._table, Key=self._key, ExpressionAttributeNames={"#position": "position"}, **change
        )
