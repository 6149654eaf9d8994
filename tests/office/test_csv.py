"""LibreOffice opens the CSV file, split at whatever it may be split at, with formulas evaluated: nothing that was typed acts (N5)."""

import csv
import re
from collections.abc import Sequence
from pathlib import Path

import pytest

from office.flat import Cell, FlatBook, read
from office.libreoffice import convert
from ossi_report.data_files import build_csv
from unit.report.books import BOOKS
from unit.report.months import HELSINKI, MADE_AT, drawn
from unit.report.test_data_files import read_csv
from unit.report.typed import NASTY

# What a program may split a line at -> as LibreOffice's filter is told: the codes of the characters.
SPLIT_AT = {"commas": "44", "semicolons": "59", "tabs": "9", "all of them": "44/59/9"}
AT_COMMAS = ["commas", "all of them"]
# Tokens of the filter: separators, the quote, UTF-8, from line 1; 8: numbers and dates are found; 13: formulas are evaluated.
FILTER = "CSV:{},34,76,1,,0,false,true,false,false,false,-1,true"


def opened(files: Sequence[Path], folder: Path) -> dict[str, dict[str, FlatBook]]:
    """Split at -> name -> as LibreOffice has it."""
    return {
        how: {
            name: read(file)
            for name, file in convert(files, "fods", _in(folder, how), FILTER.format(codes)).items()
        }
        for how, codes in SPLIT_AT.items()
    }  # fmt: skip


def _in(folder: Path, how: str) -> Path:
    inside = folder / how.replace(" ", "-")
    inside.mkdir()
    return inside


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, FlatBook]]:
    """Every odd text in every place of the file; and the same without protection, as any program writes it."""
    folder = tmp_path_factory.mktemp("csv")
    protected, bare = folder / "protected.csv", folder / "bare.csv"
    protected.write_bytes(build_csv(*drawn(BOOKS["typed"].contributions), HELSINKI, MADE_AT))
    with bare.open("w", encoding="utf-8-sig", errors="replace", newline="") as file:
        csv.writer(file).writerows([["Name", "Description"], *(["Aino Lahti", typed] for typed in NASTY)])
    return opened([protected, bare], folder)


def formulas(book: FlatBook) -> list[Cell]:
    return [cell for cells in book.sheets.values() for cell in cells.values() if cell.formula is not None]


@pytest.mark.parametrize("how", SPLIT_AT)
def test_no_cell_is_a_formula_wherever_the_file_is_split(how: str, files: dict[str, dict[str, FlatBook]]) -> None:
    assert formulas(files[how]["protected"]) == []


@pytest.mark.parametrize("how", SPLIT_AT)
def test_a_file_without_protection_has_formulas_wherever_it_is_split(
    how: str, files: dict[str, dict[str, FlatBook]]
) -> None:
    assert "2" in [cell.shown for cell in formulas(files[how]["bare"])], "=1+1 was calculated"


@pytest.mark.parametrize("how", AT_COMMAS)
def test_every_text_stays_in_its_cell(how: str, files: dict[str, dict[str, FlatBook]]) -> None:
    (cells,) = files[how]["protected"].sheets.values()
    written = read_csv(build_csv(*drawn(BOOKS["typed"].contributions), HELSINKI, MADE_AT))

    for number, row in enumerate(written, start=2):
        assert [cells[f"{column}{number}"].shown for column in "AH"] == [row["Slack ID"], row["Status"]]
        if re.search("[;,\t\n]", row["Description"]):
            assert cells[f"F{number}"].shown == re.sub("\r\n?", "\n", row["Description"])
    assert {place[0] for place in cells} <= set("ABCDEFGHIJKLMN")
    assert max(int(place[1:]) for place in cells) == len(written) + 1
