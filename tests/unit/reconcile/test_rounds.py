"""What a scheduled run does: the messages that were begun each time, every row of the table now and then."""

from datetime import datetime, timedelta

import pytest

from fakes import HELSINKI, FakeBookmark, FakeClock, contribution
from ossi.delivery.effects import EFFECTS
from ossi.domain.contribution import Contribution
from ossi.ports import Progress
from ossi.slack.errors import TransientSlackError
from ossi_reconcile.by_schedule import Checkpoints, reconcile_by_schedule
from ossi_reconcile.reconcile import Reconciler, Summary
from unit.use_cases.test_reconcile import NOW, Office

QUARTER = timedelta(minutes=15)
PENDING = contribution(submission_id="V1")


def many(count: int) -> list[Contribution]:
    return [PENDING.model_copy(update={"timestamp": PENDING.timestamp + number}) for number in range(count)]


class Schedule:
    """The scheduled function's surroundings, and its two bookmarks."""

    def __init__(self, *rows: Contribution) -> None:
        self.office = Office(*rows)
        self.bookmarks = Checkpoints(unsettled=FakeBookmark(), rounds=FakeBookmark())

    def run(self, *, rows_in_time: int = 10**9) -> tuple[Summary, Summary | None]:
        office = self.office
        left = iter([1.0] * rows_in_time) if rows_in_time < 10**9 else None
        reconciler = Reconciler(office.table, office.ledger, EFFECTS, office.delivery, office.clock)
        return reconcile_by_schedule(reconciler, self.bookmarks, lambda: 1.0 if left is None else next(left, 0.0))


def test_what_nobody_has_begun_to_send_is_found_by_looking_at_every_row() -> None:
    schedule = Schedule(*many(3))
    unsettled, rows = schedule.run()
    assert unsettled == Summary(done=True)
    assert rows is not None
    assert (rows.looked_at, rows.counts(), rows.done) == (3, {"sent": 6}, True)


@pytest.mark.parametrize(
    ("count", "runs_between"),
    [(0, 1), (5, 1), (90, 1), (91, 2), (360, 4), (8_640, 96), (100_000, 96)],
)
def test_the_more_rows_there_are_the_longer_it_is_until_the_next_round_and_a_day_at_most(
    count: int, runs_between: int
) -> None:
    schedule = Schedule()
    schedule.bookmarks.rounds.write(Progress(None, count, int(NOW.timestamp() * 1000)))
    runs = 0
    rows: Summary | None = None
    while rows is None:
        schedule.office.later(QUARTER)
        runs += 1
        _, rows = schedule.run()
    assert runs == runs_between


def test_what_was_begun_is_tried_in_every_run() -> None:
    schedule = Schedule(*many(200))
    schedule.run()
    subject = f"contribution#{PENDING.key}"
    schedule.office.ledger.release(subject, "ask_management", "ratelimited")
    schedule.office.later(QUARTER)
    unsettled, rows = schedule.run()
    assert (unsettled.counts(), rows) == ({"sent": 1}, None)


def test_a_round_that_takes_longer_than_a_run_is_gone_on_with_in_the_next_one() -> None:
    schedule = Schedule(*many(60))
    looked_at: list[int] = []
    for _ in range(3):
        _, rows = schedule.run(rows_in_time=25)
        assert rows is not None
        looked_at.append(rows.looked_at)
    assert looked_at == [25, 25, 10]
    assert len(schedule.office.chat.sent) == 120
    # And the pause is that of the whole round.
    assert schedule.bookmarks.rounds.read().rows == 60
    assert schedule.bookmarks.rounds.read().position is None


def test_a_run_without_time_forgets_nothing() -> None:
    schedule = Schedule(*many(60))
    schedule.run(rows_in_time=25)
    before = schedule.bookmarks.rounds.read()
    schedule.run(rows_in_time=0)
    assert schedule.bookmarks.rounds.read() == before


def test_while_slack_is_down_the_rows_wait_and_no_message_holds_up_the_others() -> None:
    schedule = Schedule(*many(9))
    schedule.office.chat.failing = lambda _method, _where: TransientSlackError("service_unavailable")
    begun: list[int] = []
    for _ in range(5):
        schedule.run()  # tries a few, and gives up
        begun.append(len({subject for subject, _ in schedule.office.ledger.states}))
        schedule.office.later(QUARTER)
    assert begun == [2, 2, 4, 4, 4]

    schedule.office.chat.failing = lambda _method, _where: None
    for _ in range(4):
        schedule.office.later(QUARTER)
        schedule.run()
    assert len(schedule.office.chat.sent) == 18


def test_a_round_that_ended_in_the_future_does_not_put_the_next_one_off() -> None:
    """Which only a hand, or a clock that was wrong, can have written."""
    schedule = Schedule(*many(1))
    later = datetime(2030, 1, 1, tzinfo=HELSINKI)
    schedule.bookmarks.rounds.write(Progress(None, 100_000, int(later.timestamp() * 1000)))
    _, rows = schedule.run()
    assert rows is not None
    assert rows.counts() == {"sent": 2}


def test_times_are_those_of_the_clock() -> None:
    schedule = Schedule(*many(2))
    schedule.office.clock = FakeClock(datetime(2026, 11, 24, 6, tzinfo=HELSINKI))
    schedule.run()
    assert schedule.bookmarks.rounds.read() == Progress(
        None, 2, int(datetime(2026, 11, 24, 6, tzinfo=HELSINKI).timestamp() * 1000)
    )
