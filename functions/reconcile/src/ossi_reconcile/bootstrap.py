"""What the reconcile function works with: nobody waits, so full clients."""

from functools import cache

from ossi.wiring.delivering import Delivering
from ossi.wiring.full import FullClients
from ossi.wiring.lazy import lazy
from ossi_reconcile.checkpoint import DynamoCheckpoint
from ossi_reconcile.closed_months import ClosedMonths
from ossi_reconcile.lease import DynamoLease
from ossi_reconcile.report_watch import MonthlyMoment, ReportWatch
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
    def report_watch(self) -> ReportWatch:
        """Whether the monthly report is made."""
        due = self.settings.report_due
        return ReportWatch(
            MonthlyMoment.parse(due) if due else None,
            self.deliveries,
            ClosedMonths(self.clients.dynamodb, self.settings.ledger_table),
            self.rounds,
            self.clock,
        )

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
