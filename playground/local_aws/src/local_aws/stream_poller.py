"""Delivers DynamoDB streams to Lambda functions by AWS's rules, in place of the emulator's own poller.

The emulator's poller takes a partial batch failure for a success, and knows neither retry limits nor bisecting: nothing
about retries could be proved on it.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from local_aws.checkpoints import Checkpoints
from local_aws.errors import LocalAwsError
from local_aws.mapping_poller import MappingPoller
from local_aws.stream_batches import Delivery, StreamMapping
from local_aws.stream_source import ApiStream, RoleSession, invoke_function, send_to_queue

if TYPE_CHECKING:
    from local_aws.clients import Clients

logger = logging.getLogger(__name__)

_KEPT_DELIVERIES = 2000
_LOOK_SECONDS = 0.02


class StreamPoller:
    """Serves the event source mappings of the local AWS, in threads of this process."""

    def __init__(
        self,
        emulator: Clients,
        mapping_ids: Sequence[str],
        *,
        checkpoint_file: Path | None = None,
        on_delivery: Callable[[Delivery], None] | None = None,
        first_delay_seconds: float = 0.2,
        longest_delay_seconds: float = 5.0,
    ) -> None:
        """Takes the mappings by id; their settings are read from the emulator when the poller starts.

        `checkpoint_file` keeps over restarts what is done; `on_delivery` is told, in the poller's threads, of every
        attempt to deliver a batch.
        """
        self._emulator = emulator
        self._mapping_ids = tuple(mapping_ids)
        self._checkpoint_file = checkpoint_file
        self._on_delivery = on_delivery
        self._delays = (first_delay_seconds, longest_delay_seconds)
        self._deliveries: deque[Delivery] = deque(maxlen=_KEPT_DELIVERIES)
        self._lock = threading.Lock()
        self._pollers: list[MappingPoller] = []

    def start(self) -> None:
        """Starts serving. Raises LocalAwsError if it runs already, or for a mapping that AWS would refuse."""
        if self._pollers:
            raise LocalAwsError("The stream poller runs already.")
        checkpoints = Checkpoints(self._checkpoint_file)
        for mapping_id in self._mapping_ids:
            response = self._emulator.client("lambda").get_event_source_mapping(UUID=mapping_id)
            poller = self._poller(StreamMapping.from_api(response), checkpoints)
            self._pollers.append(poller)
            poller.start()

    def _poller(self, mapping: StreamMapping, checkpoints: Checkpoints) -> MappingPoller:
        session = RoleSession(self._emulator, mapping.function_arn)
        first, longest = self._delays
        return MappingPoller(
            mapping,
            ApiStream(session, mapping.stream_arn),
            partial(invoke_function, self._emulator),
            partial(send_to_queue, session),
            checkpoints=checkpoints,
            observe=self._observe,
            first_delay_seconds=first,
            longest_delay_seconds=longest,
        )

    def stop(self) -> None:
        """Stops serving; what is not done is delivered after the next start. May be called more than once."""
        pollers, self._pollers = self._pollers, []
        for poller in pollers:
            poller.stop()

    @property
    def deliveries(self) -> tuple[Delivery, ...]:
        """The latest attempts to deliver a batch, oldest first."""
        with self._lock:
            return tuple(self._deliveries)

    def pause(self) -> None:
        """Lets no further invoke begin; returns when none is under way."""
        for poller in self._pollers:
            poller.pause()

    def resume(self) -> None:
        """Goes on after `pause`."""
        for poller in self._pollers:
            poller.resume()

    @contextmanager
    def paused(self) -> Generator[None]:
        """Pauses while the body runs."""
        self.pause()
        try:
            yield
        finally:
            self.resume()

    def idle(self) -> bool:
        """Says whether, a moment ago, no change of the tables was left to deliver."""
        return all(poller.idle_since() > float("-inf") for poller in self._pollers)

    def wait_idle(self, timeout: float = 30.0) -> None:
        """Returns when every change made before the call was processed or discarded.

        Raises LocalAwsError, with the reason if one is known, when that takes longer than `timeout` seconds.
        """
        called = time.monotonic()
        while any(poller.idle_since() < called for poller in self._pollers):
            if time.monotonic() - called > timeout:
                reasons = [poller.last_error() for poller in self._pollers if poller.last_error()]
                latest = self.deliveries[-1:]
                raise LocalAwsError(
                    f"The streams were not processed within {timeout:.0f} s. "
                    f"{' '.join(reasons)} The latest delivery: {latest[0] if latest else 'none'}."
                )
            time.sleep(_LOOK_SECONDS)

    def _observe(self, delivery: Delivery) -> None:
        with self._lock:
            self._deliveries.append(delivery)
        if delivery.outcome != "succeeded":
            logger.info("Delivery to %s: %s %s", delivery.function_arn, delivery.outcome, delivery.detail)
        if self._on_delivery is not None:
            self._on_delivery(delivery)
