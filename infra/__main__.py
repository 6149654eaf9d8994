"""The deployment of Ossi: what there is, who may do what, and which output names what. Everything else is elsewhere."""

import pulumi
import pulumi_aws as aws

from components.alarms import Alarms
from components.api import Endpoint, HttpApi
from components.artifact import read_artifacts
from components.bucket import ReportBucket
from components.dashboard import Dashboard
from components.deployment import Deployment
from components.function import Function
from components.queue import FailureQueue
from components.quota import check_concurrency
from components.release import Release
from components.schedule import Schedule
from components.secret import LinkSecret, SlackSecret
from components.stream import StreamSubscription
from components.table import Index, Key, Table
from levels import levels_as_json
from schedules import monthly_moment
from settings import check_stack_name, read_stack_settings

# What can't work is refused before anything is created.
settings = read_stack_settings()
for warning in settings.warnings():
    pulumi.log.warn(warning)
artifacts = read_artifacts(("slash", "interactions", "stream", "report", "download", "reconcile"), settings)
if settings.cold_starts == "provisioned":
    check_concurrency(("slash", "interactions"))
deployment = Deployment(
    settings=settings,
    stack=check_stack_name(pulumi.get_stack()),
    artifacts=artifacts,
    region=aws.get_region_output().region,
)

# What is kept.
by_month = Index("byMonth", hash=Key("contributionMonth", "S"), range=Key("timestamp", "N"))
contributions = Table(
    "contributions",
    deployment,
    hash=Key("userId", "S"),
    range=Key("timestamp", "N"),
    indexes=[by_month],
    stream=True,
)
# Holds only what has begun and is not sent: the attribute goes when the message is.
unsettled = Index("unsettled", hash=Key("unsettled", "S"), range=Key("id", "S"), keys_only=True)
ledger = Table(
    "ledger",
    deployment,
    hash=Key("id", "S"),
    range=Key("effect", "S"),
    indexes=[unsettled],
    expires_at="expiresAt",
)
reports = ReportBucket("reports", deployment)
secret = SlackSecret("slack", deployment)
link_secret = LinkSecret("links", deployment)
stream_failures = FailureQueue("stream-failures", deployment)
report_failures = FailureQueue("report-failures", deployment)
schedule_failures = FailureQueue("schedule-failures", deployment)

# What runs.
api = HttpApi("api", deployment)
slack_environment = {
    "OSSI_SECRET_ID": secret.arn,
    "OSSI_MANAGEMENT_CHANNEL": settings.management_channel,
    "OSSI_TIME_ZONE": settings.time_zone,
    "OSSI_COMPENSATION_LEVELS": levels_as_json(settings.compensation_levels),
    "OSSI_SLACK_API_URL": settings.slack_api_url,
}
report = Function(
    "report",
    deployment,
    description="Writes a month's workbook and announces it in the management channel",
    timeout=300,
    memory=1024,
    environment={
        **slack_environment,
        "OSSI_TABLE": contributions.name,
        "OSSI_LEDGER_TABLE": ledger.name,
        "OSSI_GRACE_DAYS": str(settings.grace_days),
        "OSSI_MONTH_INDEX": by_month.name,
        "OSSI_REPORT_BUCKET": reports.name,
        "OSSI_API_URL": api.url,
        "OSSI_REPORT_EMAILS": str(settings.report_emails).lower(),
        "OSSI_LINK_SECRET_ID": link_secret.arn,
    },
    grants=[
        contributions.grant_index("ReadAMonth", by_month.name, "Query"),
        contributions.grant("LookUpWhatWasCounted", "BatchGetItem"),
        ledger.grant("RecordTheDelivery", "BatchGetItem", "PutItem", "UpdateItem"),
        ledger.grant("RecordWhatIsCounted", "GetItem", "Query"),
        reports.grant_reports("StoreReports", "PutObject"),
        secret.grant_reading(),
        link_secret.grant_reading(),
    ],
    failure_queue=report_failures,
)
download = Function(
    "download",
    deployment,
    description="Checks a report link and redirects to the file",
    timeout=10,
    memory=512,
    environment={"OSSI_LINK_SECRET_ID": link_secret.arn, "OSSI_REPORT_BUCKET": reports.name},
    grants=[reports.grant_reports("ReadReports", "GetObject"), link_secret.grant_reading()],
)
# What reads rows and what it owes is updated before what writes them: so nothing is written that nobody understands.
stream = Function(
    "stream",
    deployment,
    description="Turns changes of the table into messages",
    timeout=60,
    memory=512,
    environment={
        **slack_environment,
        "OSSI_TABLE": contributions.name,
        "OSSI_LEDGER_TABLE": ledger.name,
        "OSSI_PUBLIC_CHANNEL": settings.public_channel,
    },
    grants=[
        *contributions.grants_stream_reading(),
        contributions.grant("LookAgainAndNoteChangesByHand", "GetItem", "UpdateItem"),
        ledger.grant("RecordTheDelivery", "BatchGetItem", "PutItem", "UpdateItem"),
        stream_failures.grant_sending(),
        secret.grant_reading(),
    ],
)
report_due = monthly_moment(settings.report_schedule)
reconcile_knows_when_the_report_is_due = {"OSSI_REPORT_DUE": report_due} if report_due else {}
reconcile = Function(
    "reconcile",
    deployment,
    description="Works off what is owed and due, and looks for what was never recorded",
    timeout=300,
    memory=512,
    environment={
        **slack_environment,
        "OSSI_TABLE": contributions.name,
        "OSSI_LEDGER_TABLE": ledger.name,
        "OSSI_PUBLIC_CHANNEL": settings.public_channel,
        "OSSI_MONTH_INDEX": by_month.name,
        "OSSI_UNSETTLED_INDEX": unsettled.name,
        "OSSI_REPORT_FUNCTION": report.live_arn,
        **reconcile_knows_when_the_report_is_due,
    },
    grants=[
        contributions.grant("CompareTheTable", "Scan", "GetItem", "BatchGetItem"),
        contributions.grant_index("LookAtWhatIsNew", by_month.name, "Query"),
        contributions.grant("NoteChangesByHand", "UpdateItem"),
        ledger.grant_index("FindWhatIsUnsettled", unsettled.name, "Query"),
        ledger.grant("CompareAndRecordTheDelivery", "BatchGetItem", "GetItem", "PutItem", "UpdateItem"),
        report.grant_invoking("AskForWhatAReportOwes"),
        secret.grant_reading(),
    ],
    # The next run does it: those of hours are not to come all at once.
    retried=False,
    after=[report],
)
# Slack waits three seconds for the answers of slash and interactions; more memory brings more of a processor.
slash = Function(
    "slash",
    deployment,
    description="Answers the /ossi slash command",
    timeout=10,
    memory=settings.answering_memory,
    cold_starts=settings.cold_starts,
    environment={
        **slack_environment,
        "OSSI_TABLE": contributions.name,
        "OSSI_GRACE_DAYS": str(settings.grace_days),
        "OSSI_REPORT_FUNCTION": report.live_arn,
        "OSSI_VERSION": artifacts["slash"].version,
    },
    grants=[
        contributions.grant("ListContributions", "Query"),
        report.grant_invoking("AskForAReport"),
        secret.grant_reading(),
    ],
    after=[report],
)
interactions = Function(
    "interactions",
    deployment,
    description="Answers modals and buttons",
    timeout=10,
    memory=settings.answering_memory,
    cold_starts=settings.cold_starts,
    environment={
        **slack_environment,
        "OSSI_TABLE": contributions.name,
        "OSSI_LEDGER_TABLE": ledger.name,
        "OSSI_GRACE_DAYS": str(settings.grace_days),
        "OSSI_REPORT_FUNCTION": report.live_arn,
    },
    grants=[
        contributions.grant("StoreContributions", "Query", "GetItem", "PutItem", "UpdateItem"),
        ledger.grant("RecordTheSubmission", "PutItem"),
        report.grant_invoking("CloseAMonth"),
        secret.grant_reading(),
    ],
    after=[stream, reconcile, report],
)
functions = {
    "slash": slash,
    "interactions": interactions,
    "stream": stream,
    "report": report,
    "download": download,
    "reconcile": reconcile,
}
release = Release("release", deployment, functions=list(functions.values()))

