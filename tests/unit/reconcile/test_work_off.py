"""The minute's work: what is due is tried, place by place, and what can't be done now is left alone."""

import logging
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from itertools import pairwise

import pytest

from fakes import MANAGEMENT, PUBLIC, contribution
from memory import OK, Answer, House, always, failing
from ossi.contracts import contribution_subject
from ossi.delivery.deliver import LOOK, look_later, owe
from ossi.delivery.effect import wanted_of
from ossi.delivery.policy import given_up, owed
from ossi.delivery.record import DeliveryKey, Record, State
from ossi.domain.contribution import Contribution, ContributionKey, Status
from ossi.domain.history import Event, EventKind
from ossi.domain.lifecycle import apply, history_of, submitted
from ossi.slack.errors import FailureKind
from ossi_reconcile.reconcile import Task, reconcile
from ossi_reconcile.work_off import redrive_reports

AINO, MAIJA = "U0AINO001", "U0MAIJA01"
MINUTE, HOUR = 60_000, 3_600_000
RUN = "report#2026-10#scheduled"


def new(house: House, **values: object) -> Contribution:
    """A contribution whose stream record is still to come."""
    row = submitted(contribution(**{"timestamp": house.now.ms, "submission_id": "V1", **values}), "e1")
    house.table.add_once(row, str(row.key))
    return row


def decide(house: House, row: Contribution, kind: EventKind, event_id: str = "e2") -> Contribution:
    decided = apply(row, Event(kind, event_id, row.status, house.now.ms, by=MAIJA))
    house.table.save(decided, row)
    return decided


def record_of(house: House, row: Contribution, effect: str) -> Record:
    return house.deliveries.records[DeliveryKey(contribution_subject(row.key), effect)]


def owe_everything(house: House, row: Contribution) -> None:
    """As the stream leaves it where it has no time to send."""
    house.table.stream.clear()
    for wanted in wanted_of(house.office.effects, history_of(row)):
        owe(house.office, row, wanted)


def reads(house: House) -> Counter[str]:
    """Counts the calls to the ledger from now on."""
    calls: Counter[str] = Counter()

    def count(name: str) -> None:
        calls[name] += 1

    house.deliveries.before_call = count
    return calls


def test_where_someone_else_is_at_it_nothing_is_done() -> None:
    house = House()
    owe_everything(house, new(house))
    house.lease.held_by_other = True
    assert house.run_reconciler().idle
    assert house.slack.calls == []


def test_with_nothing_due_slack_is_not_asked_anything() -> None:
    house = House()
    new(house)
    house.minutes(1)
    before = list(house.slack.calls)
    worked = house.run_reconciler()
    assert (worked.findings, worked.idle, worked.slack_is_down) == ([], False, False)
    assert house.slack.calls == before


def test_everything_that_is_owed_is_sent_the_oldest_first() -> None:
    house = House()
    rows = [new(house, user_id=f"U0MANY{number:03}", timestamp=1000 + number) for number in range(3)]
    for row in reversed(rows):
        house.now.sleep(1)
        owe_everything(house, row)
    assert house.run_reconciler().counts() == {"sent": 6}
    assert [f"<@{user}>" in text for user, text in zip(
        ("U0MANY002", "U0MANY001", "U0MANY000"), house.texts(MANAGEMENT), strict=True
    )] == [True] * 3  # fmt: skip


# what waits for something else is looked at once in a run


def test_a_redrawing_whose_request_may_still_arrive_waits_without_being_looked_at_all_the_time() -> None:
    house = House()
    row = new(house)
    owe_everything(house, row)
    decided = decide(house, row, EventKind.DECLINED)
    owe_everything(house, decided)
    asked = record_of(house, row, "ask_management")
    # Someone was sending it when the decision was made, and its answer was lost.
    due_at = house.now.ms + HOUR
    house.deliveries.records[asked.key] = replace(asked, ambiguous=2, due_at=due_at)
    calls = reads(house)
    house.run_reconciler()
    assert calls["unsettled"] <= 6
    assert record_of(house, row, "redraw_other_request").due_at == due_at
    calls.clear()
    house.now.ms = due_at
    house.run_reconciler()
    assert calls["unsettled"] <= 6
    assert all(not record.open for record in house.deliveries.records.values())


