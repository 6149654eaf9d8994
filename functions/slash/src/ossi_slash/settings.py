"""The environment of the slash function."""

from typing import Annotated

from pydantic import Field

from ossi.settings import FormSettings, SlackSettings, TableSettings


class Settings(SlackSettings, TableSettings, FormSettings):
    """report_function: name or ARN of the function that makes reports. stack and version stand at the foot of the help."""

    report_function: Annotated[str, Field(min_length=1)]
    stack: str
    version: str
