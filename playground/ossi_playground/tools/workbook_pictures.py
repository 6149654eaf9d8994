"""Pictures of a workbook's sheets, as LibreOffice prints them."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

_PROGRAMS = ("soffice", "pdftotext", "pdftoppm")
_PACKAGES = "libreoffice-calc-nogui poppler-utils fonts-crosextra-carlito"  # Carlito is as wide as Calibri
_WIDTH = 1280  # pixels, as the other pictures
_POINTS = 72  # in an inch
_FOOTER, _MARGIN = 43, 12  # points: what a page has at its foot, and what is left white around the rest
_SECONDS = 120


def missing_programs() -> str | None:
    """What has to be installed first, as a sentence; None where all is there."""
    if all(shutil.which(each) for each in _PROGRAMS):
        return None
    return f"The pictures of the workbook need LibreOffice and poppler. On Debian: apt install {_PACKAGES}"


def draw_sheets(workbook: Path, pictures: dict[str, Path]) -> None:
    """Draws the first page of each sheet, cut to what stands on it. pictures: sheet's name -> the PNG file to write."""
    with TemporaryDirectory() as temporary:
        folder = Path(temporary)
        profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
        _run("soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", str(folder), str(workbook))
        pdf = folder / f"{workbook.stem}.pdf"
        pages = _run("pdftotext", "-layout", str(pdf), "-").decode().split("\f")
        for sheet, picture in pictures.items():
            # The foot of a page names its sheet.
            number = next(number for number, text in enumerate(pages, start=1) if f": {sheet} " in text)
            _draw(pdf, number, picture)


@dataclass(frozen=True)
class _Box:
    """In points from the page's upper left corner."""

    left: int
    top: int
    right: int
    bottom: int


def _draw(pdf: Path, page: int, picture: Path) -> None:
    box = _content(pdf, page)
    scale = _WIDTH / (box.right - box.left)
    corner = ("-x", str(round(box.left * scale)), "-y", str(round(box.top * scale)))
    size = ("-W", str(_WIDTH), "-H", str(round((box.bottom - box.top) * scale)))
    resolution = ("-r", str(_POINTS * scale))
    picture.parent.mkdir(parents=True, exist_ok=True)
    _run(
        "pdftoppm", "-png", "-singlefile", *_only(page), *resolution, *corner, *size, str(pdf), str(picture.with_suffix(""))
    )  # fmt: skip


def _content(pdf: Path, page: int) -> _Box:
    """Where the page is not white, above its footer, with a margin around it."""
    image = _run("pdftoppm", "-gray", "-r", str(_POINTS), *_only(page), str(pdf))
    # A PGM: its kind, the two sizes and the value of white, each followed by one white space; then a byte a pixel.
    _kind, width, height, white = image.split(maxsplit=4)[:4]
    columns, rows = int(width), int(height) - _FOOTER
    pixels = image[-int(width) * int(height) :]
    blank = int(white).to_bytes()
    lines = [pixels[row * columns : (row + 1) * columns] for row in range(rows)]
    inked = [row for row, line in enumerate(lines) if line.strip(blank)]
    left = min(len(lines[row]) - len(lines[row].lstrip(blank)) for row in inked)
    right = max(len(lines[row].rstrip(blank)) for row in inked)
    return _Box(
        max(left - _MARGIN, 0),
        max(inked[0] - _MARGIN, 0),
        min(right + _MARGIN, columns),
        min(inked[-1] + 1 + _MARGIN, rows),
    )


def _only(page: int) -> tuple[str, str, str, str]:
    return ("-f", str(page), "-l", str(page))


def _run(*command: str) -> bytes:
    return subprocess.run(command, check=True, capture_output=True, timeout=_SECONDS).stdout
