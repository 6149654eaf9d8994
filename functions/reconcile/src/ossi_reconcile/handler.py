"""Sends what is missing: by the schedule, or for `ossi reconcile` and `ossi redrive`."""

import logging
import time
from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated, Any, assert_never

from pydantic import Field, TypeAdapter

from ossi.contracts import ReconcileAnswer, ReconcileAsked, ReconcileFinding, Scheduled, to_wire
from ossi.delivery.batch import Time
from ossi.domain.contribution import ContributionKey
from ossi.domain.months import Month
from ossi.runtime.invocation import invocation
from ossi_reconcile.bootstrap import app
from ossi_reconcile.reconcile import STREAM_GOES_FIRST, Summary, Task, reconcile
from ossi_reconcile.rounds import go_on
from ossi_reconcile.work_off import Desk, Worked, redrive_reports, work_off
from ossi_reconcile.work_off import Finding as Report

_logger = logging.getLogger("ossi.reconcile")

# For the row that is worked on when the time for further ones is over: its messages, each with its time-outs.
_RESERVE_S = 60
# A round over the rows leaves so much of a run for what is due.
_SECONDS_FOR_DUE = 120

_EVENT: TypeAdapter[ReconcileAsked | Scheduled] = TypeAdapter(
    Annotated[ReconcileAsked | Scheduled, Field(discriminator="source")]
)


@invocation("reconcile")
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """The Lambda's entry. Answers what was found and what came of it: ids and codes only.

    A command gets what its rows came to; the schedule what was due and, in its turn, what a round over the rows found. The schedule's run
    also notices what nothing else would tell: a new row that the stream function never handled, and a monthly report that wasn't made.
    """
    application = app()
    request = _EVENT.validate_python(event)
    started = time.monotonic()

    def seconds_left() -> float:
        return float(context.get_remaining_time_in_millis()) / 1000 - _RESERVE_S

    match request:
        case ReconcileAsked():
            until = started + request.seconds
            summary = reconcile(
                application.office,
                _task(request),
                lambda: min(seconds_left(), until - time.monotonic()),
                _key(request.after),
            )
            reports = (
                redrive_reports(application.desk, dry=request.dry_run)
                if request.redrive and request.after is None and request.contribution is None and request.effect is None
                else []
            )
            return _answer(summary, request.source, "redrive" if request.redrive else "rows", reports)
        case Scheduled():
            run_time = Time(seconds_left, time.monotonic, time.sleep)
            # First what is due: a round that fails must not keep anyone waiting.
            worked = _work_off(application.desk, run_time)
            month = Month.of(application.clock())
            new = reconcile(
                application.office,
                Task(only_record=True, new=(month, month.previous())),
                lambda: seconds_left() - _SECONDS_FOR_DUE,
            )
            rows = go_on(application.office, application.rounds, lambda: seconds_left() - _SECONDS_FOR_DUE)
            if (new.findings or (rows is not None and rows.findings)) and not worked.slack_is_down:
                worked = worked.and_then(_work_off(application.desk, run_time))
            application.report_watch.missing()  # last: should it fail, nothing waits for it
            return {
                "due": {"outcomes": worked.counts(), "idle": worked.idle, "halted": worked.slack_is_down},
                "rows": rows and _answer(rows, request.source, "rows"),
            }
        case _:
            assert_never(request)


def _work_off(desk: Desk, run_time: Time) -> Worked:
    worked = work_off(desk, run_time)
    if not worked.idle:
        _logger.info("worked off", extra={"outcomes": worked.counts(), "halted": worked.slack_is_down})
    return worked


def _task(request: ReconcileAsked) -> Task:
    """Raises UnknownContribution for what is no key."""
    seconds = request.older_than_seconds
    return Task(
        dry=request.dry_run,
        redrive=request.redrive,
        effect=request.effect,
        contribution=_key(request.contribution),
        older_than=STREAM_GOES_FIRST if seconds is None else timedelta(seconds=seconds),
    )


def _key(text: str | None) -> ContributionKey | None:
    return None if text is None else ContributionKey.parse(text)


def _answer(summary: Summary, source: str, work: str, reports: Sequence[Report] = ()) -> dict[str, Any]:
    _logger.info(
        "reconciled",
        extra={
            "source": source,
            "work": work,
            "rows": summary.looked_at,
            "done": summary.done,
            "halted": summary.halted,
            "outcomes": summary.counts(),
        },
    )
    findings = (
        ReconcileFinding(
            contribution=str(finding.contribution),
            effect=finding.effect,
            outcome=finding.result.value,
            reason=finding.reason,
        )
        for finding in summary.findings
    )
    reported = (
        ReconcileFinding(contribution=each.subject, effect=each.effect, outcome=each.result.value, reason=each.reason)
        for each in reports
    )
    answer = ReconcileAnswer(
        looked_at=summary.looked_at,
        findings=(*reported, *findings),
        done=summary.done,
        halted=summary.halted,
        next=str(summary.position) if summary.position and not summary.done else None,
    )
    return to_wire(answer)
