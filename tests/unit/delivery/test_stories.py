"""What people get to read of a contribution's life, with every part but Slack and AWS as it is."""

from collections.abc import Iterable
from dataclasses import replace

import pytest

from fakes import MANAGEMENT, PUBLIC, contribution
from memory import OK, Answer, Died, House, always, failing
from ossi.delivery.deliver import look_later
from ossi.delivery.record import DeliveryKey, State
from ossi.domain.contribution import Contribution, ContributionKey, MessageRef, Status
from ossi.domain.errors import UnreadableContribution
from ossi.domain.history import Event, EventKind
from ossi.domain.lifecycle import apply, history_of, submitted
from ossi.slack.errors import FailureKind
from ossi_reconcile.reconcile import Task, reconcile

AINO = "U0AINO001"


def new(house: House, event_id: str = "e1", **values: object) -> ContributionKey:
    """Someone submits."""
    row = contribution(**{"timestamp": house.now.ms, "submission_id": "V1", **values})
    house.table.add_once(submitted(row, event_id), event_id)
    return row.key


def decide(
    house: House, key: ContributionKey, kind: EventKind, seen_in: MessageRef | None = None, event_id: str = "e2"
) -> Contribution:
    """A manager presses a button."""
    row = house.table.rows[key]
    event = Event(kind, event_id, row.status, house.now.ms, by="U0MAIJA01", seen_in=seen_in)
    decided = apply(row, event)
    house.table.save(decided, row)
    return decided


def request_of(house: House) -> MessageRef:
    """The request in the management channel."""
    return next(each.ref for each in house.slack.arrived if each.place == MANAGEMENT)


def test_a_submission_is_confirmed_and_managers_are_asked() -> None:
    house = House()
    new(house)
    house.minutes(3)
    assert len(house.texts(AINO)) == 1
    assert len(house.texts(MANAGEMENT)) == 1
    assert house.texts(PUBLIC) == []


def test_a_decision_is_told_published_and_drawn() -> None:
    house = House()
    key = new(house)
    house.minutes(1)
    decide(house, key, EventKind.ACCEPTED, request_of(house))
    house.minutes(2)
    assert len(house.texts(AINO)) == 2
    assert len(house.texts(MANAGEMENT)) == 1
    assert len(house.texts(PUBLIC)) == 1
    assert len(house.slack.drawn[request_of(house)]) == 1
    assert all(not record.open for record in house.deliveries.records.values())


def test_a_decision_by_hand_is_stored_as_an_event_and_told_like_any_other() -> None:
    house = House()
    key = new(house)
    house.minutes(1)
    house.table.write(house.table.rows[key].model_copy(update={"status": Status.ACCEPTED}))
    house.minutes(2)
    row = house.table.rows[key]
    assert [(event.kind, event.by) for event in row.events] == [(EventKind.SUBMITTED, AINO), (EventKind.ACCEPTED, None)]
    assert len(house.texts(AINO)) == 2
    assert len(house.texts(PUBLIC)) == 1
    assert len(house.slack.drawn[request_of(house)]) == 1


def test_other_changes_by_hand_are_silent_and_a_button_pressed_later_is_told() -> None:
    house = House()
    key = new(house)
    house.minutes(1)
    decide(house, key, EventKind.DECLINED, request_of(house))
    house.minutes(1)
    house.table.write(house.table.rows[key].model_copy(update={"status": Status.PENDING}))
    house.minutes(2)
    assert len(house.texts(AINO)) == 2
    decide(house, key, EventKind.ACCEPTED, request_of(house), "e4")
    house.minutes(2)
    assert len(house.texts(AINO)) == 3
    assert [event.n for event in house.table.rows[key].events] == [1, 2, 3, 4]


def test_a_row_without_events_lives_on() -> None:
    house = House()
    old = contribution(submission_id="V0")
    house.table.write(old)
    house.minutes(1)
    assert house.table.rows[old.key].events == ()
    decide(house, old.key, EventKind.ACCEPTED, request_of(house))
    house.minutes(2)
    assert len(house.texts(AINO)) == 2
    assert [event.id for event in house.table.rows[old.key].events] == ["submitted-1", "e2"]


