"""What Lambda does with one batch of stream records until every record of it is done with.

Rules, in AWS's words: https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html and
https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, cast

from local_aws.stream_events import Record, StreamRecord

FOREVER = -1
"""AWS's word for no limit of retries or age."""

RETRIES_EXHAUSTED = "RetryAttemptsExhausted"
TOO_OLD = "RecordAgeExceeded"


@dataclass(frozen=True)
class StreamMapping:
    """An event source mapping of a DynamoDB stream, with AWS's defaults."""

    id: str
    function_arn: str
    stream_arn: str
    starting_position: str = "TRIM_HORIZON"
    batch_size: int = 100
    window_seconds: float = 0
    parallelization: int = 1
    partial_responses: bool = False
    bisect: bool = False
    max_retries: int = FOREVER
    max_age_seconds: int = FOREVER
    on_failure_arn: str | None = None
    patterns: tuple[str, ...] = ()

    @classmethod
    def from_api(cls, response: Mapping[str, Any]) -> StreamMapping:
        """Reads what Lambda's GetEventSourceMapping answers."""
        destinations: dict[str, dict[str, str]] = response.get("DestinationConfig") or {}
        criteria: dict[str, list[dict[str, str]]] = response.get("FilterCriteria") or {}
        return cls(
            id=response["UUID"],
            function_arn=response["FunctionArn"],
            stream_arn=response["EventSourceArn"],
            starting_position=response.get("StartingPosition", "TRIM_HORIZON"),
            batch_size=response.get("BatchSize", 100),
            window_seconds=response.get("MaximumBatchingWindowInSeconds", 0),
            parallelization=response.get("ParallelizationFactor", 1),
            partial_responses="ReportBatchItemFailures" in response.get("FunctionResponseTypes", []),
            bisect=response.get("BisectBatchOnFunctionError", False),
            max_retries=response.get("MaximumRetryAttempts", FOREVER),
            max_age_seconds=response.get("MaximumRecordAgeInSeconds", FOREVER),
            on_failure_arn=(destinations.get("OnFailure") or {}).get("Destination"),
            patterns=tuple(item["Pattern"] for item in criteria.get("Filters", [])),
        )


@dataclass(frozen=True)
class Invocation:
    """What came of a synchronous invoke that reached the function."""

    payload: object = None
    """The function's answer, parsed from JSON; None for an empty one."""
    function_error: str | None = None
    """`Unhandled` or `Handled` if the function failed or timed out."""
    executed_version: str = "$LATEST"


class NotInvokedError(Exception):
    """The batch did not reach the function: a throttle, or an error of the service. Does not count as a retry."""


class StoppedError(Exception):
    """The poller was stopped; the records that are not done will be read again."""


@dataclass(frozen=True)
class Delivery:
    """One attempt to deliver a batch, or its being given up: for people and tests that watch."""

    at: float
    """Epoch seconds."""
    function_arn: str
    sequence_numbers: tuple[str, ...]
    event_ids: tuple[str, ...]
    outcome: str
    """`succeeded`, `failed`, `partly failed`, `not invoked` or `discarded`."""
    detail: str = ""
    """The function's error, the identifier that failed first, or the condition of the discard."""
    attempt: int = 1
    """How many times this batch has been sent, this one included."""


Invoke = Callable[[str, dict[str, list[Record]]], Invocation]
"""Invokes a function by ARN with an event; raises NotInvokedError."""

SendFailure = Callable[[str, dict[str, object]], None]
"""Sends an on-failure message to a destination by ARN; keeps its errors to itself."""


@dataclass(frozen=True)
class Surroundings:
    """What the handling of batches needs from outside; tests put their own in."""

    invoke: Invoke
    send_failure: SendFailure
    now: Callable[[], float]
    """Epoch seconds."""
    pause: Callable[[float], None]
    """Waits some seconds before a retry; raises StoppedError when the poller stops."""
    observe: Callable[[Delivery], None] = field(default=lambda _delivery: None)
    first_delay_seconds: float = 0.2
    longest_delay_seconds: float = 5.0


