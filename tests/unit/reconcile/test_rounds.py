"""Rounds over all rows: rare, over as many runs as they take, and never over for good."""

from collections.abc import Iterable
from datetime import timedelta

import pytest

from fakes import FakeBookmark, contribution
from memory import House
from ossi.contracts import contribution_subject
from ossi.delivery.record import DeliveryKey, Record
from ossi.domain.contribution import Contribution, Status
from ossi.domain.lifecycle import submitted
from ossi.ports import Progress
from ossi_reconcile.reconcile import TURNS, Summary
from ossi_reconcile.rounds import go_on

QUARTER = timedelta(minutes=15)


class Schedule:
    """A table of many rows that nothing was recorded of, and a bookmark."""

    def __init__(self, count: int = 0) -> None:
        self.house, self.bookmark = House(), FakeBookmark()
        for number in range(count):
            row = submitted(contribution(timestamp=1000 + number, submission_id="V1"), "e1")
            self.house.table.rows[row.key] = row

    def run(self, rows_in_time: int = 10**6) -> Summary | None:
        """One run, which has time for so many rows."""
        left = iter([1.0] * rows_in_time)
        return go_on(self.house.office, self.bookmark, lambda: next(left, 0.0))

    def later(self, step: timedelta) -> None:
        self.house.now.ms += round(step / timedelta(milliseconds=1))


def test_what_was_never_recorded_is_owed_after_a_round_and_nothing_is_sent_by_it() -> None:
    schedule = Schedule(3)
    rows = schedule.run()
    assert rows is not None
    assert (rows.looked_at, rows.counts(), rows.done) == (3, {"due": 6}, True)
    assert schedule.house.slack.calls == []
    schedule.house.minutes(1)
    assert len(schedule.house.slack.arrived) == 6


@pytest.mark.parametrize(
    ("count", "runs_between"),
    [(0, 1), (5, 1), (90, 1), (91, 2), (360, 4), (8_640, 96), (100_000, 96)],
)
def test_the_more_rows_there_are_the_longer_it_is_until_the_next_round_and_a_day_at_most(
    count: int, runs_between: int
) -> None:
    schedule = Schedule()
    schedule.bookmark.write(Progress(None, count, schedule.house.now.ms))
    runs = 0
    rows: Summary | None = None
    while rows is None:
        schedule.later(QUARTER)
        runs += 1
        rows = schedule.run()
    assert runs == runs_between


def test_a_round_that_takes_longer_than_a_run_is_gone_on_with_in_the_next_one() -> None:
    schedule = Schedule(60)
    looked_at: list[int] = []
    for _ in range(3):
        rows = schedule.run(25)
        assert rows is not None
        looked_at.append(rows.looked_at)
    assert looked_at == [25, 25, 10]
    assert len(schedule.house.deliveries.records) == 120
    # And the pause is that of the whole round, from its end.
    assert schedule.bookmark.read() == Progress(None, 60, schedule.house.now.ms, since=schedule.house.now.ms, number=1)
    assert schedule.run() is None


def test_a_run_without_time_forgets_nothing() -> None:
    schedule = Schedule(60)
    schedule.run(25)
    before = schedule.bookmark.read()
    schedule.run(0)
    assert schedule.bookmark.read() == before


def test_a_round_that_ended_in_the_future_does_not_put_the_next_one_off() -> None:
    """Which only a hand, or a clock that was wrong, can have written."""
    schedule = Schedule(1)
    schedule.bookmark.write(Progress(None, 100_000, schedule.house.now.ms + 10**12))
    rows = schedule.run()
    assert rows is not None
    assert rows.counts() == {"due": 2}


def test_what_nothing_has_happened_to_for_a_while_has_its_turn_once_in_seven_rounds() -> None:
    """Should a hand have spoiled what the ledger says of it. To look at it costs, and it owes nothing new."""
    schedule = Schedule(210)
    schedule.run()
    schedule.house.deliveries.records.clear()
    found: list[int] = []
    for _ in range(TURNS):
        schedule.later(timedelta(hours=1))
        rows = schedule.run()
        assert rows is not None
        assert rows.looked_at == 210
        found.append(len(rows.findings))
    assert sum(found) == 420, "each row's two messages, once"
    assert max(found) < 2 * 420 / TURNS, "in parts"


