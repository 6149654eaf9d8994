"""A stream, a function and a clock without AWS, for the rules of delivery."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

from local_aws.stream_batches import Delivery, Invocation, StreamMapping, Surroundings, process
from local_aws.stream_events import Record, StreamRecord
from local_aws.stream_source import IteratorError, Shard, SourceError, TrimmedError

FUNCTION = "arn:aws:lambda:eu-north-1:000000000000:function:f"
STREAM = "arn:aws:dynamodb:eu-north-1:000000000000:table/t/stream/2026"
QUEUE = "arn:aws:sqs:eu-north-1:000000000000:failures"

Answer = Callable[[list[str]], Invocation]
"""A function: takes the sequence numbers that it is sent."""


def record(
    number: int, *, key: str = "a", created: float = 1000.0, shard: str = "shard-1", name: str = "INSERT"
) -> StreamRecord:
    sequence = f"{number:03d}"
    event: Record = {
        "eventID": f"event-{sequence}",
        "eventName": name,
        "dynamodb": {"Keys": {"userId": {"S": key}, "timestamp": {"N": str(number)}}, "SequenceNumber": sequence},
    }
    return StreamRecord(event, sequence, created, shard)


def records(*numbers: int) -> list[StreamRecord]:
    return [record(number) for number in numbers]


def mapping(**settings: object) -> StreamMapping:
    return StreamMapping(id="m", function_arn=FUNCTION, stream_arn=STREAM, **settings)  # pyright: ignore[reportArgumentType]  # fields by name


def failing(*identifiers: object, key: str = "itemIdentifier") -> Invocation:
    """A partial batch response that names these identifiers."""
    return Invocation({"batchItemFailures": [{key: identifier} for identifier in identifiers]})


ERROR = Invocation({"errorMessage": "boom"}, "Unhandled")
OK = Invocation({"batchItemFailures": []})


class Stage:
    """Runs batches against an answer, and remembers what happened."""

    def __init__(self, answer: Answer, *, now: float = 1000.0) -> None:
        self._answer = answer
        self.now = now
        self.sent: list[list[str]] = []
        self.done: list[str] = []
        self.pauses: list[float] = []
        self.messages: list[tuple[str, dict[str, object]]] = []
        self.deliveries: list[Delivery] = []

    def run(self, settings: StreamMapping, batch: Sequence[StreamRecord]) -> None:
        around = Surroundings(
            invoke=self.invoke,
            send_failure=lambda arn, message: self.messages.append((arn, message)),
            now=lambda: self.now,
            pause=self.pauses.append,
            observe=self.deliveries.append,
            first_delay_seconds=1,
            longest_delay_seconds=5,
        )
        process(settings, batch, lambda some: self.done.extend(item.sequence_number for item in some), around)

    def invoke(self, _function: str, event: dict[str, list[Record]]) -> Invocation:
        numbers = [str(item["dynamodb"]["SequenceNumber"]) for item in event["Records"]]
        self.sent.append(numbers)
        return self._answer(numbers)


class FakeStream:
    """A stream in memory; breaks when told to."""

    def __init__(self, *shards: Shard) -> None:
        self._lock = threading.Lock()
        self._shards = list(shards) or [Shard("shard-1", None)]
        self._records: dict[str, list[StreamRecord]] = {shard.id: [] for shard in self._shards}
        self._closed: set[str] = set()
        self._expired: set[str] = set()
        self.errors: list[SourceError] = []
        self.oldest = ""
        self.reads = 0

    def put(self, *items: StreamRecord) -> None:
        with self._lock:
            for item in items:
                self._records[item.shard_id].append(item)

    def close(self, shard_id: str) -> None:
        with self._lock:
            self._closed.add(shard_id)

    def expire_iterators(self) -> None:
        with self._lock:
            self._expired = {"all"}

    def shards(self) -> list[Shard]:
        return list(self._shards)

    def hash_key(self) -> str:
        return "userId"

    def iterator(self, shard_id: str, after: str | None) -> str:
        with self._lock:
            if after is not None and after < self.oldest:
                raise TrimmedError(after)
            self._expired.clear()
            return f"{shard_id} {after or ''}"

    def read(self, shard_id: str, iterator: str) -> tuple[list[StreamRecord], str | None]:
        with self._lock:
            self.reads += 1
            if self.errors:
                raise self.errors.pop()
            if self._expired:
                raise IteratorError(iterator)
            after = iterator.split(" ")[1]
            start = max(after, self.oldest)
            found = [
                item
                for item in self._records[shard_id]
                if item.sequence_number >= start and item.sequence_number != after
            ]
            if not found and shard_id in self._closed:
                return [], None
            return found, f"{shard_id} {found[-1].sequence_number if found else after}"