@dataclass(frozen=True)
class _Batch:
    records: Sequence[StreamRecord]
    failures: int = 0
    """Failed invokes that count towards the retries."""
    invokes: int = 0
    waits: int = 0
    last: Invocation | None = None


def process(
    mapping: StreamMapping,
    records: Sequence[StreamRecord],
    done: Callable[[Sequence[StreamRecord]], None],
    around: Surroundings,
) -> None:
    """Delivers a batch, in order, with retries, until each of its records was processed or discarded.

    `done` is called with records as soon as nothing more is to be done with them. Raises StoppedError.
    """
    work = [_Batch(records)]
    while work:
        batch = work.pop()
        work.extend(reversed(_attempt(mapping, batch, done, around)))


def _attempt(
    mapping: StreamMapping, batch: _Batch, done: Callable[[Sequence[StreamRecord]], None], around: Surroundings
) -> list[_Batch]:
    """Makes one attempt; returns what is left to do, in order."""
    expired = _count_expired(mapping, batch.records, around.now())
    if expired:
        _discard(mapping, replace(batch, records=batch.records[:expired]), TOO_OLD, around)
        done(batch.records[:expired])
        rest = batch.records[expired:]
        return [replace(batch, records=rest)] if rest else []
    try:
        invocation = around.invoke(mapping.function_arn, {"Records": [record.event for record in batch.records]})
    except NotInvokedError as error:
        _observe(mapping, batch, "not invoked", str(error), around)
        return [_after_pause(batch, around)]
    batch = replace(batch, invokes=batch.invokes + 1, last=invocation)
    failed_at = _first_failure(mapping, batch.records, invocation)
    if failed_at is None:
        _observe(mapping, batch, "succeeded", "", around)
        done(batch.records)
        return []
    return _after_failure(mapping, batch, failed_at, done, around)


def _after_failure(
    mapping: StreamMapping,
    batch: _Batch,
    failed_at: int,
    done: Callable[[Sequence[StreamRecord]], None],
    around: Surroundings,
) -> list[_Batch]:
    invocation = batch.last
    whole = failed_at == 0
    detail = _error_words(invocation) or batch.records[failed_at].sequence_number
    _observe(mapping, batch, "failed" if whole else "partly failed", detail, around)
    if not whole:
        done(batch.records[:failed_at])
        batch = replace(batch, records=batch.records[failed_at:])
        if mapping.bisect:  # the batch is split at the reported record, and a split is no retry
            return [_after_pause(batch, around)]
    elif mapping.bisect and len(batch.records) > 1 and _reported(mapping, invocation) is None:
        middle = len(batch.records) // 2
        waited = _after_pause(batch, around)
        return [replace(waited, records=batch.records[:middle]), replace(waited, records=batch.records[middle:])]
    batch = replace(batch, failures=batch.failures + 1)
    if mapping.max_retries != FOREVER and batch.failures > mapping.max_retries:
        _discard(mapping, batch, RETRIES_EXHAUSTED, around)
        done(batch.records)
        return []
    return [_after_pause(batch, around)]


def _error_words(invocation: Invocation | None) -> str:
    if invocation is None or not invocation.function_error:
        return ""
    words = cast("dict[str, object]", invocation.payload) if isinstance(invocation.payload, dict) else {}
    return f"{invocation.function_error}: {words.get('errorMessage', '')}"


def _after_pause(batch: _Batch, around: Surroundings) -> _Batch:
    around.pause(min(around.first_delay_seconds * 2**batch.waits, around.longest_delay_seconds))
    return replace(batch, waits=batch.waits + 1)


