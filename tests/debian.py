"""Debian's packages that some tests need: there, installed where that is allowed, or plainly missing."""

import fcntl
import os
import shutil
import subprocess
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

_INSTALL_SECONDS = 300
# One process after the other: apt-get fails where another one is at work.
_LOCK = Path(tempfile.gettempdir()) / "ossi-tests-install.lock"


class NotInstalledError(Exception):
    """Something is missing, and it cannot be installed; the message is a sentence."""


@dataclass(frozen=True)
class Packages:
    """what: as a sentence names it. files: those that are there where it is installed. names: the packages that bring them."""

    what: str
    files: tuple[Path, ...]
    names: tuple[str, ...]

    def missing(self) -> list[str]:
        """The files that are not there."""
        return [str(each) for each in self.files if not each.exists()]


def ensure(packages: Packages) -> None:
    """Installs the packages where files of them are missing, we are root and have apt-get. Raises NotInstalledError."""
    if not packages.missing():
        return
    apt = shutil.which("apt-get")
    if apt is None or os.geteuid() != 0:
        raise NotInstalledError(
            f"These tests need {packages.what}, and there is no {', '.join(packages.missing())}. "
            f"On Debian: apt install {' '.join(packages.names)}"
        )
    with _alone():
        if packages.missing():  # another process may have installed them meanwhile
            _install(apt, packages)


def ensure_or_skip(packages: Packages) -> None:
    """For fixtures: as ensure; where that is not possible the test is skipped, and fails where CI=true: there nothing may be missing."""
    try:
        ensure(packages)
    except NotInstalledError as missing:
        if os.environ.get("CI") == "true":
            pytest.fail(str(missing))
        pytest.skip(str(missing))


@contextmanager
def _alone() -> Generator[None]:
    with _LOCK.open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _install(apt: str, packages: Packages) -> None:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    install = ("install", "-y", "-qq", "--no-install-recommends", *packages.names)
    for verb in (("update", "-qq"), ("-o", "DPkg::Lock::Timeout=120", *install)):
        try:
            subprocess.run([apt, *verb], env=environment, check=True, capture_output=True, timeout=_INSTALL_SECONDS)
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
            raise NotInstalledError(
                f"These tests need {packages.what}, and `apt-get {' '.join(verb)}` failed."
            ) from error
    if packages.missing():
        raise NotInstalledError(
            f"{' '.join(packages.names)}: installed, and there is still no {', '.join(packages.missing())}."
        )
