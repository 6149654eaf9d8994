"""The names of sheets, columns and keys that docs/report.md promises are those of the code."""

import re
from pathlib import Path

from ossi_report.columns import EMAIL, FILE_COLUMNS, SHEET_COLUMNS, SUMMARY, SUMMARY_COLUMNS, json_key, with_email

DOCUMENT = (Path(__file__).parents[3] / "docs" / "report.md").read_text(encoding="utf-8")


def rows(table: str) -> dict[str, str]:
    """The rows of the document's table with that heading: first cell -> second cell, without the first one's code marks."""
    _, _, rest = DOCUMENT.partition(f"\n| {table} |")
    lines = re.match(r"[^\n]*\n\|[-|]+\|\n((?:\|[^\n]*\n)+)", rest)
    assert lines is not None, table
    cells = [line.strip("| ").split(" | ") for line in lines[1].splitlines()]
    return {first.strip("`"): second for first, second, *_ in cells}


def names(cell: str) -> tuple[str, ...]:
    return tuple(re.findall("`([^`]+)`", cell))


def test_the_documented_sheets_and_columns_are_those_of_the_workbook() -> None:
    documented = {sheet: names(columns) for sheet, columns in rows("sheet").items()}

    assert documented == {SUMMARY: SUMMARY_COLUMNS, **SHEET_COLUMNS}


def test_every_column_is_explained() -> None:
    explained = {name for line in rows("column") for name in re.findall("[^`,]+[^`, ]", line)}

    assert explained == {*FILE_COLUMNS, *(name for columns in SHEET_COLUMNS.values() for name in columns), EMAIL}


def test_the_documented_columns_of_the_csv_file_and_keys_of_the_json_file_are_those_of_the_code() -> None:
    documented = {column: names(key)[0] for column, key in rows("CSV").items()}

    columns = with_email(FILE_COLUMNS, wanted=True)
    assert list(documented) == list(columns)
    assert documented == {column: json_key(column) for column in columns}
