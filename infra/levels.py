"""The levels at which contributions are compensated."""

from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints


class CompensationLevel(BaseModel):
    """One level; `amount` is in units of the currency, whose code is of ISO 4217."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    key: Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9_]*$")]
    label: Annotated[str, StringConstraints(min_length=1, max_length=75)]
    amount: Annotated[Decimal, Field(ge=0)]
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]


DEFAULT_LEVELS = (
    CompensationLevel(key="NO_COMPENSATION", label="No compensation", amount=Decimal(0), currency="EUR"),
    CompensationLevel(
        key="COMPETENCE_DEVELOPMENT", label="Competence development hours", amount=Decimal(0), currency="EUR"
    ),
    CompensationLevel(key="SMALL", label="Small bonus - 50 €", amount=Decimal(50), currency="EUR"),
    CompensationLevel(key="MEDIUM", label="Medium bonus - 200 €", amount=Decimal(200), currency="EUR"),
)