@pytest.mark.parametrize(
    ("days_ago", "found"),
    [(7.9, True), (8.1, False)],
)
def test_what_has_happened_of_late_is_looked_at_in_each_round(days_ago: float, found: bool) -> None:
    schedule = Schedule()
    schedule.run()
    at = schedule.house.now.ms - round(timedelta(days=days_ago) / timedelta(milliseconds=1))
    rows = [submitted(contribution(timestamp=at + number, submission_id="V1"), "e1") for number in range(50)]
    schedule.house.table.rows.update({row.key: row for row in rows})
    schedule.later(QUARTER)
    summary = schedule.run()
    assert summary is not None
    assert (len(summary.findings) == 100) is found


def test_an_old_row_that_a_hand_has_changed_is_looked_at_in_the_next_round() -> None:
    schedule = Schedule(50)
    schedule.run()
    for number in range(50):
        by_hand(schedule, number)
    schedule.later(timedelta(hours=1))
    rows = schedule.run()
    assert rows is not None
    assert len({finding.contribution for finding in rows.findings}) == 50


def test_after_two_days_without_a_round_all_rows_have_their_turn() -> None:
    schedule = Schedule(50)
    schedule.run()
    schedule.house.deliveries.records.clear()
    schedule.later(timedelta(days=2))
    rows = schedule.run()
    assert rows is not None
    assert len(rows.findings) == 100


def by_hand(schedule: Schedule, number: int) -> Contribution:
    """A row whose change has to be stored before it's told."""
    row = schedule.house.table.rows[submitted(contribution(timestamp=1000 + number), "e1").key]
    decided = row.model_copy(update={"status": Status.ACCEPTED})
    schedule.house.table.rows[row.key] = decided
    return decided


def test_a_row_that_cannot_be_saved_holds_up_no_other_and_is_told(caplog: pytest.LogCaptureFixture) -> None:
    schedule = Schedule(3)
    bad = by_hand(schedule, 1)

    def too_large(contribution: Contribution, as_read: Contribution) -> None:
        raise RuntimeError(contribution.key, as_read.key)

    schedule.house.table.save = too_large
    rows = schedule.run()
    assert rows is not None
    assert (rows.looked_at, rows.counts(), rows.done) == (3, {"due": 4, "failed": 1}, True)
    (told,) = [record for record in caplog.records if getattr(record, "metric", "") == "Unreadable"]
    assert getattr(told, "contribution", "") == str(bad.key)


def refuse(schedule: Schedule, *numbers: int) -> None:
    """The ledger takes nothing about these rows: their keys are too long, say."""
    deliveries = schedule.house.deliveries
    bad = {contribution_subject(submitted(contribution(timestamp=1000 + number), "e1").key) for number in numbers}
    swap, read = deliveries.swap, deliveries.read

    def refusing_swap(record: Record, as_read: Record | None) -> None:
        if record.key.subject in bad:
            raise RuntimeError
        swap(record, as_read)

    def refusing_read(keys: Iterable[DeliveryKey], *, consistent: bool = False) -> dict[DeliveryKey, Record]:
        asked = list(keys)
        if any(key.subject in bad for key in asked):
            raise RuntimeError
        return read(asked, consistent=consistent)

    deliveries.swap, deliveries.read = refusing_swap, refusing_read


@pytest.mark.parametrize("readable", [True, False])
def test_a_row_that_the_ledger_does_not_take_holds_up_no_other(
    readable: bool, caplog: pytest.LogCaptureFixture
) -> None:
    schedule = Schedule(60)
    read = schedule.house.deliveries.read
    refuse(schedule, 30)
    if readable:
        schedule.house.deliveries.read = read
    rows = schedule.run()
    assert rows is not None
    assert (rows.looked_at, rows.counts(), rows.done) == (60, {"due": 118, "failed": 1}, True)
    assert [record for record in caplog.records if getattr(record, "metric", "") == "Unreadable"]


def test_a_round_gives_up_for_now_where_the_ledger_takes_nothing_and_goes_on_behind_it() -> None:
    schedule = Schedule(60)
    refuse(schedule, 10, 11, 12)
    looked_at: list[int] = []
    for _ in range(2):
        rows = schedule.run()
        assert rows is not None
        looked_at.append(rows.looked_at)
    assert looked_at == [13, 47]
