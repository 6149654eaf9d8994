"""Remembers in the ledger's table where a long work stopped."""

import logging
from typing import Any

from ossi.adapters.dynamodb import from_item, to_item
from ossi.domain.contribution import ContributionKey
from ossi.domain.errors import UnknownContribution

_logger = logging.getLogger(__name__)


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
        try:
            return None if position is None else ContributionKey.parse(position if isinstance(position, str) else "")
        except UnknownContribution:
            _logger.error("a bookmark cannot be read", extra={"why": "wrong: position", "metric": "Unreadable"})
            return None

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
