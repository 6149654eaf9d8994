"""The table of contributions in DynamoDB: partition key userId (S), sort key timestamp (N, ms)."""

import logging
import time
from collections.abc import Callable, Iterable, Iterator
from math import ceil
from typing import Any

from ossi.aws.dynamodb import from_item, is_conditional_check_failure, pages, read_batches, to_item
from ossi.domain.contribution import (
    TIMESTAMP_MAX,
    Contribution,
    ContributionKey,
    Status,
    name_in_log,
)
from ossi.domain.errors import ContributionChanged, UnreadableContribution
from ossi.domain.months import Month
from ossi.ports import Page

_logger = logging.getLogger(__name__)


class DynamoContributions:
    """Reads and changes contributions (ports.Contributions). month_index: the name of the index by contributionMonth."""

    def __init__(
        self, client: Any, table: str, month_index: str = "", sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._client = client
        self._table = table
        self._month_index = month_index
        self._sleep = sleep

    def save(self, contribution: Contribution, as_read: Contribution) -> None:
        """One conditional write of what differs, so that of two people who act at once one is first. See ports.Contributions."""
        before, after = as_read.to_row(), contribution.to_row()
        changed = {name: value for name, value in after.items() if before.get(name) != value}
        gone = sorted(before.keys() - after.keys())
        names = {f"#{name}": name for name in (*changed, *gone, "status", "version")}
        values = {f":{name}": value for name, value in changed.items()} | {":statusAsRead": as_read.status.value}
        version = "attribute_not_exists(#version)"
        if as_read.version is not None:
            version = "#version = :versionAsRead"
            values[":versionAsRead"] = as_read.version
        expression = "SET " + ", ".join(f"#{name} = :{name}" for name in changed)
        if gone:
            expression += " REMOVE " + ", ".join(f"#{name}" for name in gone)
        try:
            self._client.update_item(
                TableName=self._table,
                Key=to_item({"userId": contribution.user_id, "timestamp": contribution.timestamp}),
                UpdateExpression=expression,
                # By hand someone changes the status and no version: so both have to be as they were.
                ConditionExpression=f"attribute_exists(userId) AND #status = :statusAsRead AND {version}",
                ExpressionAttributeNames=names,
                ExpressionAttributeValues=to_item(values),
            )
        except Exception as error:  # boto3's or our own: see response_of
            if not is_conditional_check_failure(error):
                raise
            raise ContributionChanged from None

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
            # A month's reports need no history, and in a large month it would take more memory than all the rest.
            rows = [{name: value for name, value in item.items() if name != "events"} for item in page["Items"]]
            yield from _readable([from_item(row) for row in rows])

    def submitted(self, month: Month, since: int, until: int) -> Iterator[Contribution]:
        """One query of the index, where it answers with no more than 1 MB. See ports.Contributions."""
        found = pages(
            self._client.query,
            TableName=self._table,
            IndexName=self._month_index,
            KeyConditionExpression="contributionMonth = :month AND #timestamp BETWEEN :since AND :until",
            ExpressionAttributeNames={"#timestamp": "timestamp"},
            ExpressionAttributeValues=to_item({":month": str(month), ":since": since, ":until": until}),
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
        answer = self._client.get_item(
            TableName=self._table,
            Key=to_item({"userId": key.user_id, "timestamp": key.timestamp}),
            ConsistentRead=True,
        )
        return Contribution.from_row(from_item(answer["Item"])) if "Item" in answer else None

    def look_up(self, keys: Iterable[ContributionKey]) -> dict[ContributionKey, Contribution | None]:
        """Consistent reads. See ports.Contributions."""
        asked = [to_item({"userId": key.user_id, "timestamp": key.timestamp}) for key in dict.fromkeys(keys)]
        found: dict[ContributionKey, Contribution | None] = {}
        for row in read_batches(self._client, self._table, asked, self._sleep, consistent=True):
            found[ContributionKey(row["userId"], int(row["timestamp"]))] = next(_readable([row]), None)
        return found


def _readable(rows: list[dict[str, Any]]) -> Iterator[Contribution]:
    for row in rows:
        try:
            yield Contribution.from_row(row)
        except UnreadableContribution as error:
            _logger.error(
                "a stored row cannot be read",
                extra={"why": str(error), "contribution": name_in_log(row), "metric": "Unreadable"},
            )
