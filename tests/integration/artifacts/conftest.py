"""The artifacts that the tests of this folder look at, each built once."""

from __future__ import annotations

import importlib.util
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest

from ossi_cli.build import build_artifacts, build_for_local_aws, local_target
from ossi_cli.packaging import CLOUD_PYTHON, Target, cloud_target, find_interpreter
from ossi_cli.workspace import Function, functions

# What AWS's Python runtime holds: boto3 and what it depends on.
_RUNTIME = ("boto3", "botocore", "jmespath", "s3transfer", "dateutil", "six", "urllib3")


@dataclass(frozen=True)
class Built:
    """A function, its archive, and a directory with the archive's content."""

    function: Function
    archive: Path
    unpacked: Path


@pytest.fixture(scope="session")
def local() -> Target:
    return local_target()


@pytest.fixture(scope="session")
def local_artifacts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Built]:
    """Every function for this machine, with bytecode, unpacked: what `ossi local` runs, which other tests need as well."""
    return _unpacked(build_for_local_aws(), tmp_path_factory.mktemp("local"))


@pytest.fixture(scope="session")
def cloud() -> Target:
    # Without bytecode, so that these tests do not depend on the Python versions that a machine happens to have.
    return cloud_target("arm64", None)


@pytest.fixture(scope="session")
def cloud_artifacts(tmp_path_factory: pytest.TempPathFactory, cloud: Target) -> dict[str, Built]:
    """Every function for AWS, unpacked."""
    return _build(tmp_path_factory.mktemp("cloud"), cloud)


@pytest.fixture(scope="session")
def compiled_cloud_artifacts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Built]:
    """Every function for AWS as it should be deployed: with bytecode, where a Python of AWS's version is at hand to make it."""
    interpreter = find_interpreter(CLOUD_PYTHON)
    if interpreter is None:
        pytest.skip(f"there is no python{CLOUD_PYTHON} on the PATH")
    return _build(tmp_path_factory.mktemp("compiled"), cloud_target("arm64", interpreter))


@pytest.fixture(scope="session")
def runtime(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory that holds what AWS's runtime holds, and nothing else of this environment."""
    directory = tmp_path_factory.mktemp("runtime")
    for name in _RUNTIME:
        spec = importlib.util.find_spec(name)
        assert spec is not None
        assert spec.origin is not None
        origin = Path(spec.origin)
        source = origin.parent if origin.name == "__init__.py" else origin
        (directory / source.name).symlink_to(source)
    return directory


def _build(directory: Path, target: Target) -> dict[str, Built]:
    build_artifacts((), target, directory)
    return _unpacked(directory, directory)


def _unpacked(archives: Path, directory: Path) -> dict[str, Built]:
    artifacts = {
        function.name: Built(function, archives / f"{function.name}.zip", directory / function.name)
        for function in functions()
    }
    for artifact in artifacts.values():
        with zipfile.ZipFile(artifact.archive) as content:
            content.extractall(artifact.unpacked)
    return artifacts
