"""Makes a month's report and announces it in the management channel (R11, R12, R16 to R19, R33).

Where it is what the channel has already, whoever asked for it gets a link, and the channel no copy.
"""

import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from math import ceil
from zoneinfo import ZoneInfo

from ossi.contracts import REPORT_RUN_MS, closer_in, month_of_report
from ossi.delivery.deliver import record_outcome
from ossi.delivery.policy import (
    Failed,
    Outcome,
    Refusal,
    Sent,
    claimed,
    given_up,
    limit_ms,
    owed,
    parked,
    parking_ms,
    postponed,
    superseded,
)
from ossi.delivery.record import DeliveryKey, Record, State
from ossi.delivery.store import Deliveries, DeliveryChanged
from ossi.domain.contribution import Contribution
from ossi.domain.errors import UnreadableMonth, UnreadableReport
from ossi.domain.levels import CompensationLevels
from ossi.domain.links import LINK_LIFE, report_names, report_stem, signed_path
from ossi.domain.months import Month
from ossi.domain.payroll import Closer, Obstacle, Shown
from ossi.domain.report import Report
from ossi.ports import Chat, Message, ReportFiles
from ossi.slack.errors import FailureKind, SlackError, log_failure
from ossi.slack.messages.closing import not_closed
from ossi.slack.messages.report import report_empty, report_ready, report_unchanged
from ossi.slack.messages.report_failure import report_failed, report_stopped
from ossi_report.close_month import Books, NotClosable, report_month
from ossi_report.figures import MonthFigures

_logger = logging.getLogger("ossi.report")

ANNOUNCEMENT, FAILURE = "announce_report", "announce_trouble"
"""The names of a run's deliveries: they never change."""
ATTEMPTS = 3
"""Of an asynchronous invocation: Lambda repeats one that fails twice (infra sets it so)."""
ASKED_LIFE_MS = 24 * 3_600_000
"""For how long a report that someone asked for is worth finishing. They can ask again; a closed month's is always finished."""
_KEPT_FOR = timedelta(days=1)
"""A file that is older is stored again: it may be deleted before a link of seven days ends (infra keeps files for eight at least)."""
_TRIES = 5

Aggregate = Callable[[Month, Sequence[Contribution], CompensationLevels], MonthFigures]
WriteFile = Callable[[Report, MonthFigures, ZoneInfo, datetime], bytes]
Limited = Callable[[], AbstractContextManager[object]]


@dataclass(frozen=True)
class ReportMaker:
    """What making a report needs. api_url: of the endpoint that the links lead to; link_key: what signs them.

    writers: the suffix of a file's name -> what writes such a file.
    """

    books: Books
    deliveries: Deliveries
    files: ReportFiles
    chat: Chat
    management_channel: str
    api_url: str
    link_key: Callable[[], str]
    aggregate: Aggregate
    writers: Mapping[str, WriteFile]

    def now(self) -> int:
        """The present moment in ms since the epoch."""
        return int(self.books.clock().timestamp() * 1000)


@dataclass(frozen=True)
class ReportRun:
    """One request for a report, however often it is delivered. requested_by: a user's id; empty: nobody that is known.

    id: the subject of its records, from which it is known who closes the month with it. response_url: where the asker alone is answered.
    """

    month: Month
    id: str
    requested_by: str = ""
    response_url: str = ""

    @property
    def closer(self) -> Closer | None:
        """Who closes the month with it; None: it is only read."""
        closer = closer_in(self.id)
        return Closer(closer) if closer else None


@dataclass(frozen=True)
class Made:
    """What came of a run. announced: it was, now. obstacle: why the month was not closed, though that was asked for."""

    announced: bool
    obstacle: Obstacle | None = None


def make_report(maker: ReportMaker, run: ReportRun, limited: Limited = nullcontext) -> Made:
    """Makes and announces one report for each run, however often the same run is delivered (R19).

    limited: within it, the work ends in time for a word about its failure. What Slack doesn't take now is finished by the reconciler.
    Raises what went wrong with the report itself, so that the platform tries again; when it does so no more, the management channel is
    told.
    """
    record = _begin(maker, run)
    if record is None:
        return Made(announced=False)
    last = record.begun >= ATTEMPTS
    if last and record.begun - 1 > record.failures and not record.attempts:
        # Earlier attempts died without a word, and this one, which is the last, may die as well.
        _tell(maker, run, report_stopped(run.month, run.closer, run.requested_by))
    return _finish(maker, run, record, limited, last=last)


