"""What each month's report has counted, in the ledger's table.

| id | effect | what it holds |
|---|---|---|
| reports | the month, YYYY-MM | the pointer: the record of the month's last report, and where its list is |
| report-version | closed | how many months have been closed |
| report-shown | the month | the last report of the month that the management channel got: nothing is counted by it |
| counted#<month>#<random> | part#0001 ... | a part of a list; DynamoDB takes no item above 400 KB |

The list is written first, then the pointer with the version in one transaction: so a record has all of its list or is not there, and two
reports that close months at once cannot count the same contribution.
"""

import logging
import secrets
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Annotated, Any

from botocore.exceptions import ClientError
from pydantic import BaseModel, ConfigDict, Field, StrictBool, ValidationError
from pydantic.alias_generators import to_camel

from ossi.aws.dynamodb import from_item, is_conditional_check_failure, to_item
from ossi.domain.contribution import ContributionKey
from ossi.domain.errors import UnknownContribution, UnreadableMonth, UnreadableReport
from ossi.domain.levels import CompensationLevel
from ossi.domain.months import Month
from ossi.domain.payroll import Counted, CountedList, Earlier, ReportRecord, Shown

_logger = logging.getLogger("ossi.report")

_POINTERS, _SHOWN = "reports", "report-shown"
_VERSION = {"id": "report-version", "effect": "closed"}
_ENTRIES_PER_PART = 2000
_BYTES_PER_PART = 300_000  # of DynamoDB's 400 KB
_PROVISIONAL_LIFE_S = 90 * 24 * 3600

_Count = Annotated[int, Field(ge=0)]


class _Stored(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, validate_by_name=True, hide_input_in_errors=True)


class _List(_Stored):
    id: str
    parts: _Count
    rows: _Count


class _Earlier(_Stored):
    made_at: _Count
    counted: _List


class _Pointer(_Stored):
    run: str
    made_at: _Count
    closed: StrictBool
    counted: _List
    levels: tuple[CompensationLevel, ...]
    accepted: _Count
    late: _Count
    pending: _Count
    declined: _Count
    totals: dict[str, Decimal]
    earlier: _Earlier | None = None


class _Seen(_Stored):
    fingerprint: str
    channel: str
    stem: str
    stored_at: _Count


class _Entry(_Stored):
    contribution: str
    level: str
    month: str


