"""`ossi reconcile` and `ossi redrive`: rows are compared with the records of their deliveries, and what is missing is sent, once."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from fakes import MANAGEMENT, PUBLIC, contribution
from memory import OK, Answer, House, always, failing
from ossi.contracts import contribution_subject
from ossi.delivery.deliver import owe
from ossi.delivery.effect import wanted_of
from ossi.delivery.policy import owed
from ossi.delivery.record import DeliveryKey, Record, State
from ossi.domain.contribution import Contribution, ContributionKey, MessageRef, Status
from ossi.domain.errors import UnreadableContribution
from ossi.domain.history import Event, EventKind
from ossi.domain.lifecycle import apply, history_of, submitted
from ossi.slack.errors import FailureKind
from ossi_reconcile.reconcile import Summary, Task, reconcile

AINO, MAIJA = "U0AINO001", "U0MAIJA01"
MINUTE, HOUR, DAY = 60_000, 3_600_000, 24 * 3_600_000
LONG_AGO = House().now.ms - DAY
ASKED = MessageRef(MANAGEMENT, "9.0")
OLD_PENDING = contribution(timestamp=LONG_AGO, submission_id="V1")
OLD_ACCEPTED = OLD_PENDING.model_copy(
    update={"status": Status.ACCEPTED, "decided_by": MAIJA, "decided_at": LONG_AGO + MINUTE, "decided_in": ASKED}
)
OLD_DECLINED = OLD_ACCEPTED.model_copy(update={"status": Status.DECLINED})
PENDING = submitted(OLD_PENDING, "e1")
ACCEPTED = apply(PENDING, Event(EventKind.ACCEPTED, "e2", Status.PENDING, LONG_AGO + MINUTE, by=MAIJA, seen_in=ASKED))
DECLINED = apply(PENDING, Event(EventKind.DECLINED, "e2", Status.PENDING, LONG_AGO + MINUTE, by=MAIJA, seen_in=ASKED))
REDRAWN = ("chat.update", MANAGEMENT)
DRY, REDRIVE = Task(dry=True), Task(redrive=True)


def house_with(*rows: Contribution) -> House:
    house = House()
    house.table.rows = {row.key: row for row in rows}
    return house


def many(count: int) -> list[Contribution]:
    return [submitted(OLD_PENDING.model_copy(update={"timestamp": LONG_AGO + number}), "e1") for number in range(count)]


def run(house: House, task: Task | None = None, *, left: float = 60, after: ContributionKey | None = None) -> Summary:
    return reconcile(house.office, task or Task(), lambda: left, after)


def found(house: House, task: Task | None = None) -> list[tuple[str, str]]:
    return [(finding.effect, finding.result.value) for finding in run(house, task).findings]


def places(house: House) -> list[tuple[str, str]]:
    return [(method, place) for method, place, _text, _at in house.slack.calls]


def key(effect: str, row: Contribution = PENDING) -> DeliveryKey:
    return DeliveryKey(contribution_subject(row.key), effect)


def record(house: House, effect: str, state: State, **values: object) -> Record:
    """What is known of a delivery of the usual row."""
    kept = replace(owed(key(effect), "", LONG_AGO), state=state, open=state is not State.SENT, **values)
    house.deliveries.records[kept.key] = kept
    return kept


# what is missing


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (PENDING, [("chat.postMessage", AINO), ("chat.postMessage", MANAGEMENT)]),
        (OLD_PENDING, [("chat.postMessage", AINO), ("chat.postMessage", MANAGEMENT)]),
        (contribution(timestamp=LONG_AGO), [("chat.postMessage", AINO), ("chat.postMessage", MANAGEMENT)]),
        (ACCEPTED, [("chat.postMessage", AINO), REDRAWN, ("chat.postMessage", AINO), ("chat.postMessage", PUBLIC)]),
        (OLD_ACCEPTED, [("chat.postMessage", AINO), REDRAWN, ("chat.postMessage", AINO), ("chat.postMessage", PUBLIC)]),
        (DECLINED, [("chat.postMessage", AINO), REDRAWN, ("chat.postMessage", AINO)]),
        (OLD_DECLINED, [("chat.postMessage", AINO), REDRAWN, ("chat.postMessage", AINO)]),
    ],
    ids=["pending", "pending of old", "pending by hand", "accepted", "accepted of old", "declined", "declined of old"],
)
def test_everything_is_sent_where_nothing_was_and_nothing_a_second_time(
    row: Contribution, expected: list[tuple[str, str]]
) -> None:
    house = house_with(row)
    assert {result for _, result in found(house)} == {"sent"}
    assert places(house) == expected
    assert found(house) == []
    assert places(house) == expected


@pytest.mark.parametrize(
    "row",
    [
        contribution(timestamp=LONG_AGO, imported_at=LONG_AGO + 1),
        contribution(timestamp=LONG_AGO, status=Status.ACCEPTED, imported_at=LONG_AGO + 1),
        contribution(
            timestamp=LONG_AGO, status=Status.ACCEPTED, imported_at=LONG_AGO + 9, decided_at=LONG_AGO, decided_by="U1"
        ),
        contribution(timestamp=LONG_AGO, status=Status.ACCEPTED),
        contribution(timestamp=LONG_AGO, status=Status.DECLINED, decided_by=MAIJA, decided_at=LONG_AGO),
    ],
    ids=["imported", "imported accepted", "imported with its decision", "accepted by hand", "declined by hand"],
)
def test_history_is_silent(row: Contribution) -> None:
    house = house_with(row)
    summary = run(house)
    assert (summary.looked_at, summary.findings, house.slack.calls) == (1, [], [])
    assert house.table.rows[row.key] == row


def test_three_thousand_old_rows_are_silent_and_cost_no_look_at_the_ledger() -> None:
    rows = [contribution(timestamp=LONG_AGO + number, status=Status.ACCEPTED, imported_at=1) for number in range(3000)]
    house = house_with(*rows)
    asked: list[str] = []
    read = house.deliveries.read

    def counted(keys: Iterable[DeliveryKey], *, consistent: bool = False) -> dict[DeliveryKey, Record]:
        listed = list(keys)
        asked.extend(str(each) for each in listed)
        return read(listed, consistent=consistent)

    house.deliveries.read = counted
    assert run(house).looked_at == 3000
    assert (asked, house.slack.calls) == ([], [])


def test_a_decision_on_an_imported_row_is_no_history() -> None:
    row = OLD_ACCEPTED.model_copy(update={"imported_at": LONG_AGO - DAY})
    assert [effect for effect, _ in found(house_with(row))] == ["redraw_request", "tell_accepted", "publish"]


def test_a_row_that_was_decided_by_hand_after_ossi_had_asked_is_stored_as_an_event_and_told() -> None:
    row = contribution(timestamp=LONG_AGO, status=Status.ACCEPTED)
    house = house_with(row)
    record(house, "ask_management", State.SENT, ref=ASKED)
    record(house, "confirm_submission", State.SENT, ref=MessageRef("D1", "1.0"))
    assert [effect for effect, _ in found(house, DRY)] == ["redraw_other_request", "tell_accepted", "publish"]
    assert house.table.rows[row.key] == row, "a dry run stores nothing"
    assert [effect for effect, _ in found(house)] == ["redraw_other_request", "tell_accepted", "publish"]
    assert places(house)[0] == REDRAWN
    assert [event.id for event in house.table.rows[row.key].events] == ["submitted-1", "accepted-2"]


def test_a_row_that_changes_while_its_event_is_stored_is_left_to_the_stream() -> None:
    row = contribution(timestamp=LONG_AGO, status=Status.ACCEPTED, submission_id="V1")
    house = house_with(row)
    scanned = house.table.all

    def moved_on(after: ContributionKey | None = None) -> Iterator[Contribution]:
        rows = list(scanned(after))
        house.table.rows[row.key] = row.model_copy(update={"status": Status.DECLINED})
        return iter(rows)

    house.table.all = moved_on
    assert found(house) == []
    assert house.slack.calls == []


@pytest.mark.parametrize("task", [Task(), REDRIVE])
def test_what_has_been_overtaken_is_not_sent_any_more(task: Task) -> None:
    house = house_with(ACCEPTED)
    record(house, "confirm_submission", State.PARKED, reason="user_not_found")
    record(house, "ask_management", State.PARKED, reason="not_in_channel")
    record(house, "tell_accepted", State.SENT)
    assert {"confirm_submission", "ask_management"}.isdisjoint(effect for effect, _ in found(house, task))


@pytest.mark.parametrize(
    ("told", "now"),
    [
        ("tell_accepted", OLD_DECLINED), ("publish", OLD_DECLINED), ("tell_declined", OLD_ACCEPTED),
        ("tell_accepted", OLD_PENDING),
    ],
)  # fmt: skip
def test_a_row_of_old_whose_status_was_changed_by_hand_after_the_decision_is_silent(
    told: str, now: Contribution
) -> None:
    house = house_with(now)
    record(house, told, State.SENT)
    if now is OLD_PENDING:  # managers and submitter had heard of it, as the decision shows
        record(house, "ask_management", State.SENT, ref=ASKED)
        record(house, "confirm_submission", State.SENT)
    assert found(house, DRY) == []
    assert found(house) == []
    assert house.slack.calls == []


def test_only_what_is_missing_is_sent() -> None:
    house = house_with(ACCEPTED)
    record(house, "confirm_submission", State.SENT)
    record(house, "ask_management", State.SENT, ref=ASKED)
    record(house, "redraw_request", State.SENT, drawn=2)
    record(house, "redraw_other_request", State.SENT, drawn=2)
    record(house, "publish", State.SENT)
    record(house, "tell_accepted", State.DUE, reason="service_unavailable")
    assert found(house) == [("tell_accepted", "sent")]
    assert places(house) == [("chat.postMessage", AINO)]


# who goes first


@pytest.mark.parametrize("age", [0, 4 * MINUTE])
@pytest.mark.parametrize("decided", [False, True])
def test_the_stream_goes_first(age: int, decided: bool) -> None:
    house = House()
    at = house.now.ms - age
    row = submitted(contribution(timestamp=at - HOUR if decided else at, submission_id="V1"), "e1")
    if decided:
        row = apply(row, Event(EventKind.ACCEPTED, "e2", Status.PENDING, at, by=MAIJA))
    house.table.rows[row.key] = row
    assert found(house) == []
    house.now.ms = at + 5 * MINUTE
    assert found(house) != []


def test_a_command_may_say_how_old_a_change_has_to_be() -> None:
    house = House()
    row = submitted(contribution(timestamp=house.now.ms, submission_id="V1"), "e1")
    house.table.rows[row.key] = row
    assert len(found(house, Task(dry=True, older_than=timedelta(0)))) == 2


def test_a_row_of_a_time_to_come_does_not_wait_until_then() -> None:
    """Which only a hand can have written."""
    assert len(found(house_with(PENDING.model_copy(update={"timestamp": LONG_AGO + 10**12})))) == 2


def test_what_is_being_sent_is_left_to_whoever_sends_it() -> None:
    house = house_with(PENDING)
    record(house, "ask_management", State.CLAIMED, due_at=house.now.ms + MINUTE)
    assert found(house) == [("confirm_submission", "sent"), ("ask_management", "held")]
    assert found(house, DRY) == [("ask_management", "held")]
    assert places(house) == [("chat.postMessage", AINO)]


# only a part


def test_a_dry_run_says_what_is_missing_and_changes_nothing() -> None:
    house = house_with(PENDING, ACCEPTED.model_copy(update={"timestamp": LONG_AGO + 1}))
    # One of them is a look whether the request stands there a second time.
    assert [result for _, result in found(house, DRY)] == ["due"] * 7
    assert (house.slack.calls, house.deliveries.records) == ([], {})


@pytest.mark.parametrize("dry", [True, False])
def test_one_contribution_and_one_message_of_it(dry: bool) -> None:
    _, other = rows = many(2)
    summary = run(house_with(*rows), Task(dry=dry, contribution=other.key, effect="ask_management"))
    assert [(finding.contribution, finding.effect) for finding in summary.findings] == [(other.key, "ask_management")]
    assert (summary.looked_at, summary.done) == (1, True)


def test_a_contribution_that_is_not_there_or_spoiled_is_no_finding() -> None:
    assert run(House(), Task(contribution=PENDING.key)) == Summary(done=True)
    house = house_with(PENDING)

    def spoiled(key: ContributionKey) -> Contribution | None:
        raise UnreadableContribution(f"wrong or missing: status of {key}")

    house.table.get = spoiled
    assert run(house, Task(contribution=PENDING.key)) == Summary(done=True)


def test_a_round_records_what_is_owed_and_leaves_the_sending_to_whoever_works_it_off() -> None:
    house = house_with(*many(3))
    assert found(house, Task(only_record=True)) == [("confirm_submission", "due"), ("ask_management", "due")] * 3
    assert house.slack.calls == []
    assert {each.state for each in house.deliveries.records.values()} == {State.DUE}
    assert found(house, Task(only_record=True)) == []
    house.minutes(1)
    assert len(house.slack.arrived) == 6


def test_a_round_finds_a_redrawing_that_is_behind_its_row() -> None:
    house = house_with(ACCEPTED)
    for effect in house.office.effects:
        record(house, effect.name, State.SENT, drawn=1 if effect.name == "redraw_request" else 9, ref=ASKED)
    assert found(house, Task(only_record=True)) == [("redraw_request", "due")]
    house.minutes(1)
    assert places(house) == [REDRAWN]


# what fails


def test_nothing_that_may_have_arrived_is_repeated_before_slack_answers_something_harmless() -> None:
    rows = many(4)
    house = house_with(*rows)
    house.slack.answer = lambda _method, place, _text: (
        failing(FailureKind.AMBIGUOUS, arrives=True) if place == MANAGEMENT else OK
    )
    run(house)
    house.now.ms += HOUR
    house.slack.calls.clear()
    house.slack.answer = always(failing(FailureKind.AMBIGUOUS))
    summary = run(house)
    assert (summary.counts(), summary.halted) == ({"due": 4}, False)
    assert places(house) == [("auth.test", "")]

    house.slack.calls.clear()
    house.slack.answer = always(OK)
    assert run(house).counts() == {"sent": 4}
    assert places(house) == [("auth.test", "")] + [("chat.postMessage", MANAGEMENT)] * 4


def test_what_was_parked_is_tried_again_when_it_is_due() -> None:
    house = house_with(PENDING)
    house.slack.answer = lambda _method, place, _text: (
        failing(FailureKind.REFUSED_FOR_GOOD, "is_archived") if place == MANAGEMENT else OK
    )
    assert found(house) == [("confirm_submission", "sent"), ("ask_management", "set aside")]
    house.slack.answer = always(OK)
    (finding,) = run(house).findings
    assert (finding.result.value, finding.reason) == ("set aside", "is_archived")  # an hour has not passed yet
    house.now.ms += HOUR
    assert found(house, DRY) == [("ask_management", "due")]
    assert found(house) == [("ask_management", "sent")]


@pytest.mark.parametrize("state", [State.PARKED, State.UNKNOWN])
def test_a_redrive_sends_at_once_what_waits_for_a_person_and_nothing_else(state: State) -> None:
    house = house_with(ACCEPTED)
    record(house, "publish", state, reason="not_in_channel", ambiguous=3, due_at=house.now.ms + HOUR)
    usual = dict(found(house, DRY))
    assert usual["publish"] == {State.PARKED: "set aside", State.UNKNOWN: "unknown"}[state]
    assert found(house, Task(redrive=True, dry=True)) == [("publish", "due")]
    assert found(house, REDRIVE) == [("publish", "sent")]
    assert places(house) == [("chat.postMessage", PUBLIC)]
    assert found(house, REDRIVE) == []


def test_a_redrive_that_fails_again_parks_again() -> None:
    house = house_with(ACCEPTED)
    record(house, "publish", State.PARKED, reason="not_in_channel", failures=1)
    house.slack.answer = always(failing(FailureKind.REFUSED_FOR_GOOD, "is_archived"))
    (finding,) = run(house, REDRIVE).findings
    assert (finding.result.value, finding.reason) == ("set aside", "is_archived")
    assert house.deliveries.records[key("publish")].failures == 2


def test_a_redrive_leaves_a_spoiled_record_to_a_person() -> None:
    house = house_with(ACCEPTED)
    spoiled = record(house, "publish", State.UNREADABLE)
    assert [each for each in found(house) if each[0] == "publish"] == [("publish", "set aside")]
    assert found(house, REDRIVE) == []
    assert house.deliveries.records[key("publish")] == spoiled


def test_unsettled_messages_of_rows_that_are_gone_are_passed_over() -> None:
    house = house_with(PENDING)
    for subject in ("contribution#U0GONE#1", "contribution#nonsense", "report#2026-10#asked#1"):
        spoiled = DeliveryKey(subject, "publish")
        house.deliveries.records[spoiled] = replace(owed(spoiled, "", LONG_AGO), state=State.PARKED)
    record(house, "ask_management", State.PARKED)
    summary = run(house, REDRIVE)
    assert (summary.looked_at, summary.done) == (1, True)
    assert [finding.effect for finding in summary.findings] == ["ask_management"]


def test_when_slack_is_down_the_run_gives_up_for_now_and_the_next_one_goes_on() -> None:
    house = house_with(*many(5))
    house.slack.answer = always(failing(FailureKind.NOT_DONE))
    summary = run(house)
    assert (summary.halted, summary.done, summary.looked_at) == (True, False, 2)
    assert summary.position == many(5)[1].key

    house.slack.answer = always(OK)
    further = run(house, after=summary.position)
    assert (further.done, further.looked_at) == (True, 3)
    house.now.ms += MINUTE
    assert run(house).counts() == {"sent": 4}
    assert len(house.slack.arrived) == 10


def test_one_row_that_fails_holds_up_no_other() -> None:
    rows = many(60)
    house = house_with(*rows)
    bad = contribution_subject(rows[30].key)
    swap = house.deliveries.swap

    def failing_swap(record: Record, as_read: Record | None) -> None:
        if record.key.subject == bad:
            raise RuntimeError("the ledger is full of bees")
        swap(record, as_read)

    house.deliveries.swap = failing_swap
    summary = run(house)
    assert summary.counts() == {"sent": 118, "failed": 2}
    assert (summary.done, summary.looked_at) == (True, 60)
    assert {finding.reason for finding in summary.findings} == {"", "RuntimeError"}


def test_what_an_unarchived_channel_waited_for_comes_within_minutes_of_a_redrive() -> None:
    house = house_with(*many(50))
    archived, last = True, 0

    def answer(method: str, place: str, _text: str) -> Answer:
        nonlocal last
        if (method, place) != ("chat.postMessage", MANAGEMENT):
            return OK
        if archived:
            return failing(FailureKind.REFUSED_FOR_GOOD, "is_archived")
        if house.now.ms - last < 1000:
            return failing(FailureKind.LIMITED, "ratelimited", retry_after_s=1)
        last = house.now.ms
        return OK

    house.slack.answer = answer
    run(house)
    for _ in range(6):
        house.now.ms += 3 * DAY
        house.run_reconciler()
    archived = False
    assert house.texts(MANAGEMENT) == []
    summary = run(house, REDRIVE)
    assert (summary.counts(), summary.done, summary.halted) == ({"sent": 1, "due": 49}, True, False)
    house.minutes(3)
    assert len(house.texts(MANAGEMENT)) == 50


def test_what_a_limited_place_does_not_take_is_owed_and_asked_once() -> None:
    house = house_with(*many(5))
    house.slack.answer = lambda _method, place, _text: (
        failing(FailureKind.LIMITED, "ratelimited", retry_after_s=1) if place == MANAGEMENT else OK
    )
    summary = run(house)
    assert (summary.counts(), summary.halted) == ({"sent": 5, "due": 5}, False)
    assert places(house).count(("chat.postMessage", MANAGEMENT)) == 1
    house.slack.answer = always(OK)
    house.minutes(1)
    assert len(house.texts(MANAGEMENT)) == 5


def test_of_two_who_redrive_at_once_one_sends() -> None:
    house = house_with(ACCEPTED)
    record(house, "publish", State.PARKED)
    read = house.deliveries.read

    def read_and_then_claimed(keys: Iterable[DeliveryKey], *, consistent: bool = False) -> dict[DeliveryKey, Record]:
        answer = read(keys, consistent=consistent)
        record(house, "publish", State.CLAIMED, due_at=house.now.ms + MINUTE)
        return answer

    house.deliveries.read = read_and_then_claimed
    assert found(house, REDRIVE) == [("publish", "held")]
    assert house.slack.calls == []


# what takes longer than a run


def test_a_run_that_has_no_time_left_is_gone_on_with() -> None:
    house = house_with(*many(60))
    runs = 0
    after: ContributionKey | None = None
    while True:
        time = iter([60.0] * 7 + [0.0] * 100)
        summary = reconcile(house.office, Task(), lambda time=time: next(time), after)
        runs += 1
        if summary.done:
            break
        assert summary.looked_at == 7
        after = summary.position
    assert runs == 9
    assert len(house.slack.arrived) == 120


def test_without_any_time_nothing_is_touched() -> None:
    house = house_with(PENDING)
    assert run(house, left=0) == Summary()
    assert (house.slack.calls, house.deliveries.records) == ([], {})


def test_an_answer_has_a_limit() -> None:
    house = house_with(*many(300))
    summary = run(house, DRY)
    assert len(summary.findings) == 500
    assert (summary.done, summary.looked_at) == (False, 250)
    assert run(house, DRY, after=summary.position).looked_at == 50


def test_what_is_owed_and_waits_for_its_place_is_found_by_its_name() -> None:
    house = house_with(ACCEPTED)
    for wanted in wanted_of(house.office.effects, history_of(ACCEPTED)):
        owe(house.office, ACCEPTED, wanted, house.now.ms + MINUTE)
    assert found(house, Task(effect="publish", dry=True)) == [("publish", "due")]
    assert found(house, Task(effect="publish")) == [("publish", "due")]
    assert house.slack.calls == [], "its time is still to come"
