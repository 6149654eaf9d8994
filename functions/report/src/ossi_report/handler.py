"""Makes a month's report: to be read, by /ossi report; to close the month, by the schedule, a manager or an admin."""

from contextlib import AbstractContextManager
from datetime import datetime
from typing import Annotated, Any, assert_never

from pydantic import Field, TypeAdapter

from ossi.contracts import (
    CloseAnswer,
    CloseAsked,
    ReportAsked,
    ReportDue,
    Scheduled,
    closing_subject,
    month_of_report,
    requested_report_subject,
    scheduled_report_subject,
    to_wire,
)
from ossi.domain.months import Month
from ossi.runtime.invocation import invocation
from ossi.runtime.logs import add_log_fields
from ossi.runtime.time_limit import time_limit
from ossi_report.bootstrap import app
from ossi_report.make_report import ReportRun, finish_report, make_report

# For the announcement, or a word about the failure: calls to Slack of ten seconds each, tried again, and the ledger's.
_SECONDS_TO_TELL = 60

_EVENT: TypeAdapter[ReportAsked | CloseAsked | Scheduled | ReportDue] = TypeAdapter(
    Annotated[ReportAsked | CloseAsked | Scheduled | ReportDue, Field(discriminator="source")]
)


@invocation("report")
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """The Lambda's entry. Raises for what has to be tried again: Lambda repeats an asynchronous invocation that failed."""
    maker = app()
    request = _EVENT.validate_python(event)

    def limited() -> AbstractContextManager[None]:
        return time_limit(context.get_remaining_time_in_millis() / 1000 - _SECONDS_TO_TELL)

    match request:
        case ReportAsked():
            month = Month.parse(request.month)
            subject = requested_report_subject(month, request.request_id)
            run = ReportRun(month, subject, request.requested_by, request.response_url)
        case CloseAsked():
            month = Month.parse(request.month)
            subject = closing_subject(month, request.by, request.request_id)
            run = ReportRun(month, subject, request.requested_by, request.response_url)
        case Scheduled():
            due_at = datetime.fromisoformat(request.scheduled_time)
            month = Month.of(due_at.astimezone(maker.books.zone)).previous()
            run = ReportRun(month, scheduled_report_subject(month))
        case ReportDue():
            add_log_fields(month=month_of_report(request.run), source=request.source)
            return {"announced": finish_report(maker, request.run, request.effect, limited)}
        case _:
            assert_never(request)
    add_log_fields(month=str(month), source=request.source)
    made = make_report(maker, run, limited)
    if isinstance(request, CloseAsked):
        return to_wire(CloseAnswer(month=str(month), announced=made.announced, obstacle=made.obstacle or ""))
    return {"month": str(month), "announced": made.announced}
