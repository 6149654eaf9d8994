"""The virtual environment in which the emulator and the Lambda functions run.

It holds boto3, as AWS's own Python runtime does, and the emulator, and nothing else. A function that needs a package which
its artifact lacks therefore fails here as it would on AWS. In a uv workspace the environment is made from the group
`local-aws` of the lock file; elsewhere, make one and give its Python to `Emulator` or `LocalAws`.
"""

import fcntl
import hashlib
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Literal

from local_aws.errors import LocalAwsError

DEPENDENCY_GROUP = "local-aws"
_MARKER = "lock-hash"

PYTHON: Final = f"{sys.version_info.major}.{sys.version_info.minor}"
"""The version of Python that functions run on here: the one that runs us."""
ARCHITECTURE: Final[Literal["arm64", "x86_64"]] = (
    "arm64" if platform.machine().lower() in {"arm64", "aarch64"} else "x86_64"
)
"""This machine's, as Lambda calls it."""


def repository_root(start: Path | None = None) -> Path:
    """Returns the directory that holds the workspace's `uv.lock`, looked for upwards from `start` (default: this file).

    Raises LocalAwsError where this package isn't part of a workspace's checkout.
    """
    here = (start or Path(__file__)).resolve()
    for directory in (here, *here.parents):
        if (directory / "uv.lock").is_file():
            return directory
    raise LocalAwsError(
        f"There is no uv.lock above {here}: give the local AWS the Python of an environment that holds ministack and boto3."
    )


def ensure_environment(root: Path | None = None) -> Path:
    """Creates or renews `<root>/.cache/aws-env` where it is missing or older than the lock file; returns its Python.

    Several processes may call it at once: one works, the others wait. Raises LocalAwsError with uv's own words if uv is
    missing or fails.
    """
    root = root or repository_root()
    environment = root / ".cache" / "aws-env"
    python = environment / "bin" / "python"
    wanted = _fingerprint(root)
    with _lock(root / ".cache" / "aws-env.lock"):
        marker = environment / _MARKER
        if python.exists() and marker.is_file() and marker.read_text() == wanted:
            return python
        marker.unlink(missing_ok=True)
        _sync(root, environment)
        marker.write_text(wanted)
    return python


def _fingerprint(root: Path) -> str:
    # The functions' packages are built for the Python that runs us, so the emulator has to be that same version.
    digest = hashlib.sha256((root / "uv.lock").read_bytes())
    digest.update(sys.version.encode())
    return digest.hexdigest()


def _sync(root: Path, environment: Path) -> None:
    settings = {key: value for key, value in os.environ.items() if key != "VIRTUAL_ENV"}
    settings["UV_PROJECT_ENVIRONMENT"] = str(environment)
    command = [
        find_uv(),
        "sync",
        "--quiet",
        "--frozen",
        "--only-group",
        DEPENDENCY_GROUP,
        "--no-install-workspace",
        "--python",
        sys.executable,
    ]
    done = subprocess.run(command, cwd=root, env=settings, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise LocalAwsError(f"uv could not make the emulator's environment {environment}:\n{done.stderr.strip()}")


def find_uv() -> str:
    """Returns the path of uv: the one installed beside the running Python, else the one on the PATH.

    Raises LocalAwsError if there is none.
    """
    beside = Path(sys.executable).with_name("uv")
    if beside.exists():
        return str(beside)
    on_path = shutil.which("uv")
    if on_path:
        return on_path
    raise LocalAwsError("uv is needed to make the emulator's environment, and was not found. Run `make install`.")


@contextmanager
def _lock(path: Path) -> Generator[None]:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
