"""Compensation levels: what a contribution may be paid, as the company has configured it."""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter


class CompensationLevel(BaseModel):
    """One level. amount is in units of currency (euros, not cents).

    A level that is no longer offered stays in the list, so that old rows go on being read and reported with its amount.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]*$", max_length=150)]
    label: Annotated[str, Field(min_length=1, max_length=75)]  # Slack: option text 75, option value 150 characters
    amount: Annotated[Decimal, Field(ge=0, max_digits=12, decimal_places=2)]
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] = "EUR"
    offered: bool = True


DEFAULT_LEVELS = (
    CompensationLevel(key="NO_COMPENSATION", label="No compensation", amount=Decimal(0)),
    CompensationLevel(key="COMPETENCE_DEVELOPMENT", label="Competence development hours", amount=Decimal(0)),
    CompensationLevel(key="SMALL", label="Small bonus - 50 €", amount=Decimal(50)),
    CompensationLevel(key="MEDIUM", label="Medium bonus - 200 €", amount=Decimal(200)),
    CompensationLevel(key="LARGE", label="Large (no longer offered)", amount=Decimal(0), offered=False),
)

_LEVELS = TypeAdapter(list[CompensationLevel])


class CompensationLevels:
    """The configured levels, in their order."""

    def __init__(self, levels: Iterable[CompensationLevel] = DEFAULT_LEVELS) -> None:
        self._by_key = {level.key: level for level in levels}
        for level in DEFAULT_LEVELS:
            if not level.offered:
                self._by_key.setdefault(level.key, level)

    @classmethod
    def from_json(cls, text: str) -> "CompensationLevels":
        """Reads a JSON list of levels. Raises pydantic.ValidationError (a ValueError)."""
        return cls(_LEVELS.validate_json(text))

    def __iter__(self) -> Iterator[CompensationLevel]:
        return iter(self._by_key.values())

    @property
    def offered(self) -> list[CompensationLevel]:
        """The levels that a new contribution may have."""
        return [level for level in self if level.offered]

    def get(self, key: str) -> CompensationLevel:
        """The level of that key. An unknown key reads as a level of that name worth nothing, so that its row is still shown."""
        known = self._by_key.get(key)
        if known is not None:
            return known
        return CompensationLevel.model_construct(key=key, label=key, amount=Decimal(0), currency="EUR", offered=False)