def finish_report(maker: ReportMaker, run_id: str, effect: str, limited: Limited = nullcontext) -> bool:
    """Finishes a delivery of a run that isn't settled, for the reconciler. Answers whether it was sent now; raises nothing."""
    keys = {name: DeliveryKey(run_id, name) for name in (ANNOUNCEMENT, FAILURE)}
    records = maker.deliveries.read(keys.values(), consistent=True)
    record, announcement = records.get(DeliveryKey(run_id, effect)), records.get(keys[ANNOUNCEMENT])
    if record is None or not record.open:
        return False
    try:
        month = Month.parse(month_of_report(run_id))
    except UnreadableMonth:  # a hand made it up
        _put_away(maker, record, "it names no month")
        return False
    run = ReportRun(month, run_id, record.requested_by)
    if not _is_worth_finishing(maker, run, record):
        _put_away(maker, record, "nobody waits for it any more")
        return False
    if effect == FAILURE:
        return notify_report_failure(maker, run, announcement.reason if announcement else "")
    begun = _begin(maker, run, due=True)
    try:
        return begun is not None and _finish(maker, run, begun, limited, last=True).announced
    except Exception:  # it was told, and recorded when to try again
        _logger.exception("a report is still to be announced", extra={"run": run.id})
        return False


def unannounced(deliveries: Deliveries, runs: Collection[str]) -> set[str]:
    """Of these runs, those whose announcement is still owed."""
    records = deliveries.read([DeliveryKey(run, ANNOUNCEMENT) for run in runs])
    return {key.subject for key, record in records.items() if record.open and record.state is not State.SENT}


def _is_worth_finishing(maker: ReportMaker, run: ReportRun, record: Record) -> bool:
    try:
        record_of_month = maker.books.records.all().get(run.month)
    except UnreadableReport:  # which stands in the way of making it, and is told there
        record_of_month = None
    closed_by = record_of_month.run if record_of_month is not None and record_of_month.closed else ""
    if closed_by == run.id or (run.closer is not None and not closed_by):
        return True
    return maker.now() - record.owed_at < ASKED_LIFE_MS


def _begin(maker: ReportMaker, run: ReportRun, *, due: bool = False) -> Record | None:
    """Records that an announcement is owed, before any work for it; None: it was announced, or can't be now.

    due: its time has come, as the reconciler says. That the work was begun is counted, so that the last attempt is known even if the
    ones before it died.
    """
    key = DeliveryKey(run.id, ANNOUNCEMENT)
    as_read = maker.deliveries.read([key], consistent=True).get(key)
    for _ in range(_TRIES):
        now = maker.now()
        if as_read is not None and (as_read.state is State.SENT or not as_read.open):
            _logger.info("this run has been announced before", extra={"run": run.id})
            return None
        if as_read is not None and as_read.state in {State.UNREADABLE, State.UNKNOWN}:
            _logger.error(
                "the record of this run's announcement doesn't allow another",
                extra={"run": run.id, "why": as_read.state, "metric": "ReportFailed"},
            )
            if as_read.state is State.UNREADABLE:
                notify_report_failure(maker, run, as_read.state)
            return None
        base = as_read or owed(key, maker.management_channel, now, requested_by=run.requested_by)
        if base.state is State.CLAIMED and now < base.due_at:
            _logger.info("someone else is announcing this run", extra={"run": run.id})
            return None
        if base.ambiguous and now < base.due_at and not due:
            _logger.info("it may have been announced: the reconciler tries again", extra={"run": run.id})
            return None
        begun = replace(
            postponed(base, now + _patience_ms(base)),
            state=State.DUE,
            begun=base.begun + 1,
            owed_at=base.owed_at or now,
            open=True,
        )
        try:
            maker.deliveries.swap(begun, as_read)
        except DeliveryChanged as change:
            as_read = change.found
        else:
            return begun
    return None


def _patience_ms(record: Record) -> int:
    """How long a run that begins now is waited for: after the platform's first attempts, those that died come ever more rarely."""
    died = record.begun + 1 - record.failures - record.attempts - ATTEMPTS
    rounds = ceil(died / ATTEMPTS)
    return max(REPORT_RUN_MS, parking_ms(rounds)) if rounds > 0 else REPORT_RUN_MS


