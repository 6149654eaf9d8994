"""The environment of the stream function."""

from dataclasses import dataclass

from ossi.runtime.settings import LedgerSettings, LevelSettings, SlackSettings, TableSettings, TimeSettings


@dataclass(frozen=True, kw_only=True)
class Settings(SlackSettings, TableSettings, LedgerSettings, TimeSettings, LevelSettings):
    """public_channel: the id of the channel in which accepted contributions are published."""

    public_channel: str
