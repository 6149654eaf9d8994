"""Sends what is missing: by the schedule, or for `ossi reconcile` and `ossi redrive`."""

import logging
import time
from datetime import timedelta
from typing import Annotated, Any, assert_never

from pydantic import Field, TypeAdapter

from ossi.contracts import ReconcileAnswer, ReconcileAsked, ReconcileFinding, Scheduled, to_wire
from ossi.domain.contribution import ContributionKey
from ossi.runtime.invocation import invocation
from ossi_reconcile.bootstrap import app
from ossi_reconcile.by_schedule import reconcile_by_schedule
from ossi_reconcile.reconcile import STREAM_GOES_FIRST, Summary, Task, reconcile

_logger = logging.getLogger("ossi.reconcile")

# For the row that is worked on when the time for further ones is over: three messages, each with its waits and time-outs.
_RESERVE_S = 120

_EVENT: TypeAdapter[ReconcileAsked | Scheduled] = TypeAdapter(
    Annotated[ReconcileAsked | Scheduled, Field(discriminator="source")]
)


@invocation("reconcile")
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """The Lambda's entry. Answers what was found and what came of it: ids and codes only.

    A command gets one such answer; the schedule one for the unsettled messages and, in its turn, one for the rows.
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
                application.reconciler,
                _task(request),
                lambda: min(seconds_left(), until - time.monotonic()),
                _key(request.after),
            )
            return _answer(summary, request.source, "redrive" if request.redrive else "rows")
        case Scheduled():
            unsettled, rows = reconcile_by_schedule(application.reconciler, application.bookmarks, seconds_left)
            return {
                "unsettled": _answer(unsettled, request.source, "unsettled"),
                "rows": rows and _answer(rows, request.source, "rows"),
            }
        case _:
            assert_never(request)


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


def _answer(summary: Summary, source: str, work: str) -> dict[str, Any]:
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
            outcome=finding.outcome.value,
            reason=finding.reason,
        )
        for finding in summary.findings
    )
    answer = ReconcileAnswer(
        looked_at=summary.looked_at,
        findings=tuple(findings),
        done=summary.done,
        halted=summary.halted,
        next=str(summary.position) if summary.position and not summary.done else None,
    )
    return to_wire(answer)
