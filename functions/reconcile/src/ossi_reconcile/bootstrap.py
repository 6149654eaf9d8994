"""What the reconcile function works with: nobody waits, so full clients."""

from functools import cache, partial

from ossi.delivery.deliver import Delivery
from ossi.delivery.effects import EFFECTS
from ossi.wiring import Wiring
from ossi.wiring.full import FullClients
from ossi.wiring.lazy import lazy
from ossi_reconcile.by_schedule import Checkpoints
from ossi_reconcile.checkpoint import DynamoCheckpoint
from ossi_reconcile.reconcile import Reconciler
from ossi_reconcile.settings import Settings

_SLACK_TIMEOUT_S = 5
_LEASE_S = 305  # the function is stopped after 300 seconds: whoever holds a claim for longer is dead


class App(Wiring[Settings]):
    """And what only this function has."""

    @lazy
    def bookmarks(self) -> Checkpoints:
        """Of the scheduled runs."""
        client, table = self.clients.dynamodb, self.settings.ledger_table
        return Checkpoints(
            unsettled=DynamoCheckpoint(client, table, "unsettled"), rounds=DynamoCheckpoint(client, table, "reconcile")
        )

    @lazy
    def reconciler(self) -> Reconciler:
        """The use case's needs."""
        return Reconciler(
            contributions=self.contributions,
            ledger=self.ledger,
            effects=EFFECTS,
            delivery=partial(
                Delivery,
                chat=self.chat,
                ledger=self.ledger,
                words=self.words,
                management_channel=self.management_channel,
                public_channel=self.settings.public_channel,
            ),
            clock=self.clock,
        )


@cache
def app() -> App:
    """One for the life of the execution environment."""
    settings = Settings.read()
    return App(settings, FullClients(settings.slack_api_url, _SLACK_TIMEOUT_S), lease_s=_LEASE_S)
