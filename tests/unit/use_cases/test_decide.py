"""A manager decides on a contribution: once, whoever else presses a button or edits the row at that moment."""

from collections.abc import Callable
from datetime import datetime

import pytest

from fakes import HELSINKI, MANAGEMENT, FakeClock, FakeContributions, FakeWorld, contribution
from ossi.domain import errors
from ossi.domain.contribution import Contribution, ContributionKey, MessageRef, Status
from ossi.domain.history import Event, EventKind
from ossi.domain.lifecycle import submitted
from ossi.use_cases.decide import (
    AlreadyDecided,
    Decided,
    Decision,
    UnknownContribution,
    UnreadableContribution,
    decide,
)

NOW = datetime(2026, 11, 1, 9, 0, tzinfo=HELSINKI)
NOW_MS = int(NOW.timestamp() * 1000)
CLOCK = FakeClock(NOW)
SEEN_IN = MessageRef(channel=MANAGEMENT, ts="1.2")
PENDING = submitted(contribution(submission_id="V1"), "e1")
MAIJA, MATTI = "U0MAIJA01", "U0MATTI01"


def press(
    table: FakeContributions, kind: EventKind, manager: str = MAIJA, seen_in: MessageRef | None = SEEN_IN
) -> Decision:
    return decide(str(PENDING.key), kind, manager, seen_in, FakeWorld(clock=CLOCK, contributions=table))


def decided_by(decision: Decision) -> Contribution:
    assert isinstance(decision, Decided)
    return decision.contribution


class Busy(FakeContributions):
    """A table whose row someone else changes just before each of the next writes."""

    def __init__(self, row: Contribution, *meanwhile: Callable[[Contribution], Contribution | None]) -> None:
        super().__init__(row)
        self.meanwhile = list(meanwhile)

    def save(self, contribution: Contribution, as_read: Contribution) -> None:
        if self.meanwhile:
            changed = self.meanwhile.pop(0)(self.rows[contribution.key])
            self.rows = {changed.key: changed} if changed else {}
        super().save(contribution, as_read)


@pytest.mark.parametrize(
    ("kind", "status"), [(EventKind.ACCEPTED, Status.ACCEPTED), (EventKind.DECLINED, Status.DECLINED)]
)
@pytest.mark.parametrize("seen_in", [SEEN_IN, None])
def test_a_decision_keeps_who_when_and_where_in_the_history_and_beside_it(
    kind: EventKind, status: Status, seen_in: MessageRef | None
) -> None:
    table = FakeContributions(PENDING)
    decided = decided_by(press(table, kind, seen_in=seen_in))
    assert (decided.status, decided.decided_by, decided.decided_at, decided.decided_in) == (
        status, MAIJA, NOW_MS, seen_in,
    )  # fmt: skip
    event = decided.events[1]
    assert decided.events == (*PENDING.events, Event(kind, event.id, status, NOW_MS, MAIJA, None, seen_in, n=2))
    assert decided.version == 2
    assert table.rows[PENDING.key] == decided


def test_no_two_decisions_have_the_same_id() -> None:
    ids = {decided_by(press(FakeContributions(PENDING), EventKind.ACCEPTED)).events[1].id for _ in range(5)}
    assert len(ids) == 5


def test_the_second_decision_learns_of_the_first() -> None:
    table = FakeContributions(PENDING)
    first = decided_by(press(table, EventKind.ACCEPTED))
    assert press(table, EventKind.DECLINED, MATTI) == AlreadyDecided(first)
    assert table.rows[PENDING.key] == first


def test_who_was_quicker_by_a_moment_is_told_to_the_other() -> None:
    quicker = PENDING.model_copy(update={"status": Status.DECLINED, "decided_by": MATTI, "version": 2})
    table = Busy(PENDING, lambda _: quicker)
    assert press(table, EventKind.ACCEPTED) == AlreadyDecided(quicker)
    assert table.rows[PENDING.key] == quicker


def test_an_edit_at_the_same_moment_is_kept_and_the_decision_counts() -> None:
    table = Busy(PENDING, lambda row: row.model_copy(update={"text": "edited", "version": 7}))
    decided = decided_by(press(table, EventKind.ACCEPTED))
    assert (decided.status, decided.text) == (Status.ACCEPTED, "edited")
    assert table.rows[PENDING.key] == decided


def test_a_row_that_is_removed_at_the_same_moment_does_not_come_back() -> None:
    table = Busy(PENDING, lambda _: None)
    assert press(table, EventKind.ACCEPTED) == UnknownContribution()
    assert table.rows == {}


def test_a_row_that_changes_each_time_is_given_up() -> None:
    edits = 0

    def edit(row: Contribution) -> Contribution:
        nonlocal edits
        edits += 1
        return row.model_copy(update={"version": 100 + edits})

    table = Busy(PENDING, *[edit] * 5)
    with pytest.raises(errors.ContributionChanged):
        press(table, EventKind.ACCEPTED)
    assert (edits, table.rows[PENDING.key].status) == (5, Status.PENDING)
    assert decided_by(press(Busy(PENDING, *[edit] * 4), EventKind.ACCEPTED)).status is Status.ACCEPTED


@pytest.mark.parametrize("key", ["", "nonsense", "U0AINO001#x", "U0AINO001#1"])
def test_a_decision_on_nothing(key: str) -> None:
    assert decide(key, EventKind.ACCEPTED, MAIJA, None, FakeWorld(clock=CLOCK)) == UnknownContribution()


def test_a_row_that_a_hand_has_spoiled_is_not_decided() -> None:
    class Spoiled(FakeContributions):
        def get(self, key: ContributionKey) -> Contribution | None:
            raise errors.UnreadableContribution("wrong or missing: status")

    assert press(Spoiled(), EventKind.ACCEPTED) == UnreadableContribution("wrong or missing: status")
