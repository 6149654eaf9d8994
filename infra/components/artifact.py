"""The artifacts that `ossi build` makes: a zip file a function, and beside it a record of what it was built for."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pulumi

from ossi_cli.artifact_record import ArtifactRecord, UnreadableRecordError, hash_of
from settings import Settings


class ArtifactsError(pulumi.RunError):
    """Artifacts are missing, or don't fit the settings; Pulumi prints the message without a traceback."""


@dataclass(frozen=True)
class Artifact:
    """A function's code, and what is known about it."""

    archive: pulumi.FileArchive
    version: str
    """Ossi's version when it was built."""


def read_artifacts(names: Sequence[str], settings: Settings) -> Mapping[str, Artifact]:
    """Returns the artifacts of these functions, by name, from the directory that `ossi:artifacts` names.

    Raises ArtifactsError with everything that is wrong: an artifact or its record is missing, the zip file isn't the one
    that the record is about, it was built for other processors or another Python than the settings say, or not all are of
    one version.
    """
    directory = settings.artifacts_directory()
    records: dict[str, ArtifactRecord] = {}
    problems: list[str] = []
    for name in names:
        try:
            records[name] = _record(name, directory)
        except ArtifactsError as error:
            problems.append(str(error))
        else:
            problems += _misfits(name, records[name], settings)
    versions = sorted({record.version for record in records.values()})
    if len(versions) > 1:
        problems.append(f"The artifacts are of different versions, {' and '.join(versions)}. Run `make build`.")
    if problems:
        raise ArtifactsError("\n".join(problems))
    return {
        name: Artifact(pulumi.FileArchive(str(directory / f"{name}.zip")), record.version)
        for name, record in records.items()
    }


def _record(name: str, directory: Path) -> ArtifactRecord:
    archive = directory / f"{name}.zip"
    if not archive.is_file():
        raise ArtifactsError(
            f"The artifact of the function {name} is missing: there is no file {archive}. "
            "Run `make build`, or set ossi:artifacts to the directory that holds the zip files."
        )
    try:
        record = ArtifactRecord.read(directory / f"{name}.json")
    except UnreadableRecordError as error:
        raise ArtifactsError(
            f"Nothing says what the artifact of the function {name} was built for: {error}. Run `make build`."
        ) from error
    if hash_of(archive) != record.sha256:
        raise ArtifactsError(
            f"The artifact {archive} isn't the one that {name}.json is about: it has changed since it was built. "
            "Run `make build`."
        )
    return record


def _misfits(name: str, record: ArtifactRecord, settings: Settings) -> Iterator[str]:
    if record.architecture != settings.architecture:
        yield (
            f"The artifact of the function {name} was built for {record.architecture}, and ossi:architecture is "
            f"{settings.architecture}. Run `ossi build --architecture {settings.architecture}`, or "
            f"`pulumi config set ossi:architecture {record.architecture}`."
        )
    if record.python != settings.python:
        yield (
            f"The artifact of the function {name} was built for Python {record.python}, and ossi:python is "
            f"{settings.python}. Run `make build`, or `pulumi config set ossi:python {record.python}`."
        )
