"""The environment of the slash function."""

from dataclasses import dataclass

from ossi.runtime.settings import FormSettings, ReportFunctionSettings, SlackSettings, TableSettings


@dataclass(frozen=True, kw_only=True)
class Settings(SlackSettings, TableSettings, FormSettings, ReportFunctionSettings):
    """stack and version stand at the foot of the help."""

    stack: str
    version: str
