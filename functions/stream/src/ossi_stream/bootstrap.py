"""What the stream function works with: nobody waits, so full clients."""

from functools import cache

from ossi.delivery.deliver import Office
from ossi.delivery.effect import Sender
from ossi.delivery.effects import EFFECTS
from ossi.runtime.clock import now_ms
from ossi.wiring import Wiring
from ossi.wiring.full import FullClients
from ossi.wiring.lazy import lazy
from ossi_stream.settings import Settings

_SLACK_TIMEOUT_S = 5


class App(Wiring[Settings]):
    """And what only this function has."""

    @lazy
    def office(self) -> Office:
        """What delivering needs."""
        return Office(
            deliveries=self.deliveries,
            contributions=self.contributions,
            sender=Sender(
                chat=self.chat,
                words=self.words,
                management_channel=self.management_channel,
                public_channel=self.settings.public_channel,
            ),
            effects=EFFECTS,
            now=now_ms,
        )


@cache
def app() -> App:
    """One for the life of the execution environment."""
    settings = Settings.read()
    return App(settings, FullClients(settings.slack_api_url, _SLACK_TIMEOUT_S))
