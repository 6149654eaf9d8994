"""A PDF, as poppler reads and draws it."""

import re
import subprocess
from dataclasses import dataclass
from html import unescape
from itertools import groupby
from pathlib import Path

_SECONDS = 60
_SIZE = re.compile(r"Page +\d+ size: +([\d.]+) x ([\d.]+) pts \((\w+)\)")
_WORD = re.compile('<word xMin="(.*?)" yMin="(.*?)" xMax="(.*?)" yMax="(.*?)">(.*?)</word>')
_RESOLUTION = 100


@dataclass(frozen=True)
class Page:
    """paper: such as A4. text: in the places where it stands on the page."""

    landscape: bool
    paper: str
    text: str

    @property
    def words(self) -> str:
        """The text with one blank between words, whatever line they are on."""
        return " ".join(self.text.split())


def pages(file: Path) -> list[Page]:
    """All pages of the file."""
    sizes = _SIZE.findall(_run("pdfinfo", "-f", "1", "-l", "-1", str(file)).decode())
    texts = _run("pdftotext", "-layout", str(file), "-").decode().split("\f")[:-1]
    return [
        Page(float(width) > float(height), paper, text)
        for (width, height, paper), text in zip(sizes, texts, strict=True)
    ]


@dataclass(frozen=True)
class Word:
    """A word and the box around it, in points from the page's upper left corner."""

    text: str
    left: float
    top: float
    right: float
    bottom: float


def words(file: Path, page: int) -> list[Word]:
    """The words of a page with their places, also those that are cut off where their cell ends: there no reader would see them."""
    found = _WORD.findall(_run("pdftotext", "-bbox", "-f", str(page), "-l", str(page), str(file), "-").decode())
    return [Word(unescape(text), *map(float, box)) for *box, text in found]


def bars(file: Path, page: int, colour: str, shortest: int = 30) -> list[int]:
    """The lengths of the horizontal bars of that colour (six hexadecimal digits), in pixels, from top to bottom."""
    image = _run("pdftoppm", "-r", str(_RESOLUTION), "-f", str(page), "-l", str(page), str(file))
    # A PPM: its kind, the two sizes and the highest value, each followed by one white space; then three bytes a pixel.
    _kind, width, height, _highest = image.split(maxsplit=4)[:4]
    row = 3 * int(width)
    pixels = image[-row * int(height) :]
    ink = re.compile(b"(?:%s)+" % re.escape(bytes.fromhex(colour)))
    lengths = [
        max((len(run[0]) // 3 for run in ink.finditer(pixels[start : start + row])), default=0)
        for start in range(0, len(pixels), row)
    ]
    return [length for length, _rows in groupby(lengths) if length >= shortest]


def _run(*command: str) -> bytes:
    return subprocess.run(command, check=True, capture_output=True, timeout=_SECONDS).stdout
