"""The month as CSV and JSON, read again by the standard library as a script would."""

import csv
import io
import json
import re
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ossi.domain.contribution import Contribution, Status
from ossi.domain.levels import CompensationLevel, CompensationLevels
from ossi_report.columns import FILE_COLUMNS
from ossi_report.data_files import JSON_FORMAT, build_csv, build_json
from ossi_report.figures import People
from unit.report.months import HELSINKI, MADE_AT, PROVISIONAL, contribution, drawn, milliseconds
from unit.report.test_workbook_texts import typed_texts, user_ids

MONTH = [
    contribution(timestamp=milliseconds("2026-10-27T08:00:00.123+02:00"), status=Status.DECLINED),
    contribution(
        timestamp=milliseconds("2026-10-25T03:30:00+02:00"), user_id="U2", name="Eino Mäki", level="STOCKHOLM"
    ),
    contribution(timestamp=milliseconds("2026-10-25T03:30:00+03:00"), level="SMALL"),
    contribution(timestamp=7, status=Status.PENDING, decided_by=None, decided_at=None),
]


PROTECTED = re.compile(r"(\A|[;\t\r\n])'(?=(?:[^\S\t\r\n]|[\x00-\x08\x0e-\x1b\x7f'\"])*[=+\-@＝＋－＠])")


def unprotected(text: str) -> str:
    """The text as it was typed, from a cell of the CSV file."""
    return PROTECTED.sub(r"\1", text)


def csv_of(contributions: Sequence[Contribution]) -> bytes:
    return build_csv(*drawn(contributions), HELSINKI, MADE_AT)


def json_of(contributions: Sequence[Contribution]) -> bytes:
    return build_json(*drawn(contributions), HELSINKI, MADE_AT)


def read_csv(file: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(file.decode("utf-8-sig"), newline=""), strict=True))


def read_json(file: bytes) -> list[dict[str, Any]]:
    return json.loads(file, parse_float=Decimal)["contributions"]


def test_a_row_for_each_contribution_of_each_status() -> None:
    assert [(row["Name"], row["Status"]) for row in read_csv(csv_of(MONTH))] == [
        ("Aino Lahti", "ACCEPTED"),
        ("Eino Mäki", "ACCEPTED"),
        ("Aino Lahti", "PENDING"),
        ("Aino Lahti", "DECLINED"),
    ]
    assert [row["status"] for row in read_json(json_of(MONTH))] == ["ACCEPTED", "ACCEPTED", "PENDING", "DECLINED"]


def test_a_row_of_the_csv_file() -> None:
    assert read_csv(csv_of(MONTH))[1] == {
        "Slack ID": "U2",
        "Target month": "2026-10",
        "Timestamp": "2026-10-25T03:30:00.000+02:00",
        "Name": "Eino Mäki",
        "Compensation": "STOCKHOLM",
        "Description": "Fixed the connection pool of the driver, with tests.",
        "URL": "https://github.com/owner/project/pull/1",
        "Status": "ACCEPTED",
        "Amount": "1500.10",
        "Currency": "SEK",
        "Decided by": "U0MAIJA01",
        "Decided at": "2026-10-06T12:00:00.000+03:00",
        "Level": "Bonus in Sweden",
        "Decider": "U0MAIJA01",
    }


def test_a_row_of_the_json_file() -> None:
    assert read_json(json_of(MONTH))[1] == {
        "slack_id": "U2",
        "target_month": "2026-10",
        "timestamp": "2026-10-25T03:30:00.000+02:00",
        "name": "Eino Mäki",
        "compensation": "STOCKHOLM",
        "description": "Fixed the connection pool of the driver, with tests.",
        "url": "https://github.com/owner/project/pull/1",
        "status": "ACCEPTED",
        "amount": Decimal("1500.1"),
        "currency": "SEK",
        "decided_by": "U0MAIJA01",
        "decided_at": "2026-10-06T12:00:00.000+03:00",
        "level": "Bonus in Sweden",
        "decider": "U0MAIJA01",
    }


def test_people_have_their_names_and_where_it_is_wanted_their_addresses() -> None:
    report, figures = drawn(MONTH)
    people = People({"U0MAIJA01": "=Maija Salo"}, {"U2": "eino@example.com"})
    with_people = replace(figures, people=people)

    of_csv = read_csv(build_csv(report, with_people, HELSINKI, MADE_AT))
    of_json = read_json(build_json(report, with_people, HELSINKI, MADE_AT))

    assert [(row["Decider"], row["Email"]) for row in of_csv] == [
        ("'=Maija Salo", ""),
        ("'=Maija Salo", "eino@example.com"),
        ("", ""),
        ("'=Maija Salo", ""),
    ]
    assert [(row["decider"], row["email"]) for row in of_json] == [
        ("=Maija Salo", None),
        ("=Maija Salo", "eino@example.com"),
        (None, None),
        ("=Maija Salo", None),
    ]
    assert list(of_csv[0])[-1] == "Email"
    assert [key for key in (*of_csv[0], *of_json[0]) if key.lower() == "email"] == ["Email", "email"]
    assert "email" not in json_of(MONTH).decode().lower()


