"""Makes a month's report and announces it in the management channel (R11, R12, R16 to R19, R33)."""

import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from ossi.delivery.errors import DeliveryIncomplete, UnreadableRecord
from ossi.domain.contribution import Contribution
from ossi.domain.levels import CompensationLevels
from ossi.domain.links import LINK_LIFE, report_names, signed_path
from ossi.domain.months import Month
from ossi.domain.report import Report
from ossi.ports import Chat, Claim, Ledger, Message, ReportFiles
from ossi.slack.errors import SlackError
from ossi.slack.messages.report import report_empty, report_ready
from ossi_report.close_month import Books, draw_up_report
from ossi_report.figures import MonthFigures
from ossi_report.notify_report_failure import Trouble

_logger = logging.getLogger(__name__)
_EFFECT = "announce_report"

Aggregate = Callable[[Month, Sequence[Contribution], CompensationLevels], MonthFigures]
WriteFile = Callable[[Report, MonthFigures, ZoneInfo, datetime], bytes]
Limited = Callable[[], AbstractContextManager[object]]

ATTEMPTS = 3
"""Of an asynchronous invocation: Lambda repeats one that fails twice (infra sets it so)."""


@dataclass(frozen=True)
class ReportMaker:
    """What making a report needs. api_url: of the endpoint that the links lead to; link_key: what signs them.

    writers: the suffix of a file's name -> what writes such a file.
    """

    books: Books
    ledger: Ledger
    files: ReportFiles
    chat: Chat
    management_channel: str
    api_url: str
    link_key: Callable[[], str]
    aggregate: Aggregate
    writers: Mapping[str, WriteFile]


@dataclass(frozen=True)
class ReportRun:
    """One request for a report, however often it is delivered. requested_by: a user's id, or None for the schedule.

    invocation: the platform's id of the invocation, which is the same when it tries again.
    """

    month: Month
    id: str
    requested_by: str | None = None
    invocation: str = ""

    @property
    def scheduled(self) -> bool:
        """The schedule closes the month, whatever the clock says by then: it was due at its time."""
        return self.requested_by is None


def make_report(maker: ReportMaker, run: ReportRun, limited: Limited = nullcontext) -> bool:
    """Makes and announces one report for each run, however often the same run is delivered (R19).

    limited: within it, the work ends in time for a word about its failure. Answers whether the report was announced now. Raises what
    went wrong, and DeliveryIncomplete where another run is at it: the platform tries again. When it does so no more, the
    management channel is told.
    """
    attempt = maker.ledger.begin_attempt(run.id, run.invocation)
    last = attempt.number >= ATTEMPTS
    trouble = Trouble(maker.ledger, maker.chat, maker.management_channel, run.month, run.id, run.requested_by)
    try:
        claim = maker.ledger.claim(run.id, _EFFECT, run.invocation)
    except UnreadableRecord as error:  # trying again would not help; asking for the month again does
        about = {"run": run.id, "why": str(error), "metric": "ReportFailed"}
        _logger.error("a record of the ledger cannot be read", extra=about)
        trouble.tell_failed(error)
        return False
    if claim not in {Claim.GRANTED, Claim.HELD}:
        _logger.info("this run has been announced before", extra={"run": run.id})
        return False
    if last and attempt.died:
        trouble.tell_stopped()
    if claim is Claim.HELD:
        # Not told as a failure: whoever is at it may succeed, and has attempts of its own.
        maker.ledger.attempt_failed(run.id, run.invocation)
        raise DeliveryIncomplete([_EFFECT])
    try:
        with limited():
            report = draw_up_report(maker.books, run.month, run.id, closing=run.scheduled)
            message = _message(maker, run, report)
        ref = maker.chat.post(maker.management_channel, message)
    except Exception as error:
        _note_failure(maker, run, error)
        if last:
            trouble.tell_failed(error)
        raise
    maker.ledger.record_sent(run.id, _EFFECT, ref)
    _logger.info("report announced", extra={"run": run.id, "rows": len(report.rows), "metric": "ReportMade"})
    return True


def _note_failure(maker: ReportMaker, run: ReportRun, error: Exception) -> None:
    """Whatever it was, the next try may have the run."""
    why = error.code if isinstance(error, SlackError) else type(error).__name__
    _logger.warning("the report was not announced", extra={"run": run.id, "why": why, "metric": "ReportFailed"})
    maker.ledger.release(run.id, _EFFECT, why)
    maker.ledger.attempt_failed(run.id, run.invocation)


def _message(maker: ReportMaker, run: ReportRun, report: Report) -> Message:
    # Once: the message and every file show these figures.
    figures = maker.aggregate(report.month, report.rows, report.levels)
    summary = figures.summary
    if summary.accepted == 0:
        return report_empty(report, summary, run.requested_by)
    now = maker.books.clock()
    names = report_names(report.month, now, maker.writers)
    for suffix, write in maker.writers.items():
        maker.files.store(names[suffix], write(report, figures, maker.books.zone, now))
    # By UTC: a week on the clocks on the wall is an hour more or less when they are changed.
    expires_at = (now.astimezone(UTC) + LINK_LIFE).astimezone(maker.books.zone)
    key = maker.link_key()
    links = {suffix: maker.api_url + signed_path(name, expires_at, key) for suffix, name in names.items()}
    return report_ready(report, summary, links, expires_at, run.requested_by)