def test_a_decision_by_an_older_version_is_the_person_s_that_it_names() -> None:
    house = House()
    key = new(house)
    house.minutes(1)
    ref = request_of(house)
    decided = {"status": Status.DECLINED, "decided_by": "U0MAIJA01", "decided_at": house.now.ms, "decided_in": ref}
    house.table.write(house.table.rows[key].model_copy(update=decided))
    house.minutes(2)
    assert house.table.rows[key].events[-1].by == "U0MAIJA01"
    assert len(house.texts(AINO)) == 2
    assert len(house.slack.drawn[ref]) == 1


def test_a_row_that_is_gone_settles_what_is_owed() -> None:
    house = House()
    key = new(house)
    house.table.stream.clear()
    row = house.table.rows[key]
    record = DeliveryKey(f"contribution#{key}", "ask_management")
    from ossi.delivery.deliver import owe
    from ossi.delivery.effect import wanted_of

    for wanted in wanted_of(house.office.effects, history_of(row)):
        owe(house.office, row, wanted)
    house.table.rows.clear()
    house.minutes(1)
    assert house.slack.arrived == []
    assert not house.deliveries.records[record].open
    assert replace(house.deliveries.records[record], open=True).state is State.DUE


def test_a_hand_after_a_person_s_decision_is_nobody_s() -> None:
    house = House()
    key = new(house)
    house.minutes(1)
    decide(house, key, EventKind.DECLINED, request_of(house))
    for status in (Status.PENDING, Status.ACCEPTED):
        house.table.write(house.table.rows[key].model_copy(update={"status": status}))
        house.minutes(1)
    assert [(event.kind, event.by) for event in house.table.rows[key].events[2:]] == [
        (EventKind.SUBMITTED, None),
        (EventKind.ACCEPTED, None),
    ]


def test_a_silent_change_takes_no_redrawing_back() -> None:
    refused = failing(FailureKind.NOT_DONE, "ConnectionRefusedError")
    healthy = False

    def answer(method: str, _place: str, _text: str) -> Answer:
        return OK if healthy or method != "chat.update" else refused

    house = House(answer=answer)
    key = new(house)
    house.minutes(1)
    decide(house, key, EventKind.DECLINED, request_of(house))
    house.minutes(1)
    house.table.write(house.table.rows[key].model_copy(update={"status": Status.ACCEPTED}))
    house.minutes(1)
    healthy = True
    house.minutes(3)
    assert len(house.slack.drawn[request_of(house)]) == 1


def test_a_request_whose_decision_was_drawn_is_not_posted_any_more() -> None:
    house = House()
    key = new(house)
    late = list(house.table.stream)
    house.table.stream.clear()
    house.table.write(house.table.rows[key].model_copy(update={"status": Status.ACCEPTED}))
    house.minutes(2)
    house.table.stream += late
    house.minutes(2)
    assert house.texts(MANAGEMENT) == []
    assert len(house.texts(PUBLIC)) == 1


def test_a_hand_is_told_of_also_where_a_round_sees_it_before_the_stream() -> None:
    house = House()
    old = contribution()
    house.table.write(old)
    house.minutes(1)
    house.now.sleep(600)
    house.table.write(old.model_copy(update={"status": Status.ACCEPTED}))
    late = list(house.table.stream)
    house.table.stream.clear()
    reconcile(house.office, Task(only_record=True), lambda: 100)
    house.table.stream[:0] = late
    house.minutes(2)
    assert len(house.texts(AINO)) == 2
    assert len(house.texts(PUBLIC)) == 1


def test_a_decision_by_hand_is_told_in_nobody_s_name() -> None:
    house = House()
    key = new(house)
    house.minutes(1)
    decide(house, key, EventKind.DECLINED, request_of(house))
    house.minutes(1)
    for status in (Status.PENDING, Status.ACCEPTED):
        house.table.write(house.table.rows[key].model_copy(update={"status": status}))
        house.minutes(1)
    assert "U0MAIJA01" not in house.slack.drawn[request_of(house)][-1]
    assert house.table.rows[key].decided_by is None


