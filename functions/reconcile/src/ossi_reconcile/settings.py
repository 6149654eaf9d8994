"""The environment of the reconcile function."""

from typing import Annotated

from pydantic import Field

from ossi.settings import LedgerSettings, LevelSettings, SlackSettings, TableSettings, TimeSettings


class Settings(SlackSettings, TableSettings, LedgerSettings, TimeSettings, LevelSettings):
    """public_channel: the id of the channel in which accepted contributions are published."""

    public_channel: Annotated[str, Field(min_length=1)]
