"""Builds what the download function works with: its composition root."""

from datetime import UTC, datetime
from functools import cache

from ossi.adapters.report_files import S3ReportFiles
from ossi.adapters.secrets import SecretsManager
from ossi.logs import set_up
from ossi_download.settings import Settings


class App:
    """The key that signs the links, the bucket, and the time."""

    def __init__(self, settings: Settings) -> None:
        self._secrets = SecretsManager(settings.secret_id)
        self.files = S3ReportFiles(settings.report_bucket)

    def link_key(self) -> str:
        """The key, as it is now."""
        return self._secrets.get().link_signing_key.get_secret_value()

    def now(self) -> datetime:
        """The present moment."""
        return datetime.now(UTC)


@cache
def app() -> App:
    """One for the life of the execution environment."""
    set_up()
    return App(Settings.read())
