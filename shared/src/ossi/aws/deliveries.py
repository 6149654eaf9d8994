"""What was delivered, recorded in a table beside the contributions: partition key id (S), sort key effect (S)."""

import logging
import time
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from typing import Any

from ossi.aws.dynamodb import from_item, is_conditional_check_failure, item_found, pages, read_batches, to_item
from ossi.delivery.errors import UnreadableRecord
from ossi.domain.message_ref import MessageRef
from ossi.ports import Attempt, Claim, Record, State

_logger = logging.getLogger(__name__)

# A lease without a time that can be meant has lapsed, or its message would wait for ever. What cannot be counted up cannot be claimed.
_FREE = (
    "(attribute_not_exists(#state) OR #state = :due OR (#state = :claimed"
    " AND NOT (attribute_type(leaseUntil, :number) AND leaseUntil BETWEEN :now AND :longest)))"
)
_COUNTABLE = (
    "(attribute_not_exists(attempts) OR (attribute_type(attempts, :number) AND attempts BETWEEN :none AND :most))"
    " AND (attribute_not_exists(failures) OR (attribute_type(failures, :number) AND failures BETWEEN :none AND :most))"
)
_LONGEST_LEASE_S = 3600  # no function runs for longer than 15 minutes
_MOST = 10**9
# The platform repeats an invocation under its id a minute after it failed. A claim of the same invocation that is older than this was
# made by an attempt that died; one that is younger may be of a second delivery at the same moment.
_REPEATED_AFTER_S = 45
_OF_THE_DEAD = "(#state = :claimed AND invocation = :invocation AND leaseUntil < :repeated)"
_ATTEMPTS_LIFE_S = 30 * 24 * 3600


