"""`ossi build`: a deployment artifact for each function, made again only when something it is made of has changed."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import click

from ossi_cli import packaging
from ossi_cli.artifact_record import Architecture, ArtifactRecord, UnreadableRecordError, hash_of
from ossi_cli.playground import require_playground
from ossi_cli.uv import Uv, UvError
from ossi_cli.workspace import ROOT, Function, commit, select, source_hash, version

CLOUD_OUTPUT = ROOT / "dist"
LOCAL_OUTPUT = ROOT / "dist" / "local"
_WORK = ROOT / ".cache" / "build"
_PYTHONS = ROOT / ".cache" / "python"


@dataclass(frozen=True)
class Artifact:
    """One finished archive. `seconds` is None when the archive that was there could stay."""

    function: str
    path: Path
    size: int
    seconds: float | None


def build_artifacts(
    names: tuple[str, ...], target: packaging.Target, output: Path, *, force: bool = False
) -> list[Artifact]:
    """Bring the archives of the named functions (all if none is named) up to date in `output`, each with its record.

    Raises click.ClickException with a sentence: unknown function, uv missing, lock out of date, index unreachable;
    OSError when `output` or the work directory cannot be written.
    """
    chosen = select(names)
    uv = Uv(ROOT)
    uv.check_lock()
    release = (version(), commit())
    # uv and zlib do the work outside Python's lock, so threads are enough to keep the cores busy.
    with ThreadPoolExecutor(max_workers=min(len(chosen), os.cpu_count() or 1)) as pool:
        running = [pool.submit(_build_one, function, target, output, uv, release, force=force) for function in chosen]
        return [future.result() for future in running]


def _build_one(
    function: Function, target: packaging.Target, output: Path, uv: Uv, release: tuple[str, str | None], *, force: bool
) -> Artifact:
    archive, path = output / f"{function.name}.zip", output / f"{function.name}.json"
    started = time.monotonic()
    wanted = ArtifactRecord(
        architecture=target.architecture,
        python=target.python,
        version=release[0],
        commit=release[1],
        sha256=hash_of(archive) if archive.is_file() else "",
        inputs=_hash_text(source_hash(function), packaging.recipe_hash(), target.fingerprint),
    )
    recorded = _recorded(path)
    # The same bytes may be of another commit, and of another version.
    current = recorded is not None and replace(recorded, version=wanted.version, commit=wanted.commit) == wanted
    if force or not current:
        packaging.package(function, target, archive, uv, _WORK)
        wanted = replace(wanted, sha256=hash_of(archive))
    if recorded != wanted:
        wanted.write(path)
    seconds = None if current and not force else time.monotonic() - started
    return Artifact(function.name, archive, archive.stat().st_size, seconds)


def _recorded(path: Path) -> ArtifactRecord | None:
    try:
        return ArtifactRecord.read(path)
    except UnreadableRecordError:
        return None


def _hash_text(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def cloud_target(architecture: Architecture = "arm64", *, bytecode: bool | None = None) -> packaging.Target:
    """For AWS Lambda, compiled by its version of Python, which is fetched into the checkout where the machine has none.

    `bytecode`: False packs sources only, True insists on compiling; None does without where that Python cannot be had, and says so.
    Raises click.ClickException with a sentence.
    """
    if bytecode is False:
        return packaging.cloud_target(architecture, None)
    version = packaging.CLOUD_PYTHON
    interpreter, why = packaging.find_interpreter(version, _PYTHONS), ""
    if interpreter is None:
        try:
            Uv(ROOT).install_python(version, _PYTHONS)
            interpreter = packaging.find_interpreter(version, _PYTHONS)
        except UvError as error:
            why = f" {error}"
    if interpreter is None:
        wanted = f"There is no python{version} on the PATH to compile with, and it could not be fetched."
        if bytecode:
            raise click.ClickException(f"{wanted} Without --bytecode, sources are packed.{why}")
        click.echo(
            f"Note: {wanted} The functions will start about twice as slowly: put one on the PATH and build again before you deploy.",
            err=True,
        )
    return packaging.cloud_target(architecture, interpreter)


def local_target(*, bytecode: bool | None = None) -> packaging.Target:
    """For the Python of the emulator's environment, which is made first where it is missing.

    Raises click.ClickException with a sentence when it cannot be made, or when the playground isn't installed.
    """
    require_playground()
    # Imported here: a build for the cloud needs nothing of the playground.
    from local_aws.environment import ARCHITECTURE, ensure_environment
    from local_aws.errors import LocalAwsError

    try:
        interpreter = ensure_environment(ROOT)
    except LocalAwsError as error:
        raise click.ClickException(str(error)) from error
    return packaging.local_target(ARCHITECTURE, interpreter, bytecode=bytecode)


def build_for_local_aws() -> Path:
    """Bring all artifacts for the local AWS up to date; returns their directory. Raises as `build_artifacts` does."""
    build_artifacts((), local_target(), LOCAL_OUTPUT)
    return LOCAL_OUTPUT


def _table(artifacts: Iterable[Artifact]) -> list[str]:
    rows = [
        (
            artifact.function,
            f"{artifact.size / 1e6:.1f} MB",
            "unchanged" if artifact.seconds is None else f"{artifact.seconds:.1f} s",
            _shown(artifact.path),
        )
        for artifact in artifacts
    ]
    name, size, seconds = (max(len(row[column]) for row in rows) for column in range(3))
    return [f"{row[0]:<{name}}  {row[1]:>{size}}  {row[2]:>{seconds}}  {row[3]}" for row in rows]


def _shown(path: Path) -> str:
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)


@click.command()
@click.argument("functions", nargs=-1, metavar="[FUNCTION]...")
@click.option(
    "--target",
    type=click.Choice(["cloud", "local"]),
    default="cloud",
    show_default=True,
    help="For AWS Lambda (Linux, Python 3.13), or for the local AWS on this machine.",
)
@click.option(
    "--architecture",
    type=click.Choice(["arm64", "x86_64"]),
    default="arm64",
    show_default=True,
    help="Of the functions on AWS; as the stack setting ossi:architecture.",
)
@click.option(
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    help="Directory for the archives.  [default: dist for the cloud, dist/local for local]",
)
@click.option(
    "--bytecode/--no-bytecode",
    default=None,
    help="Insist on compiled modules, or leave them out. Without either: if a Python of the target's version can be had.",
)
@click.option("--force", is_flag=True, help="Build even if nothing has changed.")
def build(
    functions: tuple[str, ...],
    target: str,
    architecture: Architecture,
    output: Path | None,
    bytecode: bool | None,
    force: bool,
) -> None:
    """Make the deployment artifact of each FUNCTION, or of all: <function>.zip, from uv.lock, always the same bytes.

    Beside each, <function>.json says what it was built for and from: `pulumi up` refuses what doesn't fit the stack's settings.
    """
    if target == "local":
        chosen, directory = local_target(bytecode=bytecode), LOCAL_OUTPUT
    else:
        chosen, directory = cloud_target(architecture, bytecode=bytecode), CLOUD_OUTPUT
    try:
        artifacts = build_artifacts(functions, chosen, output.resolve() if output else directory, force=force)
    except OSError as error:
        raise click.ClickException(f"The artifacts cannot be written: {error}.") from error
    for line in _table(artifacts):
        click.echo(line)
    how = "sources only" if chosen.interpreter is None else "with bytecode"
    click.echo(f"for {chosen.name}, Python {chosen.python}, {how}")