# What starts it.
slash_endpoint = Endpoint("slash", api, slash, methods=("POST",), path="/slash")
interactions_endpoint = Endpoint("interactions", api, interactions, methods=("POST",), path="/interactions")
report_links = Endpoint("reports", api, download, methods=("GET", "HEAD"), path="/reports/{name}")
api.open(strangers=[report_links])
StreamSubscription(
    "changes-to-stream",
    deployment,
    table=contributions,
    function=stream,
    failure_queue=stream_failures,
)
Schedule(
    "monthly-report",
    deployment,
    description="Asks for the report of the month before",
    expression=settings.report_schedule,
    function=report,
    failure_queue=schedule_failures,
)
Schedule(
    "reconciliation",
    deployment,
    description="Works off what is owed and due",
    expression=settings.reconcile_schedule,
    function=reconcile,
    failure_queue=schedule_failures,
    # The next run does what this one could not: those of a day are not to come all at once.
    retry_seconds=60,
)

# What watches over it.
queues = {"stream": stream_failures, "report": report_failures}
alarms = Alarms(
    "alarms",
    deployment,
    reconcile=reconcile,
    every=settings.reconcile_schedule,
    api=api,
    report_failures=report_failures,
)
dashboard = (
    Dashboard("dashboard", deployment, alarms=alarms, functions=functions, api=api, queues=queues)
    if settings.dashboard
    else None
)

# What the next step of docs/deploy.md, or an administrator, needs to know.
pulumi.export("apiUrl", api.url)
pulumi.export("slashUrl", slash_endpoint.url)
pulumi.export("interactionsUrl", interactions_endpoint.url)
pulumi.export("table", contributions.name)
pulumi.export("ledgerTable", ledger.name)
pulumi.export("reportBucket", reports.name)
pulumi.export("functions", {name: function.live_arn for name, function in functions.items()})
pulumi.export("release", release.name)
pulumi.export("secretName", secret.name)
pulumi.export("secretArn", secret.arn)
pulumi.export("region", aws.get_region_output().region)
pulumi.export("streamDeadLetterQueue", stream_failures.url)
pulumi.export("reportDeadLetterQueue", report_failures.url)
pulumi.export("scheduleDeadLetterQueue", schedule_failures.url)
pulumi.export("alarmTopic", alarms.topic_arn)
if dashboard is not None:
    pulumi.export("dashboard", dashboard.name)
pulumi.export("managementChannel", settings.management_channel)
pulumi.export("publicChannel", settings.public_channel)
