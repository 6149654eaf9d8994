"""Serves one event source mapping: finds the stream's shards and reads each, parents before children."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from local_aws.checkpoints import Checkpoints
from local_aws.errors import LocalAwsError
from local_aws.shard_reader import ShardReader
from local_aws.stream_batches import (
    Delivery,
    Invocation,
    Invoke,
    SendFailure,
    StoppedError,
    StreamMapping,
    Surroundings,
)
from local_aws.stream_events import Record
from local_aws.stream_source import SourceError, StreamSource

logger = logging.getLogger(__name__)

# AWS asks four times a second; a person at one machine should not have to wait for that.
POLL_SECONDS = 0.1
_SHARDS_SECONDS = 5.0
_JOIN_SECONDS = 3.0


class MappingPoller:
    """Polls one stream for one function."""

    def __init__(
        self,
        mapping: StreamMapping,
        source: StreamSource,
        invoke: Invoke,
        send_failure: SendFailure,
        *,
        checkpoints: Checkpoints | None = None,
        observe: Callable[[Delivery], None] | None = None,
        now: Callable[[], float] = time.time,
        poll_seconds: float = POLL_SECONDS,
        first_delay_seconds: float = 0.2,
        longest_delay_seconds: float = 5.0,
    ) -> None:
        """Takes the mapping and what it connects; `now` is the clock against which the age of records is held.

        A batch that failed is sent again after `first_delay_seconds`, then after twice as long, up to
        `longest_delay_seconds`.
        """
        self.mapping = mapping
        self._source = source
        self._invoke = invoke
        self._checkpoints = checkpoints or Checkpoints(None)
        self._poll_seconds = poll_seconds
        self._stop = threading.Event()
        self._running = threading.Event()
        self._running.set()
        self._in_flight = 0
        self._flight = threading.Condition()
        self._readers: dict[str, ShardReader] = {}
        self._failure: BaseException | None = None
        self._source_error = ""
        self._around = Surroundings(
            invoke=self._invoke_when_running,
            send_failure=send_failure,
            now=now,
            pause=self._pause_before_retry,
            observe=observe or (lambda _delivery: None),
            first_delay_seconds=first_delay_seconds,
            longest_delay_seconds=longest_delay_seconds,
        )
        self._thread = threading.Thread(target=self._follow_shards, daemon=True, name="stream-shards")

    def start(self) -> None:
        """Starts polling. With LATEST, only what is written after this returns will be delivered.

        Raises SourceError if the stream cannot be read.
        """
        if self.mapping.starting_position == "LATEST":
            self._skip_the_past()
        self._thread.start()

    def stop(self) -> None:
        """Stops polling; returns within seconds, even if a function still runs (its records will be read again)."""
        self._stop.set()
        self._running.set()
        deadline = time.monotonic() + _JOIN_SECONDS
        if self._thread.ident is not None:
            self._thread.join(_JOIN_SECONDS)
        for reader in self._readers.values():
            reader.join(deadline)

    def pause(self) -> None:
        """Lets no further invoke begin; returns when none is under way."""
        self._running.clear()
        with self._flight:
            self._flight.wait_for(lambda: self._in_flight == 0)

    def resume(self) -> None:
        """Goes on after `pause`."""
        self._running.set()

    def idle_since(self) -> float:
        """Returns the (monotonic) time before which all changes are done; -inf if some are not.

        Raises LocalAwsError if the poller failed.
        """
        if self._failure is not None:
            raise LocalAwsError(f"The stream poller of {self.mapping.function_arn} failed.") from self._failure
        readers = list(self._readers.values())
        return min((reader.idle_since() for reader in readers), default=float("-inf"))

    def last_error(self) -> str:
        """Returns why the stream cannot be read, empty if it can."""
        return self._source_error or next((item.last_error for item in self._readers.values() if item.last_error), "")

    def _skip_the_past(self) -> None:
        for shard in self._source.shards():
            place = (self.mapping.function_arn, self.mapping.stream_arn, shard.id)
            if self._checkpoints.get(*place) is not None:
                continue
            iterator: str | None = self._source.iterator(shard.id, None)
            while iterator is not None:
                records, iterator = self._source.read(shard.id, iterator)
                if not records:
                    break
                self._checkpoints.set(*place, records[-1].sequence_number)

    def _follow_shards(self) -> None:
        while not self._stop.is_set():
            try:
                self._start_readers()
                self._source_error = ""
            except SourceError as error:
                if str(error) != self._source_error:
                    logger.warning("The stream %s cannot be read: %s", self.mapping.stream_arn, error)
                self._source_error = str(error)
                self._stop.wait(0.5)
            except Exception as error:
                logger.exception("The stream poller of %s ended", self.mapping.function_arn)
                self._fail(error)
                return
            else:
                self._stop.wait(_SHARDS_SECONDS)

    def _start_readers(self) -> None:
        shards = self._source.shards()
        known = {shard.id for shard in shards}
        for shard in shards:
            parent = self._readers.get(shard.parent or "")
            waits = shard.parent in known and (parent is None or not parent.finished)
            if shard.id in self._readers or waits:
                continue
            reader = ShardReader(
                self.mapping,
                shard.id,
                self._source,
                self._checkpoints,
                self._around,
                stop=self._stop,
                poll_seconds=self._poll_seconds,
                failed=self._fail,
            )
            self._readers[shard.id] = reader
            reader.start()

    def _fail(self, error: BaseException) -> None:
        self._failure = error

    def _invoke_when_running(self, function_arn: str, event: dict[str, list[Record]]) -> Invocation:
        while True:
            self._running.wait()
            if self._stop.is_set():
                raise StoppedError
            with self._flight:
                if self._running.is_set():  # not paused in between
                    self._in_flight += 1
                    break
        try:
            invocation = self._invoke(function_arn, event)
        finally:
            with self._flight:
                self._in_flight -= 1
                self._flight.notify_all()
        if self._stop.is_set():
            raise StoppedError
        return invocation

    def _pause_before_retry(self, seconds: float) -> None:
        if self._stop.wait(seconds):
            raise StoppedError
