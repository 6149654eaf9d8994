"""Compensation levels: what is offered, what is only read, and what a configuration may say."""

import json
from dataclasses import FrozenInstanceError
from decimal import Decimal
from typing import Any

import pytest

from ossi.domain.levels import CompensationLevel, CompensationLevels

SMALL = {"key": "SMALL", "label": "Small", "amount": "50", "currency": "EUR"}


def test_the_defaults_are_the_original_levels_in_their_order() -> None:
    offered = CompensationLevels().offered
    assert [(level.key, level.label, level.amount, level.currency) for level in offered] == [
        ("NO_COMPENSATION", "No compensation", Decimal(0), "EUR"),
        ("COMPETENCE_DEVELOPMENT", "Competence development hours", Decimal(0), "EUR"),
        ("SMALL", "Small bonus - 50 €", Decimal(50), "EUR"),
        ("MEDIUM", "Medium bonus - 200 €", Decimal(200), "EUR"),
    ]


@pytest.mark.parametrize("levels", [CompensationLevels(), CompensationLevels.from_json(json.dumps([SMALL]))])
def test_large_is_read_and_never_offered(levels: CompensationLevels) -> None:
    assert levels.get("LARGE").label == "Large (no longer offered)"
    assert "LARGE" not in [level.key for level in levels.offered]


def test_a_company_may_say_what_large_was_worth() -> None:
    large = {"key": "LARGE", "label": "Large", "amount": "500", "currency": "EUR", "offered": False}
    levels = CompensationLevels.from_json(json.dumps([SMALL, large]))
    assert levels.get("LARGE").amount == Decimal(500)
    assert [level.key for level in levels.offered] == ["SMALL"]


def test_an_unknown_key_reads_as_a_level_of_that_name_worth_nothing() -> None:
    level = CompensationLevels().get("what was this <again>?")
    assert (level.key, level.label, level.amount, level.offered) == (
        "what was this <again>?", "what was this <again>?", Decimal(0), False,
    )  # fmt: skip


def test_the_configuration_keeps_its_order_amounts_and_currencies() -> None:
    levels = CompensationLevels.from_json(
        '[{"key":"B","label":"b","amount":0.10,"currency":"SEK"},{"key":"A","label":"a","amount":"1200.50"}]'
    )
    assert [(level.key, level.amount, level.currency) for level in levels.offered] == [
        ("B", Decimal("0.10"), "SEK"),
        ("A", Decimal("1200.50"), "EUR"),
    ]


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ({"key": ""}, "key"),
        ({"key": 1}, "key"),
        ({"label": ""}, "label"),
        ({"label": None}, "label"),
        ({"amount": "-1"}, "amount"),
        ({"amount": "NaN"}, "amount"),
        ({"amount": "Infinity"}, "amount"),
        ({"amount": "a lot"}, "amount"),
        ({"amount": True}, "amount"),
        ({"amount": None}, "amount"),
        ({"currency": ""}, "currency"),
        ({"offered": "yes"}, "offered"),
        ({"surprise": True}, "surprise"),
        ({"surprise": True, "key": ""}, "key, surprise"),
    ],
)
def test_a_wrong_level_is_refused_and_named(change: dict[str, Any], wrong: str) -> None:
    with pytest.raises(ValueError, match=f"^level 2, wrong or missing: {wrong}$"):
        CompensationLevels.from_json(json.dumps([SMALL, {**SMALL, **change}]))


@pytest.mark.parametrize("text", ["", "{}", "no json", '"SMALL"', "[1]", "[[]]"])
def test_what_is_no_list_of_levels_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"not a list of levels|level 1 is no object|Expecting value"):
        CompensationLevels.from_json(text)


def test_a_level_cannot_be_changed_afterwards() -> None:
    level = CompensationLevel(key="A", label="a", amount=Decimal(1))
    with pytest.raises(FrozenInstanceError):
        level.amount = Decimal(2)  # pyright: ignore[reportAttributeAccessIssue] - that is the point
