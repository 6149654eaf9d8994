"""A Lambda's environment as small typed models. Each function composes its own Settings from them."""

import os
from collections.abc import Mapping
from typing import Annotated, Any, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AliasGenerator, BaseModel, BeforeValidator, ConfigDict, Field

from ossi.domain.compensation import CompensationLevels


class Environment(BaseModel):
    """Reads OSSI_<FIELD> of the environment."""

    model_config = ConfigDict(
        frozen=True,
        arbitrary_types_allowed=True,
        alias_generator=AliasGenerator(validation_alias=lambda field: f"OSSI_{field.upper()}"),
    )

    @classmethod
    def read(cls, environment: Mapping[str, str] = os.environ) -> Self:
        """Raises pydantic.ValidationError, which names the variables that are missing or wrong."""
        return cls.model_validate(dict(environment))


def _zone(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return ZoneInfo(value)
    except ZoneInfoNotFoundError as error:  # a KeyError, which pydantic would let through without the variable's name
        raise ValueError("no such time zone") from error


def _levels(value: Any) -> Any:
    return CompensationLevels.from_json(value) if isinstance(value, str) else value


_Name = Annotated[str, Field(min_length=1)]


class SecretSettings(Environment):
    """secret_id: name or ARN of the one secret."""

    secret_id: _Name


class SlackSettings(SecretSettings):
    """slack_api_url: base of the Web API; management_channel: its id."""

    slack_api_url: _Name = "https://slack.com/api/"
    management_channel: _Name


class TimeSettings(Environment):
    """time_zone: an IANA name."""

    time_zone: Annotated[ZoneInfo, BeforeValidator(_zone)]


class LevelSettings(Environment):
    """compensation_levels: a JSON list."""

    compensation_levels: Annotated[CompensationLevels, BeforeValidator(_levels)]


class FormSettings(TimeSettings, LevelSettings):
    """grace_days: for how many days of a month the previous one is offered too."""

    grace_days: Annotated[int, Field(ge=0, le=31)]


class TableSettings(Environment):
    """table: of contributions."""

    table: _Name


class LedgerSettings(Environment):
    """ledger_table: of what was delivered."""

    ledger_table: _Name
