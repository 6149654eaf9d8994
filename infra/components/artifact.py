"""The zip files that `make build` makes, one a function."""

from pathlib import Path

import pulumi


class MissingArtifactError(pulumi.RunError):
    """A function's zip file is not there; Pulumi prints the message without a traceback."""


def archive_of(function: str, directory: Path) -> pulumi.FileArchive:
    """Returns a function's deployment artifact, `<directory>/<function>.zip`. Raises MissingArtifactError."""
    path = directory / f"{function}.zip"
    if not path.is_file():
        raise MissingArtifactError(
            f"The artifact of the function {function} is missing: there is no file {path}. "
            "Run `make build`, or set ossi:artifacts to the directory that holds the zip files."
        )
    return pulumi.FileArchive(str(path))
