"""The environment of the interactions function."""

from dataclasses import dataclass

from ossi.runtime.settings import FormSettings, LedgerSettings, ReportFunctionSettings, SlackSettings, TableSettings


@dataclass(frozen=True, kw_only=True)
class Settings(SlackSettings, TableSettings, LedgerSettings, FormSettings, ReportFunctionSettings):
    """Nothing of its own."""
