"""Builds what the report function works with: its composition root."""

from functools import cache

from ossi.aws.contributions import DynamoContributions
from ossi.aws.deliveries import DynamoDeliveries
from ossi.aws.dynamodb import dynamodb_client
from ossi.aws.lite.services import SecretsManagerClient
from ossi.aws.secrets import SecretsManager
from ossi.runtime.clock import clock_in
from ossi.slack.client import SlackChat
from ossi.slack.sdk_transport import SlackSdk
from ossi_report.aggregate import summarize
from ossi_report.close_month import Books
from ossi_report.data_files import build_csv, build_json
from ossi_report.make_report import ReportMaker, unannounced
from ossi_report.report_files import S3ReportFiles
from ossi_report.report_records import DynamoReportRecords
from ossi_report.settings import Settings
from ossi_report.workbook import build_workbook

_SLACK_TIMEOUT_S = 10


def report_maker(settings: Settings) -> ReportMaker:
    """The use case's needs, fulfilled by AWS and Slack."""
    secrets = SecretsManager(settings.secret_id, SecretsManagerClient())
    client = dynamodb_client()
    deliveries = DynamoDeliveries(client, settings.ledger_table)
    return ReportMaker(
        books=Books(
            contributions=DynamoContributions(client, settings.table, settings.month_index),
            records=DynamoReportRecords(client, settings.ledger_table),
            clock=clock_in(settings.time_zone),
            zone=settings.time_zone,
            levels=settings.compensation_levels,
            grace_days=settings.grace_days,
            unannounced=lambda runs: unannounced(deliveries, runs),
        ),
        deliveries=deliveries,
        files=S3ReportFiles(settings.report_bucket),
        chat=SlackChat(secrets.bot_token, SlackSdk(settings.slack_api_url, _SLACK_TIMEOUT_S), secrets.read_again),
        management_channel=settings.management_channel,
        api_url=settings.api_url,
        link_key=secrets.fresh_link_signing_key,
        summarize=summarize,
        writers={"xlsx": build_workbook, "csv": build_csv, "json": build_json},
    )


@cache
def app() -> ReportMaker:
    """One for the life of the execution environment."""
    return report_maker(Settings.read())
