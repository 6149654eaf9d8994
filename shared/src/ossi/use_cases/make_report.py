"""Makes a month's report and announces it in the management channel (R11, R12, R16 to R19)."""

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
from ossi.domain.report import MonthSummary
from ossi.ports import Chat, Claim, Clock, Contributions, Ledger, ReportFiles
from ossi.slack_ui.announcement import report_empty, report_ready

_logger = logging.getLogger(__name__)
_EFFECT = "announce_report"

Summarize = Callable[[Month, Sequence[Contribution], CompensationLevels], MonthSummary]
WriteFile = Callable[[Month, Sequence[Contribution], CompensationLevels, ZoneInfo, datetime], bytes]


@dataclass(frozen=True)
class ReportMaker:
    """What making a report needs. api_url: of the endpoint that the links lead to; link_key: what signs them.

    writers: the suffix of a file's name -> what writes such a file.
    """

    contributions: Contributions
    ledger: Ledger
    files: ReportFiles
    chat: Chat
    clock: Clock
    zone: ZoneInfo
    levels: CompensationLevels
    management_channel: str
    api_url: str
    link_key: Callable[[], str]
    summarize: Summarize
    writers: Mapping[str, WriteFile]


def make_report(maker: ReportMaker, month: Month, run_id: str, requested_by: str | None) -> bool:
    """Makes and announces one report for each run_id, however often the same run is delivered (R19).

    requested_by: a user's id, or None for the schedule. Answers whether it was announced now.
    Raises ChatError where Slack did not take the announcement and DeliveryIncomplete where another run is at it:
    the caller's platform tries again.
    """
    try:
        claim = maker.ledger.claim(run_id, _EFFECT)
    except UnreadableRecord as error:  # trying again would not help; asking for the month again does
        about = {"run": run_id, "why": str(error), "metric": "ReportFailed"}
        _logger.error("a record of the ledger cannot be read", extra=about)
        return False
    if claim is Claim.HELD:
        raise DeliveryIncomplete([_EFFECT])
    if claim is not Claim.GRANTED:
        _logger.info("this run has been announced before", extra={"run": run_id})
        return False
    try:
        contributions = list(maker.contributions.of_month(month))
        summary = maker.summarize(month, contributions, maker.levels)
        if summary.accepted == 0:
            message = report_empty(summary, requested_by)
        else:
            now = maker.clock()
            names = _store(maker, month, contributions, now)
            # By UTC: a week on the clocks on the wall is an hour more or less when they are changed.
            expires_at = (now.astimezone(UTC) + LINK_LIFE).astimezone(maker.zone)
            key = maker.link_key()
            links = {suffix: maker.api_url + signed_path(name, expires_at, key) for suffix, name in names.items()}
            message = report_ready(summary, links, expires_at, requested_by)
        ref = maker.chat.post(maker.management_channel, message)
    except Exception as error:
        # Whatever it was, the next try may have the run.
        why = error.code if isinstance(error, ChatError) else type(error).__name__
        maker.ledger.release(run_id, _EFFECT, why)
        _logger.warning("the report was not announced", extra={"run": run_id, "why": why, "metric": "ReportFailed"})
        raise
    maker.ledger.record_sent(run_id, _EFFECT, ref)
    _logger.info("report announced", extra={"run": run_id, "rows": len(contributions), "metric": "ReportMade"})
    return True


def _store(maker: ReportMaker, month: Month, contributions: Sequence[Contribution], now: datetime) -> dict[str, str]:
    """Writes and stores a file of each kind; answers the kinds' suffixes and the files' names."""
    names = report_names(month, now, maker.writers)
    for suffix, write in maker.writers.items():
        maker.files.store(names[suffix], write(month, contributions, maker.levels, maker.zone, now))
    return names