@pytest.mark.parametrize(
    ("amount", "currency", "written"),
    [
        ("1500.1", "SEK", "1500.10"),
        ("25000", "JPY", "25000"),
        ("25000.00", "JPY", "25000"),
        ("12.5", "KWD", "12.500"),
        ("0", "KWD", "0.000"),
        ("1E+3", "EUR", "1000.00"),
        ("0.5", "JPY", "0.5"),  # of an old record: nothing is rounded
        ("9999999999.99", "EUR", "9999999999.99"),
        ("123456789012345678901234567.8", "EUR", "123456789012345678901234567.80"),  # more than a binary number holds
    ],
)
def test_an_amount_has_all_its_digits_and_the_decimal_places_of_its_currency(
    amount: str, currency: str, written: str
) -> None:
    report, figures = drawn([contribution(level="ODD")])
    report = replace(report, levels=CompensationLevels([CompensationLevel("ODD", "Odd", Decimal(amount), currency)]))

    file = build_json(report, figures, HELSINKI, MADE_AT).decode()

    assert f'"amount": {written}, ' in file
    assert read_json(file.encode())[0]["amount"] == Decimal(amount)
    assert read_csv(build_csv(report, figures, HELSINKI, MADE_AT))[0]["Amount"] == written


def test_the_sum_of_the_amounts_is_what_is_to_be_paid() -> None:
    amounts = [(row["amount"], row["currency"]) for row in read_json(json_of(MONTH))]
    assert amounts == [(Decimal(50), "EUR"), (Decimal("1500.1"), "SEK"), (None, None), (None, None)]
    assert [(row["Amount"], row["Currency"]) for row in read_csv(csv_of(MONTH))[2:]] == [("", ""), ("", "")]


def test_what_a_pending_one_has_not_is_nothing() -> None:
    assert [read_csv(csv_of(MONTH))[2][column] for column in ("Decided by", "Decided at")] == ["", ""]
    assert [read_json(json_of(MONTH))[2][key] for key in ("decided_by", "decided_at")] == [None, None]


def test_the_json_file_says_what_it_is() -> None:
    head = json.loads(json_of(MONTH))
    del head["contributions"]
    assert head == {
        "format": JSON_FORMAT,
        "month": "2026-10",
        "made_at": "2026-11-03T06:00:00+02:00",
        "closed_at": "2026-11-03T06:00:00+02:00",
        "time_zone": "Europe/Helsinki",
    }


def test_a_provisional_month_is_not_closed_in_the_json_file() -> None:
    file = build_json(*drawn(MONTH, PROVISIONAL), HELSINKI, MADE_AT)
    assert json.loads(file)["closed_at"] is None


def test_late_ones_are_rows_of_their_own_month() -> None:
    late = contribution(contribution_month="2026-09", level="SMALL")
    (row,) = read_csv(csv_of([late]))
    assert (row["Target month"], row["Status"], row["Amount"]) == ("2026-09", "ACCEPTED", "50.00")


def test_the_json_file_has_a_line_for_each_contribution() -> None:
    lines = json_of(MONTH).decode().splitlines()
    assert len(lines) == len(MONTH) + 2
    assert [json.loads(line.removesuffix(",")) for line in lines[1:-1]] == json.loads(json_of(MONTH))["contributions"]


def test_the_rows_stay_in_the_order_that_the_figures_have() -> None:
    """They are sorted once, for all files of a report."""
    report, figures = drawn([contribution(timestamp=at) for at in (1, 2, 3)])
    backwards = replace(figures, rows=figures.rows[::-1])
    days = [f"1970-01-01T02:00:00.00{at}+02:00" for at in (3, 2, 1)]

    assert [row["Timestamp"] for row in read_csv(build_csv(report, backwards, HELSINKI, MADE_AT))] == days
    assert [row["timestamp"] for row in read_json(build_json(report, backwards, HELSINKI, MADE_AT))] == days


def test_the_csv_file_is_for_excel_and_for_scripts() -> None:
    file = csv_of(MONTH)
    assert file.startswith(b"\xef\xbb\xbfSlack ID,Target month,Timestamp,Name,")
    assert file.count(b"\r\n") == file.count(b"\n") == len(MONTH) + 1


@pytest.mark.parametrize("build", [build_csv, build_json])
def test_a_month_without_rows(build: Any) -> None:
    file = build(*drawn([]), HELSINKI, MADE_AT)
    assert (read_csv if build is build_csv else read_json)(file) == []


