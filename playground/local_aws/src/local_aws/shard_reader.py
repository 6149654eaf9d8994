"""Reads one shard of a stream and delivers it, in one lane or in several by partition key."""

from __future__ import annotations

import json
import logging
import threading
import time
import zlib
from collections import OrderedDict, deque
from collections.abc import Callable, Sequence

from local_aws.checkpoints import Checkpoints
from local_aws.event_filters import EventFilter
from local_aws.stream_batches import StoppedError, StreamMapping, Surroundings, process
from local_aws.stream_events import StreamRecord
from local_aws.stream_source import IteratorError, SourceError, StreamSource, TrimmedError

logger = logging.getLogger(__name__)

# Lambda's limit for the payload of a synchronous invoke.
_PAYLOAD_BYTES = 6 * 1024 * 1024


class Progress:
    """Which records of a shard were read and are not done; moves the checkpoint over those that are."""

    def __init__(self, checkpoint: Callable[[str], None]) -> None:
        """Calls `checkpoint` with the last sequence number before which nothing is left to do."""
        self._checkpoint = checkpoint
        self._lock = threading.Lock()
        self._open: OrderedDict[str, bool] = OrderedDict()

    def read(self, records: Sequence[StreamRecord]) -> None:
        """Notes records, in the order of the stream, before anything is done with them."""
        with self._lock:
            for record in records:
                self._open[record.sequence_number] = False

    def done(self, records: Sequence[StreamRecord]) -> None:
        """Notes that nothing more is to be done with these records."""
        with self._lock:
            for record in records:
                self._open[record.sequence_number] = True
            last = None
            while self._open and next(iter(self._open.values())):
                last, _ = self._open.popitem(last=False)
            if last is not None:
                self._checkpoint(last)

    def __len__(self) -> int:
        """Returns how many records are read and not done, or wait for an earlier one."""
        with self._lock:
            return len(self._open)