@pytest.mark.parametrize("reader", ["whoever has just redrawn it", "the reconciler"])
def test_a_decision_by_hand_that_is_not_in_the_history_yet_is_told_in_nobody_s_name(reader: str) -> None:
    house = House()
    key = new(house)
    house.minutes(1)
    ref = request_of(house)
    updates = iter([True])

    def by_hand(*_: object) -> None:
        house.table.write(house.table.rows[key].model_copy(update={"status": Status.PENDING}))
        house.run_stream()
        house.table.write(house.table.rows[key].model_copy(update={"status": Status.ACCEPTED}))

    def answer(method: str, _place: str, _text: str) -> Answer:
        return failing(FailureKind.NOT_DONE) if method == "chat.update" and next(updates, False) else OK

    if reader == "the reconciler":
        house.slack.answer = answer
    else:
        house.slack.after_answer = lambda method: (
            by_hand() if method == "chat.update" and next(updates, False) else None
        )
    decide(house, key, EventKind.ACCEPTED, ref)
    house.run_stream()
    if reader == "the reconciler":
        by_hand()
        house.now.sleep(60)
        house.run_reconciler()
    house.minutes(3)
    assert ["U0MAIJA01" in text for text in house.slack.drawn[ref][-1:]] == [False]
    assert "Accepted" in house.slack.drawn[ref][-1]
    assert [event.by for event in house.table.rows[key].events] == [AINO, "U0MAIJA01", None, None]
    assert not any(record.open for record in house.deliveries.records.values())


def test_a_row_that_is_spoiled_after_its_decision_holds_up_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    house = House()
    key = new(house)
    house.minutes(1)
    decide(house, key, EventKind.ACCEPTED, request_of(house))

    def get(_key: ContributionKey) -> Contribution | None:
        raise UnreadableContribution("wrong or missing: size")

    monkeypatch.setattr(house.table, "get", get)
    behind = new(house, "e9", user_id="U0BEHIND1", submission_id="V9")
    house.run_stream(batch=1)
    assert len(house.texts(AINO)) == 2
    assert len(house.texts(behind.user_id)) == 1
    assert len(house.slack.drawn[next(iter(house.slack.drawn))]) == 1


@pytest.mark.parametrize("kind", [FailureKind.REFUSED_FOR_NOW, FailureKind.REFUSED_FOR_GOOD])
@pytest.mark.parametrize("by", ["the stream", "the stream, once the place is open", "a round"])
def test_what_was_owed_about_a_row_that_is_restored_is_sent(kind: FailureKind, by: str) -> None:
    down = True

    def answer(method: str, _place: str, _text: str) -> Answer:
        return failing(kind) if down and method == "chat.postMessage" else OK

    house = House(answer=answer)
    key = new(house)
    house.minutes(2)
    row = house.table.rows[key]
    house.table.remove(key)
    house.minutes(1)
    house.now.sleep(2 * 3600)
    house.minutes(1)
    assert not any(record.open for record in house.deliveries.records.values())
    down = False
    house.table.write(row)
    if by == "a round":
        house.table.stream.clear()
        reconcile(house.office, Task(only_record=True), lambda: 100)
    elif by != "the stream":
        house.deliveries.close_place(AINO, house.now.ms + 30_000)
        house.deliveries.close_place(MANAGEMENT, house.now.ms + 30_000)
    house.minutes(3)
    assert len(house.texts(AINO)) == 1
    assert len(house.texts(MANAGEMENT)) == 1
    assert not any(record.open for record in house.deliveries.records.values())


def test_what_a_look_finds_about_a_row_that_is_restored_is_owed() -> None:
    house = House(answer=always(failing(FailureKind.REFUSED_FOR_NOW)))
    key = new(house)
    house.minutes(2)
    row = house.table.rows[key]
    house.table.remove(key)
    house.minutes(2)
    house.slack.answer = always(OK)
    house.table.write(row)
    house.table.stream.clear()
    look_later(house.office, key)
    house.minutes(10)
    assert len(house.texts(AINO)) == 1
    assert len(house.texts(MANAGEMENT)) == 1


