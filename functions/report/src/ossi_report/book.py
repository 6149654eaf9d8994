"""A workbook under way, and its file: a ZIP archive of what openpyxl writes, with the rows of its sheets put in."""

import posixpath
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from zipfile import ZIP_DEFLATED, ZipFile

from openpyxl import Workbook
from openpyxl.writer.excel import ExcelWriter

from ossi_report.sheet import Sheet, Vertical

_COMPRESSION = 7  # the next one takes twice the time for 5 % less


class Book:
    """A workbook of that title. made_at: aware. A context manager, which gives back the temporary files of the rows."""

    def __init__(self, title: str, made_at: datetime) -> None:
        self._sheets: list[Sheet] = []
        self._files = ExitStack()
        self._book = Workbook(write_only=True)
        self._book.properties.title = title
        self._book.properties.creator = "Ossi"
        self._book.properties.created = self._book.properties.modified = made_at.astimezone(UTC).replace(tzinfo=None)
        # Nothing to calculate: else Excel asks whether to save on closing.
        self._book.calculation.fullCalcOnLoad = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._files.close()

    def sheet(self, title: str, widths: Sequence[float], frozen_rows: int, vertical: Vertical = "top") -> Sheet:
        """Adds a sheet behind the others. See Sheet."""
        sheet = Sheet(self._book, title, widths, frozen_rows, vertical)
        self._files.callback(sheet.text.close)
        self._sheets.append(sheet)
        return sheet

    def save(self) -> bytes:
        """The file. The same sheets made at the same moment give the same bytes."""
        content = BytesIO()
        # Not openpyxl's save(): that would put the present moment into the file.
        ExcelWriter(self._book, _Archive(content, self._sheets)).save()
        return content.getvalue()


class _Archive(ZipFile):
    """A new archive for openpyxl's ExcelWriter. Its entries bear the ZIP format's first day, as Excel's own do, not the present one."""

    def __init__(self, file: BytesIO, sheets: Sequence[Sheet]) -> None:
        super().__init__(file, "w", ZIP_DEFLATED, compresslevel=_COMPRESSION)
        self._sheets = sheets

    def writestr(self, *arguments: Any, **_options: Any) -> None:
        """Every part but the sheets."""
        name, data = arguments
        self._write_pieces(name, [data.encode() if isinstance(data, str) else data])

    def write(self, *arguments: Any, **_options: Any) -> None:
        """The sheets, which openpyxl writes to files of their own first."""
        file, name = arguments
        (text,) = (sheet.text for sheet in self._sheets if sheet.part == name)
        self._write_pieces(name, text.fill(Path(file).read_bytes()))
        if text.links:
            folder, part = posixpath.split(name)
            self._write_pieces(f"{folder}/_rels/{part}.rels", text.relationships())

    def _write_pieces(self, name: str, pieces: Iterable[bytes]) -> None:
        with self.open(name, "w") as entry:
            for piece in pieces:
                entry.write(piece)
