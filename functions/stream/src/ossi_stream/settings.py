"""The environment of the stream function."""

from typing import Annotated

from pydantic import Field

from ossi.settings import LedgerSettings, LevelSettings, SlackSettings, TimeSettings
from ossi.use_cases.deliver import Lane


class Settings(SlackSettings, LedgerSettings, TimeSettings, LevelSettings):
    """public_channel: the id of the channel in which accepted contributions are published. lane: which messages are this function's."""

    public_channel: Annotated[str, Field(min_length=1)]
    lane: Lane