class Lane:
    """Records that have to be delivered one after the other, in batches."""

    def __init__(self, mapping: StreamMapping, progress: Progress, around: Surroundings, stop: threading.Event) -> None:
        """Delivers what is added until `stop` is set."""
        self._mapping = mapping
        self._progress = progress
        self._around = around
        self._stop = stop
        self._waiting: deque[StreamRecord] = deque()
        self._changed = threading.Condition()

    def add(self, records: Sequence[StreamRecord]) -> None:
        """Adds records behind those that wait."""
        with self._changed:
            self._waiting.extend(records)
            self._changed.notify_all()

    def run(self) -> None:
        """Delivers batch after batch; returns when stopped."""
        while True:
            batch = self._next_batch()
            if batch is None:
                return
            try:
                process(self._mapping, batch, self._progress.done, self._around)
            except StoppedError:
                return

    def wake(self) -> None:
        """Lets a waiting lane see that it has to stop."""
        with self._changed:
            self._changed.notify_all()

    def _next_batch(self) -> list[StreamRecord] | None:
        """Waits for a record, then for a full batch or the end of the window; None when stopped."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._stop.is_set())
            full_at = time.monotonic() + self._mapping.window_seconds
            self._changed.wait_for(
                lambda: len(self._waiting) >= self._mapping.batch_size or self._stop.is_set(),
                timeout=max(0.0, full_at - time.monotonic()),
            )
            if self._stop.is_set():
                return None
            batch: list[StreamRecord] = []
            size = 0
            while self._waiting and len(batch) < self._mapping.batch_size:
                size += len(json.dumps(self._waiting[0].event))
                if batch and size > _PAYLOAD_BYTES:
                    break
                batch.append(self._waiting.popleft())
            return batch


class ShardReader:
    """The threads that read and deliver one shard."""

    def __init__(
        self,
        mapping: StreamMapping,
        shard_id: str,
        source: StreamSource,
        checkpoints: Checkpoints,
        around: Surroundings,
        *,
        stop: threading.Event,
        poll_seconds: float,
        failed: Callable[[BaseException], None],
    ) -> None:
        """Reads behind the shard's checkpoint; `failed` is told of an error that ends a thread."""
        self.shard_id = shard_id
        self._mapping = mapping
        self._source = source
        self._checkpoints = checkpoints
        self._stop = stop
        self._poll_seconds = poll_seconds
        self._failed = failed
        self._filter = EventFilter(mapping.patterns)
        self._progress = Progress(self._note)
        self._lanes = [Lane(mapping, self._progress, around, stop) for _ in range(mapping.parallelization)]
        self._threads = [
            threading.Thread(target=self._guard, args=(work,), daemon=True, name=f"stream-{place}")
            for place, work in enumerate([self._read, *(lane.run for lane in self._lanes)])
        ]
        self._read_to: str | None = None
        self._hash_key = ""
        self._end_seen_since = float("-inf")
        self._closed = False
        self.last_error = ""

    def start(self) -> None:
        """Starts reading."""
        for thread in self._threads:
            thread.start()

    def join(self, deadline: float) -> None:
        """Waits for the threads, at most until `deadline` (monotonic); a function that still runs is left behind."""
        for lane in self._lanes:
            lane.wake()
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))

    @property
    def finished(self) -> bool:
        """Whether the shard was closed and everything in it is done."""
        return self._closed and not len(self._progress)

    def idle_since(self) -> float:
        """Returns the (monotonic) time before which all records of the shard are done; -inf while some are not."""
        if len(self._progress):
            return float("-inf")
        return float("inf") if self._closed else self._end_seen_since

    def _guard(self, work: Callable[[], None]) -> None:
        try:
            work()
        except Exception as error:
            logger.exception("The stream poller's work on %s ended", self.shard_id)
            self._failed(error)

    def _note(self, sequence_number: str) -> None:
        if not self._stop.is_set():
            self._checkpoints.set(self._mapping.function_arn, self._mapping.stream_arn, self.shard_id, sequence_number)

    def _read(self) -> None:
        self._read_to = self._checkpoints.get(self._mapping.function_arn, self._mapping.stream_arn, self.shard_id)
        iterator: str | None = None
        # A page more than the lanes can take at once keeps them busy; the rest may stay in the stream.
        enough = 2 * self._mapping.batch_size * len(self._lanes)
        while not self._stop.is_set():
            if len(self._progress) >= enough:
                self._stop.wait(self._poll_seconds)
                continue
            try:
                iterator = self._read_page(iterator)
                self.last_error = ""
            except IteratorError:
                iterator = None
                continue
            except SourceError as error:
                if str(error) != self.last_error:
                    logger.warning("The stream %s could not be read: %s", self._mapping.stream_arn, error)
                self.last_error = str(error)
                iterator = None
                self._stop.wait(max(self._poll_seconds, 0.5))
                continue
            if iterator is None:
                self._closed = True
                return

    def _read_page(self, iterator: str | None) -> str | None:
        started = time.monotonic()
        if not self._hash_key:
            self._hash_key = self._source.hash_key()
        records, following = self._source.read(self.shard_id, iterator or self._open())
        if records:
            self._take(records)
        else:
            self._end_seen_since = started
            self._stop.wait(self._poll_seconds)
        return following

    def _open(self) -> str:
        try:
            return self._source.iterator(self.shard_id, self._read_to)
        except TrimmedError:
            logger.warning(
                "Records of %s behind %s are gone: a stream keeps them for a day.", self.shard_id, self._read_to
            )
            self._read_to = None
            return self._source.iterator(self.shard_id, None)

    def _take(self, records: list[StreamRecord]) -> None:
        self._progress.read(records)
        self._read_to = records[-1].sequence_number
        wanted = [record for record in records if self._filter.wants(record.event)]
        for place, lane in enumerate(self._lanes):
            mine = [record for record in wanted if self._lane_of(record) == place]
            if mine:
                lane.add(mine)
        self._progress.done([record for record in records if record not in wanted])

    def _lane_of(self, record: StreamRecord) -> int:
        key = json.dumps(record.event["dynamodb"]["Keys"][self._hash_key], sort_keys=True)
        return zlib.crc32(key.encode()) % len(self._lanes)
