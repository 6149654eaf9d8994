"""N5: whatever was typed into Slack, or stands in an imported row, is in the workbook as it was typed and acts in no way."""

import os
import re
import subprocess
import sys
import zipfile
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from ossi.domain.contribution import Contribution, Status
from ossi.domain.payroll import Change, ChangeKind
from unit.report.months import CLOSED, as_shown, contribution, file_of, reopened
from unit.report.typed import NASTY, shown

TESTS = Path(__file__).parents[2]

typed_texts = st.one_of(
    st.sampled_from(NASTY),
    st.text(st.characters(exclude_categories=())),
    st.lists(st.one_of(st.sampled_from(NASTY), st.text(max_size=5)), max_size=4).map("".join),
)


def assert_nothing_acts(book: Workbook) -> None:
    kinds = {cell.data_type for sheet in book.worksheets for row in sheet.iter_rows() for cell in row}
    assert kinds <= {"s", "n", "d"}, "only texts, numbers and dates; no formula, no error, no truth value"


# A row cannot hold an id without characters, with half of one, or with more than 255: the domain refuses it.
user_ids = st.one_of(st.sampled_from(NASTY), st.text(min_size=1, max_size=255)).filter(
    lambda typed: "\ud800" not in typed and len(typed) <= 255
)


@given(user_ids, *[typed_texts] * 4, st.sampled_from(list(Status)), st.one_of(st.none(), typed_texts))
def test_the_workbook_as_opened_again_is_the_data(
    user_id: str, name: str, size: str, text: str, url: str, status: Status, decided_by: str | None
) -> None:
    stored = contribution(
        user_id=user_id, name=name, level=size, text=text, url=url, contribution_month=text, status=status,
        decided_by=decided_by,
    )  # fmt: skip

    change = Change(ChangeKind.LEVEL, stored, size, None)
    book = reopened([stored], replace(CLOSED, again=True, compared_at=CLOSED.closed_at, changes=(change,)))

    # A month that is another is that of a late one.
    sheet = book["Late" if status is Status.ACCEPTED and text != "2026-10" else status.title()]
    cells = dict(zip([cell.value for cell in sheet[1]], sheet[2], strict=True))
    expected = {
        "Slack ID": stored.user_id,
        "Target month": text,
        "Name": stored.person,
        "Compensation": size,
        "Description": text,
        "URL": url,
    } | ({} if status is Status.PENDING else {"Decided by": decided_by or ""})
    assert {column: as_shown(cells[column].value) for column in expected} == {
        column: shown(value) for column, value in expected.items()
    }
    assert all(cells[column].data_type == "s" for column in expected if cells[column].value is not None)
    changed = dict(zip([cell.value for cell in book["Changes"][1]], book["Changes"][2], strict=True))
    assert as_shown(changed["Counted as"].value) == shown(size)
    assert as_shown(changed["Description"].value) == shown(text)
    assert_nothing_acts(book)


@pytest.mark.parametrize("typed", NASTY)
def test_a_typed_text_stays_a_text_when_it_is_edited(typed: str) -> None:
    sheet = reopened([contribution(text=typed, name=typed, url=typed)])["Accepted"]

    for cell in (sheet["D2"], sheet["F2"], sheet["G2"]):
        assert cell.quotePrefix


def test_there_is_no_formula_in_the_file() -> None:
    month = [contribution(timestamp=at, name=typed, level=typed, text=typed, url=typed)
             for at, typed in enumerate(NASTY)]  # fmt: skip

    with zipfile.ZipFile(BytesIO(file_of(month))) as archive:
        sheets = [archive.read(name).decode() for name in archive.namelist() if "/worksheets/sheet" in name]

    assert len(sheets) == 5
    assert not [sheet for sheet in sheets if re.search("<(\\w+:)?f[ />]", sheet)]


def test_an_imported_text_that_no_cell_holds_is_cut_visibly() -> None:
    sheet = reopened([contribution(text="=" * 40_000)])["Accepted"]

    value = sheet["F2"].value

    assert isinstance(value, str)
    assert len(value) == 32_767
    assert value.endswith("… [cut]")


def typed_month() -> list[Contribution]:
    """Every nasty text once, in the fields that are typed."""
    return [contribution(timestamp=at, name=typed, text=typed, url=typed) for at, typed in enumerate(NASTY)]


def test_the_same_workbook_without_lxml() -> None:
    """openpyxl writes through lxml where that is installed, as it is here, and the standard library's way where it is not."""
    code = (
        "import sys, openpyxl.xml; assert not openpyxl.xml.LXML\n"
        "from unit.report.months import file_of; from unit.report.test_workbook_texts import typed_month\n"
        "sys.stdout.buffer.write(file_of(typed_month()))"
    )
    environment = {**os.environ, "OPENPYXL_LXML": "False", "PYTHONPATH": str(TESTS)}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, check=True, timeout=60)

    without, with_lxml = load_workbook(BytesIO(done.stdout)), reopened(typed_month())

    for sheet in with_lxml.worksheets:
        assert list(without[sheet.title].values) == list(sheet.values)
    assert_nothing_acts(without)


def test_without_room_for_its_rows_it_fails_and_leaves_nothing(tmp_path: Path) -> None:
    """A large month's rows are kept in a temporary file meanwhile, and a disk may be full."""
    code = (
        "import resource, signal; from unit.report.months import contribution, file_of\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN); resource.setrlimit(resource.RLIMIT_FSIZE, (2**19, 2**19))\n"
        "file_of([contribution(timestamp=at) for at in range(3000)])"
    )
    environment = {**os.environ, "TMPDIR": str(tmp_path), "PYTHONPATH": str(TESTS)}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False, timeout=60
    )

    assert done.returncode == 1
    assert "OSError: [Errno 27] File too large" in done.stderr
    assert list(tmp_path.iterdir()) == []
