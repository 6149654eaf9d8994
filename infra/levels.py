"""The compensation levels of the configuration, checked as strictly as Slack and the report need them."""

import json
import unicodedata
from collections.abc import Iterable
from dataclasses import asdict
from decimal import Decimal
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationInfo, field_validator

from ossi.domain import levels as compensation
from ossi.domain.money import minor_digits, payable

# All variables of a function together have 4 KB (Lambda quotas); the others need the rest.
LONGEST_LEVELS_BYTES = 3 * 1024
# Letters and symbols by their category that are drawn as nothing: fillers of Hangul, and a Braille cell without dots.
_BLANK = frozenset("\u115f\u1160\u3164\uffa0\u2800")


def _visible(label: str) -> str:
    # Letters, numbers, punctuation and symbols; everything else is white space, or changes what stands before it.
    if not any(unicodedata.category(each)[0] in "LNPS" and each not in _BLANK for each in label):
        raise ValueError("nobody can see it")
    return label


class Level(BaseModel):
    """See ossi.domain.levels.CompensationLevel."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]*$", max_length=150)]
    # Slack: option text 75, option value 150 characters
    label: Annotated[str, Field(min_length=1, max_length=75), AfterValidator(_visible)]
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] = "EUR"
    amount: Annotated[Decimal, Field(ge=0, max_digits=12)]
    offered: bool = True

    @field_validator("amount")
    @classmethod
    def _is_payable(cls, amount: Decimal, info: ValidationInfo) -> Decimal:
        currency: str | None = info.data.get("currency")  # None: it's wrong itself
        if currency and not payable(amount, currency):
            raise ValueError(f"amounts in {currency} have {minor_digits(currency) or 'no'} decimal places")
        return amount


def levels_as_json(levels: Iterable[Level]) -> str:
    """Returns compensation levels as the functions read them from their environment."""
    return json.dumps([level.model_dump(mode="json") for level in levels], ensure_ascii=False)


def _unique_keys(levels: tuple[Level, ...]) -> tuple[Level, ...]:
    keys = [level.key for level in levels]
    twice = sorted({key for key in keys if keys.count(key) > 1})
    if twice:
        raise ValueError(f"the key {twice[0]} is there more than once")
    return levels


def _some_offered(levels: tuple[Level, ...]) -> tuple[Level, ...]:
    if not any(level.offered for level in levels):
        raise ValueError("none of them is offered")
    return levels


def _small_enough(levels: tuple[Level, ...]) -> tuple[Level, ...]:
    if len(levels_as_json(levels).encode()) > LONGEST_LEVELS_BYTES:
        raise ValueError("together they are too long for a function's environment; use fewer levels or shorter labels")
    return levels


Levels = Annotated[
    tuple[Level, ...],
    Field(min_length=1, max_length=100),  # a select menu in a modal takes up to 100 options
    AfterValidator(_unique_keys),
    AfterValidator(_some_offered),
    AfterValidator(_small_enough),
]

DEFAULT_LEVELS = tuple(Level(**asdict(level)) for level in compensation.DEFAULT_LEVELS)