class DynamoReportRecords:
    """ports.ReportRecords. client: of DynamoDB; table: the ledger's."""

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table

    def version(self) -> int:
        """See ports.ReportRecords. A consistent read."""
        answer = self._client.get_item(TableName=self._table, Key=to_item(_VERSION), ConsistentRead=True)
        return int(from_item(answer.get("Item", {})).get("closings", 0))

    def all(self) -> dict[Month, ReportRecord]:
        """See ports.ReportRecords. A provisional report that cannot be read counts for nothing, so it is passed over."""
        found: dict[Month, ReportRecord] = {}
        for row in self._query(_POINTERS):
            try:
                record = _record(row)
            except (ValidationError, UnreadableMonth):
                which = str(row.get("effect"))
                if row.get("closed") is not False:
                    raise UnreadableReport(which) from None
                _logger.error("the record of a provisional report cannot be read", extra={"month": which})
                continue
            found[record.month] = record
        return found

    def counted(self, record_list: CountedList) -> tuple[Counted, ...]:
        """See ports.ReportRecords."""
        try:
            entries = tuple(
                _entry(_Entry.model_validate(each))
                for part in self._query(record_list.id)
                for each in part.get("entries", [])
            )
        except (ValidationError, UnreadableMonth, UnknownContribution):
            raise UnreadableReport(record_list.id) from None
        if len(entries) != record_list.rows:
            raise UnreadableReport(record_list.id)
        return entries

    def keep(self, record: ReportRecord, counted: Sequence[Counted], version: int) -> ReportRecord | None:
        """See ports.ReportRecords. Provisional ones are forgotten after 90 days."""
        life: dict[str, Any] = {} if record.closed else {"expiresAt": record.made_at // 1000 + _PROVISIONAL_LIFE_S}
        list_id = f"counted#{record.month}#{secrets.token_hex(8)}"
        parts = 0
        for parts, entries in enumerate(_parts(counted), start=1):
            item = {"id": list_id, "effect": f"part#{parts:04d}", "entries": entries, **life}
            self._client.put_item(TableName=self._table, Item=to_item(item))
        pointer = _Pointer.model_validate(
            {**_fields(record), "counted": _List(id=list_id, parts=parts, rows=len(counted))}
        )
        row = {"id": _POINTERS, "effect": str(record.month), **pointer.model_dump(by_alias=True, mode="json"), **life}
        writes = [self._put_unless_closed(row), *([self._next_version(version)] if record.closed else [])]
        try:
            self._client.transact_write_items(TransactItems=writes)
        except ClientError as error:
            reasons = {reason.get("Code", "None") for reason in error.response.get("CancellationReasons", [])}
            # The condition did not hold, or another transaction was at it: either way somebody else was quicker.
            if not reasons & {"ConditionalCheckFailed", "TransactionConflict"} and not is_conditional_check_failure(
                error
            ):
                raise
            return None
        return _record(row)

    def shown(self, month: Month) -> Shown | None:
        """See ports.ReportRecords. What can't be read costs no more than a copy in the channel."""
        answer = self._client.get_item(
            TableName=self._table, Key=to_item({"id": _SHOWN, "effect": str(month)}), ConsistentRead=True
        )
        row = from_item(answer.get("Item", {}))
        try:
            return Shown(**_Seen.model_validate(row).model_dump()) if row else None
        except ValidationError:
            _logger.warning("the record of an announced report can't be read", extra={"month": str(month)})
            return None

    def keep_shown(self, month: Month, shown: Shown) -> None:
        """See ports.ReportRecords."""
        seen = _Seen(fingerprint=shown.fingerprint, channel=shown.channel, stem=shown.stem, stored_at=shown.stored_at)
        row = {"id": _SHOWN, "effect": str(month), **seen.model_dump(by_alias=True)}
        self._client.put_item(TableName=self._table, Item=to_item(row))

    def _put_unless_closed(self, row: dict[str, Any]) -> dict[str, Any]:
        return {
            "Put": {
                "TableName": self._table,
                "Item": to_item(row),
                "ConditionExpression": "attribute_not_exists(id) OR closed = :no",
                "ExpressionAttributeValues": to_item({":no": False}),
            }
        }

    def _next_version(self, version: int) -> dict[str, Any]:
        values = {":next": version + 1} | ({":seen": version} if version else {})
        return {
            "Update": {
                "TableName": self._table,
                "Key": to_item(_VERSION),
                "UpdateExpression": "SET closings = :next",
                "ConditionExpression": "closings = :seen" if version else "attribute_not_exists(closings)",
                "ExpressionAttributeValues": to_item(values),
            }
        }

    def _query(self, partition: str) -> Iterator[dict[str, Any]]:
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            KeyConditionExpression="id = :id",
            ExpressionAttributeValues=to_item({":id": partition}),
            ConsistentRead=True,
        )
        for page in pages:
            yield from (from_item(item) for item in page["Items"])


def _parts(counted: Iterable[Counted]) -> Iterator[list[dict[str, str]]]:
    part: list[dict[str, str]] = []
    size = 0
    for each in counted:
        entry = {"contribution": str(each.key), "level": each.level, "month": str(each.month)}
        length = (
            sum(len(text.encode()) for pair in entry.items() for text in pair) + 16
        )  # DynamoDB's own overhead, generously
        if part and (len(part) == _ENTRIES_PER_PART or size + length > _BYTES_PER_PART):
            yield part
            part, size = [], 0
        part.append(entry)
        size += length
    if part:
        yield part


def _entry(stored: _Entry) -> Counted:
    return Counted(ContributionKey.parse(stored.contribution), stored.level, Month.parse(stored.month))


def _fields(record: ReportRecord) -> dict[str, Any]:
    fields = {name: getattr(record, name) for name in _Pointer.model_fields if name not in {"counted", "earlier"}}
    if record.earlier is not None:
        fields["earlier"] = {"made_at": record.earlier.made_at, "counted": vars(record.earlier.counted)}
    return fields


def _record(row: dict[str, Any]) -> ReportRecord:
    pointer = _Pointer.model_validate(row)
    earlier = pointer.earlier
    return ReportRecord(
        month=Month.parse(str(row.get("effect"))),
        run=pointer.run,
        made_at=pointer.made_at,
        closed=pointer.closed,
        counted=_list(pointer.counted),
        levels=pointer.levels,
        accepted=pointer.accepted,
        late=pointer.late,
        pending=pointer.pending,
        declined=pointer.declined,
        totals=pointer.totals,
        earlier=Earlier(earlier.made_at, _list(earlier.counted)) if earlier else None,
    )


def _list(stored: _List) -> CountedList:
    return CountedList(stored.id, stored.parts, stored.rows)
