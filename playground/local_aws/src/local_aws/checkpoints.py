"""How far each shard has been processed, kept over restarts where there is a file to keep it in."""

from __future__ import annotations

import json
import os
import threading
from pathlib import Path
from typing import cast

from local_aws.arns import unqualified
from local_aws.directory_lock import private_file


class Checkpoints:
    """Sequence numbers of the last records that are done, by mapping and shard."""

    def __init__(self, file: Path | None) -> None:
        """Reads `file`, a JSON object, if there is one; None keeps the checkpoints in memory."""
        self._file = file
        self._lock = threading.Lock()
        self._done: dict[str, str] = {}
        if file is not None and file.is_file():
            self._done = cast("dict[str, str]", json.loads(file.read_text()))

    def get(self, function_arn: str, stream_arn: str, shard_id: str) -> str | None:
        """Returns the sequence number of the last record that is done, None if none is."""
        with self._lock:
            return self._done.get(_key(function_arn, stream_arn, shard_id))

    def set(self, function_arn: str, stream_arn: str, shard_id: str, sequence_number: str) -> None:
        """Notes that all records up to this one are done; on disk before it returns."""
        with self._lock:
            self._done[_key(function_arn, stream_arn, shard_id)] = sequence_number
            if self._file is not None:
                self._file.parent.mkdir(parents=True, exist_ok=True)
                new = self._file.with_suffix(".new")
                with private_file(new, os.O_WRONLY | os.O_TRUNC) as file:
                    file.write(json.dumps(self._done, indent=1))
                new.replace(self._file)


def _key(function_arn: str, stream_arn: str, shard_id: str) -> str:
    # A mapping keeps its place when it calls the function by another alias.
    return f"{unqualified(function_arn)} {stream_arn} {shard_id}"
