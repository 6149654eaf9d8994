"""The environment of the interactions function."""

from ossi.settings import FormSettings, LedgerSettings, SlackSettings, TableSettings


class Settings(SlackSettings, TableSettings, LedgerSettings, FormSettings):
    """Nothing of its own."""
