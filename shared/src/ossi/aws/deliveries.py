"""The records of deliveries in DynamoDB, beside the contributions: partition key id (S), sort key effect (S).

| id | effect | what it holds |
|---|---|---|
| contribution#<user>#<ms>, report#<month>#… | the delivery's name | the delivery: see delivery.record |
| place#<channel, person or method> | pace | until when Slack takes no message there, and until when what waits there goes first |

A delivery that is to be looked at has the attribute `unsettled`, the kind of its subject, by which there is an index with keys only.
"""

import logging
import time
from collections.abc import Callable, Collection, Iterable, Iterator
from decimal import Decimal
from typing import Any

from ossi.aws.dynamodb import from_item, is_conditional_check_failure, item_found, pages, read_batches, to_item
from ossi.delivery.policy import LONGEST_LEASE_S, LONGEST_PARKING_MS, parking_ms
from ossi.delivery.record import DeliveryKey, Record, State
from ossi.delivery.store import DeliveryChanged, Place
from ossi.domain.message_ref import MessageRef

_logger = logging.getLogger(__name__)

_MOST = 10**9
_PLACE_LIFE_S = 24 * 3600


class DynamoDeliveries:
    """delivery.store.Deliveries with conditional writes. unsettled_index: the name of the index by `unsettled`. now: in seconds."""

    def __init__(
        self,
        client: Any,
        table: str,
        now: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
        unsettled_index: str = "",
    ) -> None:
        self._client = client
        self._table = table
        self._now = now
        self._sleep = sleep
        self._unsettled_index = unsettled_index

    def read(self, keys: Iterable[DeliveryKey], *, consistent: bool = False) -> dict[DeliveryKey, Record]:
        """See delivery.store. As few calls as DynamoDB allows; consistent: at twice the price."""
        asked = [_item_key(key.subject, key.effect) for key in dict.fromkeys(keys)]
        rows = read_batches(self._client, self._table, asked, self._sleep, consistent=consistent)
        return {record.key: record for record in map(self._record, rows)}

    def swap(self, record: Record, as_read: Record | None) -> None:
        """One conditional write decides between everyone who writes the record. See delivery.store."""
        if as_read is not None and as_read.state is State.UNREADABLE:
            raise DeliveryChanged(as_read)  # a person looks at it before anyone writes over it
        condition, names, values = _as_it_was(as_read)
        request: dict[str, Any] = {"ConditionExpression": condition}
        if names:
            request["ExpressionAttributeNames"] = names
        if values:
            request["ExpressionAttributeValues"] = to_item(values)
        try:
            self._client.put_item(
                TableName=self._table,
                Item=to_item(self._row(record)),
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
                **request,
            )
        except Exception as error:  # boto3's or our own: see response_of
            if not is_conditional_check_failure(error):
                raise
            item = item_found(error)
            found = self._record(item) if item else None
            # The client repeats a request whose answer was lost: what stands there is what the first one wrote.
            if found is not None and _identity(found) == _identity(record) and record.token:
                return
            raise DeliveryChanged(found) from None

    def unsettled(self, kind: str, after: str = "") -> Iterator[DeliveryKey]:
        """See delivery.store. The index holds keys only, and no more than what is unsettled."""
        found = pages(
            self._client.query,
            TableName=self._table,
            IndexName=self._unsettled_index,
            KeyConditionExpression="unsettled = :kind AND id > :after",
            ExpressionAttributeValues=to_item({":kind": kind, ":after": after or f"{kind}#"}),
        )
        for page in found:
            yield from (DeliveryKey(row["id"], row["effect"]) for row in map(from_item, page["Items"]))

    def places(self, names: Collection[str]) -> dict[str, Place]:
        """See delivery.store. Consistent reads."""
        asked = [_item_key(f"place#{name}", "pace") for name in dict.fromkeys(names)]
        rows = read_batches(self._client, self._table, asked, self._sleep, consistent=True)
        return {
            row["id"].partition("#")[2]: Place(
                self._moment(row.get("closedUntil")), self._moment(row.get("queuedUntil"))
            )
            for row in rows
        }

    def close_place(self, name: str, until: int) -> None:
        """See delivery.store. A place that is closed for longer stays so."""
        try:
            self._write_place(
                name, "closedUntil", until, ConditionExpression="attribute_not_exists(#what) OR #what < :until"
            )
        except Exception as error:  # boto3's or our own: see response_of
            if not is_conditional_check_failure(error):
                raise

    def queue_place(self, name: str, until: int) -> None:
        """See delivery.store."""
        self._write_place(name, "queuedUntil", until)

    def _write_place(self, name: str, what: str, until: int, **condition: str) -> None:
        self._client.update_item(
            TableName=self._table,
            Key=_item_key(f"place#{name}", "pace"),
            UpdateExpression="SET #what = :until, expiresAt = :expires",
            ExpressionAttributeNames={"#what": what},
            ExpressionAttributeValues=to_item({":until": until, ":expires": int(self._now()) + _PLACE_LIFE_S}),
            **condition,
        )

    def _row(self, record: Record) -> dict[str, Any]:
        """The record as it is stored; what is unknown is left out."""
        row: dict[str, Any] = {
            "id": record.key.subject,
            "effect": record.key.effect,
            "state": record.state.value,
            "attempts": record.attempts,
        }
        numbers = {
            "owedAt": record.owed_at,
            "dueAt": record.due_at,
            "ambiguous": record.ambiguous,
            "failures": record.failures,
            "drawn": record.drawn,
            "begun": record.begun,
            "leaseUntil": record.lease_until,
        }
        texts = {
            "place": record.place,
            "reason": record.reason,
            "token": record.token,
            "requestedBy": record.requested_by,
        }
        row |= {name: value for name, value in (*numbers.items(), *texts.items()) if value}
        if record.state is State.CLAIMED:
            row["ambiguous"] = record.ambiguous  # also where it is 0: without it, the claim is an older version's
        if record.ref is not None:
            row |= {"channel": record.ref.channel, "ts": record.ref.ts}
        if record.state is State.SENT:
            row["sentAt"] = int(self._now() * 1000)
        if record.open:
            row["unsettled"] = record.key.subject.partition("#")[0]
        return row

    def _record(self, row: dict[str, Any]) -> Record:
        key, state = DeliveryKey(row["id"], row["effect"]), _state_in(row)
        if wrong := _wrong_in(row):
            about = {"contribution": key.subject.partition("#")[2], "effect": key.effect, "why": wrong}
            _logger.error("a record of a delivery cannot be read", extra={**about, "metric": "Unreadable"})
            return Record(key, State.UNREADABLE)
        return Record(
            key,
            state,
            place=_text(row.get("place")),
            owed_at=self._moment(row.get("owedAt")),
            due_at=self._due_at(state, row),
            attempts=_number(row.get("attempts")),
            # A claim of an older version, which counted none, may have arrived.
            ambiguous=_number(row.get("ambiguous"), 1 if state is State.CLAIMED else 0),
            failures=_number(row.get("failures")),
            reason=_text(row.get("reason")),
            ref=_ref_in(row),
            drawn=_number(row.get("drawn")),
            open="unsettled" in row,
            lease_until=_number(row.get("leaseUntil")),
            token=_text(row.get("token")),
            requested_by=_text(row.get("requestedBy")),
            begun=_number(row.get("begun")),
        )

    def _due_at(self, state: State, row: dict[str, Any]) -> int:
        """When it may be tried next (ms). Older versions recorded when a claim ends, and when a message was refused.

        A moment too far ahead to be meant, which only a hand can have written, counts as passed, or the message would wait for ever.
        """
        now = self._now() * 1000
        if "dueAt" in row:
            due_at = _number(row["dueAt"])
        elif state is State.CLAIMED:
            due_at = _number(row.get("leaseUntil")) * 1000
        elif state is State.PARKED:
            failures, failed_at = _number(row.get("failures")), _number(row.get("failedAt"))
            due_at = failed_at + parking_ms(failures) if failures and failed_at <= now else 0
        else:
            return 0
        longest = LONGEST_LEASE_S * 1000 * 2 if state is State.CLAIMED else LONGEST_PARKING_MS
        return due_at if due_at <= now + longest else 0

    def _moment(self, value: object) -> int:
        """Milliseconds since the epoch; 0 where a hand has written something else, or a moment too far ahead to be meant."""
        moment = _number(value)
        return moment if 0 < moment <= self._now() * 1000 + LONGEST_PARKING_MS else 0


