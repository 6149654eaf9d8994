"""Compensation levels: what a contribution may be paid, as the company has configured it.

What a level may be is checked where the configuration is typed, before a deployment (infra/levels.py). Here only what could not be
worked with is refused.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal, DecimalException
from typing import Any, cast


@dataclass(frozen=True)
class CompensationLevel:
    """One level. amount is in units of currency (euros, not cents).

    A level that is no longer offered stays in the list, so that old rows go on being read and reported with its amount.
    """

    key: str
    label: str
    amount: Decimal
    currency: str = "EUR"
    offered: bool = True


DEFAULT_LEVELS = (
    CompensationLevel("NO_COMPENSATION", "No compensation", Decimal(0)),
    CompensationLevel("COMPETENCE_DEVELOPMENT", "Competence development hours", Decimal(0)),
    CompensationLevel("SMALL", "Small bonus - 50 €", Decimal(50)),
    CompensationLevel("MEDIUM", "Medium bonus - 200 €", Decimal(200)),
    CompensationLevel("LARGE", "Large (no longer offered)", Decimal(0), offered=False),
)


class CompensationLevels:
    """The configured levels, in their order."""

    def __init__(self, levels: Iterable[CompensationLevel] = DEFAULT_LEVELS) -> None:
        self._by_key = {level.key: level for level in levels}
        for level in DEFAULT_LEVELS:
            if not level.offered:
                self._by_key.setdefault(level.key, level)

    @classmethod
    def from_json(cls, text: str) -> "CompensationLevels":
        """Reads a JSON list of levels. Raises ValueError, which says what is wrong and where."""
        levels: object = json.loads(text, parse_float=Decimal)
        if not isinstance(levels, list):
            raise ValueError("not a list of levels")
        return cls(_level(each, number) for number, each in enumerate(cast("list[object]", levels), 1))

    def __iter__(self) -> Iterator[CompensationLevel]:
        return iter(self._by_key.values())

    @property
    def offered(self) -> list[CompensationLevel]:
        """The levels that a new contribution may have."""
        return [level for level in self if level.offered]

    def get(self, key: str) -> CompensationLevel:
        """The level of that key. An unknown key reads as a level of that name worth nothing, so that its row is still shown."""
        return self._by_key.get(key) or CompensationLevel(key, key, Decimal(0), offered=False)


def _level(value: object, number: int) -> CompensationLevel:
    if not isinstance(value, dict):
        raise ValueError(f"level {number} is no object")
    fields = cast("dict[str, Any]", value)
    key, label = fields.get("key"), fields.get("label")
    currency, offered = fields.get("currency", "EUR"), fields.get("offered", True)
    amount = _amount(fields.get("amount"))
    good = {
        "key": isinstance(key, str) and key,
        "label": isinstance(label, str) and label,
        "amount": amount is not None,
        "currency": isinstance(currency, str) and currency,
        "offered": isinstance(offered, bool),
    }
    wrong = [name for name, is_good in good.items() if not is_good] + sorted(fields.keys() - good.keys())
    if wrong or amount is None:
        raise ValueError(f"level {number}, wrong or missing: {', '.join(wrong)}")
    return CompensationLevel(key, label, amount, currency, offered)  # pyright: ignore[reportArgumentType]  # see good


def _amount(value: object) -> Decimal | None:
    if not isinstance(value, str | int | Decimal) or isinstance(value, bool):
        return None
    try:
        amount = Decimal(value)
    except DecimalException:
        return None
    return amount if amount.is_finite() and amount >= 0 else None
