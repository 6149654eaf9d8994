"""Debian's Chromium for the browser tests: found, installed where that is allowed, or plainly missing."""

import os
import shutil
import subprocess
from pathlib import Path

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
# Without a font for emoji the pictures of short codes would be empty boxes.
_PACKAGES = ("chromium", "fonts-noto-color-emoji")
_INSTALL_SECONDS = 300


class NoChromiumError(Exception):
    """There is no Chromium, and it cannot be installed; the message is a sentence."""


def chromium() -> Path:
    """The browser's path; installs Debian's package where we are root and have apt-get. Raises NoChromiumError."""
    if CHROMIUM.exists():
        return CHROMIUM
    apt = shutil.which("apt-get")
    if apt is None or os.geteuid() != 0:
        raise NoChromiumError("The browser tests need Chromium at /usr/bin/chromium. On Debian: apt install chromium")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in ([apt, "update", "-qq"], [apt, "install", "-y", "-qq", "--no-install-recommends", *_PACKAGES]):
        try:
            subprocess.run(command, env=environment, check=True, capture_output=True, timeout=_INSTALL_SECONDS)
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
            raise NoChromiumError(f"Chromium is missing, and `{' '.join(command)}` failed.") from error
    if not CHROMIUM.exists():
        raise NoChromiumError("Debian's package chromium is installed and brought no /usr/bin/chromium.")
    return CHROMIUM
