"""Which months a report has closed, as the ledger's table says."""

from typing import Any

from ossi.aws.dynamodb import from_item, to_item
from ossi.domain.months import Month


class ClosedMonths:
    """Reads the pointers that the report function writes."""

    def __init__(self, client: Any, ledger_table: str) -> None:
        self._client = client
        self._table = ledger_table

    def __call__(self, month: Month) -> bool:
        """Whether the month is closed."""
        answer = self._client.get_item(
            TableName=self._table, Key=to_item({"id": "reports", "effect": str(month)}), ConsistentRead=False
        )
        return from_item(answer.get("Item", {})).get("closed") is True