def _identity(record: Record) -> tuple[object, ...]:
    """What tells one write of a record from every other: of its own the token, of older versions the rest."""
    return record.token, record.state, record.lease_until, record.attempts


def _as_it_was(as_read: Record | None) -> tuple[str, dict[str, str], dict[str, Any]]:
    """The condition that the record is still as it was read. Older versions change its state, lease and attempts, and no token."""
    if as_read is None:
        return "attribute_not_exists(id)", {}, {}
    same = {
        "#state": as_read.state.value,
        "#lease": as_read.lease_until,
        "#attempts": as_read.attempts,
        "#token": as_read.token,
    }
    names = {"#state": "state", "#lease": "leaseUntil", "#attempts": "attempts", "#token": "token"}
    parts: list[str] = []
    values: dict[str, Any] = {}
    for name, value in same.items():
        missing = f"attribute_not_exists({name})"
        if value == "":
            parts.append(missing)  # DynamoDB keeps no empty token of ours
            continue
        values[name.replace("#", ":")] = value
        equal = f"{name} = {name.replace('#', ':')}"
        parts.append(f"({missing} OR {equal})" if value in {0, State.DUE.value} else equal)
    return " AND ".join(("attribute_exists(id)", *parts)), names, values


def _item_key(subject: str, effect: str) -> dict[str, Any]:
    return to_item({"id": subject, "effect": effect})


def _wrong_in(row: dict[str, Any]) -> str:
    """Names the attributes that stand in the way of an attempt, or of redrawing what was sent; empty where none does."""
    if _state_in(row) is State.SENT:
        return "wrong: channel, ts" if _ref_in(row) is None and ("ts" in row or "channel" in row) else ""
    wrong = [name for name in ("attempts", "failures", "ambiguous") if name in row and not _is_count(row[name])]
    # What is compared when the record is written again.
    wrong += ["leaseUntil"] if not _is_whole(row.get("leaseUntil", 0)) else []
    wrong += ["token"] if not isinstance(row.get("token", ""), str) else []
    wrong += ["state"] if _state_in(row) is State.UNREADABLE else []
    return f"wrong: {', '.join(wrong)}" if wrong else ""


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _MOST


def _state_in(row: dict[str, Any]) -> State:
    state = row.get("state", State.DUE)
    return State(state) if isinstance(state, str) and state in set(State) else State.UNREADABLE


def _ref_in(row: dict[str, Any]) -> MessageRef | None:
    try:
        return MessageRef(row["channel"], row["ts"]) if "ts" in row else None
    except (KeyError, ValueError):
        return None


def _number(value: object, otherwise: int = 0) -> int:
    return int(value) if isinstance(value, int | Decimal) and not isinstance(value, bool) else otherwise


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
