"""Looks at rows: what was never recorded is owed, and an administrator's command tries at once what isn't settled (N1)."""

import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import chain, groupby, islice
from typing import TypeVar
from zlib import crc32

from ossi.contracts import CONTRIBUTIONS
from ossi.delivery.deliver import (
    LOOK,
    UNREADABLE_RECORD,
    Office,
    Result,
    contribution_in,
    deliver_once,
    owe,
    subject_of,
)
from ossi.delivery.policy import reopened
from ossi.delivery.record import State
from ossi.delivery.store import DeliveryChanged
from ossi.domain.contribution import Contribution, ContributionKey
from ossi.domain.errors import UnknownContribution, UnreadableContribution
from ossi.domain.lifecycle import history_of, is_explained
from ossi.domain.months import Month
from ossi.slack.errors import FailureKind
from ossi_reconcile.look import NOT_LOOKED_AT, Unsent, about_failure, unsent_of
from ossi_reconcile.probe import slack_answers

_logger = logging.getLogger("ossi.reconcile")

STREAM_GOES_FIRST = timedelta(minutes=5)
# Of what was submitted, a run looks again at so much: each row about fifteen times, since runs are a minute apart.
_NEW_FOR = timedelta(minutes=15)
# What a row owes follows from its history: one that nothing has happened to since owes nothing that an earlier round has not seen. It's
# looked at all the same, in case a hand has spoiled the ledger, but not each time: its deliveries are what a round costs.
NEWS_FOR = timedelta(days=8)
TURNS = 7
_MS = timedelta(milliseconds=1)
_ROWS_AT_A_TIME = 25
# Slack is down, or the token is: the others would fail alike, each after its time-outs.
_FAILURES_IN_A_ROW = 3
_MOST_FINDINGS = 500  # Lambda answers with 6 MB at most
_Item = TypeVar("_Item")


@dataclass(frozen=True)
class Task:
    """What a run is to do.

    only_record: records what is owed, and leaves sending to whoever works off what is due. new: only rows of these months that were
    submitted shortly before the stream's time for them was over. turn: of rows that nothing has happened to for a while, only those whose
    turn it is; None: all. dry: says what would be sent, and changes
    nothing. redrive: what was parked, or may have arrived, at once, and nothing else. effect, contribution: only the message of that
    name, or of that contribution. older_than: leaves rows that changed since to the stream.
    """

    only_record: bool = False
    new: tuple[Month, ...] = ()
    turn: int | None = None
    dry: bool = False
    redrive: bool = False
    effect: str | None = None
    contribution: ContributionKey | None = None
    older_than: timedelta = STREAM_GOES_FIRST


@dataclass(frozen=True)
class Finding:
    """A message that wasn't settled, and what came of it. reason: the code of what stands in its way."""

    contribution: ContributionKey
    effect: str
    result: Result
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
            counts[finding.result] = counts.get(finding.result, 0) + 1
        return counts


def reconcile(
    office: Office, task: Task, seconds_left: Callable[[], float], after: ContributionKey | None = None
) -> Summary:
    """Compares rows with the records of their deliveries. Claims protect what the stream is sending at the same moment.

    after: where an earlier run stopped. seconds_left: for beginning with further rows; at zero the run ends, and another can go on.
    """
    run = _Run(office, task, seconds_left, Summary(position=after))
    for rows in _in_parts(_rows(office, task, after)):
        if not run.look_at(rows):
            return run.summary
    run.summary.done = True
    return run.summary


