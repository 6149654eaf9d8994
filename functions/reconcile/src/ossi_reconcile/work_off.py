"""Works off what is due: place by place, the oldest first, so that what fails in one place holds up no other (N10)."""

import logging
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace

from ossi.contracts import CONTRIBUTIONS, REPORT_RUN_MS, REPORTS
from ossi.delivery.batch import PACE_MS, QUEUE_MS, Pace, Time
from ossi.delivery.deliver import (
    LOOK,
    LOOK_AGAIN_MS,
    Office,
    Result,
    Settlement,
    contribution_in,
    deliver_once,
    key_of,
    owe,
    settle,
)
from ossi.delivery.effect import Wanted, wanted_of
from ossi.delivery.policy import postponed, reopened
from ossi.delivery.record import DeliveryKey, Record, State
from ossi.delivery.store import DeliveryChanged
from ossi.delivery.takeover import history_by_records
from ossi.domain.contribution import Contribution, ContributionKey
from ossi.domain.errors import UnknownContribution
from ossi.ports import Lease
from ossi.slack.errors import FailureKind
from ossi_reconcile.look import Records, adopted, is_too_late, keys_beside, unsent_of
from ossi_reconcile.probe import slack_answers

_logger = logging.getLogger("ossi.reconcile")

_NOT_HANDLED = "a delivery could not be handled"

_SET_ASIDE = frozenset({State.PARKED, State.UNKNOWN, State.UNREADABLE})

OVERDUE_MS = 15 * 60_000
LOOK_AGAIN_MAX_MS = 24 * 3_600_000
_HOLD_EVERY_S = 20
_LOOK_EVERY_S = 15
_LONGEST_SLEEP_S = 60
_AT_A_TIME = 100  # BatchGetItem takes no more


@dataclass(frozen=True)
class Desk:
    """What working off needs. ask_report: asks the report function to finish a report's delivery."""

    office: Office
    lease: Lease
    ask_report: Callable[[Record], None]


@dataclass(frozen=True)
class Finding:
    """A delivery that wasn't settled, and what came of it. reason: the code of what stands in its way."""

    subject: str
    effect: str
    result: Result
    reason: str = ""


@dataclass
class Worked:
    """What a run came to. idle: someone else is at it."""

    findings: list[Finding] = field(default_factory=list[Finding])
    idle: bool = False
    slack_is_down: bool = False

    def and_then(self, later: "Worked") -> "Worked":
        """This and what the same run did later, which began with all that was due then."""
        return Worked(self.findings + later.findings, later.idle, self.slack_is_down or later.slack_is_down)

    def counts(self) -> dict[str, int]:
        """How many deliveries came to what."""
        return dict(Counter(finding.result.value for finding in self.findings))


@dataclass
class _Job:
    record: Record
    contribution: Contribution
    wanted: Wanted
    limited: int = 0


def redrive_reports(desk: Desk, *, dry: bool = False) -> list[Finding]:
    """Asks at once for the deliveries of reports that were parked, or that may have arrived: an operator has decided. dry: only says so."""
    office = desk.office
    findings: list[Finding] = []
    for key, record in office.deliveries.read(office.deliveries.unsettled(REPORTS), consistent=True).items():
        if record.state not in {State.PARKED, State.UNKNOWN}:
            continue
        findings.append(Finding(key.subject, key.effect, Result.DUE, record.reason))
        if dry:
            continue
        # It's owed since this decision: what was asked for long ago is not worth finishing otherwise.
        again = replace(reopened(record, office.now()), owed_at=office.now(), due_at=office.now() + REPORT_RUN_MS)
        try:
            office.deliveries.swap(again, record)
        except DeliveryChanged:
            continue  # someone else is at it
        desk.ask_report(again)
    return findings


