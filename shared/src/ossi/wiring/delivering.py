"""The composition root of the functions that deliver: what follows a change of a contribution, and what is owed of it."""

from typing import TypeVar

from ossi.delivery.deliver import Office
from ossi.delivery.effect import Sender
from ossi.delivery.effects import EFFECTS
from ossi.runtime.clock import now_ms
from ossi.runtime.settings import DeliverySettings
from ossi.wiring.bot import BotWiring
from ossi.wiring.lazy import lazy

_Settings = TypeVar("_Settings", bound=DeliverySettings)


class Delivering(BotWiring[_Settings]):
    """A wiring that can deliver."""

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