def test_a_redrawing_whose_request_has_a_spoiled_record_is_looked_at_once_in_a_run() -> None:
    house = House()
    row = new(house)
    house.run_stream()
    asked = DeliveryKey(contribution_subject(row.key), "ask_management")
    decide(house, row, EventKind.DECLINED)
    house.deliveries.records[asked] = Record(asked, State.UNREADABLE)
    owe_everything(house, house.table.rows[row.key])
    calls = reads(house)
    worked = house.run_reconciler()
    assert calls["unsettled"] <= 6
    assert ("set aside", "unreadable_record") in [(found.result.value, found.reason) for found in worked.findings]


def test_a_record_that_the_ledger_does_not_take_is_tried_once_in_a_run_and_holds_up_nobody(
    caplog: pytest.LogCaptureFixture,
) -> None:
    house = House()
    rows = [new(house, user_id=f"U0MANY{number:03}") for number in range(3)]
    for row in rows:
        owe_everything(house, row)
    bad = record_of(house, rows[1], "ask_management")
    swap = house.deliveries.swap

    def failing_swap(record: Record, as_read: Record | None) -> None:
        if record.key == bad.key:
            raise ConnectionError
        swap(record, as_read)

    house.deliveries.swap = failing_swap
    calls = reads(house)
    with caplog.at_level(logging.ERROR, "ossi"):
        worked = house.run_reconciler()
    assert worked.counts() == {"sent": 5, "failed": 1}
    assert calls["unsettled"] <= 6
    assert len([record for record in caplog.records if record.exc_info]) == 1

    house.deliveries.swap = swap
    assert house.run_reconciler().counts() == {"sent": 1}


def test_what_cannot_be_put_away_or_looked_at_holds_up_nobody_and_is_looked_at_again() -> None:
    house = House()
    gone = DeliveryKey("contribution#U0GONE#1", "publish")
    house.deliveries.records[gone] = owed(gone, "", house.now.ms)
    by_hand = new(house)
    house.minutes(1)
    house.table.rows[by_hand.key] = house.table.rows[by_hand.key].model_copy(update={"status": Status.ACCEPTED})
    look_later(house.office, by_hand.key)
    house.now.ms += 5 * MINUTE
    owe_everything(house, new(house, user_id="U0OTHER01"))
    house.deliveries.records[gone] = owed(gone, "", house.now.ms)
    swap, save = house.deliveries.swap, house.table.save

    def failing_swap(record: Record, as_read: Record | None) -> None:
        if record.key == gone:
            raise ConnectionError
        swap(record, as_read)

    def failing_save(contribution: Contribution, as_read: Contribution) -> None:
        raise ConnectionError(contribution.key, as_read.key)

    house.deliveries.swap, house.table.save = failing_swap, failing_save
    assert house.run_reconciler().counts() == {"sent": 2}
    assert (house.deliveries.records[gone].open, record_of(house, by_hand, LOOK).open) == (True, True)

    house.deliveries.swap, house.table.save = swap, save
    house.minutes(10)
    assert (house.deliveries.records[gone].open, record_of(house, by_hand, LOOK).open) == (False, False)
    assert len(house.texts(PUBLIC)) == 1


# what is not to be sent any more


@pytest.mark.parametrize("effect", ["publish", LOOK])
def test_what_is_owed_about_a_row_that_is_gone_is_put_away(effect: str) -> None:
    house = House()
    key = DeliveryKey("contribution#U0GONE#1", effect)
    house.deliveries.records[key] = owed(key, "", house.now.ms)
    house.run_reconciler()
    assert not house.deliveries.records[key].open
    assert house.slack.calls == []


