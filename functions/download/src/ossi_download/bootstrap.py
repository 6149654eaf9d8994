"""What the download function works with: a person waits, so light clients."""

from datetime import UTC, datetime
from functools import cache

from ossi.domain.links import LinkExpired, LinkRefused, check_link, check_shape
from ossi.wiring import Wiring
from ossi.wiring.lazy import lazy
from ossi.wiring.light import LightClients
from ossi_download.downloads import S3Downloads
from ossi_download.settings import Settings


class App(Wiring[Settings]):
    """And the links that are good now, and the bucket."""

    @lazy
    def files(self) -> S3Downloads:
        """The way to the bucket's files."""
        return S3Downloads(self.settings.report_bucket)

    def check_link(self, name: str, token: str) -> None:
        """Raises LinkRefused for a link that was not signed with the present key, LinkExpired for one whose time has passed."""
        check_shape(name, token)  # what can't be a link asks for no secret
        now = datetime.now(UTC)
        try:
            check_link(name, token, self.link_secret.signing_key(), now)
        except LinkExpired:
            raise
        except LinkRefused:
            if not self.link_secret.read_again():
                raise
            check_link(name, token, self.link_secret.signing_key(), now)


@cache
def app() -> App:
    """One for the life of the execution environment."""
    return App(Settings.read(), LightClients())
