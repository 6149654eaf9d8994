"""The environment of the report function."""

from dataclasses import dataclass

from ossi.runtime.settings import FormSettings, LedgerSettings, LinkSecretSettings, MonthIndexSettings, SlackSettings


@dataclass(frozen=True, kw_only=True)
class Settings(SlackSettings, LinkSecretSettings, MonthIndexSettings, LedgerSettings, FormSettings):
    """report_bucket: where workbooks go. api_url: what their links lead to. report_emails: whether files have people's addresses."""

    report_bucket: str
    api_url: str
    report_emails: bool = False
