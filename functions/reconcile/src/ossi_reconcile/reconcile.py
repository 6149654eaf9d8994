"""Finds the messages that the stream did not get through, and sends them (N1)."""

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import groupby, islice
from typing import TypeVar

from ossi.delivery.deliver import (
    SUBJECTS,
    UNREADABLE_RECORD,
    Delivery,
    Effect,
    Outcome,
    contribution_in,
    effects_of,
    settle,
    subject_named,
    subject_of,
)
from ossi.domain.contribution import Contribution, ContributionKey
from ossi.domain.errors import UnknownContribution
from ossi.domain.transitions import Transition, transition_behind
from ossi.ports import Clock, Contributions, Ledger, Record, State

_logger = logging.getLogger(__name__)

STREAM_GOES_FIRST = timedelta(minutes=5)
# What was set aside waits for a person, who need not know of any command: the bot is invited, the channel unarchived, and the
# message goes out by itself. Each further attempt waits twice as long, since each costs a call and wakes the alarm.
_FIRST_WAIT_S = 3600
_LONGEST_WAIT_S = 7 * 24 * 3600

_ROWS_AT_A_TIME = 25
# Slack is down, or our token is: the others would fail alike, each after its time-outs.
_FAILURES_IN_A_ROW = 3
_MOST_FINDINGS = 500  # Lambda answers with 6 MB at most

_Records = dict[tuple[str, str], Record]
_Item = TypeVar("_Item")


@dataclass(frozen=True)
class Reconciler:
    """What reconciling needs. delivery: gives what is at hand to send a contribution's messages."""

    contributions: Contributions
    ledger: Ledger
    effects: Sequence[Effect]
    delivery: Callable[[Contribution], Delivery]
    clock: Clock


@dataclass(frozen=True)
class Task:
    """What a run is to do.

    dry: say what would be sent, send nothing. unsettled: look only at contributions of which the ledger knows a message that was begun
    and not sent: soon done, however large the table, but what nobody has begun to send is not seen. redrive: what was set aside, at
    once, and nothing else. effect, contribution: only the message of that name, or of that contribution. older_than: leaves rows that
    changed since to the stream.
    """

    dry: bool = False
    unsettled: bool = False
    redrive: bool = False
    effect: str | None = None
    contribution: ContributionKey | None = None
    older_than: timedelta = STREAM_GOES_FIRST


@dataclass(frozen=True)
class Finding:
    """A message that had not been sent, and what came of it. reason: the code of what stands in its way."""

    contribution: ContributionKey
    effect: str
    outcome: Outcome
    reason: str = ""


@dataclass
class Summary:
    """What a run did. done: it came to the end; otherwise the next one goes on after position. halted: it gave up for now."""

    looked_at: int = 0
    findings: list[Finding] = field(default_factory=list[Finding])
    position: ContributionKey | None = None
    done: bool = False
    halted: bool = False

    def counts(self) -> dict[str, int]:
        """How many messages came to what."""
        counts: dict[str, int] = {}
        for finding in self.findings:
            counts[finding.outcome] = counts.get(finding.outcome, 0) + 1
        return counts


def reconcile(
    reconciler: Reconciler, task: Task, seconds_left: Callable[[], float], after: ContributionKey | None = None
) -> Summary:
    """Compares the table with the ledger and sends what is missing. Claims protect what the stream is sending at the same moment.

    after: where an earlier run stopped. seconds_left: for beginning with further rows; at zero the run ends, and another can go on.
    """
    run = _Run(reconciler, task, seconds_left, Summary(position=after))
    for rows in _in_parts(_rows(reconciler, task, after)):
        if not run.look_at(rows):
            return run.summary
    run.summary.done = True
    return run.summary


def _rows(reconciler: Reconciler, task: Task, after: ContributionKey | None) -> Iterable[Contribution]:
    if task.contribution is not None:
        row = reconciler.contributions.get(task.contribution)
        return [row] if row else []
    if task.unsettled or task.redrive:
        return _unsettled_rows(reconciler, after)
    return reconciler.contributions.all(after)


