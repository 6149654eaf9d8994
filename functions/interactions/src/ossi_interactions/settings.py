"""The environment of the interactions function."""

from dataclasses import dataclass

from ossi.runtime.settings import FormSettings, LedgerSettings, SlackSettings, TableSettings


@dataclass(frozen=True, kw_only=True)
class Settings(SlackSettings, TableSettings, LedgerSettings, FormSettings):
    """Nothing of its own."""