def test_moments_that_are_none_are_shown_as_they_are() -> None:
    odd = contribution().model_copy(update={"timestamp": 10**16, "decided_at": -5})  # past the domain's checks
    assert read_json(json_of([odd]))[0]["timestamp"] == str(10**16)
    assert unprotected(read_csv(csv_of([odd]))[0]["Decided at"]) == "-5"


@pytest.mark.parametrize(
    ("typed", "protected"),
    [
        *((sign, f"'{sign}") for sign in "=+-@＝＋－＠"),
        ("=1+1", "'=1+1"),
        ('=HYPERLINK("x")', '\'=HYPERLINK("x")'),
        # what programs pass over
        (" =1", "' =1"),
        ("\u3000=1", "'\u3000=1"),
        ("\x00\x1b=1", "'\x00\x1b=1"),
        ('"=1"', '\'"=1"'),
        # where a program sees no quotes
        ("fixed;=1+1;", "fixed;'=1+1;"),
        ("a; +1;@x", "a;' +1;'@x"),
        ('a;"=1"', 'a;\'"=1"'),
        ("a\t=1", "a\t'=1"),
        ("\t=1", "\t'=1"),
        ("- one\n- two\r\n\r\n+ three", "'- one\n'- two\r\n\r\n'+ three"),
        ("a\r=1", "a\r'=1"),
        # apostrophes that were typed can be told from those that protect
        ("'=1", "''=1"),
        ("''=1", "'''=1"),
        ("a;'=1", "a;''=1"),
        ("a;' '=1", "a;'' '=1"),
        # nothing there acts
        *((typed, typed) for typed in ("'quoted'", "a=1", "a;b, c - d", "a;\tb\n c\t", "\t", "\n", ";", "1;2")),
    ],
)
def test_what_might_act_has_an_apostrophe_before_it(typed: str, protected: str) -> None:
    (row,) = read_csv(csv_of([contribution(name=typed, text=typed, url=typed, level=typed, decided_by=typed)]))

    assert {row[column] for column in ("Name", "Description", "URL", "Compensation", "Decided by")} == {protected}
    assert unprotected(protected) == typed
    assert read_json(json_of([contribution(text=typed)]))[0]["description"] == typed


@pytest.mark.parametrize("piece", ["\n", " ", "'", '"', ";", "\t ", "; '"])
def test_the_longest_row_is_written_at_once(piece: str) -> None:
    """Nothing in it is looked at again and again: else it would take minutes, which the suite ends."""
    typed = piece * (130_000 // len(piece))

    assert unprotected(read_csv(csv_of([contribution(text=typed)]))[0]["Description"]) == typed


half_characters = re.compile("[\ud800-\udfff]")


@given(user_ids, *[typed_texts] * 4, st.sampled_from(list(Status)), st.one_of(st.none(), typed_texts))
def test_the_files_as_read_again_are_the_data(
    user_id: str, name: str, size: str, text: str, url: str, status: Status, decided_by: str | None
) -> None:
    stored = contribution(
        user_id=user_id, name=name, level=size, text=text, url=url, contribution_month=text, status=status,
        decided_by=decided_by,
    )  # fmt: skip
    exact = {
        "Slack ID": user_id, "Target month": text, "Name": stored.person, "Compensation": size, "Description": text,
        "URL": url, "Status": status.value, "Decided by": decided_by,
    }  # fmt: skip

    (from_json,) = read_json(json_of([stored]))
    (from_csv,) = read_csv(csv_of([stored]))

    assert {column: from_json[column.lower().replace(" ", "_")] for column in exact} == exact
    assert {column: unprotected(from_csv[column]) for column in exact} == {
        column: half_characters.sub("?", value or "") for column, value in exact.items()
    }
    assert list(from_csv) == list(FILE_COLUMNS)


@given(user_ids, *[typed_texts] * 4, st.one_of(st.none(), typed_texts))
def test_nothing_begins_like_a_formula_wherever_the_file_is_split(
    user_id: str, name: str, size: str, text: str, url: str, decided_by: str | None
) -> None:
    """At commas by whoever knows quotes; at semicolons, tabs and line ends also by whoever doesn't."""
    stored = contribution(
        user_id=user_id, name=name, level=size, text=text, url=url, contribution_month=text, decided_by=decided_by
    )
    file = csv_of([stored])

    values = [value for row in read_csv(file) for value in row.values()]
    pieces = re.split("[;\t\r\n]", file.decode("utf-8-sig"))

    assert [each for each in values + pieces if re.match(r'[\s\x00-\x1f\x7f"]*[=+\-@＝＋－＠]', each)] == []


def test_the_documented_way_back_is_the_one_of_the_tests() -> None:
    page = (Path(__file__).parents[3] / "docs" / "report.md").read_text(encoding="utf-8")
    assert f'r"{PROTECTED.pattern}"' in page
