"""Stores a submitted form once: the row and the mark of its form in one transaction."""

from typing import Any

from ossi.aws.dynamodb import response_of, to_item
from ossi.contracts import submission_subject
from ossi.domain.contribution import Contribution

_MARK_LIFE_S = 30 * 24 * 3600  # a modal does not stay open for longer
_ATTEMPTS = 5


class DynamoSubmissions:
    """ports.Submissions by TransactWriteItems, which is all or nothing."""

    def __init__(self, client: Any, table: str, ledger_table: str) -> None:
        self._client = client
        self._table = table
        self._ledger_table = ledger_table

    def add_once(self, contribution: Contribution, submission_id: str) -> Contribution | None:
        """See ports.Submissions. Two rows of one person in the same millisecond: the later one moves on by a millisecond."""
        for attempt in range(_ATTEMPTS):
            moved = contribution.model_copy(update={"timestamp": contribution.timestamp + attempt})
            try:
                self._client.transact_write_items(TransactItems=self._writes(moved, submission_id))
            except Exception as error:  # boto3's or our own: see response_of
                cancelled = response_of(error).get("CancellationReasons", [])
                reasons = [reason.get("Code", "None") for reason in cancelled]
                if not reasons:
                    raise
                row_reason, mark_reason = reasons
                if mark_reason == "ConditionalCheckFailed":
                    return None
                # Taken is moved on; a conflict with another transaction is tried again; all else is a real error.
                if row_reason != "ConditionalCheckFailed" and "TransactionConflict" not in reasons:
                    raise
            else:
                return moved
        raise RuntimeError(f"no free millisecond for a contribution after {_ATTEMPTS} attempts")

    def _writes(self, contribution: Contribution, submission_id: str) -> list[dict[str, Any]]:
        mark = {
            "id": submission_subject(submission_id),
            "effect": "stored",
            "contribution": str(contribution.key),
            "expiresAt": contribution.timestamp // 1000 + _MARK_LIFE_S,
        }
        return [
            {
                "Put": {
                    "TableName": self._table,
                    "Item": to_item(contribution.to_row()),
                    "ConditionExpression": "attribute_not_exists(userId)",
                }
            },
            {
                "Put": {
                    "TableName": self._ledger_table,
                    "Item": to_item(mark),
                    "ConditionExpression": "attribute_not_exists(id)",
                }
            },
        ]