def _rows(office: Office, task: Task, after: ContributionKey | None) -> Iterable[Contribution]:
    if task.contribution is not None:
        try:
            row = office.contributions.get(task.contribution)
        except UnreadableContribution as error:
            about = {"contribution": str(task.contribution), "why": str(error), "metric": "Unreadable"}
            _logger.error("a stored row cannot be read", extra=about)
            return []
        return [row] if row else []
    if task.new:
        until = office.now() - STREAM_GOES_FIRST // _MS
        return chain.from_iterable(
            office.contributions.submitted(month, until - _NEW_FOR // _MS, until) for month in task.new
        )
    return _unsettled_rows(office, after) if task.redrive else office.contributions.all(after)


def _unsettled_rows(office: Office, after: ContributionKey | None) -> Iterator[Contribution]:
    keys = office.deliveries.unsettled(CONTRIBUTIONS, subject_of(after) if after else "")
    for part in _in_parts(_contributions_in(subject for subject, _ in groupby(key.subject for key in keys))):
        rows = office.contributions.look_up(part)
        yield from (row for key in part if (row := rows.get(key)) is not None)


def _contributions_in(subjects: Iterable[str]) -> Iterator[ContributionKey]:
    for subject in subjects:
        try:
            yield contribution_in(subject)
        except UnknownContribution:  # written by hand
            _logger.error("a record cannot be read", extra={"why": "wrong: id", "metric": "Unreadable"})


def _in_parts(items: Iterable[_Item]) -> Iterator[list[_Item]]:
    iterator = iter(items)
    while part := list(islice(iterator, _ROWS_AT_A_TIME)):
        yield part


class _Run:
    def __init__(self, office: Office, task: Task, seconds_left: Callable[[], float], summary: Summary) -> None:
        self._office = office
        self._task = task
        self._seconds_left = seconds_left
        self._failures = 0
        self._limited: set[str] = set()
        self._slack_answers: bool | None = None
        self.summary = summary

    def look_at(self, rows: list[Contribution]) -> bool:
        """Whether there is time and hope left."""
        settled_long_ago = [row for row in rows if not self._is_fresh(row) and self._has_its_turn(row)]
        unsent = unsent_of(self._office, settled_long_ago, dry=self._task.dry)
        by_row = dict(zip((row.key for row in settled_long_ago), unsent, strict=True))
        for row in rows:
            # Never in the middle of a row: the next run would begin with it again, and perhaps never get any further.
            if self._seconds_left() <= 0 or len(self.summary.findings) >= _MOST_FINDINGS:
                return False
            found = by_row.get(row.key, [])
            if found is None:
                self._failures += 1
                self.summary.findings.append(Finding(row.key, LOOK, Result.FAILED, "not_looked_at"))
            elif self._task.only_record:
                self._failures = 0 if self._record(found) else self._failures + 1
            else:
                for each in found:
                    self._attend_to(each)
            self.summary.looked_at += 1
            self.summary.position = row.key
            if self._failures >= _FAILURES_IN_A_ROW:
                self.summary.halted = True
                return False
        return True

    def _is_fresh(self, row: Contribution) -> bool:
        age = self._office.now() - max(row.timestamp, history_of(row)[-1].at)
        # A time to come, which only a hand can have written, must not keep its row from being looked at until then.
        return 0 <= age < self._task.older_than / timedelta(milliseconds=1)

    def _has_its_turn(self, row: Contribution) -> bool:
        turn, now = self._task.turn, self._office.now()
        if turn is None or not is_explained(row) or now - history_of(row)[-1].at < NEWS_FOR // _MS:
            return True
        return crc32(str(row.key).encode()) % TURNS == turn % TURNS

    def _record(self, unsent: Iterable[Unsent]) -> bool:
        """Records what a row owes. Answers whether that could be done."""
        for each in unsent:
            if each.record is not None and not each.record.row_gone and each.record.state is not State.SENT:
                continue
            try:
                owe(self._office, each.contribution, each.wanted)
            except Exception as error:  # this row must not keep the others from being looked at
                _logger.exception(NOT_LOOKED_AT, extra=about_failure(each.contribution, error))
                self._found(each, Result.FAILED, type(error).__name__)
                return False
            if each.record is None:
                about = {"contribution": str(each.contribution.key), "effect": each.wanted.name, "metric": "Overdue"}
                _logger.warning("the stream function never handled a change", extra=about)
            self._found(each, Result.DUE)
        return True

    def _attend_to(self, unsent: Unsent) -> None:
        if self._task.effect not in {None, unsent.wanted.name, unsent.wanted.effect.name}:
            return
        if self._task.redrive and (unsent.record is None or unsent.record.state not in {State.PARKED, State.UNKNOWN}):
            return
        result, reason = self._in_the_way(unsent) or self._try(unsent)
        self._failures = (
            self._failures + 1 if result is Result.FAILED else 0 if result is Result.SENT else self._failures
        )
        if result not in {Result.SENT_BEFORE, Result.NEEDLESS}:
            self._found(unsent, result, reason)

    def _found(self, unsent: Unsent, result: Result, reason: str = "") -> None:
        self.summary.findings.append(Finding(unsent.contribution.key, unsent.wanted.name, result, reason))

    def _in_the_way(self, unsent: Unsent) -> tuple[Result, str] | None:
        """Why the message isn't tried now; None: nothing stands in its way."""
        record, now = unsent.record, self._office.now()
        if record is None:
            return (Result.DUE, "") if self._task.dry else None
        if record.state is State.UNREADABLE:
            return Result.SET_ASIDE, UNREADABLE_RECORD
        if record.state is State.CLAIMED and now < record.due_at:
            return Result.HELD, record.reason
        if not self._task.redrive and record.state is State.UNKNOWN:
            return Result.UNKNOWN, record.reason
        if not self._task.redrive and record.state is State.PARKED and now < record.due_at:
            return Result.SET_ASIDE, record.reason
        return (Result.DUE, record.reason) if self._task.dry else None

    def _try(self, unsent: Unsent) -> tuple[Result, str]:
        office, record = self._office, unsent.record
        try:
            if self._task.redrive and record is not None:
                again = reopened(record, office.now())
                office.deliveries.swap(again, record)
                record = again
            place = unsent.wanted.effect.rate_limit_key(office.sender, unsent.contribution)
            if place in self._limited:  # the scheduled run works it off at the place's pace
                if record is None:
                    owe(office, unsent.contribution, unsent.wanted)
                return Result.DUE, record.reason if record else ""
            if record is not None and record.ambiguous and record.due_at <= office.now() and not self._may_repeat():
                return Result.DUE, record.reason
            settlement = deliver_once(office, unsent.contribution, unsent.wanted, record)
        except DeliveryChanged:
            return Result.HELD, ""
        except Exception as error:  # the ledger failed: this row must not keep the others from being looked at
            about = {"effect": unsent.wanted.name, "contribution": str(unsent.contribution.key)}
            _logger.exception("not reconciled", extra=about)
            return Result.FAILED, type(error).__name__
        if settlement.kind is FailureKind.LIMITED:
            self._limited.add(place)
            return Result.DUE, settlement.reason
        if settlement.kind in {FailureKind.AMBIGUOUS, FailureKind.NOT_DONE} and self._slack_answers:
            self._slack_answers = None  # perhaps all of Slack is down by now
        return settlement.result, settlement.reason

    def _may_repeat(self) -> bool:
        """Whether what may have arrived may be sent again."""
        if self._slack_answers is None:
            self._slack_answers = slack_answers(self._office)
        return self._slack_answers
