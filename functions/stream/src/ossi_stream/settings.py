"""The environment of the stream function."""

from dataclasses import dataclass

from ossi.delivery.deliver import Lane
from ossi.runtime.settings import LedgerSettings, LevelSettings, SlackSettings, TimeSettings


@dataclass(frozen=True, kw_only=True)
class Settings(SlackSettings, LedgerSettings, TimeSettings, LevelSettings):
    """public_channel: the id of the channel in which accepted contributions are published. lane: which messages are this function's."""

    public_channel: str
    lane: Lane