def test_a_row_that_cannot_be_read_is_looked_at_ever_more_rarely() -> None:
    house = House()
    row = new(house)
    owe_everything(house, row)
    look_up = house.table.look_up

    def unreadable(keys: Iterable[ContributionKey]) -> dict[ContributionKey, Contribution | None]:
        return dict.fromkeys(keys)

    house.table.look_up = unreadable
    waits: list[int] = []
    while len(waits) < 12:
        house.run_reconciler()
        due_at = record_of(house, row, "ask_management").due_at
        waits.append((due_at - house.now.ms) // MINUTE)
        house.now.ms = due_at
    assert waits == [5, 5, 10, 20, 40, 80, 160, 320, 640, 1280, 1440, 1440]
    assert house.slack.calls == []

    house.table.look_up = look_up
    house.minutes(1)
    assert len(house.texts(MANAGEMENT)) == 1


def test_an_effect_that_only_a_newer_version_knows_is_left_to_it() -> None:
    house = House()
    row = new(house)
    house.minutes(1)
    key = DeliveryKey(contribution_subject(row.key), "tell_the_world")
    house.deliveries.records[key] = owed(key, "", house.now.ms)
    house.run_reconciler()
    found = house.deliveries.records[key]
    assert (found.state, found.open, found.due_at) == (State.DUE, True, house.now.ms + 5 * MINUTE)


def test_what_nothing_calls_for_any_more_is_put_away() -> None:
    house = House()
    row = new(house)
    house.minutes(1)
    key = DeliveryKey(contribution_subject(row.key), "publish")
    house.deliveries.records[key] = owed(key, "", house.now.ms)
    house.run_reconciler()
    assert not house.deliveries.records[key].open
    assert house.texts(PUBLIC) == []


def test_a_request_that_comes_after_its_decision_is_not_sent_and_a_confirmation_comes_before_it() -> None:
    house = House()
    row = new(house)
    house.slack.answer = lambda _method, place, _text: (
        failing(FailureKind.NOT_DONE) if place in {MANAGEMENT, AINO} else OK
    )
    house.run_stream()
    decide(house, row, EventKind.DECLINED)
    house.run_stream()
    house.slack.answer = always(OK)
    house.minutes(3)
    assert house.texts(MANAGEMENT) == []
    assert ["declined" in text or "wasn't accepted" in text for text in house.texts(AINO)] == [False, True]
    assert all(not record.open for record in house.deliveries.records.values())


def test_a_confirmation_that_comes_after_the_decision_was_read_is_not_sent() -> None:
    house = House()
    row = new(house)
    house.slack.answer = lambda _method, place, _text: failing(FailureKind.NOT_DONE) if place == AINO else OK
    house.run_stream()
    decide(house, row, EventKind.DECLINED)
    house.slack.answer = always(OK)
    house.run_stream()
    house.minutes(3)
    assert len(house.texts(AINO)) == 1
    assert not record_of(house, row, "confirm_submission").open


def test_what_may_have_arrived_is_put_away_once_its_row_is_gone_or_it_comes_too_late() -> None:
    house = House()
    house.slack.answer = always(failing(FailureKind.AMBIGUOUS))
    decided, gone, kept = (new(house, user_id=f"U0MANY{number:03}") for number in range(3))
    house.run_stream()
    for row in (decided, gone, kept):
        for effect in ("confirm_submission", "ask_management"):
            known = record_of(house, row, effect)
            house.deliveries.records[known.key] = replace(given_up(known), ambiguous=3)
    house.slack.answer = always(OK)
    house.run_reconciler()
    assert house.slack.arrived == []
    assert record_of(house, kept, "ask_management").open

    decide(house, decided, EventKind.DECLINED)
    house.table.remove(gone.key)
    house.table.stream.pop()
    house.minutes(15)
    assert [
        (record_of(house, row, effect).open, record_of(house, row, effect).state.value)
        for row in (decided, gone, kept)
        for effect in ("confirm_submission", "ask_management")
    ] == [(False, "UNKNOWN")] * 4 + [(True, "UNKNOWN")] * 2
    assert house.texts(MANAGEMENT) == []

    # What waits for an operator costs ever less.
    house.now.ms += 2 * HOUR
    house.run_reconciler()
    calls = reads(house)
    house.minutes(60)
    assert (calls["swap"], calls["read"]) == (0, 60)
    found = reconcile(house.office, Task(redrive=True, dry=True), lambda: 60.0).findings
    assert [(each.contribution, each.effect, each.result.value) for each in found] == [
        (kept.key, "confirm_submission", "due"),
        (kept.key, "ask_management", "due"),
    ]


def test_what_somebody_wrote_by_hand_into_the_index_holds_up_nobody(caplog: pytest.LogCaptureFixture) -> None:
    house = House()
    key = DeliveryKey("contribution#nonsense", "publish")
    house.deliveries.records[key] = owed(key, "", house.now.ms)
    owe_everything(house, new(house))
    with caplog.at_level(logging.ERROR, "ossi"):
        assert house.run_reconciler().counts() == {"sent": 2}
    assert {getattr(record, "why", "") for record in caplog.records} == {"wrong: id"}


# rows to be looked at


def test_a_row_that_an_older_version_did_not_understand_is_looked_at_after_five_minutes() -> None:
    house = House()
    row = new(house)
    house.table.stream.clear()
    look_later(house.office, row.key)
    house.run_reconciler()
    assert house.slack.calls == []
    house.now.ms += 5 * MINUTE
    house.minutes(2)
    assert (len(house.texts(AINO)), len(house.texts(MANAGEMENT))) == (1, 1)
    look = record_of(house, row, LOOK)
    assert not look.open

    # And again, should that happen again.
    look_later(house.office, row.key)
    again = record_of(house, row, LOOK)
    assert (again.open, again.due_at) == (True, house.now.ms + 5 * MINUTE)
    look_later(house.office, row.key)
    assert record_of(house, row, LOOK) == again


def test_looking_at_a_row_draws_again_what_is_behind_it() -> None:
    house = House()
    row = new(house)
    house.minutes(1)
    declined = decide(house, row, EventKind.DECLINED)
    house.minutes(2)
    (ref,) = {arrived.ref for arrived in house.slack.arrived if arrived.place == MANAGEMENT}
    assert len(house.slack.drawn[ref]) == 1
    # Someone took the decision back, another was made, and a version that understood neither saw it in the stream.
    back = Event(EventKind.SUBMITTED, "e3", Status.PENDING, house.now.ms, silent=True, n=3)
    accepted = Event(EventKind.ACCEPTED, "e4", Status.ACCEPTED, house.now.ms, by=MAIJA, n=4)
    house.table.rows[row.key] = declined.model_copy(
        update={"events": (*declined.events, back, accepted), "version": 4, "status": Status.ACCEPTED}
    )
    look_later(house.office, row.key)
    house.minutes(8)
    assert len(house.slack.drawn[ref]) == 2
    assert len(house.texts(AINO)) == 3
    assert len(house.texts(PUBLIC)) == 1


def test_a_change_by_hand_is_stored_as_an_event_before_it_is_told() -> None:
    house = House()
    row = new(house)
    house.minutes(1)
    house.table.rows[row.key] = house.table.rows[row.key].model_copy(update={"status": Status.ACCEPTED})
    look_later(house.office, row.key)
    house.now.ms += 5 * MINUTE
    house.minutes(2)
    assert [event.kind for event in house.table.rows[row.key].events] == [EventKind.SUBMITTED, EventKind.ACCEPTED]
    assert len(house.texts(PUBLIC)) == 1


# Slack in trouble


def test_nothing_that_may_have_arrived_is_repeated_before_slack_answers_something_harmless() -> None:
    house = House()
    row = new(house)
    house.slack.answer = always(failing(FailureKind.AMBIGUOUS, takes=5))
    house.run_stream()
    posts = len([call for call in house.slack.calls if call[0] == "chat.postMessage"])
    house.minutes(180)
    assert len([call for call in house.slack.calls if call[0] == "chat.postMessage"]) == posts
    assert record_of(house, row, "ask_management").attempts == 1
    assert house.run_reconciler().slack_is_down

    house.slack.answer = always(OK)
    house.minutes(2)
    assert (len(house.texts(AINO)), len(house.texts(MANAGEMENT))) == (1, 1)


@pytest.mark.parametrize("kind", list(FailureKind))
def test_what_slack_refuses_to_say_is_an_answer_unless_it_is_down(kind: FailureKind) -> None:
    house = House()
    new(house)
    house.slack.answer = lambda _method, place, _text: failing(FailureKind.AMBIGUOUS) if place == AINO else OK
    house.run_stream()
    house.slack.answer = lambda method, _place, _text: failing(kind) if method == "auth.test" else OK
    house.minutes(3)
    down = kind in {FailureKind.NOT_DONE, FailureKind.AMBIGUOUS, FailureKind.REFUSED_FOR_NOW}
    assert len(house.texts(AINO)) == (0 if down else 1)


def test_a_message_that_fails_holds_up_nobody_in_the_same_place_or_in_others() -> None:
    house = House()
    rows = [new(house, user_id=f"U0MANY{number:03}") for number in range(5)]
    for row in rows:
        owe_everything(house, row)
    house.slack.answer = lambda method, _place, text: (
        failing(FailureKind.AMBIGUOUS) if method == "chat.postMessage" and "U0MANY002" in text else OK
    )
    house.run_reconciler()
    assert len(house.texts(MANAGEMENT)) == 4
    assert len(house.slack.arrived) == 9


def test_a_limited_place_is_waited_for_and_others_are_not_held_up() -> None:
    house = House()
    rows = [new(house, user_id=f"U0MANY{number:03}") for number in range(4)]
    for row in rows:
        owe_everything(house, row)
    opens_at = house.now.ms + 30_000
    house.slack.answer = lambda _method, place, _text: (
        failing(FailureKind.LIMITED, "ratelimited", retry_after_s=30)
        if place == MANAGEMENT and house.now.ms < opens_at
        else OK
    )
    house.run_reconciler()
    managers = [arrived.at for arrived in house.slack.arrived if arrived.place == MANAGEMENT]
    others = [arrived.at for arrived in house.slack.arrived if arrived.place != MANAGEMENT]
    assert len(managers) == len(others) == 4
    assert max(others) < opens_at <= min(managers)
    assert all(1000 <= later - before <= 1500 for before, later in pairwise(managers))
    assert len([call for call in house.slack.calls if call[1] == MANAGEMENT]) == 5, "it's called when it opens"


def test_where_slack_limits_every_place_each_is_queued_a_few_times() -> None:
    house = House()
    for number in range(50):
        owe_everything(house, new(house, user_id=f"U0MANY{number:03}"))
    seen: set[str] = set()

    def first_limited(_method: str, place: str, _text: str) -> Answer:
        known = place in seen
        seen.add(place)
        return OK if known else failing(FailureKind.LIMITED, "ratelimited", retry_after_s=30)

    house.slack.answer = first_limited
    calls = reads(house)
    house.run_reconciler()
    assert len(house.slack.arrived) == 100
    assert calls["queue_place"] <= 4 * 51


def test_the_lease_is_kept_among_many_places_that_take_long_and_each_gets_its_turn() -> None:
    house = House()
    for number in range(15):
        for twice in range(10):
            owe_everything(house, new(house, user_id=f"U0MANY{number:03}", timestamp=1000 + twice))
    held: list[int] = []
    hold = house.lease.hold

    def noted() -> bool:
        held.append(house.now.ms)
        return hold()

    house.lease.hold = noted
    house.slack.answer = always(Answer(takes=5))
    house.run_reconciler()
    assert max(later - before for before, later in pairwise(held)) <= 45_000, "it lapses after 90 seconds"
    assert house.now.ms - held[-1] <= 45_000
    counts = Counter(arrived.place for arrived in house.slack.arrived)
    assert (len(counts), max(counts.values()) - min(counts.values())) == (16, 1)


def test_what_waits_longer_than_a_run_is_tried_by_the_run_in_which_its_place_opens() -> None:
    house = House()
    owe_everything(house, new(house))
    opens_at = house.now.ms + 20 * MINUTE
    house.slack.answer = lambda _method, place, _text: (
        failing(FailureKind.LIMITED, "ratelimited", retry_after_s=1200)
        if place == MANAGEMENT and house.now.ms < opens_at
        else OK
    )
    house.minutes(30)
    calls = [at for _method, place, _text, at in house.slack.calls if place == MANAGEMENT]
    assert len(calls) == 2
    assert opens_at <= calls[1] <= opens_at + 2 * MINUTE


def test_five_thousand_messages_of_one_place_are_not_in_front_of_the_others() -> None:
    house = House()
    for number in range(5000):
        key = DeliveryKey(f"contribution#U0MANY{number:04}#1", "publish")
        house.deliveries.records[key] = replace(owed(key, PUBLIC, house.now.ms), owed_at=1, open=True)
        row = contribution(user_id=f"U0MANY{number:04}", timestamp=1)
        row = apply(submitted(row, "e1"), Event(EventKind.ACCEPTED, "e2", Status.PENDING, 1, by=MAIJA))
        house.table.rows[row.key] = row
    owe_everything(house, new(house))
    started = house.now.ms
    house.slack.answer = always(Answer(takes=0.3))
    house.run_reconciler()
    (asked,) = [arrived.at for arrived in house.slack.arrived if arrived.place == MANAGEMENT]
    assert asked - started < 5_000


def test_what_is_overdue_is_counted_once_in_a_run(caplog: pytest.LogCaptureFixture) -> None:
    house = House()
    owe_everything(house, new(house))
    with caplog.at_level(logging.WARNING, "ossi"):
        house.now.ms += 15 * MINUTE
        house.slack.answer = always(failing(FailureKind.NOT_DONE))
        house.run_reconciler()
        assert "Overdue" not in {getattr(record, "metric", "") for record in caplog.records}
        house.now.ms += 2 * MINUTE
        house.run_reconciler()
    assert [getattr(record, "rows", 0) for record in caplog.records if getattr(record, "metric", "") == "Overdue"] == [
        2
    ]


# reports


def report(house: House, effect: str = "announce_report", **values: object) -> Record:
    key = DeliveryKey(RUN, effect)
    record = replace(owed(key, MANAGEMENT, house.now.ms), **values)
    house.deliveries.records[key] = record
    return record


def test_the_report_function_is_asked_to_finish_what_is_due_and_has_its_time() -> None:
    house = House()
    report(house)
    house.run_reconciler()
    assert [asked.key for asked in house.asked] == [DeliveryKey(RUN, "announce_report")]
    house.minutes(5)
    assert len(house.asked) == 1
    house.minutes(2)
    assert len(house.asked) == 2


def test_the_report_function_is_not_asked_while_slack_does_not_answer() -> None:
    house = House()
    report(house)
    house.slack.answer = always(failing(FailureKind.AMBIGUOUS))
    assert house.run_reconciler().slack_is_down
    assert house.asked == []
    house.slack.answer = always(OK)
    house.run_reconciler()
    assert len(house.asked) == 1


def test_a_report_function_that_cannot_be_asked_is_asked_again_and_holds_up_nobody(
    caplog: pytest.LogCaptureFixture,
) -> None:
    house = House()
    report(house)
    owe_everything(house, new(house))
    refusals = 0

    def refuse(_record: Record) -> None:
        nonlocal refusals
        refusals += 1
        raise ConnectionError

    ask, house.desk = house.desk, replace(house.desk, ask_report=refuse)
    with caplog.at_level(logging.ERROR, "ossi"):
        assert house.run_reconciler().counts() == {"sent": 2}
    assert refusals == 1
    house.desk = ask
    house.run_reconciler()
    assert len(house.asked) == 1


@pytest.mark.parametrize("state", list(State))
def test_a_redrive_asks_for_reports_that_wait_for_a_person_and_for_no_others(state: State) -> None:
    house = House()
    before = report(house, state=state, ambiguous=3, reason="is_archived", due_at=house.now.ms + HOUR)
    expected = state in {State.PARKED, State.UNKNOWN}
    assert len(redrive_reports(house.desk, dry=True)) == expected
    assert (house.asked, house.deliveries.records[before.key]) == ([], before)

    found = redrive_reports(house.desk)
    assert [(each.subject, each.effect, each.result.value, each.reason) for each in found] == [
        (RUN, "announce_report", "due", "is_archived")
    ] * expected
    assert [asked.key for asked in house.asked] == [before.key] * expected
    after = house.deliveries.records[before.key]
    if expected:
        assert (after.state, after.ambiguous, after.due_at) == (State.DUE, 0, house.now.ms + 6 * MINUTE)
    else:
        assert after == before
