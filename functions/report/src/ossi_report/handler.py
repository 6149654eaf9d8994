"""Makes a month's report: asked for by /ossi report, or by the schedule."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, TypeAdapter
from pydantic.alias_generators import to_camel

from ossi.domain.months import Month
from ossi.runtime.invocation import invocation
from ossi.runtime.logs import add_log_fields
from ossi.runtime.time_limit import time_limit
from ossi_report.bootstrap import app
from ossi_report.make_report import ReportMaker, ReportRun, make_report

# For the announcement, or a word about the failure: calls to Slack of ten seconds each, tried again, and the ledger's.
_SECONDS_TO_TELL = 60


class _Asked(BaseModel, alias_generator=to_camel):
    """Sent by the slash function."""

    source: Literal["slash"]
    month: str
    requested_by: str
    request_id: str


class _Scheduled(BaseModel, alias_generator=to_camel):
    """Sent by EventBridge Scheduler, which puts in the time that was scheduled, not the one at which it got round to it."""

    source: Literal["schedule"]
    scheduled_time: datetime


_EVENT: TypeAdapter[_Asked | _Scheduled] = TypeAdapter(Annotated[_Asked | _Scheduled, Field(discriminator="source")])


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


def _run_of(request: _Asked | _Scheduled, maker: ReportMaker, invocation_id: str) -> ReportRun:
    if isinstance(request, _Asked):
        month = Month.parse(request.month)
        return ReportRun(month, f"report#{month}#asked#{request.request_id}", request.requested_by, invocation_id)
    month = Month.of(request.scheduled_time.astimezone(maker.books.zone)).previous()
    return ReportRun(month, f"report#{month}#scheduled", None, invocation_id)
