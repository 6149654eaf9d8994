"""The environment of the report function."""

from dataclasses import dataclass

from ossi.runtime.settings import FormSettings, LedgerSettings, SlackSettings, TableSettings


@dataclass(frozen=True, kw_only=True)
class Settings(SlackSettings, TableSettings, LedgerSettings, FormSettings):
    """month_index: the index by contributionMonth. report_bucket: where workbooks go. api_url: what their links lead to."""

    month_index: str
    report_bucket: str
    api_url: str
