"""The environment of the reconcile function."""

from dataclasses import dataclass

from ossi.runtime.settings import LedgerSettings, LevelSettings, SlackSettings, TableSettings, TimeSettings


@dataclass(frozen=True, kw_only=True)
class Settings(SlackSettings, TableSettings, LedgerSettings, TimeSettings, LevelSettings):
    """public_channel: the id of the channel in which accepted contributions are published. unsettled_index: of the ledger, see there.

    report_function: name or ARN of the function that makes reports.
    """

    public_channel: str
    unsettled_index: str
    report_function: str
