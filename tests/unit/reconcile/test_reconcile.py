"""The reconciler: what the stream did not get through is sent, once; what is history stays silent."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from fakes import (
    HELSINKI,
    MANAGEMENT,
    PUBLIC,
    FakeChat,
    FakeClock,
    FakeContributions,
    FakeLedger,
    contribution,
    fails_at,
    first,
)
from ossi.delivery.batch import Change, Time, deliver
from ossi.delivery.deliver import Delivery, Outcome
from ossi.delivery.effects import EFFECTS
from ossi.domain.contribution import Contribution, ContributionKey, MessageRef, Status
from ossi.domain.levels import CompensationLevels
from ossi.domain.transitions import Transition
from ossi.slack.errors import PermanentSlackError, TransientSlackError
from ossi.slack.messages.notifications import Words
from ossi_reconcile.reconcile import Reconciler, Summary, Task, reconcile

AINO = "U0AINO001"
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=HELSINKI)
NOW_MS = int(NOW.timestamp() * 1000)
MINUTE = 60_000
DAY = 24 * 60 * MINUTE
ASKED = MessageRef(channel=MANAGEMENT, ts="1792994700.000100")
PENDING = contribution(submission_id="V1")
ACCEPTED = contribution(
    status=Status.ACCEPTED,
    submission_id="V1",
    decided_by="U0MAIJA01",
    decided_at=1_793_000_000_000,
    decided_in=ASKED,
)
DECLINED = ACCEPTED.model_copy(update={"status": Status.DECLINED})
SUBJECT = f"contribution#{PENDING.key}"
DRY, REDRIVE = Task(dry=True), Task(redrive=True)
REDRAWN = ("update", f"{MANAGEMENT}/{ASKED.ts}")


class Office:
    """The reconcile function's surroundings, faked."""

    def __init__(self, *rows: Contribution) -> None:
        self.table = FakeContributions(*rows)
        self.ledger = FakeLedger(now_ms=NOW_MS)
        self.chat = FakeChat()
        self.clock = FakeClock(NOW)
        self.words = Words(HELSINKI, CompensationLevels(), first)

    def delivery(self, row: Contribution) -> Delivery:
        return Delivery(row, self.chat, self.ledger, self.words, MANAGEMENT, PUBLIC)

    def run(self, task: Task | None = None, *, left: float = 60, after: ContributionKey | None = None) -> Summary:
        reconciler = Reconciler(self.table, self.ledger, EFFECTS, self.delivery, self.clock)
        return reconcile(reconciler, task or Task(), lambda: left, after)

    def found(self, task: Task | None = None) -> list[tuple[str, Outcome]]:
        return [(finding.effect, finding.outcome) for finding in self.run(task).findings]

    @property
    def places(self) -> list[tuple[str, str]]:
        return [(call.method, call.where) for call in self.chat.sent]

    def later(self, step: timedelta) -> None:
        self.clock.move(step)
        self.ledger.now_ms = int(self.clock.now.timestamp() * 1000)


# what is due


@pytest.mark.parametrize(
    ("row", "places"),
    [
        (PENDING, [("post", AINO), ("post", MANAGEMENT)]),
        (ACCEPTED, [("post", AINO), REDRAWN, ("post", AINO), ("post", PUBLIC)]),
        (DECLINED, [("post", AINO), REDRAWN, ("post", AINO)]),
        (contribution(), [("post", AINO), ("post", MANAGEMENT)]),  # written by hand, and waiting for a decision
    ],
    ids=["pending", "accepted", "declined", "pending by hand"],
)
def test_everything_is_sent_where_nothing_was_and_nothing_a_second_time(
    row: Contribution, places: list[tuple[str, str]]
) -> None:
    office = Office(row)
    assert {outcome for _, outcome in office.found()} == {Outcome.SENT}
    assert office.places == places
    assert office.found() == []
    assert office.places == places


@pytest.mark.parametrize(
    ("transition", "row"),
    [(Transition.SUBMITTED, PENDING), (Transition.ACCEPTED, ACCEPTED), (Transition.DECLINED, DECLINED)],
)
def test_what_the_stream_sent_is_left_alone(transition: Transition, row: Contribution) -> None:
    office = Office(row)
    deliver([Change(transition, office.delivery(row))], EFFECTS, Time(lambda: 60, lambda: 0, lambda _seconds: None))
    before = office.places
    assert office.found() == []
    assert office.places == before


