"""Makes a month's report and announces it in the management channel (R11, R12, R16 to R19, R33)."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from ossi.domain.compensation import CompensationLevels
from ossi.domain.contribution import Contribution
from ossi.domain.errors import ChatError, DeliveryIncomplete, UnreadableRecord
from ossi.domain.links import LINK_LIFE, report_names, signed_path
from ossi.domain.months import Month
from ossi.domain.report import MonthSummary, Report
from ossi.ports import Chat, Claim, Ledger, Message, ReportFiles
from ossi.slack_ui.announcement import report_empty, report_ready
from ossi.use_cases.draw_up_report import Books, draw_up_report

_logger = logging.getLogger(__name__)
_EFFECT = "announce_report"

Summarize = Callable[[Month, Sequence[Contribution], CompensationLevels], MonthSummary]
WriteFile = Callable[[Report, ZoneInfo, datetime], bytes]


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
    summarize: Summarize
    writers: Mapping[str, WriteFile]


@dataclass(frozen=True)
class ReportRun:
    """One request for a report, however often it is delivered. requested_by: a user's id, or None for the schedule."""

    month: Month
    id: str
    requested_by: str | None = None

    @property
    def scheduled(self) -> bool:
        """The schedule closes the month, whatever the clock says by then: it was due at its time."""
        return self.requested_by is None


def make_report(maker: ReportMaker, run: ReportRun) -> bool:
    """Makes and announces one report for each run, however often the same run is delivered (R19).

    Answers whether it was announced now. Raises ChatError where Slack did not take the announcement and DeliveryIncomplete
    where another run is at it: the caller's platform tries again. See draw_up_report for what else may be raised.
    """
    try:
        claim = maker.ledger.claim(run.id, _EFFECT)
    except UnreadableRecord as error:  # trying again would not help; asking for the month again does
        about = {"run": run.id, "why": str(error), "metric": "ReportFailed"}
        _logger.error("a record of the ledger cannot be read", extra=about)
        return False
    if claim is Claim.HELD:
        raise DeliveryIncomplete([_EFFECT])
    if claim is not Claim.GRANTED:
        _logger.info("this run has been announced before", extra={"run": run.id})
        return False
    try:
        report = draw_up_report(maker.books, run.month, run.id, closing=run.scheduled)
        ref = maker.chat.post(maker.management_channel, _message(maker, run, report))
    except Exception as error:
        # Whatever it was, the next try may have the run.
        why = error.code if isinstance(error, ChatError) else type(error).__name__
        maker.ledger.release(run.id, _EFFECT, why)
        _logger.warning("the report was not announced", extra={"run": run.id, "why": why, "metric": "ReportFailed"})
        raise
    maker.ledger.record_sent(run.id, _EFFECT, ref)
    _logger.info("report announced", extra={"run": run.id, "rows": len(report.rows), "metric": "ReportMade"})
    return True


def _message(maker: ReportMaker, run: ReportRun, report: Report) -> Message:
    summary = maker.summarize(report.month, report.rows, report.levels)
    if summary.accepted == 0:
        return report_empty(report, summary, run.requested_by)
    now = maker.books.clock()
    names = report_names(report.month, now, maker.writers)
    for suffix, write in maker.writers.items():
        maker.files.store(names[suffix], write(report, maker.books.zone, now))
    # By UTC: a week on the clocks on the wall is an hour more or less when they are changed.
    expires_at = (now.astimezone(UTC) + LINK_LIFE).astimezone(maker.books.zone)
    key = maker.link_key()
    links = {suffix: maker.api_url + signed_path(name, expires_at, key) for suffix, name in names.items()}
    return report_ready(report, summary, links, expires_at, run.requested_by)
