"""The rows of a sheet as they stand in its file: XML text (ECMA-376 part 1, 18.3.1).

openpyxl makes an object of each cell and each link, which takes ten times as long and many times the memory (ADR 10). Only what Ossi's
sheets hold can be written here: texts, numbers and moments, each with the number of its style, and links to the web.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from math import inf, nextafter
from tempfile import SpooledTemporaryFile
from xml.sax.saxutils import quoteattr

from ossi_report.cell_values import cell_text

Value = str | int | Decimal | datetime

_MEMORY_MAX = 2**20  # bytes of rows; more are kept in a temporary file
_ROWS_AT_ONCE = 256
_BYTES_AT_ONCE = 2**16
_DAY_ZERO = datetime(1899, 12, 30)  # noqa: DTZ001 - days since then is what a cell holds of a moment (18.17.4.1), without a zone
_DAY_S = 86_400

_NO_ROWS = re.compile(rb"<sheetData\s*/>|<sheetData></sheetData>")
_AFTER_LINKS = re.compile(rb"<(?:printOptions|pageMargins)\b")  # the next elements of a sheet (18.3.1.99)
_RELATIONSHIPS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_HYPERLINK = f"{_RELATIONSHIPS}/hyperlink"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


def cell_around(value: Value, style: int, column: str) -> tuple[str, str]:
    """A cell as XML, cut where the number of its row belongs: what is before it, what is behind.

    style: the number of its format in the workbook. column: its letter. The place comes last among the attributes, where the rest,
    which repeats from row to row, takes least when it is compressed.
    """
    if isinstance(value, str):
        if not value:
            return f'<c s="{style}" r="{column}', '"/>'
        text = cell_text(value).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        # Else white space at its ends is taken for that of the file.
        space = ' xml:space="preserve"' if text[0].isspace() or text[-1].isspace() else ""
        return f'<c s="{style}" t="inlineStr" r="{column}', f'"><is><t{space}>{text}</t></is></c>'
    if isinstance(value, datetime):
        number = repr(_days_since_zero(value))
    elif isinstance(value, Decimal):
        number = f"{value:f}"
    else:
        number = str(value)
    return f'<c s="{style}" r="{column}', f'"><v>{number}</v></c>'


def _days_since_zero(moment: datetime) -> float:
    """The moment as a number of days: the first binary number that isn't before it.

    A program that cuts (LibreOffice does) shows the minute before if the number is less than the moment by anything at all.
    """
    since = moment - _DAY_ZERO
    days = since.days + since.seconds / _DAY_S
    numerator, denominator = days.as_integer_ratio()
    is_before = numerator * _DAY_S < (since.days * _DAY_S + since.seconds) * denominator
    return nextafter(days, inf) if is_before else days


class SheetText:
    """The rows and the links of one sheet, written one after the other and read once, into the sheet's part of the file."""

    def __init__(self) -> None:
        self.rows = 0
        self._waiting: list[str] = []
        self._file = SpooledTemporaryFile[bytes](max_size=_MEMORY_MAX)
        self.links: list[tuple[str, str]] = []  # the cell's place, such as G2; it is the link's id too

    def append(self, cells: Sequence[str], height: float | None = None) -> None:
        """Writes the next row. cells: as XML, in order; height: in points, where it is not the usual one."""
        self.rows += 1
        tall = "" if height is None else f' ht="{height:g}" customHeight="1"'
        self._waiting.append(f'<row r="{self.rows}"{tall}>{"".join(cells)}</row>')
        if len(self._waiting) == _ROWS_AT_ONCE:
            self._write_waiting()

    def fill(self, frame: bytes) -> Iterator[bytes]:
        """The part of the sheet: frame, which openpyxl has written of a sheet without rows and links, with both in it.

        Raises ValueError where there is no place for them, which means another openpyxl.
        """
        rows, after_links = _NO_ROWS.search(frame), _AFTER_LINKS.search(frame)
        if rows is None or after_links is None or after_links.start() < rows.end():
            raise ValueError("openpyxl writes sheets in another way")
        self._write_waiting()
        yield frame[: rows.start()] + b"<sheetData>"
        self._file.seek(0)
        while some := self._file.read(_BYTES_AT_ONCE):
            yield some
        yield b"</sheetData>" + frame[rows.end() : after_links.start()]
        yield from self._link_elements()
        yield frame[after_links.start() :]

    def relationships(self) -> Iterator[bytes]:
        """The part that says where the links lead (ECMA-376 part 2, 9.3). It is for a sheet with links."""
        yield f'{_HEAD}<Relationships xmlns="{_PACKAGE}">'.encode()
        for place, target in self.links:
            address = quoteattr(target.partition("#")[0])
            yield f'<Relationship Id="{place}" Type="{_HYPERLINK}" Target={address} TargetMode="External"/>'.encode()
        yield b"</Relationships>"

    def close(self) -> None:
        """Gives back the temporary file."""
        self._file.close()

    def _link_elements(self) -> Iterator[bytes]:
        if self.links:
            yield f'<hyperlinks xmlns:r="{_RELATIONSHIPS}">'.encode()
            for place, target in self.links:
                # Excel keeps what follows # apart, and so do other writers for it.
                fragment = target.partition("#")[2]
                location = f" location={quoteattr(fragment)}" if fragment else ""
                yield f'<hyperlink ref="{place}" r:id="{place}"{location}/>'.encode()
            yield b"</hyperlinks>"

    def _write_waiting(self) -> None:
        self._file.write("".join(self._waiting).encode())
        self._waiting.clear()
