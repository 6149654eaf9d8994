"""Several changes at a time: each message is tried at once or recorded as owed, and a failing one holds up nobody (R9)."""

import logging
from collections import Counter
from dataclasses import replace

import pytest

from fakes import MANAGEMENT, PUBLIC, contribution
from memory import OK, Answer, House, MemoryDeliveries, always, failing
from ossi.contracts import contribution_subject
from ossi.delivery.batch import BUDGET_S, PACE_MS, QUEUE_MS, REPEATS_S, SECONDS_FOR_ONE, Change, deliver
from ossi.delivery.effect import wanted_of
from ossi.delivery.effects import EFFECTS
from ossi.delivery.record import DeliveryKey, Record, State
from ossi.delivery.store import Place
from ossi.domain.contribution import Contribution, Status
from ossi.domain.history import Event, EventKind
from ossi.domain.lifecycle import apply, history_of, submitted
from ossi.slack.errors import FailureKind

PEOPLE = ("U0AINO001", "U0EINO001", "U0ANNI001")


def new(house: House, user: str) -> Change:
    """A new contribution of that person."""
    row = submitted(contribution(user_id=user, submission_id="V1"), "e1")
    house.table.rows[row.key] = row
    return Change(row, tuple(wanted_of(EFFECTS, history_of(row))))


def accepted(house: House, change: Change) -> Change:
    """The decision on it."""
    row = apply(change.contribution, Event(EventKind.ACCEPTED, "e2", Status.PENDING, house.now.ms, by="U0MAIJA01"))
    house.table.rows[row.key] = row
    return Change(row, tuple(each for each in wanted_of(EFFECTS, history_of(row)) if each.event.n == 2))


def run(house: House, changes: list[Change], seconds: float = 60) -> list[bool]:
    return deliver(changes, house.office, house.time(seconds))


def places(house: House) -> list[str]:
    return [arrived.place for arrived in house.slack.arrived]


def record(house: House, row: Contribution, effect: str) -> Record:
    return house.deliveries.records[DeliveryKey(contribution_subject(row.key), effect)]


def limited(house: House, *where: str, retry_after_s: float = 1):
    """A Slack that takes one message a second in these places."""
    taken: dict[str, int] = {}

    def answer(_method: str, place: str, _text: str) -> Answer:
        if place in where and house.now.ms - taken.get(place, 0) < 1000:
            return failing(FailureKind.LIMITED, "ratelimited", retry_after_s=retry_after_s, takes=0)
        taken[place] = house.now.ms
        return Answer(takes=0)

    return answer


def test_everything_is_sent_at_once_in_its_order() -> None:
    house = House()
    assert run(house, [new(house, user) for user in PEOPLE]) == [True] * 3
    assert places(house) == [PEOPLE[0], MANAGEMENT, PEOPLE[1], MANAGEMENT, PEOPLE[2], MANAGEMENT]


def test_the_same_changes_again_send_nothing_more() -> None:
    house = House()
    changes = [new(house, user) for user in PEOPLE]
    run(house, changes)
    before = list(house.slack.calls)
    assert run(house, changes) == [True] * 3
    assert house.slack.calls == before


def test_nothing_to_do_takes_no_time_and_no_call() -> None:
    house = House()
    calls: list[str] = []
    house.deliveries.before_call = calls.append
    before = house.now.ms
    assert run(house, []) == []
    assert run(house, [Change(new(house, PEOPLE[0]).contribution, ())]) == [True]
    assert (house.now.ms, calls) == (before, [])


@pytest.mark.parametrize("kind", [kind for kind in FailureKind if kind is not FailureKind.LIMITED])
def test_a_failing_message_is_tried_once_recorded_and_holds_up_nobody(kind: FailureKind) -> None:
    house = House()
    house.slack.answer = lambda _method, place, text: failing(kind) if place == MANAGEMENT and PEOPLE[1] in text else OK
    changes = [new(house, user) for user in PEOPLE]
    assert run(house, changes) == [True] * 3
    assert places(house) == [PEOPLE[0], MANAGEMENT, PEOPLE[1], PEOPLE[2], MANAGEMENT]
    assert len(house.slack.calls) == 6
    assert record(house, changes[1].contribution, "ask_management").open
    assert house.deliveries.pace == {}, "what fails says nothing of its place's pace"