def _count_expired(mapping: StreamMapping, records: Sequence[StreamRecord], now: float) -> int:
    """Counts the records at the front that are older than the mapping allows to send; a stream is in order of age."""
    if mapping.max_age_seconds == FOREVER:
        return 0
    count = 0
    while count < len(records) and now - records[count].created > mapping.max_age_seconds:
        count += 1
    return count


def _first_failure(mapping: StreamMapping, records: Sequence[StreamRecord], invocation: Invocation) -> int | None:
    """Returns the place of the first record that has to be sent again, None if none has."""
    if invocation.function_error:
        return 0
    if not mapping.partial_responses or _is_success(invocation.payload):
        return None
    reported = _reported(mapping, invocation)
    places = {record.sequence_number: place for place, record in enumerate(records)}
    # A response that cannot be read, or that names a record which was not sent, fails the batch as a whole.
    if reported is None or not places.keys() >= set(reported):
        return 0
    return min(places[number] for number in reported)


def _is_success(payload: object) -> bool:
    """Says whether a response reports no failure: null, empty, or a null or empty list of failures."""
    if not isinstance(payload, dict):
        return payload is None
    failures = cast("dict[str, object]", payload).get("batchItemFailures")
    return failures is None or failures == []


def _reported(mapping: StreamMapping, invocation: Invocation | None) -> list[str] | None:
    """Returns the sequence numbers that a partial batch response names, None if it is no such response."""
    if invocation is None or invocation.function_error or not mapping.partial_responses:
        return None
    if not isinstance(invocation.payload, dict):
        return None
    failures = cast("dict[str, object]", invocation.payload).get("batchItemFailures")
    if not isinstance(failures, list):
        return None
    numbers: list[str] = []
    for item in cast("list[object]", failures):
        number = cast("dict[str, object]", item).get("itemIdentifier") if isinstance(item, dict) else None
        if not isinstance(number, str) or not number:
            return None
        numbers.append(number)
    return numbers


def _discard(mapping: StreamMapping, batch: _Batch, condition: str, around: Surroundings) -> None:
    _observe(mapping, batch, "discarded", condition, around)
    if mapping.on_failure_arn is not None:
        around.send_failure(mapping.on_failure_arn, _failure_message(mapping, batch, condition, around.now()))


def _failure_message(mapping: StreamMapping, batch: _Batch, condition: str, now: float) -> dict[str, object]:
    first, last = batch.records[0], batch.records[-1]
    message: dict[str, object] = {
        "requestContext": {
            "requestId": str(uuid.uuid4()),
            "functionArn": mapping.function_arn,
            "condition": condition,
            "approximateInvokeCount": batch.invokes,
        }
    }
    if batch.last is not None:
        response: dict[str, object] = {"statusCode": 200, "executedVersion": batch.last.executed_version}
        if batch.last.function_error:
            response["functionError"] = batch.last.function_error
        message["responseContext"] = response
    message["version"] = "1.0"
    message["timestamp"] = _iso(now, "milliseconds")
    message["DDBStreamBatchInfo"] = {
        "shardId": first.shard_id,
        "startSequenceNumber": first.sequence_number,
        "endSequenceNumber": last.sequence_number,
        "approximateArrivalOfFirstRecord": _iso(first.created, "seconds"),
        "approximateArrivalOfLastRecord": _iso(last.created, "seconds"),
        "batchSize": len(batch.records),
        "streamArn": mapping.stream_arn,
    }
    return message


def _iso(seconds: float, precision: str) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec=precision).replace("+00:00", "Z")


def _observe(mapping: StreamMapping, batch: _Batch, outcome: str, detail: str, around: Surroundings) -> None:
    around.observe(
        Delivery(
            at=around.now(),
            function_arn=mapping.function_arn,
            sequence_numbers=tuple(record.sequence_number for record in batch.records),
            event_ids=tuple(str(record.event["eventID"]) for record in batch.records),
            outcome=outcome,
            detail=detail,
            attempt=max(batch.invokes, 1),
        )
    )