@pytest.mark.parametrize(
    "row",
    [
        contribution(imported_at=NOW_MS - DAY),
        contribution(status=Status.ACCEPTED, imported_at=NOW_MS - DAY),
        contribution(status=Status.ACCEPTED, imported_at=NOW_MS - DAY, decided_at=NOW_MS - 2 * DAY, decided_by="U1"),
        contribution(status=Status.ACCEPTED),
        contribution(status=Status.DECLINED, decided_by="U0MAIJA01", decided_at=1_793_000_000_000),
    ],
    ids=["imported", "imported accepted", "imported with its decision", "accepted by hand", "declined by hand"],
)
def test_history_is_silent(row: Contribution) -> None:
    office = Office(row)
    summary = office.run()
    assert (summary.looked_at, summary.findings, office.chat.sent) == (1, [], [])


def test_a_decision_on_an_imported_row_is_no_history() -> None:
    row = ACCEPTED.model_copy(update={"imported_at": NOW_MS - 30 * DAY, "decided_at": NOW_MS - DAY})
    assert [effect for effect, _ in Office(row).found()] == ["redraw_request", "tell_accepted", "publish"]


def test_a_row_that_was_decided_by_hand_after_ossi_had_asked_is_no_history() -> None:
    office = Office(contribution(status=Status.ACCEPTED))
    office.ledger.record_sent(SUBJECT, "ask_management", ASKED)
    office.ledger.record_sent(SUBJECT, "confirm_submission", MessageRef(channel="D1", ts="1.0"))
    assert [effect for effect, _ in office.found()] == ["redraw_other_request", "tell_accepted", "publish"]
    assert office.places[0] == REDRAWN


def test_a_confirmation_goes_out_before_the_decision_however_late() -> None:
    office = Office(ACCEPTED)
    office.ledger.release(SUBJECT, "confirm_submission", "ratelimited")
    sent = [effect for effect, outcome in office.found() if outcome is Outcome.SENT]
    assert sent == ["confirm_submission", "redraw_request", "tell_accepted", "publish"]


@pytest.mark.parametrize("task", [Task(), Task(unsettled=True), REDRIVE])
def test_what_has_been_overtaken_is_not_sent_any_more(task: Task) -> None:
    office = Office(ACCEPTED)
    office.ledger.set_aside(SUBJECT, "confirm_submission", "user_not_found")
    office.ledger.set_aside(SUBJECT, "ask_management", "not_in_channel")
    office.ledger.record_sent(SUBJECT, "tell_accepted", MessageRef(channel="D1", ts="1.0"))
    assert {"confirm_submission", "ask_management"}.isdisjoint(effect for effect, _ in office.found(task))


@pytest.mark.parametrize(
    ("told", "now"),
    [("tell_accepted", DECLINED), ("publish", DECLINED), ("tell_declined", ACCEPTED), ("tell_accepted", PENDING)],
)
def test_a_status_that_was_changed_by_hand_after_the_decision_is_silent(told: str, now: Contribution) -> None:
    office = Office(now)
    office.ledger.record_sent(SUBJECT, told, None)
    assert office.found() == []
    assert office.found(DRY) == []
    assert office.chat.sent == []


def test_only_what_is_missing_is_sent() -> None:
    office = Office(ACCEPTED)
    office.ledger.record_sent(SUBJECT, "confirm_submission", MessageRef(channel="D1", ts="1.0"))
    office.ledger.record_sent(SUBJECT, "redraw_request", ASKED)
    office.ledger.record_sent(SUBJECT, "publish", MessageRef(channel=PUBLIC, ts="1.0"))
    office.ledger.release(SUBJECT, "tell_accepted", "service_unavailable")
    assert office.found() == [("tell_accepted", Outcome.SENT)]
    assert office.places == [("post", AINO)]


def test_a_message_that_somebody_deleted_needs_no_redrawing() -> None:
    office = Office(ACCEPTED)
    office.ledger.record_sent(SUBJECT, "confirm_submission", MessageRef(channel="D1", ts="1.0"))
    office.chat.failing = fails_at(REDRAWN[1], PermanentSlackError("message_not_found"))
    assert [effect for effect, _ in office.found()] == ["tell_accepted", "publish"]
    assert office.found() == []
    assert office.found() == []


# who goes first


@pytest.mark.parametrize(
    "row",
    [
        PENDING.model_copy(update={"timestamp": NOW_MS - 4 * MINUTE}),
        ACCEPTED.model_copy(update={"decided_at": NOW_MS - 4 * MINUTE}),
    ],
)
def test_the_stream_goes_first(row: Contribution) -> None:
    office = Office(row)
    assert office.found() == []
    office.later(timedelta(minutes=2))
    assert office.found() != []


def test_a_row_of_a_time_to_come_does_not_wait_until_then() -> None:
    """Which only a hand can have written."""
    assert Office(PENDING.model_copy(update={"timestamp": NOW_MS + 10**12})).found() == [
        ("confirm_submission", Outcome.SENT),
        ("ask_management", Outcome.SENT),
    ]


