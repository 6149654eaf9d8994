"""The environment of the report function."""

from typing import Annotated

from pydantic import Field

from ossi.settings import FormSettings, LedgerSettings, SlackSettings, TableSettings

_Name = Annotated[str, Field(min_length=1)]


class Settings(SlackSettings, TableSettings, LedgerSettings, FormSettings):
    """month_index: the index by contributionMonth. report_bucket: where workbooks go. api_url: what their links lead to."""

    month_index: _Name
    report_bucket: _Name
    api_url: _Name
