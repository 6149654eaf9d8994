"""The local AWS as one thing: the emulator, the program applied to it, and the streams that are delivered."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from local_aws.api_permissions import check_api_permissions
from local_aws.apply import DEFAULT_STACK, apply
from local_aws.emulator import Emulator
from local_aws.errors import LocalAwsError
from local_aws.stream_batches import Delivery
from local_aws.stream_poller import StreamPoller


class LocalAws:
    """A running stack on this machine. A context manager; or call `start` and `stop`."""

    def __init__(
        self,
        config: Mapping[str, str],
        secrets: Mapping[str, str],
        *,
        project: str,
        program: Path,
        stack: str = DEFAULT_STACK,
        port: int | None = None,
        state_dir: Path | None = None,
        python: Path | None = None,
        on_delivery: Callable[[Delivery], None] | None = None,
    ) -> None:
        """Takes the program and its settings (see `apply`), and what `Emulator` takes.

        `on_delivery` is told, in the stream poller's threads, of every attempt to deliver a batch.
        """
        self.emulator = Emulator(port=port, state_dir=state_dir, python=python)
        self._config = dict(config)
        self._secrets = dict(secrets)
        self._names = (project, stack)
        self._program = program
        self._checkpoint_file = state_dir / "stream-checkpoints.json" if state_dir else None
        self._on_delivery = on_delivery
        self._poller: StreamPoller | None = None
        self._outputs: dict[str, Any] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def outputs(self) -> dict[str, Any]:
        """The stack's outputs. Raises LocalAwsError before `start`."""
        if self._outputs is None:
            raise LocalAwsError("The local AWS does not run.")
        return self._outputs

    @property
    def poller(self) -> StreamPoller:
        """What delivers the streams. Raises LocalAwsError before `start`."""
        if self._poller is None:
            raise LocalAwsError("The local AWS does not run.")
        return self._poller

    def start(self) -> None:
        """Starts the emulator, applies the program and begins to deliver streams.

        Raises LocalAwsError, and leaves nothing behind, if one of them fails.
        """
        self.emulator.start()
        try:
            project, stack = self._names
            applied = apply(
                self.emulator, self._config, self._secrets, project=project, stack=stack, program=self._program
            )
            check_api_permissions(self.emulator)
            self._outputs = applied.outputs
            self._poller = StreamPoller(
                self.emulator,
                applied.stream_mappings,
                checkpoint_file=self._checkpoint_file,
                on_delivery=self._on_delivery,
            )
            self._poller.start()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stops all of it. May be called more than once; raises LocalAwsError if the state could not be saved."""
        poller, self._poller, self._outputs = self._poller, None, None
        if poller is not None:
            poller.stop()
        self.emulator.stop()