def work_off(desk: Desk, time: Time) -> Worked:
    """Tries everything that is due, and waits for the pace of places while there is time."""
    run = _Run(desk, time)
    due = run.due()
    if not due:
        return Worked()
    if not desk.lease.hold():
        return Worked(idle=True)
    try:
        return run.work_off(due)
    finally:
        desk.lease.release()


def _is_waiting(record: Record) -> bool:
    """Whether it's to be looked at: what nobody knows of isn't sent, but put away once it comes too late or its row is gone."""
    if record.state is State.UNKNOWN:
        return record.open and record.key.subject.startswith(f"{CONTRIBUTIONS}#")
    return record.open and record.state in {State.DUE, State.CLAIMED, State.PARKED}


class _Run:
    def __init__(self, desk: Desk, time: Time) -> None:
        self._desk = desk
        self._office = desk.office
        self._time = time
        self._pace = Pace(desk.office)
        self._slack_answers: bool | None = None
        self._held_at = time.now()
        self._queues: dict[str, deque[_Job]] = {}
        self._slow: set[str] = set()
        self._tried_at: dict[str, float] = {}
        # Whatever this run could not change: looking at it again at once would come to the same.
        self._left: set[DeliveryKey] = set()
        self._worked = Worked()
        self._lost = False
        self._counted = False

    def work_off(self, due: list[Record]) -> Worked:
        """Goes on until nothing is due that could be tried now."""
        while self._time.is_enough() and not self._worked.slack_is_down and not self._lost:
            self._slow.clear()
            self._queues.clear()
            if not self._take_up(self._jobs(due)) or not self._drain():
                break
            due = self.due()
        return self._worked

    def due(self) -> list[Record]:
        """The oldest records of each place that may be tried now: no more than can be worked off before the next look."""
        office = self._office
        keys = [*office.deliveries.unsettled(CONTRIBUTIONS), *office.deliveries.unsettled(REPORTS)]
        now = office.now()
        records: list[Record] = []
        for start in range(0, len(keys), _AT_A_TIME):
            records += office.deliveries.read(keys[start : start + _AT_A_TIME]).values()
        due = [each for each in records if _is_waiting(each) and each.due_at <= now and each.key not in self._left]
        self._count(records, due)
        due.sort(key=lambda each: (each.owed_at, each.key.subject, each.key.effect))
        counts: Counter[str] = Counter()
        first: list[Record] = []
        for record in due:
            counts[record.place] += 1
            if counts[record.place] <= _AT_A_TIME:
                first.append(record)
        return first

    def _count(self, records: Iterable[Record], due: Iterable[Record]) -> None:
        """Once a run, so that the alarms last as long as what they tell of."""
        if self._counted:
            return
        self._counted = True
        now = self._office.now()
        old = sum(each.state is State.DUE and 0 < each.owed_at < now - OVERDUE_MS for each in due)
        if old:
            _logger.warning("deliveries are overdue", extra={"rows": old, "metric": "Overdue"})
        set_aside = sum(each.open and each.state in _SET_ASIDE for each in records)
        if set_aside:
            _logger.info("deliveries are parked", extra={"rows": set_aside, "metric": "SetAside"})

    def _jobs(self, due: Iterable[Record]) -> list[_Job]:
        """What is due, with the contribution and the message that it's about. What needs no message is dealt with here."""
        by_subject: dict[ContributionKey, list[Record]] = {}
        for record in due:
            try:
                if record.key.subject.startswith(f"{REPORTS}#"):
                    self._finish_report(record)
                    continue
                by_subject.setdefault(contribution_in(record.key.subject), []).append(record)
            except UnknownContribution:  # written by hand
                _logger.error("a record cannot be read", extra={"why": "wrong: id", "metric": "Unreadable"})
            except Exception:  # the next run tries again
                _logger.exception(_NOT_HANDLED, extra={"effect": record.key.effect})
                self._left.add(record.key)
        rows = self._office.contributions.look_up(by_subject)
        effects = self._office.effects
        beside = self._office.deliveries.read(
            key for row in rows.values() if row is not None for key in keys_beside(row, effects)
        )
        jobs: list[_Job] = []
        for key, records in by_subject.items():
            for record in records:
                try:
                    if key in rows:
                        jobs += self._job(record, rows[key], beside)
                    else:
                        settle(self._office, record, "the row is gone", row_gone=True)
                except Exception:  # this one must not keep the others from being looked at
                    _logger.exception(_NOT_HANDLED, extra={"effect": record.key.effect})
                    self._left.add(record.key)
        return sorted(jobs, key=lambda job: (job.record.owed_at, job.wanted.event.n))

    def _job(self, record: Record, row: Contribution | None, beside: Records) -> Iterator[_Job]:
        office = self._office
        if row is None:
            self._postpone(record)
            return
        if record.key.effect == LOOK:
            self._look(record, row)
            return
        recorded = {key.effect for key in beside if key.subject == record.key.subject} | {record.key.effect}
        history = history_by_records(row, office.effects, recorded)
        wanted = next((each for each in wanted_of(office.effects, history) if each.name == record.key.effect), None)
        if wanted is None:
            if any(record.key.effect.split("#")[0] == effect.name for effect in office.effects):
                settle(office, record, "nothing calls for it any more")
            else:
                self._postpone(record)  # an effect that only a newer version knows is its business
        elif is_too_late(wanted, history, office, row, beside):
            settle(office, record, "it would come too late")
        elif record.state is State.UNKNOWN:
            self._postpone(record)
        elif (stored := adopted(office, row, history)) is None:
            self._left.add(record.key)  # it has changed again: the next run sees how
        else:
            yield _Job(record, stored, wanted)

    def _look(self, record: Record, row: Contribution) -> None:
        (found,) = unsent_of(self._office, [row])
        if found is None:
            self._postpone(record)
            return
        for unsent in found:
            if (
                unsent.record is None or unsent.record.row_gone or unsent.record.state is State.SENT
            ):  # sent, and behind the row: a redrawing
                owe(self._office, unsent.contribution, unsent.wanted)
        settle(self._office, record, "the row was looked at")

    def _postpone(self, record: Record) -> None:
        """Looks again later, and ever more rarely: the row can't be read now, or an operator decides."""
        now = self._office.now()
        wait = min(max(now - record.owed_at, LOOK_AGAIN_MS), LOOK_AGAIN_MAX_MS)
        self._swap(postponed(record, now + wait), record)

    def _finish_report(self, record: Record) -> None:
        if not self._may_call(record):
            return
        try:
            self._desk.ask_report(record)
        except Exception:  # the next run asks again
            _logger.exception("the report function could not be asked", extra={"run": record.key.subject})
            self._left.add(record.key)
        else:
            # Whoever claimed it is dead: the report function need not wait for them.
            again = postponed(replace(record, lease_until=0), self._office.now() + REPORT_RUN_MS)
            self._swap(replace(again, state=State.DUE) if record.state is State.CLAIMED else again, record)

    def _swap(self, record: Record, as_read: Record) -> None:
        try:
            self._office.deliveries.swap(record, as_read)
        except DeliveryChanged:
            _logger.info("someone else is at it", extra={"effect": record.key.effect})

    def _take_up(self, jobs: Iterable[_Job]) -> bool:
        """Puts what is due in a queue for each place. Answers whether there is any."""
        for job in jobs:
            place = job.wanted.effect.rate_limit_key(self._office.sender, job.contribution)
            self._queues.setdefault(place, deque()).append(job)
        if self._queues:
            self._pace.learn(self._queues)
        now = self._office.now()
        # Where the pace of a place is what people wait for, what comes meanwhile has to wait its turn.
        for place in self._queues:
            if self._pace.is_queued(place) or self._pace.opens_at(place) > now:
                self._pace.paced.add(place)
        self._keep_queued()
        return bool(self._queues)

    def _drain(self) -> bool:
        """Tries what is in the queues, as far as the places are open. Answers whether another look at what is due makes sense."""
        looked_at = self._time.now()
        while self._queues:
            if not self._time.is_enough() or self._worked.slack_is_down:
                return False
            if self._time.now() - looked_at > _LOOK_EVERY_S:
                return True  # meanwhile more may be due, in other places
            if self._time.now() - self._held_at > _HOLD_EVERY_S and not self._hold():
                return False
            now = self._office.now()
            open_now = [place for place in self._queues if self._pace.opens_at(place) <= now]
            open_now.sort(key=lambda place: self._tried_at.get(place, 0))
            quick = [place for place in open_now if place not in self._slow]
            for place in quick or open_now:
                if not self._time.is_enough() or self._worked.slack_is_down:
                    return False
                self._one_of(place)
                self._tried_at[place] = self._time.now()
                now_s = self._time.now()
                if now_s - looked_at > _LOOK_EVERY_S or now_s - self._held_at > _HOLD_EVERY_S:
                    break  # many places, or slow ones: the rest of them goes first afterwards
            if not open_now and not self._sleep():
                return False
        return True

    def _hold(self) -> bool:
        """Keeps the lease. Answers whether this run still has it."""
        self._held_at = self._time.now()
        self._lost = not self._desk.lease.hold()
        self._keep_queued()
        return not self._lost

    def _one_of(self, place: str) -> None:
        queue = self._queues[place]
        job = queue[0]
        if not self._may_call(job.record):
            return
        try:
            settlement = deliver_once(self._office, job.contribution, job.wanted, job.record)
        except Exception as error:  # the ledger failed: this one must not keep the others from being tried
            _logger.exception(_NOT_HANDLED, extra={"effect": job.wanted.name})
            settlement = Settlement(Result.FAILED, type(error).__name__)
        self._pace.after(place, settlement)
        record = settlement.record
        if settlement.kind is FailureKind.LIMITED and record is not None and record.due_at <= settlement.closed_until:
            job.record = record
            job.limited += 1
            if job.limited > 1:  # perhaps it's this message that Slack always refuses: the others must not wait for it
                queue.rotate(-1)
            self._office.deliveries.queue_place(place, self._office.now() + QUEUE_MS)
            return
        queue.popleft()
        if record is None or (record.open and record.due_at <= self._office.now()):
            self._left.add(job.record.key)
        if settlement.kind in {FailureKind.AMBIGUOUS, FailureKind.NOT_DONE}:
            self._slow.add(place)
            self._slack_answers = None  # perhaps all of Slack is down
        if settlement.result not in {Result.SENT_BEFORE, Result.NEEDLESS}:
            key = key_of(job.contribution, job.wanted)
            self._worked.findings.append(Finding(key.subject, key.effect, settlement.result, settlement.reason))
        if not queue:
            del self._queues[place]
            if place in self._pace.paced:
                self._office.deliveries.queue_place(place, self._office.now() + PACE_MS)

    def _may_call(self, record: Record) -> bool:
        """Whether an attempt may be spent: Slack answers something harmless, where that is in doubt."""
        if self._slack_answers is None and (record.ambiguous or self._slow or record.key.subject.startswith(REPORTS)):
            if not slack_answers(self._office):
                self._worked.slack_is_down = True
                return False
            self._slack_answers = True
        return True

    def _keep_queued(self) -> None:
        for place in self._queues:
            if place in self._pace.paced:
                self._office.deliveries.queue_place(place, self._office.now() + QUEUE_MS)

    def _sleep(self) -> bool:
        """Until the first place opens, if there is time for that."""
        wait_s = max(min(self._pace.opens_at(place) for place in self._queues) - self._office.now(), 0) / 1000
        if wait_s > _LONGEST_SLEEP_S or not self._time.is_enough(wait_s):
            return False  # the next run comes within a minute
        self._time.sleep(min(wait_s, _LOOK_EVERY_S))
        return True