def _finish(maker: ReportMaker, run: ReportRun, record: Record, limited: Limited, *, last: bool) -> Made:
    try:
        with limited():
            drawn = _draw(maker, run)
    except NotClosable as error:
        _tell_asker(maker, run, not_closed(run.month, error.obstacle))
        _put_away(maker, record, f"not closed: {error.obstacle}")
        _withdraw_failure(maker, run, "the month can't be closed")
        return Made(announced=False, obstacle=error.obstacle)
    except Exception as error:
        _note_failure(maker, run, record, _code(error), last=last)
        if last:
            notify_report_failure(maker, run, _code(error))
        raise
    if drawn.unchanged is not None and (
        run.closer is Closer.SCHEDULE or _tell_asker(maker, run, drawn.unchanged)
    ):  # who can't be told gets a copy in the channel
        _put_away(maker, record, "nothing has changed since the last report")
        _withdraw_failure(maker, run, "nothing has changed since the last report")
        return Made(announced=False)
    outcome = _announce(maker, run, record, drawn.message)
    if not isinstance(outcome, Sent):
        return Made(announced=False)
    _logger.info("report announced", extra={"run": run.id, "rows": drawn.rows, "metric": "ReportMade"})
    _withdraw_failure(maker, run, "the report was announced")
    try:
        maker.books.records.keep_shown(run.month, drawn.shown)
    except Exception:  # it costs no more than a copy of the report
        _logger.exception("an announced report was not noted", extra={"run": run.id})
    return Made(announced=True)


def _tell_asker(maker: ReportMaker, run: ReportRun, message: Message) -> bool:
    """Tells whoever asked, and nobody else, by the way that they came or by direct message. Answers whether it worked."""
    ways: list[Callable[[], object]] = []
    if run.response_url:
        ways.append(lambda: maker.chat.respond(run.response_url, message))
    if run.requested_by:
        ways.append(lambda: maker.chat.post(run.requested_by, message))
    for way in ways:
        try:
            way()
        except SlackError as error:
            log_failure(_logger, "the asker was not answered", error, answer=False)
        else:
            return True
    return False


def _code(error: Exception) -> str:
    """What the words about a failure need of it: its kind, and for an unreadable report which."""
    which = getattr(error, "which", "")
    return f"{type(error).__name__}:{which}" if which else type(error).__name__


def _announce(maker: ReportMaker, run: ReportRun, begun: Record, message: Message) -> Outcome | None:
    """Posts the announcement, unless someone else does. What comes of it is recorded.

    begun: the record as this attempt left it. Where another attempt has written it since, only its own time says when it's due.
    """
    key = DeliveryKey(run.id, ANNOUNCEMENT)
    as_read = maker.deliveries.read([key], consistent=True).get(key)
    if as_read is None:
        return None
    due = _due_now(as_read) if as_read.token == begun.token else as_read
    return _post(maker, due, as_read, message, {"run": run.id, "effect": ANNOUNCEMENT})


def _due_now(record: Record) -> Record:
    """The record with its time being now, as whoever was asked for it has waited until then, unless someone else is at it."""
    return record if record.state is State.CLAIMED else replace(record, due_at=0)


def _post(
    maker: ReportMaker, due: Record, as_read: Record | None, message: Message, about: dict[str, object]
) -> Outcome | None:
    claim = claimed(due, maker.now())
    if isinstance(claim, Refusal):
        if claim is Refusal.UNKNOWN and due.state is not State.UNKNOWN:
            _swap(maker, given_up(due), as_read)
        _logger.info("not posted now", extra=about | {"why": claim.value})
        return None
    if not _swap(maker, claim, as_read):
        return None
    try:
        outcome: Outcome = Sent(maker.chat.post(maker.management_channel, message))
    except SlackError as error:
        outcome = Failed(error.kind, error.code, error.retry_after_s)
    except Exception as error:  # nobody foresaw it, and it may have happened after Slack took the message
        _logger.exception("a message was not sent, for a reason nobody foresaw", extra=about)
        outcome = Failed(FailureKind.AMBIGUOUS, type(error).__name__)
    record = record_outcome(maker.deliveries, claim, outcome, maker.now())
    if isinstance(outcome, Failed):
        if outcome.kind is FailureKind.LIMITED:
            maker.deliveries.close_place(maker.management_channel, maker.now() + limit_ms(outcome.retry_after_s))
        settled = record.state in {State.PARKED, State.UNKNOWN}
        metric = {"metric": "SetAside"} if settled else {"metric": "ReportFailed"}
        _logger.warning("not announced, to be tried again", extra=about | {"why": outcome.code} | metric)
    return outcome


def _swap(maker: ReportMaker, record: Record, as_read: Record | None) -> bool:
    try:
        maker.deliveries.swap(record, as_read)
    except DeliveryChanged:
        return False
    return True


def _note_failure(maker: ReportMaker, run: ReportRun, begun: Record, why: str, *, last: bool) -> None:
    """Records that the report itself could not be made, and when to try again."""
    _logger.warning("the report was not made", extra={"run": run.id, "why": why, "metric": "ReportFailed"})
    failed = replace(postponed(begun, maker.now() + REPORT_RUN_MS), failures=begun.failures + 1, reason=why)
    if last:
        # The platform's attempts, minutes apart, are one: the reconciler's first is an hour later.
        rounds = begun.failures + 2 - ATTEMPTS
        failed = replace(parked(begun, why, maker.now()), due_at=maker.now() + parking_ms(rounds))
    _swap(maker, failed, begun)


