"""Delivers what several changes call for (R9): at once where that is possible, and with a record of what is still owed where it isn't."""

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from ossi.delivery.deliver import Office, Result, Settlement, deliver_once, owe
from ossi.delivery.effect import Wanted
from ossi.delivery.store import Place
from ossi.domain.contribution import Contribution
from ossi.slack.errors import FailureKind

_logger = logging.getLogger(__name__)

SECONDS_FOR_ONE = 12
"""Starting a message with less time left than this risks being stopped between Slack's OK and the record of it."""
BUDGET_S = 30
"""For all messages of a batch: the next one's must not wait for these."""
REPEATS_S = 3
"""For waiting for the pace of a place; what takes longer is worked off by the reconciler, and the next batch need not wait for it."""
# Slack takes about one message a second in a place and tolerates bursts ("Rate limits"): a place that had its burst gets the next
# message when that will be taken, instead of one that is refused before each one that is taken.
PACE_MS = 1_000
QUEUE_MS = 65_000
"""For how long what waits for a place goes first. The reconciler looks every minute, and says so again."""


@dataclass(frozen=True)
class Change:
    """A contribution as a change has left it, and what the events of that change call for."""

    contribution: Contribution
    wanted: tuple[Wanted, ...]


@dataclass(frozen=True)
class Time:
    """seconds_left: until the function is stopped. now: a clock that never goes back, in seconds. sleep: waits so many seconds."""

    seconds_left: Callable[[], float]
    now: Callable[[], float]
    sleep: Callable[[float], None]

    def is_enough(self, after_s: float = 0) -> bool:
        """Whether one message can be sent safely, after having waited for so long."""
        return self.seconds_left() - after_s >= SECONDS_FOR_ONE


@dataclass
class Pace:
    """What is known of the pace of places, in this process and from others. Moments are ms since the epoch."""

    office: Office
    known: dict[str, Place] = field(default_factory=dict[str, Place])
    closed_until: dict[str, int] = field(default_factory=dict[str, int])
    paced: set[str] = field(default_factory=set[str])

    def learn(self, names: Iterable[str]) -> None:
        """Reads what others know of these places."""
        self.known |= self.office.deliveries.places(set(names))

    def opens_at(self, name: str) -> int:
        """When Slack takes the next message there."""
        return max(self.closed_until.get(name, 0), self.known.get(name, Place()).closed_until)

    def is_queued(self, name: str) -> bool:
        """Whether what waits there goes first, and someone is working it off."""
        return self.known.get(name, Place()).queued_until > self.office.now()

    def after(self, name: str, settlement: Settlement) -> None:
        """Notes what came of a message there."""
        if settlement.kind is FailureKind.LIMITED:
            self.paced.add(name)
            self.closed_until[name] = settlement.closed_until
        elif settlement.result is Result.SENT and name in self.paced:
            self.closed_until[name] = self.office.now() + PACE_MS


@dataclass
class _Due:
    change: int
    contribution: Contribution
    wanted: Wanted
    place: str
    calls: int = 0


def deliver(changes: Sequence[Change], office: Office, time: Time) -> list[bool]:
    """Sends every message of the changes that was not sent before, in their order, or records that it is owed.

    Answers, for each change, whether everything that it calls for is recorded: only then is the change done.
    """
    batch = _Batch(office, time, len(changes))
    batch.run(
        [
            _Due(number, change.contribution, wanted, wanted.effect.rate_limit_key(office.sender, change.contribution))
            for number, change in enumerate(changes)
            for wanted in change.wanted
        ]
    )
    return batch.recorded


class _Batch:
    def __init__(self, office: Office, time: Time, changes: int) -> None:
        self._office = office
        self._time = time
        self._started = time.now()
        self._pace = Pace(office)
        self.recorded = [True] * changes

    def run(self, due: list[_Due]) -> None:
        if not due:
            return
        try:
            self._pace.learn(each.place for each in due)
        except Exception:  # the pace of places helps, and nothing depends on it
            _logger.exception("the pace of places is not known")
        waiting = [each for each in due if not self._attempt(each)]
        deadline = self._time.now() + REPEATS_S
        while waiting and self._sleep_until_one_may_go(waiting, deadline):
            # What Slack limits again and again goes last: it must not keep a place closed to all others.
            waiting = [each for each in sorted(waiting, key=lambda due: due.calls > 1) if not self._attempt(each)]
        for each in waiting:
            self._leave(each)

    def _attempt(self, due: _Due) -> bool:
        """Whether the message was tried, or need not be: what came of that is recorded."""
        office, place = self._office, due.place
        has_time = self._time.is_enough() and self._time.now() - self._started < BUDGET_S
        if not has_time or self._pace.is_queued(place) or self._pace.opens_at(place) > office.now():
            return False
        due.calls += 1
        try:
            settlement = deliver_once(office, due.contribution, due.wanted, leave_doubts=True)
        except Exception:  # the ledger failed: the others may be luckier
            _logger.exception("a message could not be handled", extra=self._about(due))
            self.recorded[due.change] = False
            return True
        self._pace.after(place, settlement)
        return settlement.kind is not FailureKind.LIMITED

    def _sleep_until_one_may_go(self, waiting: Sequence[_Due], deadline: float) -> bool:
        """Whether there is anything to be done within the time for repeats."""
        now = self._office.now()
        opening = [self._pace.opens_at(each.place) - now for each in waiting if not self._pace.is_queued(each.place)]
        wait_s = max(min(opening, default=0), 0) / 1000
        if not opening or not self._time.is_enough(wait_s) or self._time.now() + wait_s > deadline:
            return False
        if wait_s:
            self._time.sleep(wait_s)
        return self._time.now() - self._started < BUDGET_S

    def _leave(self, due: _Due) -> None:
        """Records that the message is owed: the reconciler works it off, before what comes later."""
        office = self._office
        opens_at = self._pace.opens_at(due.place)
        try:
            owe(office, due.contribution, due.wanted, max(opens_at, office.now()))
            if opens_at > office.now() or self._pace.is_queued(due.place) or due.place in self._pace.paced:
                office.deliveries.queue_place(due.place, max(opens_at, office.now()) + QUEUE_MS)
        except Exception:  # then the change comes again
            _logger.exception("a message is owed, and that could not be recorded", extra=self._about(due))
            self.recorded[due.change] = False
        else:
            _logger.info("to be sent when the place takes it", extra=self._about(due))

    @staticmethod
    def _about(due: _Due) -> dict[str, object]:
        return {"effect": due.wanted.name, "contribution": str(due.contribution.key)}
