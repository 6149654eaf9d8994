"""Builds what the download function works with: its composition root."""

from datetime import UTC, datetime
from functools import cache

from ossi.aws.lite.services import SecretsManagerClient
from ossi.aws.secrets import SecretsManager
from ossi.domain.links import LinkExpired, LinkRefused, check_link
from ossi_download.downloads import S3Downloads
from ossi_download.settings import Settings


class App:
    """The links that are good now, and the bucket."""

    def __init__(self, settings: Settings) -> None:
        self._secrets = SecretsManager(settings.secret_id, SecretsManagerClient(attempts=2))
        self.files = S3Downloads(settings.report_bucket)

    def check_link(self, name: str, token: str) -> None:
        """Raises LinkRefused for a link that was not signed with the present key, LinkExpired for one whose time has passed."""
        now = datetime.now(UTC)
        try:
            check_link(name, token, self._secrets.link_signing_key(), now)
        except LinkExpired:
            raise
        except LinkRefused:
            if not self._secrets.read_again():
                raise
            check_link(name, token, self._secrets.link_signing_key(), now)


@cache
def app() -> App:
    """One for the life of the execution environment."""
    return App(Settings.read())