def test_a_place_that_takes_one_a_second_is_waited_for_a_little_and_the_rest_is_owed_in_its_order() -> None:
    house = House()
    house.slack.answer = limited(house, MANAGEMENT)
    people = [f"U0MANY{number:03}" for number in range(8)]
    changes = [new(house, user) for user in people]
    started = house.now.ms
    assert run(house, changes) == [True] * 8
    assert house.now.ms - started <= REPEATS_S * 1000 + 50
    sent = len(house.texts(MANAGEMENT))
    assert 3 <= sent < 8
    assert [user in text for user, text in zip(people, house.texts(MANAGEMENT), strict=False)] == [True] * sent
    assert len([place for place in places(house) if place != MANAGEMENT]) == 8, "nobody else was held up"

    for change in changes[sent:]:
        owed = record(house, change.contribution, "ask_management")
        assert (owed.state, owed.open, owed.ambiguous) == (State.DUE, True, 0)
    # What comes later waits its turn behind them.
    assert house.deliveries.pace[MANAGEMENT].queued_until > house.now.ms + QUEUE_MS - 2 * PACE_MS
    house.now.sleep(1)
    later = new(house, "U0LATER01")
    run(house, [later])
    assert len(house.texts(MANAGEMENT)) == sent
    house.minutes(1)
    assert [user in text for user, text in zip([*people, "U0LATER01"], house.texts(MANAGEMENT), strict=True)] == [
        True
    ] * 9


def test_a_place_is_not_called_before_its_time() -> None:
    house = House()
    opens_at = house.now.ms + 2000
    house.slack.answer = lambda _method, place, _text: (
        failing(FailureKind.LIMITED, "ratelimited", retry_after_s=2, takes=0)
        if place == MANAGEMENT and house.now.ms < opens_at
        else Answer(takes=0)
    )
    started = house.now.ms
    assert run(house, [new(house, user) for user in PEOPLE]) == [True] * 3
    # And from then on at the pace that Slack takes.
    calls = [at - started for _method, place, _text, at in house.slack.calls if place == MANAGEMENT]
    assert [round(at, -2) for at in calls] == [0, 2000, 3000]


def test_a_place_that_others_found_closed_is_not_called_either() -> None:
    house = House()
    house.deliveries.close_place(MANAGEMENT, house.now.ms + 60_000)
    change = new(house, PEOPLE[0])
    started = house.now.ms
    assert run(house, [change]) == [True]
    assert (places(house), house.now.ms - started < 1000) == ([PEOPLE[0]], True)
    assert record(house, change.contribution, "ask_management").due_at == started + 60_000


def test_two_places_are_waited_for_at_the_same_time() -> None:
    house = House()
    house.slack.answer = limited(house, MANAGEMENT, PUBLIC)
    changes = [new(house, user) for user in PEOPLE]
    started = house.now.ms
    assert run(house, [*changes, *(accepted(house, change) for change in changes)]) == [True] * 6
    assert 2000 <= house.now.ms - started < 3100
    assert Counter(places(house)) == {MANAGEMENT: 3, PUBLIC: 3, **dict.fromkeys(PEOPLE, 2)}


def test_a_long_wait_is_left_to_the_reconciler() -> None:
    house = House()
    house.slack.answer = lambda _method, place, _text: (
        failing(FailureKind.LIMITED, "ratelimited", retry_after_s=50) if place == MANAGEMENT else OK
    )
    changes = [new(house, user) for user in PEOPLE]
    started = house.now.ms
    assert run(house, changes) == [True] * 3
    assert places(house) == list(PEOPLE)
    assert house.now.ms - started < 1000
    assert len([call for call in house.slack.calls if call[1] == MANAGEMENT]) == 1


def test_the_next_batch_need_not_wait_for_this_one() -> None:
    house = House()
    house.slack.answer = always(failing(FailureKind.AMBIGUOUS, takes=9))
    changes = [new(house, f"U0MANY{number:03}") for number in range(12)]
    started = house.now.ms
    assert run(house, changes, 300) == [True] * 12
    assert house.now.ms - started < (BUDGET_S + 10) * 1000
    assert len(house.slack.calls) == 4
    # What was not tried is owed all the same.
    assert len([each for each in house.deliveries.records.values() if each.open and each.attempts == 0]) == 20


@pytest.mark.parametrize(("seconds", "calls"), [(SECONDS_FOR_ONE - 0.5, 0), (SECONDS_FOR_ONE + 1, 1)])
def test_nothing_is_begun_with_too_little_time_left_and_everything_is_owed(seconds: float, calls: int) -> None:
    house = House()
    house.slack.answer = always(Answer(takes=5))
    assert run(house, [new(house, PEOPLE[0])], seconds) == [True]
    assert len(house.slack.calls) == calls
    assert len([each for each in house.deliveries.records.values() if each.open]) == 2 - calls
    house.slack.answer = always(OK)
    house.minutes(1)
    assert sorted(places(house)) == sorted([PEOPLE[0], MANAGEMENT])


def test_waiting_leaves_time_for_one_message() -> None:
    house = House()
    house.slack.answer = limited(house, MANAGEMENT)
    until = house.now.ms + (SECONDS_FOR_ONE + 1) * 1000
    run(house, [new(house, user) for user in PEOPLE], SECONDS_FOR_ONE + 1)
    assert max(at for *_, at in house.slack.calls) <= until - SECONDS_FOR_ONE * 1000


