"""Rows as they are stored, rows of older days, and rows that somebody spoiled by hand."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes import contribution
from ossi.domain.contribution import Contribution, ContributionKey, MessageRef, Status
from ossi.domain.errors import UnknownContribution, UnreadableContribution

LEAST: dict[str, Any] = {"userId": "U0AINO001", "timestamp": 1_792_994_700_000, "status": "PENDING"}


def test_a_row_has_the_attributes_of_the_table() -> None:
    assert contribution().to_row() == {
        "userId": "U0AINO001",
        "timestamp": 1_792_994_700_000,
        "status": "PENDING",
        "size": "SMALL",
        "text": contribution().text,
        "name": "Aino Lahti",
        "url": "https://github.com/owner/project/pull/1",
        "contributionMonth": "2026-10",
    }


def test_a_decided_row_keeps_who_when_and_where() -> None:
    seen_in = MessageRef(channel="C0MANAGERS", ts="1.2")
    decided = contribution(status=Status.ACCEPTED, decided_by="U0MAIJA01", decided_at=5, decided_in=seen_in)
    row = decided.to_row()
    assert (row["decidedBy"], row["decidedAt"], row["decidedIn"]) == (
        "U0MAIJA01", 5, {"channel": "C0MANAGERS", "ts": "1.2"},
    )  # fmt: skip
    assert Contribution.from_row(row) == decided


def test_a_row_of_older_days_lacks_much_and_is_read() -> None:
    row = Contribution.from_row(LEAST)
    assert (row.text, row.name, row.url, row.level, row.contribution_month) == ("", "", "", "", "")
    assert row.person == "U0AINO001"
    assert (row.decided_by, row.decided_at, row.decided_in) == (None, None, None)


@pytest.mark.parametrize("attribute", ["size", "text", "name", "url", "contributionMonth"])
def test_null_reads_as_nothing(attribute: str) -> None:
    assert Contribution.from_row({**LEAST, attribute: None}) == Contribution.from_row(LEAST)


@pytest.mark.parametrize("attribute", ["decidedBy", "decidedAt", "decidedIn"])
def test_an_undecided_row_may_hold_null(attribute: str) -> None:
    assert Contribution.from_row({**LEAST, attribute: None}) == Contribution.from_row(LEAST)


def test_attributes_of_others_are_passed_over() -> None:
    row = Contribution.from_row({**LEAST, "note": "by hand", "rating": Decimal(5)})
    assert row == Contribution.from_row(LEAST)


def test_numbers_of_dynamodb_are_read() -> None:
    assert Contribution.from_row({**LEAST, "timestamp": Decimal(1792994700000)}).timestamp == 1_792_994_700_000


@pytest.mark.parametrize(
    ("spoiled", "named"),
    [
        ({"status": "SECRET-VALUE"}, "status"),
        ({"status": None}, "status"),
        ({"userId": ""}, "userId"),
        ({"userId": 7}, "userId"),
        ({"timestamp": "SECRET-VALUE"}, "timestamp"),
        ({"timestamp": Decimal("1.5")}, "timestamp"),
        ({"timestamp": -1}, "timestamp"),
        ({"timestamp": 10**17}, "timestamp"),
        ({"text": ["SECRET-VALUE"]}, "text"),
        ({"name": 7}, "name"),
        ({"decidedAt": "SECRET-VALUE"}, "decidedAt"),
        ({"decidedAt": 10**17}, "decidedAt"),
        ({"decidedIn": {"channel": "SECRET-VALUE"}}, "decidedIn.ts"),
        ({"text": {"SECRET-VALUE": 1}, "url": 5}, "text, url"),
    ],
)
def test_a_spoiled_row_names_its_attributes_and_never_their_values(spoiled: dict[str, Any], named: str) -> None:
    with pytest.raises(UnreadableContribution) as caught:
        Contribution.from_row({**LEAST, **spoiled})
    assert str(caught.value) == f"wrong or missing: {named}"
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


@pytest.mark.parametrize("attribute", ["userId", "timestamp", "status"])
def test_a_row_without_its_key_or_status_cannot_be_read(attribute: str) -> None:
    with pytest.raises(UnreadableContribution, match=attribute):
        Contribution.from_row({name: value for name, value in LEAST.items() if name != attribute})


def test_what_cannot_be_built_does_not_tell_what_was_typed() -> None:
    with pytest.raises(ValueError, match="timestamp") as caught:
        Contribution(user_id="U0AINO001", timestamp=-1, status=Status.PENDING, text="SECRET-VALUE")
    assert "SECRET-VALUE" not in str(caught.value)


@given(
    st.text(min_size=1),
    st.integers(0, 10**13),
    st.sampled_from(Status),
    st.text(),
    st.text(),
)
def test_every_row_reads_back_as_it_was_written(user: str, timestamp: int, status: Status, text: str, url: str) -> None:
    row = Contribution(user_id=user, timestamp=timestamp, status=status, text=text, url=url)
    assert Contribution.from_row(row.to_row()) == row
    assert ContributionKey.parse(str(row.key)) == row.key


@pytest.mark.parametrize("text", ["", "#", "U0AINO001", "U0AINO001#", "#5", "U#x", "U#-5", "U#5.0", "U#٥", "U#5 "])
def test_a_strange_key_belongs_to_no_contribution(text: str) -> None:
    with pytest.raises(UnknownContribution):
        ContributionKey.parse(text)
