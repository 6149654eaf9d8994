"""The workbooks as files, and LibreOffice."""

from pathlib import Path

import pytest

from debian import ensure_or_skip
from office.libreoffice import PACKAGES
from unit.report.books import BOOKS


@pytest.fixture(scope="session", autouse=True)
def libreoffice() -> None:
    """What the tests of this folder need is there, or they are skipped."""
    ensure_or_skip(PACKAGES)


@pytest.fixture(scope="module")
def workbooks(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Every workbook as a file."""
    folder = tmp_path_factory.mktemp("workbooks")
    files = [folder / f"{name}.xlsx" for name in BOOKS]
    for file, book in zip(files, BOOKS.values(), strict=True):
        file.write_bytes(book.content)
    return files