def test_a_place_that_waits_in_a_queue_gets_no_message_before_its_turn() -> None:
    house = House()
    house.deliveries.pace[MANAGEMENT] = Place(queued_until=house.now.ms + 1000)
    change = new(house, PEOPLE[0])
    assert run(house, [change]) == [True]
    assert places(house) == [PEOPLE[0]]
    assert house.deliveries.pace[MANAGEMENT].queued_until >= house.now.ms + QUEUE_MS
    house.minutes(2)
    assert places(house) == [PEOPLE[0], MANAGEMENT]
    # Once nobody waits there any more, it's a place like any other.
    house.now.ms += 5000
    run(house, [new(house, PEOPLE[1])])
    assert places(house)[2:] == [PEOPLE[1], MANAGEMENT]


# when the ledger fails


def test_where_the_record_cannot_be_written_the_change_comes_again_and_the_others_go_on(
    caplog: pytest.LogCaptureFixture,
) -> None:
    house = House()
    changes = [new(house, user) for user in PEOPLE]
    bad = contribution_subject(changes[0].contribution.key)
    swap = house.deliveries.swap

    def failing_swap(record: Record, as_read: Record | None) -> None:
        if record.key.subject == bad:
            raise ConnectionError
        swap(record, as_read)

    house.deliveries.swap = failing_swap
    with caplog.at_level(logging.ERROR, "ossi"):
        assert run(house, changes) == [False, True, True]
    assert places(house) == [PEOPLE[1], MANAGEMENT, PEOPLE[2], MANAGEMENT]
    assert len([each for each in caplog.records if each.exc_info]) == 2

    house.deliveries.swap = swap
    assert run(house, changes[:1]) == [True]
    assert places(house)[4:] == [PEOPLE[0], MANAGEMENT]


@pytest.mark.parametrize("call", ["swap", "queue_place"])
def test_where_what_is_owed_cannot_be_recorded_the_change_comes_again(call: str) -> None:
    house = House()
    house.deliveries.close_place(MANAGEMENT, house.now.ms + 60_000)
    house.deliveries.close_place(PEOPLE[0], house.now.ms + 60_000)

    def fail(name: str) -> None:
        if name == call:
            raise ConnectionError

    house.deliveries.before_call = fail
    change = new(house, PEOPLE[0])
    assert run(house, [change]) == [False]
    house.deliveries.before_call = MemoryDeliveries().before_call
    assert run(house, [change]) == [True]
    house.minutes(3)
    assert sorted(places(house)) == sorted([PEOPLE[0], MANAGEMENT])


def test_nothing_depends_on_knowing_the_pace_of_places() -> None:
    house = House()

    def fail(name: str) -> None:
        if name == "places":
            raise ConnectionError

    house.deliveries.before_call = fail
    assert run(house, [new(house, PEOPLE[0])]) == [True]
    assert places(house) == [PEOPLE[0], MANAGEMENT]


def test_a_limit_that_cannot_be_told_to_others_is_no_reason_to_send_twice() -> None:
    house = House()
    change = new(house, PEOPLE[0])
    house.slack.answer = limited(house, MANAGEMENT)
    house.slack.answer("chat.postMessage", MANAGEMENT, "")

    def fail(name: str) -> None:
        if name == "close_place":
            raise ConnectionError

    house.deliveries.before_call = fail
    assert run(house, [change]) == [False]
    house.deliveries.before_call = MemoryDeliveries().before_call
    house.now.ms += 1000
    assert run(house, [change]) == [True]
    assert sorted(places(house)) == sorted([PEOPLE[0], MANAGEMENT])


# orders


def test_a_decision_redraws_the_request_that_was_posted_in_the_same_batch() -> None:
    house = House()
    change = new(house, PEOPLE[0])
    assert run(house, [change, accepted(house, change)]) == [True, True]
    assert places(house) == [PEOPLE[0], MANAGEMENT, PEOPLE[0], PUBLIC]
    (request,) = [arrived.ref for arrived in house.slack.arrived if arrived.place == MANAGEMENT]
    assert len(house.slack.drawn[request]) == 1


def test_a_redrawing_waits_for_its_request_and_nobody_else_does() -> None:
    house = House()
    change = new(house, PEOPLE[0])
    house.slack.answer = lambda _method, place, _text: (
        failing(FailureKind.AMBIGUOUS, arrives=True) if place == MANAGEMENT else OK
    )
    assert run(house, [change, accepted(house, change)]) == [True, True]
    assert places(house) == [PEOPLE[0], MANAGEMENT, PEOPLE[0], PUBLIC]
    waiting = record(house, change.contribution, "redraw_other_request")
    assert (waiting.state, waiting.open) == (State.DUE, True)
    assert waiting.due_at == record(house, change.contribution, "ask_management").due_at


def test_a_record_that_somebody_spoiled_is_left_and_the_change_is_done() -> None:
    house = House()
    change = new(house, PEOPLE[0])
    key = DeliveryKey(contribution_subject(change.contribution.key), "ask_management")
    spoiled = replace(Record(key), state=State.UNREADABLE)
    house.deliveries.records[key] = spoiled
    assert run(house, [change]) == [True]
    assert places(house) == [PEOPLE[0]]
    assert house.deliveries.records[key] == spoiled
