"""What a month comes to."""

from decimal import Decimal

import pytest

from ossi.domain.contribution import Contribution, Status
from ossi.domain.report import ContributorTotal
from ossi_report.aggregate import aggregate
from unit.report.months import LEVELS, OCTOBER, STOCKHOLM, contribution


def test_counts_every_status_and_sums_only_what_was_accepted() -> None:
    month = [
        contribution(timestamp=1, level="SMALL"),
        contribution(timestamp=2, level="MEDIUM"),
        contribution(timestamp=3, level="MEDIUM", status=Status.PENDING),
        contribution(timestamp=4, level="MEDIUM", status=Status.DECLINED),
        contribution(timestamp=5, level="MEDIUM", status=Status.DECLINED),
    ]

    summary = aggregate(OCTOBER, month, LEVELS).summary

    assert (summary.month, summary.accepted, summary.others) == (
        OCTOBER,
        2,
        {Status.PENDING: 1, Status.DECLINED: 2},
    )
    assert summary.totals == {"EUR": Decimal(250)}
    assert summary.contributors == (ContributorTotal("U0AINO001", "Aino Lahti", 2, {"EUR": Decimal(250)}),)


def test_currencies_stay_apart() -> None:
    month = [
        contribution(timestamp=1, level="SMALL"),
        contribution(timestamp=2, level=STOCKHOLM.key),
        contribution(timestamp=3, level=STOCKHOLM.key, user_id="U0EINO001", name="Eino Mäki"),
    ]

    summary = aggregate(OCTOBER, month, LEVELS).summary

    assert summary.totals == {"EUR": Decimal(50), "SEK": Decimal("3000.20")}
    assert [person.amounts for person in summary.contributors] == [
        {"EUR": Decimal(50), "SEK": Decimal("1500.10")},
        {"SEK": Decimal("1500.10")},
    ]


def test_sums_are_exact() -> None:
    """A thousand times 1500.10 is not 1500100 in binary fractions."""
    month = [contribution(timestamp=at, level=STOCKHOLM.key) for at in range(1000)]

    total = aggregate(OCTOBER, month, LEVELS).summary.totals["SEK"]

    assert isinstance(total, Decimal)
    assert str(total) == "1500100.00"


def test_people_are_told_apart_by_id_shown_by_their_latest_name_and_sorted_by_it() -> None:
    month = [
        contribution(timestamp=1, user_id="U3", name="Zoë"),
        contribution(timestamp=2, user_id="U2", name="aino"),
        contribution(timestamp=3, user_id="U1", name="Aino"),
        contribution(timestamp=5, user_id="U3", name="Bea"),
        contribution(timestamp=4, user_id="U3", name="Yrsa"),
        contribution(timestamp=6, user_id="U3", name=""),
        contribution(timestamp=7, user_id="U4", name=""),
    ]

    people = aggregate(OCTOBER, month, LEVELS).summary.contributors

    assert [(person.user_id, person.name, person.count) for person in people] == [
        ("U1", "Aino", 1),
        ("U2", "aino", 1),
        ("U3", "Bea", 4),
        ("U4", "U4", 1),
    ]


def test_a_person_without_an_accepted_contribution_is_no_contributor() -> None:
    assert aggregate(OCTOBER, [contribution(status=Status.PENDING)], LEVELS).summary.contributors == ()


@pytest.mark.parametrize("rows", [[], [contribution(status=Status.DECLINED)]])
def test_a_month_without_accepted_contributions(rows: list[Contribution]) -> None:
    summary = aggregate(OCTOBER, rows, LEVELS).summary

    assert (summary.accepted, summary.totals, summary.contributors) == (0, {}, ())


@pytest.mark.parametrize("size", ["", "HUGE", "LARGE", "=1+1"])
def test_a_level_that_is_not_offered_is_counted_and_worth_what_is_known_of_it(size: str) -> None:
    summary = aggregate(OCTOBER, [contribution(timestamp=1, level=size), contribution(timestamp=2)], LEVELS).summary

    assert (summary.accepted, summary.totals) == (2, {"EUR": Decimal(50)})


def test_rows_of_another_month_count_too() -> None:
    """The caller has chosen the rows."""
    assert aggregate(OCTOBER, [contribution(contribution_month="rubbish")], LEVELS).summary.accepted == 1


def test_levels_are_in_the_configured_order_with_all_that_are_offered() -> None:
    month = [
        contribution(timestamp=1, level="ODD"),
        contribution(timestamp=2, level="LARGE"),
        contribution(timestamp=3),
    ]

    found = [
        (line.level.key, line.total.count, line.total.amount) for line in aggregate(OCTOBER, month, LEVELS).by_level
    ]

    assert found == [
        ("NO_COMPENSATION", 0, 0),
        ("COMPETENCE_DEVELOPMENT", 0, 0),
        ("SMALL", 1, 50),
        ("MEDIUM", 0, 0),
        ("LARGE", 1, 0),
        ("STOCKHOLM", 0, 0),
        ("ODD", 1, 0),
    ]


def test_contributors_and_levels() -> None:
    month = [
        contribution(timestamp=1, user_id="U2", name="Bea", level="MEDIUM"),
        contribution(timestamp=2, user_id="U2", name="Bea", level="SMALL"),
        contribution(timestamp=3, user_id="U2", name="Bea", level="MEDIUM"),
        contribution(timestamp=4, user_id="U1", name="Cia", level="SMALL"),
    ]

    lines = aggregate(OCTOBER, month, LEVELS).by_contributor_and_level

    assert [(line.name, line.level.key, line.total.count, line.total.amount) for line in lines] == [
        ("Bea", "SMALL", 1, 50),
        ("Bea", "MEDIUM", 2, 400),
        ("Cia", "SMALL", 1, 50),
    ]
