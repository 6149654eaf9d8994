"""Debian's LibreOffice, without a window: it opens workbooks and writes them anew, in another format."""

import re
import subprocess
from collections.abc import Iterable
from pathlib import Path

from debian import Packages

_SOFFICE = Path("/usr/bin/soffice")
PACKAGES = Packages(
    "LibreOffice Calc, poppler and the font Carlito",
    files=(
        _SOFFICE,
        Path("/usr/lib/libreoffice/program/libsclo.so"),  # Calc: the other parts come without it
        Path("/usr/bin/pdftotext"),
        Path("/usr/bin/pdfinfo"),
        Path("/usr/share/fonts/truetype/crosextra/Carlito-Regular.ttf"),  # as wide as Calibri
    ),
    names=("libreoffice-calc-nogui", "poppler-utils", "fonts-crosextra-carlito"),
)
_SECONDS = 120
_CONVERTED = re.compile("convert .* -> .* using filter : .*")
# There is no Java, and nothing here needs it.
_MEANINGLESS = "Warning: failed to launch javaldx - java may not function correctly"


class ComplaintError(Exception):
    """LibreOffice could not open or write something, or had something to say about it: the message is what it said."""


def convert(workbooks: Iterable[Path], suffix: str, folder: Path, reading: str = "") -> dict[str, Path]:
    """Opens all workbooks in one start and writes each in the format of that suffix into folder; returns name -> file.

    reading: the import filter and its options, where the file does not say how it is to be read, such as CSV:44,34,76.
    Raises ComplaintError, also where all files are there: its exit code is 0 even if nothing could be opened.
    """
    files = list(workbooks)
    how = [f"--infilter={reading}"] if reading else []
    done = subprocess.run(
        [
            str(_SOFFICE),
            f"-env:UserInstallation={(folder / 'profile').as_uri()}",  # its own: two starts at once would share one
            "--headless", "--norestore", *how, "--convert-to", suffix, "--outdir", str(folder), *map(str, files),
        ],
        capture_output=True, check=False, text=True, timeout=_SECONDS,
    )  # fmt: skip
    said = [line for line in done.stdout.splitlines() if not _CONVERTED.fullmatch(line)]
    said += [line for line in done.stderr.splitlines() if line != _MEANINGLESS]
    written = {file.stem: folder / f"{file.stem}.{suffix}" for file in files}
    said += [f"{file.name} has not been written" for file in written.values() if not file.exists()]
    if said or done.returncode:
        raise ComplaintError("\n".join([*said, f"exit code {done.returncode}"]))
    return written