@pytest.mark.parametrize("end", ["fails", "dies"])
def test_a_redrawing_that_was_overtaken_is_drawn_again_also_where_the_last_look_fails(
    monkeypatch: pytest.MonkeyPatch, end: str
) -> None:
    house = House()
    key = new(house)
    house.minutes(1)
    ref = request_of(house)
    house.slack.answer = lambda method, _place, _text: failing(FailureKind.NOT_DONE) if method == "chat.update" else OK
    decide(house, key, EventKind.DECLINED, ref)
    house.run_stream()
    house.slack.answer = always(OK)
    house.now.sleep(60)
    get, updates = house.table.get, iter([True])
    redrawing = DeliveryKey(f"contribution#{key}", "redraw_request")

    def accept(method: str) -> None:
        """While the redrawing is on its way: reopened by hand, and accepted by the button that still stands there."""
        if method == "chat.update" and next(updates, False):
            house.table.write(house.table.rows[key].model_copy(update={"status": Status.PENDING}))
            house.run_stream()
            decide(house, key, EventKind.ACCEPTED, ref, "e4")
            house.run_stream()
            monkeypatch.setattr(house.table, "get", look)

    def look(asked: ContributionKey) -> Contribution | None:
        if end == "fails":
            raise RuntimeError("InternalServerError")
        if house.deliveries.records[redrawing].state is not State.CLAIMED:
            raise Died
        return get(asked)

    house.slack.after_answer = accept
    house.run_reconciler()
    monkeypatch.setattr(house.table, "get", get)
    house.minutes(3)
    assert "Accepted" in house.slack.drawn[ref][-1]
    assert not any(record.open for record in house.deliveries.records.values())


def test_a_parked_request_is_not_posted_once_its_decision_was_made(monkeypatch: pytest.MonkeyPatch) -> None:
    archived = True

    def answer(method: str, place: str, _text: str) -> Answer:
        refused = archived and method == "chat.postMessage" and place == MANAGEMENT
        return failing(FailureKind.REFUSED_FOR_GOOD, "is_archived") if refused else OK

    house = House(answer=answer)
    key = new(house)
    house.minutes(2)
    house.now.sleep(3600)
    archived = False
    look_up = house.table.look_up

    def look_up_just_before_a_decision(keys: Iterable[ContributionKey]) -> dict[ContributionKey, Contribution | None]:
        rows = look_up(list(keys))
        monkeypatch.setattr(house.table, "look_up", look_up)
        house.table.write(house.table.rows[key].model_copy(update={"status": Status.ACCEPTED}))
        house.run_stream()
        return rows

    monkeypatch.setattr(house.table, "look_up", look_up_just_before_a_decision)
    house.run_reconciler()
    house.minutes(10)
    assert house.texts(MANAGEMENT) == []
    assert not any(record.open for record in house.deliveries.records.values())


def test_what_may_have_arrived_is_sent_again_only_once_slack_answers() -> None:
    house = House()
    key = new(house)
    house.minutes(1)

    def answer(method: str, place: str, _text: str) -> Answer:
        lost = method == "chat.postMessage" and place == AINO
        return failing(FailureKind.AMBIGUOUS) if lost else OK

    house.slack.answer = answer
    decide(house, key, EventKind.DECLINED, request_of(house))
    change = list(house.table.stream)
    house.slack.calls.clear()
    for _ in range(150):  # the change comes again and again, since something else of its batch fails
        house.table.stream[:] = change
        house.run_stream()
        house.now.sleep(60)
    assert [call[1] for call in house.slack.calls if call[0] == "chat.postMessage"] == [AINO]
    house.slack.answer = always(OK)
    house.minutes(2)
    assert "auth.test" in [call[0] for call in house.slack.calls]
    assert len(house.texts(AINO)) == 2