def _unsettled_rows(reconciler: Reconciler, after: ContributionKey | None) -> Iterator[Contribution]:
    messages = reconciler.ledger.unsettled(SUBJECTS, subject_named(after) if after else "")
    for keys in _in_parts(_contributions_in(subject for subject, _ in groupby(subject for subject, _ in messages))):
        rows = reconciler.contributions.get_many(keys)
        yield from (rows[key] for key in keys if key in rows)


def _contributions_in(subjects: Iterable[str]) -> Iterator[ContributionKey]:
    for subject in subjects:
        try:
            yield contribution_in(subject)
        except UnknownContribution:  # written by hand
            _logger.error("a record of the ledger cannot be read", extra={"why": "wrong: id", "metric": "Unreadable"})


def _in_parts(items: Iterable[_Item]) -> Iterator[list[_Item]]:
    iterator = iter(items)
    while part := list(islice(iterator, _ROWS_AT_A_TIME)):
        yield part


class _Run:
    def __init__(self, reconciler: Reconciler, task: Task, seconds_left: Callable[[], float], summary: Summary) -> None:
        self._reconciler = reconciler
        self._task = task
        self._seconds_left = seconds_left
        self._failures = 0
        self._now_ms = int(reconciler.clock().timestamp() * 1000)
        self.summary = summary

    def look_at(self, rows: list[Contribution]) -> bool:
        """Whether there is time and hope left."""
        records = self._reconciler.ledger.records(message for row in rows for message in self._messages(row))
        for row in rows:
            # Never in the middle of a row: the next run would begin with it again, and perhaps never get any further.
            if self._seconds_left() <= 0 or len(self.summary.findings) >= _MOST_FINDINGS:
                return False
            if not self._is_fresh(row):
                self._look_at_one(row, records)
            self.summary.looked_at += 1
            self.summary.position = row.key
            if self._failures >= _FAILURES_IN_A_ROW:
                self.summary.halted = True
                return False
        return True

    def _look_at_one(self, row: Contribution, records: _Records) -> None:
        subject = subject_of(row)
        transition = transition_behind(row, handled=any(name == subject for name, _ in records))
        wanted = self._wanted(row, transition, records) if transition else []
        if self._task.unsettled:
            self._put_away(row, {effect.name for effect in wanted}, records)
        due = [(effect, records.get((subject, effect.name))) for effect in wanted]
        due = [(effect, record) for effect, record in due if self._concerns(effect, record)]
        if transition and due and not self._was_decided_otherwise(row, transition):
            self._attend_to(row, due)

    def _messages(self, row: Contribution) -> list[tuple[str, str]]:
        """What has to be known of the ledger to say what is due for the row."""
        effects: Iterable[Effect] = ()
        if self._task.unsettled:
            effects = self._reconciler.effects  # which of them are unsettled, and not due any more
        elif transition := transition_behind(row, handled=False):
            effects = [*self._outliving(row, transition), *effects_of(transition, self._reconciler.effects)]
        elif transition_behind(row, handled=True):
            effects = self._reconciler.effects  # whether there is any trace of it
        return [(subject_of(row), effect.name) for effect in effects]

    def _outliving(self, row: Contribution, transition: Transition) -> list[Effect]:
        """Messages of the submission that are still worth sending after the decision."""
        if transition is Transition.SUBMITTED or row.imported_at is not None:
            return []
        return [each for each in effects_of(Transition.SUBMITTED, self._reconciler.effects) if each.until]

    def _wanted(self, row: Contribution, transition: Transition, records: _Records) -> list[Effect]:
        """The messages that the row asks for, those of the submission first."""
        subject = subject_of(row)
        told = {effect for (name, effect), record in records.items() if name == subject and record.state is State.SENT}
        earlier = [effect for effect in self._outliving(row, transition) if not told.intersection(effect.until)]
        return [*earlier, *effects_of(transition, self._reconciler.effects)]

    def _concerns(self, effect: Effect, record: Record | None) -> bool:
        if self._task.effect not in {None, effect.name} or (record is not None and record.state is State.SENT):
            return False
        return not self._task.redrive or (record is not None and record.state is State.SET_ASIDE)

    def _is_fresh(self, row: Contribution) -> bool:
        changed = max(row.timestamp, row.decided_at or 0)
        # A time to come, which only a hand can have written, must not keep its row from being looked at until then.
        return 0 <= self._now_ms - changed < self._task.older_than / timedelta(milliseconds=1)

    def _was_decided_otherwise(self, row: Contribution, transition: Transition) -> bool:
        """Whether another decision has been told: then somebody changed the status by hand since, which is silent (R8)."""
        own = {effect.name for effect in effects_of(transition, self._reconciler.effects)}
        others = {
            effect.name
            for effect in self._reconciler.effects
            if effect.transition is not Transition.SUBMITTED and effect.name not in own
        }
        return bool(self._reconciler.ledger.records((subject_of(row), name) for name in others))

    def _put_away(self, row: Contribution, wanted: set[str], records: _Records) -> None:
        """Messages that the row does not ask for any more would be looked at again in each run."""
        for effect in self._reconciler.effects:
            record = records.get((subject_of(row), effect.name))
            if effect.name not in wanted and record is not None and record.state in {State.DUE, State.SET_ASIDE}:
                self._reconciler.ledger.put_away(subject_of(row), effect.name)
                _logger.info(
                    "not sent, and overtaken by now", extra={"effect": effect.name, "contribution": str(row.key)}
                )

    def _attend_to(self, row: Contribution, due: list[tuple[Effect, Record | None]]) -> None:
        # The row may be minutes old by now, and a message about what it was would be wrong: the next run sees what it is.
        as_it_is = row if self._task.dry else self._reconciler.contributions.get(row.key)
        if as_it_is is None or as_it_is.status is not row.status:
            return
        for effect, record in due:
            finding = self._attend_to_one(as_it_is, effect, record)
            if finding.outcome is Outcome.FAILED:
                self._failures += 1
            elif finding.outcome is Outcome.SENT:
                self._failures = 0
            if finding.outcome not in {Outcome.SENT_BEFORE, Outcome.NEEDLESS}:
                self.summary.findings.append(finding)

    def _attend_to_one(self, row: Contribution, effect: Effect, record: Record | None) -> Finding:
        if record is not None and record.state is State.CLAIMED:
            return Finding(row.key, effect.name, Outcome.HELD)
        set_aside = record is not None and record.state is State.SET_ASIDE
        if record is not None and record.state is State.UNREADABLE:
            return Finding(row.key, effect.name, Outcome.SET_ASIDE, UNREADABLE_RECORD)
        reason = record.reason if record else ""
        if set_aside and not self._task.redrive and not self._has_waited(record):
            return Finding(row.key, effect.name, Outcome.SET_ASIDE, reason)
        if self._task.dry:
            return Finding(row.key, effect.name, Outcome.DUE, reason)
        try:
            if set_aside:
                self._reconciler.ledger.reopen(subject_of(row), effect.name)
            settlement = settle(effect, self._reconciler.delivery(row))
        except Exception as error:  # the ledger failed: this row must not keep the others from being looked at
            _logger.exception("not reconciled", extra={"effect": effect.name, "contribution": str(row.key)})
            return Finding(row.key, effect.name, Outcome.FAILED, type(error).__name__)
        return Finding(row.key, effect.name, settlement.outcome, settlement.reason)

    def _has_waited(self, record: Record | None) -> bool:
        if record is None:
            return True
        wait_s = min(_FIRST_WAIT_S * 2 ** min(record.failures - 1, 10), _LONGEST_WAIT_S) if record.failures else 0
        return self._now_ms >= record.failed_at + wait_s * 1000
