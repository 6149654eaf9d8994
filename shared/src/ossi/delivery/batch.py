"""Sends what several changes call for (R9): what Slack does not take now waits, and everything else goes on meanwhile (N3)."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from ossi.delivery.deliver import Delivery, Effect, Outcome, Settlement, effects_of, settle
from ossi.domain.transitions import Transition

_logger = logging.getLogger(__name__)

# Starting a message with less time left than this risks being stopped between Slack's OK and the record of it.
SECONDS_FOR_ONE = 12
# Of one message in one batch, apart from those that came too soon. What is left then is delivered again with the stream, which counts
# its attempts too.
MOST_ATTEMPTS = 3
# Slack takes about one message a second in a place and tolerates bursts ("Rate limits"): a place that had its burst gets the next
# message when that will be taken, instead of one that is refused before each one that is taken.
PACE_S = 1.0


@dataclass(frozen=True)
class Change:
    """A transition of a contribution, and what is at hand to tell about it."""

    transition: Transition
    delivery: Delivery


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
class _Due:
    """A message that is not settled. change: the place of its change in the batch."""

    change: int
    key: str
    place: str
    effect: Effect
    delivery: Delivery
    attempts: int = 0


@dataclass
class _Batch:
    time: Time
    waiting: list[_Due]
    given_up: list[_Due] = field(default_factory=list[_Due])
    closed_until: dict[str, float] = field(default_factory=dict[str, float])
    paced: set[str] = field(default_factory=set[str])

    def run(self) -> None:
        while self.waiting:
            for due in list(self.waiting):
                if self._may_begin(due):
                    self._attempt(due)
            if not self._wait():
                break
        for due in self.waiting:
            about = {"effect": due.effect.name, "contribution": due.key}
            if self._is_behind(due):
                _logger.warning("waits behind an earlier change of its row", extra=about)
            else:
                _logger.warning("not begun with so little time left, to be tried again", extra=about)

    def _may_begin(self, due: _Due) -> bool:
        return not self._is_behind(due) and self._closed_for(due) <= 0 and self.time.is_enough()

    def _is_behind(self, due: _Due) -> bool:
        """Whether a message of an earlier change of the same contribution is not settled."""
        return any(each.key == due.key and each.change < due.change for each in (*self.waiting, *self.given_up))

    def _closed_for(self, due: _Due) -> float:
        return max(0.0, self.closed_until.get(due.place, 0.0) - self.time.now())

    def _attempt(self, due: _Due) -> None:
        try:
            settlement = settle(due.effect, due.delivery)
        except Exception as error:  # the ledger failed: the others may be luckier
            _logger.exception(
                "a message could not be handled", extra={"effect": due.effect.name, "contribution": due.key}
            )
            settlement = Settlement(Outcome.FAILED, type(error).__name__)
        if settlement.limited:
            self.paced.add(due.place)
        else:
            due.attempts += 1
        pause = PACE_S if settlement.outcome is Outcome.SENT and due.place in self.paced else settlement.retry_after_s
        if pause is not None:
            self.closed_until[due.place] = self.time.now() + pause
        if settlement.retry_after_s is not None and due.attempts < MOST_ATTEMPTS:
            return
        self.waiting.remove(due)
        if not settlement.final:
            self.given_up.append(due)

    def _wait(self) -> bool:
        """Until the first place may be tried again, if there is time for that; whether there is anything to be done then."""
        waits = [self._closed_for(due) for due in self.waiting if not self._is_behind(due)]
        if not waits or not self.time.is_enough(after_s=min(waits)):
            return False
        self.time.sleep(min(waits))
        return True


def deliver(changes: Sequence[Change], effects: Sequence[Effect], time: Time) -> list[list[str]]:
    """Sends every message of the changes, in their order, that was not sent before.

    A place to which Slack takes no more messages for now is left alone until its time has come; meanwhile those for other places are
    sent, and only if there are none is it waited for. Answers, for each change, the names of the messages that are to be tried again.
    """
    due = [
        _Due(number, str(change.delivery.contribution.key), effect.place(change.delivery), effect, change.delivery)
        for number, change in enumerate(changes)
        for effect in effects_of(change.transition, effects)
    ]
    batch = _Batch(time, due)
    batch.run()
    return [
        [each.effect.name for each in (*batch.given_up, *batch.waiting) if each.change == number]
        for number in range(len(changes))
    ]
