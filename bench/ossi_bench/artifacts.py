"""The code that is measured, each in a directory of its own: Ossi's artifacts as `ossi build` makes them, and the peers."""

import shutil
import subprocess
import zipfile
from dataclasses import dataclass
from pathlib import Path

from local_aws.environment import ensure_environment
from ossi_cli.build import CLOUD_OUTPUT, LOCAL_OUTPUT, build_artifacts, cloud_target, local_target
from ossi_cli.uv import Uv
from ossi_cli.workspace import ROOT

WORK = ROOT / ".cache" / "bench"
_PEERS = Path(__file__).parent / "peers"
_BOLT_GROUP = "bolt"


@dataclass(frozen=True)
class Code:
    """A directory to import from, and the module in it that has the handler."""

    directory: Path
    module: str


@dataclass(frozen=True)
class Subjects:
    """All that is measured. python: holds boto3 and nothing else, as Lambda's runtime does."""

    python: Path
    slash: Code
    interactions: Code
    stream: Code
    bolt: Code
    floor: Code


def prepare() -> Subjects:
    """Builds everything for this machine. Raises click.ClickException with a sentence where that is not possible."""
    python = ensure_environment(ROOT)
    names = ("slash", "interactions", "stream")
    for artifact in build_artifacts(names, local_target(), LOCAL_OUTPUT):
        _unpack(artifact.path, WORK / artifact.function)
    codes = {name: Code(WORK / name, f"ossi_{name}.handler") for name in names}
    return Subjects(python, **codes, bolt=_bolt(python), floor=_peer("floor", WORK / "floor", python))


def prepare_report() -> tuple[Path, Code]:
    """As prepare, for the report function alone: the Python to run it with, and its code."""
    python = ensure_environment(ROOT)
    (artifact,) = build_artifacts(("report",), local_target(), LOCAL_OUTPUT)
    _unpack(artifact.path, WORK / "report")
    return python, Code(WORK / "report", "ossi_report.handler")


def cloud_sizes() -> tuple[dict[str, int], bool]:
    """Function -> bytes of its archive for AWS; whether bytecode is in it, which takes a Python 3.13 to compile with."""
    target = cloud_target()
    artifacts = build_artifacts((), target, CLOUD_OUTPUT)
    return {artifact.function: artifact.size for artifact in artifacts}, target.interpreter is not None


def _unpack(archive: Path, directory: Path) -> None:
    shutil.rmtree(directory, ignore_errors=True)
    with zipfile.ZipFile(archive) as file:
        file.extractall(directory)


def _bolt(python: Path) -> Code:
    """Bolt and pydantic in the versions of uv.lock, packed like Ossi's own artifacts; boto3 is the runtime's."""
    directory, requirements = WORK / "bolt", WORK / "bolt.txt"
    shutil.rmtree(directory, ignore_errors=True)
    uv = Uv(ROOT)
    export = ("export", "--only-group", _BOLT_GROUP, "--frozen", "--no-header", "--no-emit-workspace")
    uv.run(*export, "--output-file", str(requirements))
    install = ("pip", "install", "-r", str(requirements), "--no-deps", "--require-hashes", "--only-binary", ":all:")
    uv.run(*install, "--python", str(python), "--target", str(directory))
    return _peer("bolt_bot", directory, python)


def _peer(name: str, directory: Path, python: Path) -> Code:
    directory.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(_PEERS / f"{name}.py", directory / f"{name}.py")
    compile_all = [python, "-m", "compileall", "-q", "-q", "--invalidation-mode", "unchecked-hash", "."]
    subprocess.run(compile_all, cwd=directory, check=True)
    return Code(directory, name)
