"""The environment of the slash function."""

from dataclasses import dataclass

from ossi.runtime.settings import FormSettings, SlackSettings, TableSettings


@dataclass(frozen=True, kw_only=True)
class Settings(SlackSettings, TableSettings, FormSettings):
    """report_function: name or ARN of the function that makes reports. stack and version stand at the foot of the help."""

    report_function: str
    stack: str
    version: str