def test_what_is_being_sent_is_left_to_whoever_sends_it() -> None:
    office = Office(PENDING)
    office.ledger.hold(SUBJECT, "ask_management")
    assert office.found() == [("confirm_submission", Outcome.SENT), ("ask_management", Outcome.HELD)]
    assert office.places == [("post", AINO)]


class TableThatMovesOn(FakeContributions):
    """Between the scan and the second look somebody has decided, or withdrawn."""

    now: Contribution | None = None

    def get(self, key: ContributionKey) -> Contribution | None:
        return self.now


@pytest.mark.parametrize("now", [None, ACCEPTED])
def test_a_row_that_has_changed_meanwhile_is_left_to_the_next_run(now: Contribution | None) -> None:
    office = Office()
    office.table = TableThatMovesOn(PENDING)
    office.table.now = now
    assert office.found() == []
    assert office.chat.sent == []


# only what was begun


def test_of_the_unsettled_ones_those_that_were_begun_are_sent_and_no_others() -> None:
    other = PENDING.model_copy(update={"timestamp": PENDING.timestamp + 1})
    office = Office(PENDING, other)
    office.ledger.release(SUBJECT, "ask_management", "ratelimited")
    summary = office.run(Task(unsettled=True))
    assert (summary.looked_at, summary.done) == (1, True)
    # With it whatever else its contribution lacks.
    assert [finding.effect for finding in summary.findings] == ["confirm_submission", "ask_management"]
    assert {finding.contribution for finding in summary.findings} == {PENDING.key}
    assert office.run(Task(unsettled=True)) == Summary(done=True)


def test_unsettled_messages_of_rows_that_are_gone_are_passed_over() -> None:
    office = Office(PENDING)
    office.ledger.release("contribution#U0GONE#1", "publish", "ratelimited")
    office.ledger.release("contribution#nonsense", "publish", "ratelimited")
    office.ledger.release("report#2026-10#asked#1", "announce_report", "ratelimited")
    office.ledger.release(SUBJECT, "ask_management", "ratelimited")
    assert office.run(Task(unsettled=True)).looked_at == 1


def test_an_overtaken_message_is_looked_at_once_and_then_put_away() -> None:
    office = Office(ACCEPTED)
    for effect in EFFECTS:
        office.ledger.record_sent(SUBJECT, effect.name, ASKED)
    office.ledger.set_aside(SUBJECT, "ask_management", "not_in_channel")
    assert office.run(Task(unsettled=True)).looked_at == 1
    assert office.run(Task(unsettled=True)).looked_at == 0
    # What was known of it still is.
    assert office.ledger.records([(SUBJECT, "ask_management")])[SUBJECT, "ask_management"].reason == "not_in_channel"


def test_what_somebody_sends_at_this_moment_is_not_put_away() -> None:
    office = Office(ACCEPTED)
    office.ledger.hold(SUBJECT, "ask_management")
    office.run(Task(unsettled=True))
    assert office.ledger.away == set()


def test_what_was_put_away_is_sent_where_it_is_due_again() -> None:
    """Somebody has changed the status by hand, and back again."""
    office = Office(ACCEPTED)
    office.ledger.set_aside(SUBJECT, "ask_management", "not_in_channel")
    office.run(Task(unsettled=True))
    office.table.rows[PENDING.key] = PENDING
    office.ledger.states = {key: state for key, state in office.ledger.states.items() if key[1] == "ask_management"}
    office.later(timedelta(hours=1))
    assert ("ask_management", Outcome.SENT) in office.found()


# dry


def test_a_dry_run_says_what_is_missing_and_sends_nothing() -> None:
    office = Office(PENDING, ACCEPTED.model_copy(update={"timestamp": PENDING.timestamp + 1}))
    # One of them is a look whether the request stands there a second time.
    assert [outcome for _, outcome in office.found(DRY)] == [Outcome.DUE] * 7
    assert office.chat.sent == []
    assert office.ledger.states == {}


@pytest.mark.parametrize("dry", [True, False])
def test_one_contribution_and_one_message_of_it(dry: bool) -> None:
    other = PENDING.model_copy(update={"timestamp": PENDING.timestamp + 1})
    office = Office(PENDING, other)
    summary = office.run(Task(dry=dry, contribution=other.key, effect="ask_management"))
    assert [(finding.contribution, finding.effect) for finding in summary.findings] == [(other.key, "ask_management")]
    assert (summary.looked_at, summary.done) == (1, True)


def test_a_contribution_that_is_not_there_is_no_finding() -> None:
    assert Office().run(Task(contribution=PENDING.key)) == Summary(done=True)


# what fails


