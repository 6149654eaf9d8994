"""Debian's Chromium for the browser tests."""

from pathlib import Path

from debian import Packages

CHROMIUM = Path("/usr/bin/chromium")
# Without a font for emoji the pictures of short codes would be empty boxes.
PACKAGES = Packages("Chromium", files=(CHROMIUM,), names=("chromium", "fonts-noto-color-emoji"))
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
