"""What the reconcile function works with: nobody waits, so full clients."""

from functools import cache

from ossi.wiring.delivering import Delivering
from ossi.wiring.full import FullClients
from ossi.wiring.lazy import lazy
from ossi_reconcile.checkpoint import DynamoCheckpoint
from ossi_reconcile.lease import DynamoLease
from ossi_reconcile.settings import Settings
from ossi_reconcile.work_off import Desk

_SLACK_TIMEOUT_S = 5


class App(Delivering[Settings]):
    """And what only this function has."""

    @lazy
    def rounds(self) -> DynamoCheckpoint:
        """Where a round over the rows goes on."""
        return DynamoCheckpoint(self.clients.dynamodb, self.settings.ledger_table, "reconcile")

    @lazy
    def desk(self) -> Desk:
        """What working off needs."""
        return Desk(
            self.office,
            DynamoLease(self.clients.dynamodb, self.settings.ledger_table, "deliveries"),
            lambda record: self.report_requests.finish(record.key.subject, record.key.effect),
        )


@cache
def app() -> App:
    """One for the life of the execution environment."""
    settings = Settings.read()
    return App(settings, FullClients(settings.slack_api_url, _SLACK_TIMEOUT_S))