def notify_report_failure(maker: ReportMaker, run: ReportRun, why: str) -> bool:
    """The last attempt failed. Nothing is told of a report whose announcement may have arrived."""
    return _tell(maker, run, report_failed(run.month, run.closer, run.requested_by, why), replaces=True)


def _tell(maker: ReportMaker, run: ReportRun, message: Message, *, replaces: bool = False) -> bool:
    """Tells the management channel of trouble, once for each run; what was said before is redrawn. Raises nothing."""
    keys = {name: DeliveryKey(run.id, name) for name in (ANNOUNCEMENT, FAILURE)}
    about: dict[str, object] = {"run": run.id, "effect": FAILURE}
    try:
        records = maker.deliveries.read(keys.values(), consistent=True)
        announcement, told = records.get(keys[ANNOUNCEMENT]), records.get(keys[FAILURE])
        if announcement is not None and (announcement.ambiguous or announcement.state is State.SENT):
            if told is not None:
                _put_away(maker, told, "the report may have been announced")
            return False
        if told is not None and told.state is State.SENT:
            if replaces and told.ref is not None:
                maker.chat.update(told.ref, message)
            return False
        record = told or owed(keys[FAILURE], maker.management_channel, maker.now(), requested_by=run.requested_by)
        return isinstance(_post(maker, _due_now(record), told, message, about), Sent)
    except Exception:  # the error that is told about matters more, and an alarm tells it too
        _logger.exception(
            "the management channel was not told that the report failed", extra=about | {"metric": "ReportFailed"}
        )
        return False


def _withdraw_failure(maker: ReportMaker, run: ReportRun, why: str) -> None:
    """What was still to be said about a failure isn't so any more."""
    key = DeliveryKey(run.id, FAILURE)
    told = maker.deliveries.read([key]).get(key)
    if told is not None and told.open and told.state is not State.SENT:
        _put_away(maker, told, why)


def _put_away(maker: ReportMaker, record: Record, why: str) -> None:
    _swap(maker, superseded(record), record)
    _logger.info("not sent, and not to be sent any more", extra={"run": record.key.subject, "why": why})


@dataclass(frozen=True)
class _Drawn:
    """A report as it is announced, and what is recorded of it then. rows: how many are in it.

    unchanged: what the asker reads where the management channel has this very report already.
    """

    message: Message
    shown: Shown
    rows: int
    unchanged: Message | None


def _draw(maker: ReportMaker, run: ReportRun) -> _Drawn:
    known = maker.books.records.shown(run.month)
    if known is not None and known.channel != maker.management_channel:  # another one was configured since
        known = None
    report = report_month(maker.books, run.month, run.id, run.closer, known.fingerprint if known else "")
    closes = report.edition.closed_at is not None and not report.edition.again
    same = known if known is not None and known.fingerprint == report.fingerprint and not closes else None
    now = maker.books.clock()
    # By UTC: a week on the clocks on the wall is an hour more or less when they are changed.
    expires_at = (now.astimezone(UTC) + LINK_LIFE).astimezone(maker.books.zone)
    # Once: the message and every file show these figures.
    figures = maker.aggregate(report.month, report.rows, report.levels)
    summary = figures.summary
    if summary.accepted == 0:
        message, links = report_empty(report, summary, run.closer, run.requested_by), dict[str, str]()
        shown = Shown(report.fingerprint, maker.management_channel, "", maker.now())
    else:
        shown = same or Shown(report.fingerprint, maker.management_channel, "", 0)
        if maker.now() - shown.stored_at > _KEPT_FOR / timedelta(milliseconds=1):
            shown = replace(shown, stem=report_stem(report.month, now), stored_at=maker.now())
            for suffix, name in report_names(shown.stem, maker.writers).items():
                maker.files.store(name, maker.writers[suffix](report, figures, maker.books.zone, now))
        links = _links(maker, shown.stem, expires_at)
        message = report_ready(report, summary, links, expires_at, run.closer, run.requested_by)
    told = report_unchanged(report, maker.management_channel, links, expires_at) if same else None
    return _Drawn(message, shown, len(report.rows), told)


def _links(maker: ReportMaker, stem: str, expires_at: datetime) -> dict[str, str]:
    key = maker.link_key()
    names = report_names(stem, maker.writers)
    return {suffix: maker.api_url + signed_path(name, expires_at, key) for suffix, name in names.items()}
