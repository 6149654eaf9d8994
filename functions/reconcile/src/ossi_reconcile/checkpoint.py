"""Remembers in the ledger's table how far a long work has come."""

import logging
from typing import Any

from ossi.aws.dynamodb import from_item, to_item
from ossi.domain.contribution import TIMESTAMP_MAX, ContributionKey
from ossi.domain.errors import UnknownContribution
from ossi.ports import Progress

_logger = logging.getLogger("ossi.reconcile")

_NUMBERS = ("rows", "endedAt", "since", "number")


class DynamoCheckpoint:
    """ports.Checkpoint as one item. work: whose bookmark it is."""

    def __init__(self, client: Any, ledger_table: str, work: str) -> None:
        self._client = client
        self._table = ledger_table
        self._key = to_item({"id": f"bookmark#{work}", "effect": "position"})

    def read(self) -> Progress:
        """See ports.Checkpoint. A consistent read."""
        answer = self._client.get_item(TableName=self._table, Key=self._key, ConsistentRead=True)
        row = from_item(answer.get("Item", {}))
        readers = {"position": _position, **dict.fromkeys(_NUMBERS, _whole_number)}
        read: dict[str, Any] = {}
        wrong: list[str] = []
        for name, reader in readers.items():
            try:
                read[name] = reader(row.get(name))
            except (UnknownContribution, ValueError):
                wrong.append(name)
        if wrong:
            _logger.error(
                "a bookmark cannot be read", extra={"why": f"wrong: {', '.join(wrong)}", "metric": "Unreadable"}
            )
            return Progress()
        return Progress(read["position"], *(read[name] for name in _NUMBERS))

    def write(self, progress: Progress) -> None:
        """See ports.Checkpoint."""
        numbers = (progress.rows, progress.ended_at, progress.since, progress.number)
        names = {f"#{name}": name for name in (*_NUMBERS, "position")}
        values: dict[str, Any] = {f":{name}": number for name, number in zip(_NUMBERS, numbers, strict=True)}
        expression = "SET " + ", ".join(f"#{name} = :{name}" for name in _NUMBERS)
        if progress.position is None:
            expression += " REMOVE #position"
        else:
            expression += ", #position = :position"
            values[":position"] = str(progress.position)
        self._client.update_item(
            TableName=self._table,
            Key=self._key,
            UpdateExpression=expression,
            ExpressionAttributeNames=names,
            ExpressionAttributeValues=to_item(values),
        )


def _position(value: object) -> ContributionKey | None:
    return None if value is None else ContributionKey.parse(value if isinstance(value, str) else "")


def _whole_number(value: object) -> int:
    """Of rows, or milliseconds; there is none in a bookmark that nobody has written yet."""
    if value is None:
        return 0
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= TIMESTAMP_MAX:
        raise ValueError("no whole number that can be meant")
    return value
