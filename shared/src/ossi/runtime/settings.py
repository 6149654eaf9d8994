"""A Lambda's environment as small typed classes. Each function composes its own Settings from them.

Read by hand: pydantic would take longer to import than everything else that `/ossi new` needs (docs/performance.md). The
deployment has checked the values before (infra/settings.py); what is checked here is what the functions could not work with.
"""

import os
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, fields
from typing import Any, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ossi.domain.levels import CompensationLevels


class WrongEnvironment(ValueError):
    """Variables that are missing or wrong. problems: name -> what is wrong with it; a value is never shown."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        self.problems = dict(problems)
        self.code = "; ".join(f"{name} {problem}" for name, problem in problems.items())
        """The same as one text, where the log looks for it."""
        super().__init__(self.code)


def _text(value: str) -> str:
    if not value:
        raise ValueError("is empty")
    return value


def _days(value: str) -> int:
    if not (value.isascii() and value.isdigit() and len(value) <= 2 and int(value) <= 31):
        raise ValueError("is no whole number from 0 to 31")
    return int(value)


def _flag(value: str) -> bool:
    if value not in ("true", "false"):
        raise ValueError("is neither true nor false")
    return value == "true"


def _zone(value: str) -> ZoneInfo:
    try:
        return ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError("is no known time zone") from error


def _levels(value: str) -> CompensationLevels:
    try:
        return CompensationLevels.from_json(value)
    except ValueError as error:
        raise ValueError(f"holds no compensation levels ({error})") from error


_READERS: dict[object, Callable[[str], Any]] = {
    str: _text,
    int: _days,
    bool: _flag,
    ZoneInfo: _zone,
    CompensationLevels: _levels,
}
"""How a field of that type is read. A ValueError completes the sentence "the variable ..."."""


@dataclass(frozen=True, kw_only=True)
class Environment:
    """Reads OSSI_<FIELD> of the environment."""

    @classmethod
    def read(cls, environment: Mapping[str, str] = os.environ) -> Self:
        """Raises WrongEnvironment, which names all variables that are missing or wrong."""
        values: dict[str, Any] = {}
        problems: dict[str, str] = {}
        for each in fields(cls):
            name = f"OSSI_{each.name.upper()}"
            if name in environment:
                try:
                    values[each.name] = _READERS[each.type](environment[name])
                except ValueError as error:
                    problems[name] = str(error)
            elif each.default is MISSING:
                problems[name] = "is missing"
        if problems:
            raise WrongEnvironment(problems)
        return cls(**values)


SLACK_API_URL = "https://slack.com/api/"


@dataclass(frozen=True, kw_only=True)
class SecretSettings(Environment):
    """secret_id: name or ARN of the secret about Slack."""

    secret_id: str


@dataclass(frozen=True, kw_only=True)
class LinkSecretSettings(Environment):
    """link_secret_id: name or ARN of the secret about report links."""

    link_secret_id: str


@dataclass(frozen=True, kw_only=True)
class SlackSettings(SecretSettings):
    """slack_api_url: base of the Web API; management_channel: its id."""

    slack_api_url: str = SLACK_API_URL
    management_channel: str


@dataclass(frozen=True, kw_only=True)
class TimeSettings(Environment):
    """time_zone: an IANA name."""

    time_zone: ZoneInfo


@dataclass(frozen=True, kw_only=True)
class LevelSettings(Environment):
    """compensation_levels: a JSON list."""

    compensation_levels: CompensationLevels


@dataclass(frozen=True, kw_only=True)
class FormSettings(TimeSettings, LevelSettings):
    """grace_days: for how many days of a month the previous one is offered too."""

    grace_days: int


@dataclass(frozen=True, kw_only=True)
class TableSettings(Environment):
    """table: of contributions."""

    table: str


@dataclass(frozen=True, kw_only=True)
class LedgerSettings(Environment):
    """ledger_table: of what was delivered."""

    ledger_table: str


@dataclass(frozen=True, kw_only=True)
class MonthIndexSettings(TableSettings):
    """month_index: the table's index by contributionMonth."""

    month_index: str


@dataclass(frozen=True, kw_only=True)
class UnsettledIndexSettings(LedgerSettings):
    """unsettled_index: the ledger's index of what was begun and not sent."""

    unsettled_index: str


@dataclass(frozen=True, kw_only=True)
class ReportFunctionSettings(Environment):
    """report_function: name or ARN of the function that makes reports."""

    report_function: str


@dataclass(frozen=True, kw_only=True)
class DeliverySettings(SlackSettings, TableSettings, LedgerSettings, TimeSettings, LevelSettings):
    """public_channel: the id of the channel in which accepted contributions are published."""

    public_channel: str
