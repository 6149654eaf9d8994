"""Sends what is missing: by the schedule, or for `ossi reconcile` and `ossi redrive`."""

import logging
import time
from datetime import timedelta
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, Field, TypeAdapter
from pydantic.alias_generators import to_camel

from ossi.domain.contribution import ContributionKey
from ossi.runtime.invocation import invocation
from ossi_reconcile.bootstrap import app
from ossi_reconcile.by_schedule import reconcile_by_schedule
from ossi_reconcile.reconcile import STREAM_GOES_FIRST, Summary, Task, reconcile

_logger = logging.getLogger("ossi.reconcile")

# For the row that is worked on when the time for further ones is over: three messages, each with its waits and time-outs.
_RESERVE_S = 120


def _key(value: object) -> object:
    return ContributionKey.parse(value) if isinstance(value, str) else value


_Key = Annotated[ContributionKey, BeforeValidator(_key)]


class _Scheduled(BaseModel):
    """Sent by EventBridge Scheduler: see ossi_reconcile.by_schedule."""

    source: Literal["schedule"]


class _Asked(BaseModel, alias_generator=to_camel, extra="forbid"):
    """Sent by the ossi command, which goes on by itself: after. seconds: to be answered in, so that progress is seen."""

    source: Literal["command"]
    dry_run: bool = False
    redrive: bool = False
    effect: str | None = None
    contribution: _Key | None = None
    older_than_seconds: Annotated[float, Field(ge=0)] = STREAM_GOES_FIRST.total_seconds()
    after: _Key | None = None
    seconds: Annotated[float, Field(gt=0)] = 20


_EVENT: TypeAdapter[_Asked | _Scheduled] = TypeAdapter(Annotated[_Asked | _Scheduled, Field(discriminator="source")])


@invocation("reconcile")
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """The Lambda's entry. Answers what was found and what came of it: ids and codes only.

    A command gets one such answer; the schedule one for the unsettled messages and, in its turn, one for the rows.
    """
    application = app()
    request = _EVENT.validate_python(event)
    started = time.monotonic()

    def seconds_left() -> float:
        left = float(context.get_remaining_time_in_millis()) / 1000 - _RESERVE_S
        return min(left, request.seconds - (time.monotonic() - started)) if isinstance(request, _Asked) else left

    if isinstance(request, _Asked):
        task = Task(
            dry=request.dry_run,
            redrive=request.redrive,
            effect=request.effect,
            contribution=request.contribution,
            older_than=timedelta(seconds=request.older_than_seconds),
        )
        summary = reconcile(application.reconciler, task, seconds_left, request.after)
        return _answer(summary, request.source, "redrive" if task.redrive else "rows")
    unsettled, rows = reconcile_by_schedule(application.reconciler, application.bookmarks, seconds_left)
    return {
        "unsettled": _answer(unsettled, request.source, "unsettled"),
        "rows": rows and _answer(rows, request.source, "rows"),
    }


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
    return {
        "lookedAt": summary.looked_at,
        "findings": [
            {
                "contribution": str(finding.contribution),
                "effect": finding.effect,
                "outcome": finding.outcome.value,
                "reason": finding.reason,
            }
            for finding in summary.findings
        ],
        "done": summary.done,
        "halted": summary.halted,
        "next": str(summary.position) if summary.position and not summary.done else None,
    }