class DynamoLedger:
    """ports.Ledger with conditional writes and a lease.

    lease_s: seconds after which a sender that never came back counts as dead; longer than its function may run. unsettled_index: the
    name of the index by `unsettled`, an attribute that records have from the first claim until they are sent: the kind of their subject.
    """

    def __init__(
        self,
        client: Any,
        table: str,
        lease_s: int,
        now: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
        unsettled_index: str = "",
    ) -> None:
        self._unsettled_index = unsettled_index
        self._client = client
        self._table = table
        self._lease_s = lease_s
        self._now = now
        self._sleep = sleep

    def claim(self, subject: str, effect: str, invocation: str = "") -> Claim:
        """One conditional write decides between senders. See ports.Ledger."""
        now = int(self._now())
        values = {":claimed": "CLAIMED", ":due": "DUE", ":now": now, ":until": now + self._lease_s, ":one": 1}
        values |= {":number": "N", ":longest": now + _LONGEST_LEASE_S, ":none": 0, ":most": _MOST}
        values[":kind"] = subject.partition("#")[0]
        expression, free = "SET #state = :claimed, leaseUntil = :until, unsettled = :kind", _FREE
        if invocation:
            values |= {":invocation": invocation, ":repeated": now + self._lease_s - _REPEATED_AFTER_S}
            expression += ", invocation = :invocation"
            free = f"({_FREE} OR {_OF_THE_DEAD})"
        try:
            self._update(
                subject, effect, f"{expression} ADD attempts :one", values, condition=f"{free} AND {_COUNTABLE}"
            )
        except Exception as error:  # boto3's or our own: see response_of
            if not is_conditional_check_failure(error):
                raise
            found = item_found(error)
        else:
            return Claim.GRANTED
        state = _state_in(found)
        if state is not State.SENT and (wrong := _wrong_in(found)):
            raise UnreadableRecord(wrong)
        return {State.SENT: Claim.SENT, State.SET_ASIDE: Claim.SET_ASIDE}.get(state, Claim.HELD)

    def begin_attempt(self, subject: str, invocation: str) -> Attempt:
        """See ports.Ledger. The count is kept for 30 days."""
        row = self._count_attempt(subject, invocation, "number")
        return Attempt(int(row["number"]), int(row.get("failed", 0)))

    def attempt_failed(self, subject: str, invocation: str) -> None:
        """See ports.Ledger."""
        self._count_attempt(subject, invocation, "failed")

    def record_sent(self, subject: str, effect: str, ref: MessageRef | None) -> None:
        """See ports.Ledger. Unconditional: Slack has the message, whoever holds the lease by now."""
        sent: dict[str, Any] = {":state": "SENT", ":at": int(self._now() * 1000)}
        expression = "SET #state = :state, sentAt = :at"
        if ref is not None:
            sent |= {":channel": ref.channel, ":ts": ref.ts}
            expression += ", channel = :channel, ts = :ts"
        self._update(subject, effect, expression + " REMOVE leaseUntil, reason, unsettled", sent)

    def release(self, subject: str, effect: str, reason: str) -> None:
        """See ports.Ledger. reason: a code, never what a person typed."""
        self._update(
            subject, effect, "SET #state = :state, reason = :why REMOVE leaseUntil", {":state": "DUE", ":why": reason}
        )

    def set_aside(self, subject: str, effect: str, reason: str) -> None:
        """See ports.Ledger. reason: a code, never what a person typed."""
        self._update(
            subject,
            effect,
            "SET #state = :state, reason = :why, failedAt = :at REMOVE leaseUntil ADD failures :one",
            {":state": "FAILED", ":why": reason, ":at": int(self._now() * 1000), ":one": 1},
        )

    def sent_ref(self, subject: str, effect: str) -> MessageRef | None:
        """See ports.Ledger. A consistent read."""
        answer = self._client.get_item(TableName=self._table, Key=self._key(subject, effect), ConsistentRead=True)
        row = from_item(answer.get("Item", {}))
        if _state_in(row) is not State.SENT or "ts" not in row:
            return None
        try:
            place: Any = row.get("channel")
            return MessageRef(place, row["ts"])
        except ValueError:
            raise UnreadableRecord(f"wrong or missing in {effect}: channel or ts") from None

    def records(self, messages: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Record]:
        """See ports.Ledger. As few calls as DynamoDB allows; reads at half the price of consistent ones."""
        keys = [self._key(subject, effect) for subject, effect in dict.fromkeys(messages)]
        rows = read_batches(self._client, self._table, keys, self._sleep)
        return {(row["id"], row["effect"]): self._record(row) for row in rows}

    def reopen(self, subject: str, effect: str) -> bool:
        """See ports.Ledger. How often it failed is kept."""
        try:
            self._update(
                subject,
                effect,
                "SET #state = :due",
                {":due": State.DUE.value, ":failed": State.SET_ASIDE.value},
                condition="#state = :failed",
            )
        except Exception as error:  # boto3's or our own: see response_of
            if not is_conditional_check_failure(error):
                raise
            return False
        return True

    def unsettled(self, kind: str, after: str = "") -> Iterator[tuple[str, str]]:
        """See ports.Ledger. The index holds keys only, and no more than what is unsettled."""
        found = pages(
            self._client.query,
            TableName=self._table,
            IndexName=self._unsettled_index,
            KeyConditionExpression="unsettled = :kind AND id > :after",
            ExpressionAttributeValues=to_item({":kind": kind, ":after": after or f"{kind}#"}),
        )
        for page in found:
            yield from ((row["id"], row["effect"]) for row in map(from_item, page["Items"]))

    def put_away(self, subject: str, effect: str) -> None:
        """See ports.Ledger. What it was, and why, is kept."""
        self._client.update_item(
            TableName=self._table, Key=self._key(subject, effect), UpdateExpression="REMOVE unsettled"
        )

    def _count_attempt(self, subject: str, invocation: str, what: str) -> dict[str, Any]:
        answer = self._client.update_item(
            TableName=self._table,
            Key=self._key(subject, f"attempts#{invocation}"),
            UpdateExpression="SET expiresAt = :until ADD #what :one",
            ExpressionAttributeNames={"#what": what},
            ExpressionAttributeValues=to_item({":until": int(self._now()) + _ATTEMPTS_LIFE_S, ":one": 1}),
            ReturnValues="ALL_NEW",
        )
        return from_item(answer["Attributes"])

    def _record(self, row: dict[str, Any]) -> Record:
        now, state = self._now(), _state_in(row)
        if state is not State.SENT and (wrong := _wrong_in(row)):
            about = {"contribution": row["id"].removeprefix("contribution#"), "effect": row["effect"], "why": wrong}
            _logger.error("a record of the ledger cannot be read", extra={**about, "metric": "Unreadable"})
            return Record(State.UNREADABLE)
        if state is State.CLAIMED and not now <= _number(row.get("leaseUntil")) <= now + _LONGEST_LEASE_S:
            state = State.DUE
        reason, failed_at = row.get("reason"), _number(row.get("failedAt"))
        return Record(
            state=state,
            reason=reason if isinstance(reason, str) else "",
            failures=int(_number(row.get("failures"))),
            failed_at=int(failed_at) if failed_at <= now * 1000 else 0,  # whatever failed has failed before
        )

    def _update(
        self, subject: str, effect: str, expression: str, values: dict[str, Any], condition: str | None = None
    ) -> None:
        extra: dict[str, Any] = {}
        if condition is not None:
            extra = {"ConditionExpression": condition, "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}
        self._client.update_item(
            TableName=self._table,
            Key=self._key(subject, effect),
            UpdateExpression=expression,
            ExpressionAttributeNames={"#state": "state"},
            ExpressionAttributeValues=to_item(values),
            **extra,
        )

    @staticmethod
    def _key(subject: str, effect: str) -> dict[str, Any]:
        return to_item({"id": subject, "effect": effect})


def _wrong_in(row: dict[str, Any]) -> str:
    """Names the attributes that stand in the way of a claim; empty where none does."""
    wrong = [name for name in ("attempts", "failures") if not 0 <= _number(row.get(name, 0), -1) <= _MOST]
    if _state_in(row) is State.UNREADABLE:
        wrong.append("state")
    return f"wrong: {', '.join(wrong)}" if wrong else ""


def _state_in(row: dict[str, Any]) -> State:
    state = row.get("state", State.DUE)
    return State(state) if isinstance(state, str) and state in set(State) else State.UNREADABLE


def _number(value: object, otherwise: int = 0) -> int | Decimal:
    return value if isinstance(value, int | Decimal) and not isinstance(value, bool) else otherwise
