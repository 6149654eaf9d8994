"""The environment of the reconcile function."""

from dataclasses import dataclass

from ossi.runtime.settings import (
    LevelSettings,
    ReportFunctionSettings,
    SlackSettings,
    TableSettings,
    TimeSettings,
    UnsettledIndexSettings,
)


@dataclass(frozen=True, kw_only=True)
class Settings(
    SlackSettings, TableSettings, UnsettledIndexSettings, TimeSettings, LevelSettings, ReportFunctionSettings
):
    """public_channel: the id of the channel in which accepted contributions are published."""

    public_channel: str
