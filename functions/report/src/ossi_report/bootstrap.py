"""What the report function works with: nobody waits, so full clients."""

from functools import cache

from ossi.wiring.bot import BotWiring
from ossi.wiring.full import FullClients
from ossi_report.aggregate import aggregate
from ossi_report.close_month import Books
from ossi_report.data_files import build_csv, build_json
from ossi_report.make_report import ReportMaker, unannounced
from ossi_report.people import SlackPeople
from ossi_report.report_files import S3ReportFiles
from ossi_report.report_records import DynamoReportRecords
from ossi_report.settings import Settings
from ossi_report.workbook import build_workbook

_SLACK_TIMEOUT_S = 10


def report_maker(wiring: BotWiring[Settings]) -> ReportMaker:
    """The use case's needs."""
    settings = wiring.settings
    people = SlackPeople(wiring.chat, emails=settings.report_emails)
    return ReportMaker(
        books=Books(
            contributions=wiring.contributions,
            records=DynamoReportRecords(wiring.clients.dynamodb, settings.ledger_table),
            clock=wiring.clock,
            zone=wiring.zone,
            levels=wiring.levels,
            grace_days=wiring.grace_days,
            unannounced=lambda runs: unannounced(wiring.deliveries, runs),
        ),
        deliveries=wiring.deliveries,
        files=S3ReportFiles(settings.report_bucket),
        chat=wiring.chat,
        management_channel=wiring.management_channel,
        api_url=settings.api_url,
        link_key=wiring.link_secret.fresh_signing_key,
        aggregate=lambda month, rows, levels: people.named(aggregate(month, rows, levels)),
        writers={"xlsx": build_workbook, "csv": build_csv, "json": build_json},
    )


@cache
def app() -> ReportMaker:
    """One for the life of the execution environment."""
    settings = Settings.read()
    return report_maker(BotWiring(settings, FullClients(settings.slack_api_url, _SLACK_TIMEOUT_S)))