def test_a_lasting_failure_is_tried_again_after_longer_and_longer_waits() -> None:
    office = Office(PENDING)
    office.chat.failing = fails_at(MANAGEMENT, PermanentSlackError("is_archived"))
    office.run()
    for _ in range(40 * 24):
        office.later(timedelta(hours=1))
        office.run()
    failed_at = office.ledger.failed[SUBJECT, "ask_management"]
    waits = [(later - before) / (60 * MINUTE) for before, later in pairwise(failed_at)]
    assert waits == [1, 2, 4, 8, 16, 32, 64, 128, 168, 168, 168, 168]
    assert office.places == [("post", AINO)]


def test_what_was_set_aside_is_sent_once_its_cause_is_gone() -> None:
    office = Office(PENDING)
    office.chat.failing = fails_at(MANAGEMENT, PermanentSlackError("is_archived"))
    assert office.found() == [("confirm_submission", Outcome.SENT), ("ask_management", Outcome.SET_ASIDE)]
    office.chat.failing = FakeChat().failing
    (finding,) = office.run().findings
    assert (finding.outcome, finding.reason) == (Outcome.SET_ASIDE, "is_archived")  # an hour has not passed yet
    office.later(timedelta(hours=1))
    assert office.found(DRY) == [("ask_management", Outcome.DUE)]
    assert office.found() == [("ask_management", Outcome.SENT)]
    assert office.found() == []


def test_a_redrive_sends_at_once_what_was_set_aside_and_nothing_else() -> None:
    office = Office(ACCEPTED)
    office.ledger.set_aside(SUBJECT, "publish", "not_in_channel")
    assert office.found(Task(redrive=True, dry=True)) == [("publish", Outcome.DUE)]
    assert office.found(REDRIVE) == [("publish", Outcome.SENT)]
    assert office.places == [("post", PUBLIC)]
    assert office.found(REDRIVE) == []


def test_a_redrive_that_fails_again_sets_aside_again() -> None:
    office = Office(ACCEPTED)
    office.ledger.set_aside(SUBJECT, "publish", "not_in_channel")
    office.chat.failing = fails_at(PUBLIC, PermanentSlackError("is_archived"))
    (finding,) = office.run(REDRIVE).findings
    assert (finding.outcome, finding.reason) == (Outcome.SET_ASIDE, "is_archived")
    assert office.ledger.states[SUBJECT, "publish"] == "set aside"


def many(count: int) -> list[Contribution]:
    return [PENDING.model_copy(update={"timestamp": PENDING.timestamp + number}) for number in range(count)]


def test_when_slack_is_down_the_run_gives_up_for_now_and_the_next_one_goes_on_with_other_rows() -> None:
    office = Office(*many(5))
    office.chat.failing = lambda _method, _where: TransientSlackError("service_unavailable")
    summary = office.run()
    assert (summary.halted, summary.done, summary.looked_at) == (True, False, 2)
    assert summary.position == many(5)[1].key

    office.chat.failing = FakeChat().failing
    further = office.run(after=summary.position)
    assert (further.done, further.looked_at) == (True, 3)
    assert office.run().counts() == {"sent": 4}
    assert len(office.chat.sent) == 10


def test_one_row_that_fails_holds_up_no_other() -> None:
    office = Office(*many(60))
    bad = f"contribution#{many(60)[30].key}"
    real_claim = office.ledger.claim

    def claim(subject: str, effect: str, invocation: str = ""):
        if subject == bad:
            raise RuntimeError("the ledger is full of bees")
        return real_claim(subject, effect, invocation)

    office.ledger.claim = claim
    summary = office.run()
    assert summary.counts() == {"sent": 118, "failed": 2}
    assert (summary.done, summary.looked_at) == (True, 60)
    assert {finding.reason for finding in summary.findings} == {"", "RuntimeError"}


# what takes longer than a run


def test_a_run_that_has_no_time_left_is_gone_on_with() -> None:
    office = Office(*many(60))
    runs = 0
    after: ContributionKey | None = None
    while True:
        time = iter([60.0] * 7 + [0.0] * 100)
        reconciler = Reconciler(office.table, office.ledger, EFFECTS, office.delivery, office.clock)
        summary = reconcile(reconciler, Task(), lambda time=time: next(time), after)
        runs += 1
        if summary.done:
            break
        assert summary.looked_at == 7
        after = summary.position
    assert runs == 9
    assert len(office.chat.sent) == 120


def test_without_any_time_nothing_is_touched() -> None:
    office = Office(PENDING)
    assert office.run(left=0) == Summary()
    assert office.chat.sent == []


def test_an_answer_has_a_limit() -> None:
    office = Office(*many(300))
    summary = office.run(DRY)
    assert len(summary.findings) == 500
    assert (summary.done, summary.looked_at) == (False, 250)
    assert office.run(DRY, after=summary.position).looked_at == 50


def test_times_are_compared_in_real_time() -> None:
    office = Office(PENDING.model_copy(update={"timestamp": NOW_MS - 6 * MINUTE}))
    office.clock.now = NOW.astimezone(UTC)
    assert office.found(DRY) != []
