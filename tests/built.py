"""Artifacts as `ossi build` leaves them, without building: a zip file and the record beside it."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import Any

from ossi_cli.artifact_record import ArtifactRecord

VERSION = "0.3.1"
COMMIT = "822731b5" * 5


def write_artifact(directory: Path, name: str, content: bytes, **record: Any) -> None:
    """Writes `<name>.zip` and `<name>.json`: for arm64 and Python 3.13, of VERSION, but for what `record` says."""
    (directory / f"{name}.zip").write_bytes(content)
    usual = ArtifactRecord(
        architecture="arm64",
        python="3.13",
        version=VERSION,
        commit=COMMIT,
        sha256=hashlib.sha256(content).hexdigest(),
        inputs="0" * 64,
    )
    replace(usual, **record).write(directory / f"{name}.json")
