"""The table of contributions in DynamoDB: partition key userId (S), sort key timestamp (N, ms)."""

import logging
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict
from math import ceil
from typing import Any

from ossi.aws.dynamodb import from_item, is_conditional_check_failure, item_found, pages, read_batches, to_item
from ossi.domain.contribution import (
    TIMESTAMP_MAX,
    Contribution,
    ContributionKey,
    MessageRef,
    Status,
    name_in_log,
)
from ossi.domain.errors import AlreadyDecided, UnknownContribution, UnreadableContribution
from ossi.domain.months import Month
from ossi.ports import Page

_logger = logging.getLogger(__name__)


class DynamoContributions:
    """Reads and decides contributions (ports.Contributions). month_index: the name of the index by contributionMonth."""

    def __init__(
        self, client: Any, table: str, month_index: str = "", sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._client = client
        self._table = table
        self._month_index = month_index
        self._sleep = sleep

    def decide(
        self, key: ContributionKey, status: Status, by: str, at: int, seen_in: MessageRef | None
    ) -> Contribution:
        """PENDING -> status in one conditional write, so that of two managers one wins. See ports.Contributions.

        Read before, since a row that somebody spoiled by hand is nothing to decide on: whoever did could be told nothing of it.
        """
        item = self._item(key)
        if item is None:
            raise UnknownContribution(str(key))
        row = Contribution.from_row(item)
        if row.status is not Status.PENDING:
            raise AlreadyDecided(row)
        changes: dict[str, Any] = {"status": status.value, "decidedBy": by, "decidedAt": at}
        if seen_in is not None:
            changes["decidedIn"] = asdict(seen_in)
        names = {f"#{name}": name for name in changes}
        try:
            self._client.update_item(
                TableName=self._table,
                Key=to_item({"userId": key.user_id, "timestamp": key.timestamp}),
                UpdateExpression="SET " + ", ".join(f"#{name} = :{name}" for name in changes),
                ConditionExpression="#status = :pending",
                ExpressionAttributeNames=names,
                ExpressionAttributeValues=to_item({f":{name}": value for name, value in changes.items()})
                | to_item({":pending": Status.PENDING.value}),
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except Exception as error:  # boto3's or our own: see response_of
            if not is_conditional_check_failure(error):
                raise
            found = item_found(error)
            if not found:
                raise UnknownContribution(str(key)) from None
            raise AlreadyDecided(Contribution.from_row(found)) from None
        return row.model_copy(update={"status": status, "decided_by": by, "decided_at": at, "decided_in": seen_in})

    def page(self, user_id: str, size: int, *, before: int | None = None, after: int | None = None) -> Page:
        """One query, whatever the person's number of rows. See ports.Contributions."""
        # Beyond these bounds nothing is readable, and a number there may be too long for a button.
        bounds = {":from": 0 if after is None else after + 1, ":to": TIMESTAMP_MAX if before is None else before - 1}
        if bounds[":from"] > bounds[":to"]:
            return Page((), None, None, newer=before is not None, older=after is not None)
        answer = self._client.query(
            TableName=self._table,
            KeyConditionExpression="userId = :user AND #timestamp BETWEEN :from AND :to",
            ExpressionAttributeNames={"#timestamp": "timestamp"},
            ExpressionAttributeValues=to_item({":user": user_id, **bounds}),
            ScanIndexForward=after is not None,
            Limit=size + 1,  # one more tells whether there is a further page
        )
        rows = [from_item(item) for item in answer["Items"]]
        # Rows of hundreds of kilobytes, which no form takes, end an answer before its limit (1 MB).
        further = len(rows) > size or "LastEvaluatedKey" in answer
        rows = rows[:size]
        if after is not None:
            rows.reverse()
        contributions = tuple(_readable(rows))
        return Page(
            contributions=contributions,
            first=int(rows[0]["timestamp"]) if rows else None,
            # A fraction, which only a hand can have written, must not hide the row of the whole number below it.
            last=ceil(rows[-1]["timestamp"]) if rows else None,
            newer=further if after is not None else before is not None,
            older=True if after is not None else further,
            unreadable=len(rows) - len(contributions),
        )

    def of_month(self, month: Month, status: Status | None = None) -> Iterator[Contribution]:
        """The index answers in pages of at most 1 MB; all of them are read. See ports.Contributions."""
        values, only = {":month": str(month)}, {}
        if status is not None:
            values[":status"] = status.value
            only = {"FilterExpression": "#status = :status", "ExpressionAttributeNames": {"#status": "status"}}
        found = pages(
            self._client.query,
            TableName=self._table,
            IndexName=self._month_index,
            KeyConditionExpression="contributionMonth = :month",
            ExpressionAttributeValues=to_item(values),
            **only,
        )
        for page in found:
            yield from _readable([from_item(item) for item in page["Items"]])

    def all(self, after: ContributionKey | None = None) -> Iterator[Contribution]:
        """A scan, which reads at half the price of a consistent one. The key need not exist any more. See ports.Contributions."""
        start = {"ExclusiveStartKey": to_item({"userId": after.user_id, "timestamp": after.timestamp})} if after else {}
        for page in pages(self._client.scan, TableName=self._table, **start):
            yield from _readable([from_item(item) for item in page["Items"]])

    def get(self, key: ContributionKey) -> Contribution | None:
        """A consistent read. See ports.Contributions."""
        item = self._item(key)
        return next(_readable([item]), None) if item else None

    def _item(self, key: ContributionKey) -> dict[str, Any] | None:
        answer = self._client.get_item(
            TableName=self._table,
            Key=to_item({"userId": key.user_id, "timestamp": key.timestamp}),
            ConsistentRead=True,
        )
        return from_item(answer["Item"]) if "Item" in answer else None

    def get_many(self, keys: Iterable[ContributionKey]) -> dict[ContributionKey, Contribution]:
        """Consistent reads. See ports.Contributions."""
        asked = [to_item({"userId": key.user_id, "timestamp": key.timestamp}) for key in dict.fromkeys(keys)]
        rows = read_batches(self._client, self._table, asked, self._sleep, consistent=True)
        return {row.key: row for row in _readable(list(rows))}


def _readable(rows: list[dict[str, Any]]) -> Iterator[Contribution]:
    for row in rows:
        try:
            yield Contribution.from_row(row)
        except UnreadableContribution as error:
            _logger.error(
                "a stored row cannot be read",
                extra={"why": str(error), "contribution": name_in_log(row), "metric": "Unreadable"},
            )
