"""Makes a month's report: asked for by /ossi report, or by the schedule."""

from datetime import datetime
from typing import Annotated, Any, assert_never

from pydantic import Field, TypeAdapter

from ossi.contracts import ReportAsked, Scheduled, requested_report_subject, scheduled_report_subject
from ossi.domain.months import Month
from ossi.runtime.invocation import invocation
from ossi.runtime.logs import add_log_fields
from ossi.runtime.time_limit import time_limit
from ossi_report.bootstrap import app
from ossi_report.make_report import ReportMaker, ReportRun, make_report

# For the announcement, or a word about the failure: calls to Slack of ten seconds each, tried again, and the ledger's.
_SECONDS_TO_TELL = 60

_EVENT: TypeAdapter[ReportAsked | Scheduled] = TypeAdapter(
    Annotated[ReportAsked | Scheduled, Field(discriminator="source")]
)


@invocation("report")
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """The Lambda's entry. Raises for what has to be tried again: Lambda repeats an asynchronous invocation that failed."""
    maker = app()
    request = _EVENT.validate_python(event)
    run = _run_of(request, maker, context.aws_request_id)
    add_log_fields(month=str(run.month), source=request.source)
    return {"month": str(run.month), "announced": make_report(maker, run, lambda: time_limit(_seconds_left(context)))}


def _seconds_left(context: Any) -> float:
    return context.get_remaining_time_in_millis() / 1000 - _SECONDS_TO_TELL


def _run_of(request: ReportAsked | Scheduled, maker: ReportMaker, invocation_id: str) -> ReportRun:
    match request:
        case ReportAsked():
            month = Month.parse(request.month)
            subject = requested_report_subject(month, request.request_id)
            return ReportRun(month, subject, request.requested_by, invocation_id)
        case Scheduled():
            due_at = datetime.fromisoformat(request.scheduled_time)
            month = Month.of(due_at.astimezone(maker.books.zone)).previous()
            return ReportRun(month, scheduled_report_subject(month), None, invocation_id)
        case _:
            assert_never(request)
