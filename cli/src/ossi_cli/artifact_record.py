"""What an artifact was built for: `<function>.json` beside `<function>.zip`, written by `ossi build`, read by the Pulumi program."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Literal, cast

Architecture = Literal["arm64", "x86_64"]
"""Of the processors that Lambda offers."""


class UnreadableRecordError(Exception):
    """The record isn't there, or isn't one; the message says which."""


@dataclass(frozen=True)
class ArtifactRecord:
    """Says where an artifact came from and where it runs."""

    architecture: Architecture
    """Of the processors it was built for."""
    python: str
    """The version of Python it was built for, such as 3.13."""
    version: str
    """Ossi's version, as the root pyproject.toml had it."""
    commit: str | None
    """The git commit it was built from, with `+changes` behind it if the sources had changed since; None outside of git."""
    sha256: str
    """Of the zip file, in hexadecimal."""
    inputs: str
    """A hash of everything that decides about the zip file's content."""

    def write(self, path: Path) -> None:
        """Writes the record as JSON. Raises OSError."""
        path.write_text(json.dumps(asdict(self), indent=2) + "\n", encoding="utf-8")

    @classmethod
    def read(cls, path: Path) -> ArtifactRecord:
        """Returns the record in a file. Raises UnreadableRecordError."""
        try:
            found: object = json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError as error:
            raise UnreadableRecordError(f"there is no file {path}") from error
        except (OSError, ValueError) as error:
            raise UnreadableRecordError(f"{path} can't be read") from error
        if not isinstance(found, dict) or not all(
            _fits(cast("dict[str, object]", found), each.name) for each in fields(cls)
        ):
            raise UnreadableRecordError(f"{path} doesn't say what the artifact was built for")
        values = cast("dict[str, Any]", found)
        return cls(**{each.name: values[each.name] for each in fields(cls)})


def _fits(values: dict[str, object], name: str) -> bool:
    value = values.get(name)
    if name == "commit":
        return name in values and (value is None or isinstance(value, str))
    return value in ("arm64", "x86_64") if name == "architecture" else isinstance(value, str)


def hash_of(path: Path) -> str:
    """Returns a file's SHA-256 in hexadecimal. Raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
