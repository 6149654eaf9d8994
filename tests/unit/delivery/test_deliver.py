"""One message: once, whatever Slack answers, whoever else is at it, and whenever the process dies."""

import logging
from collections.abc import Callable
from dataclasses import replace

import pytest

from fakes import MANAGEMENT, PUBLIC, contribution
from memory import OK, Answer, Died, House, always, failing
from ossi.contracts import contribution_subject
from ossi.delivery.deliver import GONE, Result, Settlement, contribution_in, deliver_once, owe, record_outcome, settle
from ossi.delivery.effect import Post, Wanted, wanted_of
from ossi.delivery.effects import EFFECTS
from ossi.delivery.policy import Failed, NothingToSend, Sent, claimed, owed
from ossi.delivery.record import DeliveryKey, Record, State
from ossi.domain.contribution import Contribution, MessageRef, Status
from ossi.domain.errors import UnknownContribution
from ossi.domain.history import Event, EventKind
from ossi.domain.lifecycle import adopt, apply, history_of, submitted
from ossi.ports import Message
from ossi.slack.errors import FailureKind
from ossi.slack.messages.notifications import Words

AINO, MAIJA = "U0AINO001", "U0MAIJA01"
SEEN_IN = MessageRef(MANAGEMENT, "9.0")
PENDING = submitted(contribution(submission_id="V1"), "e1")
ACCEPTED = apply(PENDING, Event(EventKind.ACCEPTED, "e2", Status.PENDING, 5, by=MAIJA, seen_in=SEEN_IN))
DECLINED = apply(PENDING, Event(EventKind.DECLINED, "e2", Status.PENDING, 5, by=MAIJA, seen_in=SEEN_IN))


def house_with(row: Contribution) -> House:
    house = House()
    house.table.rows[row.key] = row
    return house


def wanted(row: Contribution, name: str) -> Wanted:
    return next(each for each in wanted_of(EFFECTS, history_of(row)) if each.name == name)


def deliver(house: House, row: Contribution, name: str, known: Record | None = None) -> Settlement:
    return deliver_once(house.office, row, wanted(row, name), known)


def key(name: str, row: Contribution = PENDING) -> DeliveryKey:
    return DeliveryKey(contribution_subject(row.key), name)


def known(house: House, name: str, state: State = State.SENT, **values: object) -> Record:
    kept = replace(owed(key(name), "", house.now.ms), state=state, open=state is not State.SENT, **values)
    house.deliveries.records[kept.key] = kept
    return kept


def posts(house: House) -> int:
    return len([call for call in house.slack.calls if call[0] == "chat.postMessage"])


# the messages


def test_the_names_of_the_messages_never_change() -> None:
    """They are keys in the ledger: another name would send everything again."""
    assert [(effect.name, sorted(effect.on)) for effect in EFFECTS] == [
        ("confirm_submission", ["submitted"]),
        ("ask_management", ["submitted"]),
        ("redraw_request", ["accepted", "declined"]),
        ("redraw_other_request", ["accepted", "declined"]),
        ("tell_accepted", ["accepted"]),
        ("tell_declined", ["declined"]),
        ("publish", ["accepted"]),
    ]


@pytest.mark.parametrize(
    ("row", "names"),
    [
        (PENDING, ["confirm_submission", "ask_management"]),
        (ACCEPTED, ["confirm_submission", "ask_management", "redraw_request", "redraw_other_request", "tell_accepted",
                    "publish"]),
        (DECLINED, ["confirm_submission", "ask_management", "redraw_request", "redraw_other_request",
                    "tell_declined"]),
    ],
)  # fmt: skip
def test_what_follows_from_each_event(row: Contribution, names: list[str]) -> None:
    assert [each.name for each in wanted_of(EFFECTS, history_of(row))] == names


def test_a_second_decision_has_messages_of_its_own_and_the_first_keeps_its_names() -> None:
    back = adopt(DECLINED.model_copy(update={"status": Status.PENDING}))
    other = MessageRef(MANAGEMENT, "10.0")
    again = apply(back, Event(EventKind.DECLINED, "e4", Status.PENDING, 9, by=MAIJA, seen_in=other))
    found = {each.name: each for each in wanted_of(EFFECTS, history_of(again))}
    assert [name for name in found if name.startswith("tell_")] == ["tell_declined", "tell_declined#e4"]
    assert [name for name in found if name.startswith("redraw_request")] == ["redraw_request", "redraw_request#e4"]
    assert (found["redraw_request"].ref, found["redraw_request"].version) == (SEEN_IN, 4)
    assert (found["redraw_request#e4"].ref, found["redraw_request#e4"].version) == (other, 4)
    assert found["redraw_other_request"].waits_for == "ask_management"


@pytest.mark.parametrize(
    ("row", "name", "place"),
    [
        (PENDING, "confirm_submission", AINO),
        (PENDING, "ask_management", MANAGEMENT),
        (ACCEPTED, "tell_accepted", AINO),
        (ACCEPTED, "publish", PUBLIC),
        (DECLINED, "tell_declined", AINO),
    ],
)
def test_each_message_goes_to_its_place_once_and_the_record_knows_where_it_stands(
    row: Contribution, name: str, place: str
) -> None:
    house = house_with(row)
    settlement = deliver(house, row, name)
    (arrived,) = house.slack.arrived
    assert (settlement.result, arrived.place) == (Result.SENT, place)
    record = house.deliveries.records[key(name)]
    assert settlement.record == record
    assert (record.state, record.ref, record.place, record.attempts, record.open) == (
        State.SENT, arrived.ref, place, 1, False,
    )  # fmt: skip
    assert deliver(house, row, name).result is Result.SENT_BEFORE
    assert deliver(house, row, name, record).result is Result.SENT_BEFORE
    assert len(house.slack.calls) == 1


# redrawing


def test_the_message_whose_button_was_pressed_is_redrawn_from_the_row_as_it_stands() -> None:
    house = house_with(ACCEPTED)
    assert deliver(house, ACCEPTED, "redraw_request").result is Result.SENT
    assert "Accepted by <@U0MAIJA01>" in house.slack.drawn[SEEN_IN][0]
    record = house.deliveries.records[key("redraw_request")]
    assert (record.place, record.drawn, record.ambiguous) == ("chat.update", 2, 0)


def test_a_request_that_stands_there_a_second_time_is_redrawn_too() -> None:
    house = house_with(DECLINED)
    other = MessageRef(MANAGEMENT, "8.0")
    known(house, "ask_management", ref=other)
    deliver(house, DECLINED, "redraw_other_request")
    deliver(house, DECLINED, "redraw_request")
    assert house.slack.drawn[other] == house.slack.drawn[SEEN_IN]


def test_a_request_that_stands_there_once_is_redrawn_once() -> None:
    house = house_with(DECLINED)
    known(house, "ask_management", ref=SEEN_IN)
    assert deliver(house, DECLINED, "redraw_other_request").result is Result.NEEDLESS
    assert house.slack.calls == []
    assert house.deliveries.records[key("redraw_other_request")].state is State.SENT


@pytest.mark.parametrize("state", [State.PARKED, State.UNKNOWN, State.SENT, None])
def test_a_request_that_nobody_has_read_or_will_is_not_waited_for(state: State | None) -> None:
    house = house_with(DECLINED)
    if state:
        known(house, "ask_management", state)
    assert deliver(house, DECLINED, "redraw_other_request").result is Result.NEEDLESS


@pytest.mark.parametrize("state", [State.DUE, State.CLAIMED])
@pytest.mark.parametrize("due_in", [0, 29_000, 120_000])
def test_a_request_that_is_still_to_be_posted_is_waited_for_half_a_minute_at_least(state: State, due_in: int) -> None:
    house = house_with(DECLINED)
    known(house, "ask_management", state, due_at=house.now.ms + due_in)
    settlement = deliver(house, DECLINED, "redraw_other_request")
    assert (settlement.result, settlement.reason) == (Result.DUE, "waits_for_another")
    assert house.deliveries.records[key("redraw_other_request")].due_at == house.now.ms + max(due_in, 30_000)
    assert house.slack.calls == []


def test_a_request_whose_record_is_spoiled_is_left_to_a_person() -> None:
    house = house_with(DECLINED)
    known(house, "ask_management", State.UNREADABLE)
    settlement = deliver(house, DECLINED, "redraw_other_request")
    assert (settlement.result, settlement.reason) == (Result.SET_ASIDE, "unreadable_record")


def test_a_request_that_someone_deleted_needs_no_redrawing() -> None:
    house = house_with(ACCEPTED)
    house.slack.answer = always(failing(FailureKind.REFUSED_FOR_GOOD, "message_not_found"))
    assert deliver(house, ACCEPTED, "redraw_request").result is Result.NEEDLESS
    assert deliver(house, ACCEPTED, "redraw_request").result is Result.SENT_BEFORE


def test_a_redrawing_of_an_older_version_of_ossi_counts_as_of_its_first_decision() -> None:
    house = house_with(ACCEPTED)
    known(house, "redraw_request", drawn=0)
    assert deliver(house, ACCEPTED, "redraw_request").result is Result.SENT_BEFORE


def test_a_redrawing_that_was_overtaken_on_its_way_is_not_the_last_word() -> None:
    house = house_with(DECLINED)
    back = adopt(DECLINED.model_copy(update={"status": Status.PENDING}))
    accepted = apply(back, Event(EventKind.ACCEPTED, "e4", Status.PENDING, 9, by=MAIJA))

    def decided_meanwhile(_method: str) -> None:
        house.table.rows[accepted.key] = accepted

    house.slack.after_answer = decided_meanwhile
    assert deliver(house, DECLINED, "redraw_request").result is Result.SENT
    assert ["Accepted" in text for text in house.slack.drawn[SEEN_IN]] == [False, True]
    assert house.deliveries.records[key("redraw_request")].drawn == 4


def test_a_redrawing_of_a_row_that_is_gone_ends_there() -> None:
    house = House()
    assert deliver(house, DECLINED, "redraw_request").result is Result.SENT
    assert len(house.slack.calls) == 1


# what fails


@pytest.mark.parametrize(
    ("kind", "state", "result", "due_in_s"),
    [
        (FailureKind.LIMITED, State.DUE, Result.FAILED, 7),
        (FailureKind.NOT_DONE, State.DUE, Result.FAILED, 5),
        (FailureKind.REFUSED_FOR_NOW, State.DUE, Result.FAILED, 5),
        (FailureKind.AMBIGUOUS, State.DUE, Result.FAILED, 60),
        (FailureKind.REFUSED_FOR_GOOD, State.PARKED, Result.SET_ASIDE, 3600),
    ],
)
def test_every_kind_of_answer_leaves_a_record_of_when_to_try_again(
    kind: FailureKind, state: State, result: Result, due_in_s: int
) -> None:
    house = house_with(PENDING)
    house.slack.answer = always(failing(kind, "trouble", retry_after_s=7))
    settlement = deliver(house, PENDING, "ask_management")
    record = house.deliveries.records[key("ask_management")]
    assert (settlement.result, settlement.reason, settlement.kind, settlement.record) == (
        result, "trouble", kind, record,
    )  # fmt: skip
    assert (record.state, record.reason, record.due_at) == (state, "trouble", house.now.ms + due_in_s * 1000)
    assert record.open

    again = deliver(house, PENDING, "ask_management")
    assert again.result is (Result.SET_ASIDE if state is State.PARKED else Result.DUE)
    assert len(house.slack.calls) == 1
    house.now.ms = record.due_at
    house.slack.answer = always(OK)
    assert deliver(house, PENDING, "ask_management").result is Result.SENT


def test_a_limit_closes_its_place_for_everyone_and_no_other() -> None:
    house = house_with(PENDING)
    house.slack.answer = always(failing(FailureKind.LIMITED, "ratelimited", retry_after_s=120))
    deliver(house, PENDING, "ask_management")
    assert {place: pace.closed_until for place, pace in house.deliveries.pace.items()} == {
        MANAGEMENT: house.now.ms + 120_000
    }


@pytest.mark.parametrize("kind", [kind for kind in FailureKind if kind is not FailureKind.LIMITED])
def test_no_other_failure_closes_a_place(kind: FailureKind) -> None:
    house = house_with(PENDING)
    house.slack.answer = always(failing(kind))
    deliver(house, PENDING, "ask_management")
    assert house.deliveries.pace == {}


def test_of_what_may_have_arrived_there_are_three_at_most_and_then_an_operator_decides(
    caplog: pytest.LogCaptureFixture,
) -> None:
    house = house_with(PENDING)
    house.slack.answer = always(failing(FailureKind.AMBIGUOUS, "http_500", arrives=True))
    results: list[Result] = []
    with caplog.at_level(logging.ERROR, "ossi"):
        for _ in range(6):
            results.append(deliver(house, PENDING, "ask_management").result)
            house.now.ms += 2 * 3_600_000
    assert results == [Result.FAILED, Result.FAILED, *[Result.UNKNOWN] * 4]
    assert len(house.slack.arrived) == 3
    assert [getattr(record, "metric", "") for record in caplog.records] == ["SetAside"]


@pytest.mark.parametrize("dies_after", ["answer", "claim"])
def test_a_process_that_dies_each_time_has_sent_three_at_most(dies_after: str) -> None:
    house = house_with(PENDING)

    def die_after(_method: str) -> None:
        raise Died

    def die_before(*_: str) -> Answer:
        raise Died

    if dies_after == "answer":
        house.slack.after_answer = die_after
    else:
        house.slack.answer = die_before
    results: list[Result | None] = []
    for _ in range(6):
        try:
            results.append(deliver(house, PENDING, "ask_management").result)
        except Died:
            results.append(None)
        house.now.ms += 2 * 3_600_000
    assert results == [None, None, None, Result.UNKNOWN, Result.UNKNOWN, Result.UNKNOWN]
    assert posts(house) == 3
    assert house.deliveries.records[key("ask_management")].state is State.UNKNOWN


def test_a_redrawing_is_tried_as_often_as_it_takes() -> None:
    house = house_with(DECLINED)
    house.slack.answer = always(failing(FailureKind.AMBIGUOUS, arrives=True))
    for _ in range(10):
        assert deliver(house, DECLINED, "redraw_request").result is Result.FAILED
        house.now.ms += 3_600_000
    house.slack.answer = always(OK)
    assert deliver(house, DECLINED, "redraw_request").result is Result.SENT


def test_what_nobody_foresaw_may_have_arrived(caplog: pytest.LogCaptureFixture) -> None:
    house = house_with(PENDING)

    def fail(*_: str) -> None:
        raise KeyError("a bug")

    house.slack.after_answer = fail
    with caplog.at_level(logging.ERROR, "ossi"):
        settlement = deliver(house, PENDING, "ask_management")
    assert (settlement.result, settlement.reason, settlement.kind) == (
        Result.FAILED, "KeyError", FailureKind.AMBIGUOUS,
    )  # fmt: skip
    assert caplog.records[0].exc_info
    assert house.deliveries.records[key("ask_management")].ambiguous == 1


def test_a_message_that_cannot_be_written_is_parked_and_slack_is_not_asked(caplog: pytest.LogCaptureFixture) -> None:
    def write(_words: Words, _row: Contribution) -> Message:
        raise ZeroDivisionError

    house = house_with(PENDING)
    effect = Post(
        "ask_management", frozenset({EventKind.SUBMITTED}), lambda sender, _row: sender.management_channel, write
    )
    with caplog.at_level(logging.ERROR, "ossi"):
        settlement = deliver_once(house.office, PENDING, next(effect.wanted(history_of(PENDING))))
    assert (settlement.result, settlement.reason) == (Result.SET_ASIDE, "ZeroDivisionError")
    record = house.deliveries.records[key("ask_management")]
    assert (record.state, record.failures, record.ambiguous) == (State.PARKED, 1, 0)
    assert house.slack.calls == []
    assert "SetAside" in {getattr(each, "metric", "") for each in caplog.records}


@pytest.mark.parametrize("code", sorted(GONE))
def test_whoever_has_left_is_told_nothing_any_more_and_nobody_is_alarmed(
    code: str, caplog: pytest.LogCaptureFixture
) -> None:
    house = house_with(PENDING)
    house.slack.answer = always(failing(FailureKind.REFUSED_FOR_GOOD, code))
    with caplog.at_level(logging.WARNING, "ossi"):
        settlement = deliver(house, PENDING, "confirm_submission")
    assert (settlement.result, settlement.reason, caplog.records) == (Result.NEEDLESS, code, [])
    record = house.deliveries.records[key("confirm_submission")]
    assert (record.state, record.open, record.reason) == (State.SENT, False, code)
    assert deliver(house, PENDING, "ask_management").result is Result.SET_ASIDE, "a channel doesn't leave"


def test_where_slack_does_not_say_where_it_stands_it_is_sent_all_the_same() -> None:
    house = house_with(PENDING)
    post = house.slack.post
    house.slack.post = lambda channel, message: post(channel, message) and None
    assert deliver(house, PENDING, "ask_management").result is Result.SENT
    record = house.deliveries.records[key("ask_management")]
    assert (record.state, record.ref, record.open) == (State.SENT, None, False)


# others at the same moment


def test_what_someone_else_is_sending_is_left_to_them() -> None:
    house = house_with(PENDING)
    held = claimed(owed(key("ask_management"), MANAGEMENT, house.now.ms), house.now.ms)
    assert isinstance(held, Record)
    house.deliveries.records[held.key] = held
    settlement = deliver(house, PENDING, "ask_management")
    assert (settlement.result, settlement.record) == (Result.HELD, held)
    assert house.slack.calls == []


def test_of_two_who_read_the_same_record_one_sends() -> None:
    house = house_with(PENDING)
    before = owe(house.office, PENDING, wanted(PENDING, "ask_management"))
    assert deliver(house, PENDING, "ask_management", before).result is Result.SENT
    assert deliver(house, PENDING, "ask_management", before).result is Result.SENT_BEFORE
    assert len(house.slack.arrived) == 1


def test_a_record_that_changes_each_time_is_left_to_whoever_changes_it() -> None:
    house = house_with(PENDING)

    def change(name: str) -> None:
        if name == "swap":
            known(house, "ask_management", State.DUE, due_at=0, attempts=len(house.deliveries.records))

    house.deliveries.before_call = change
    assert deliver(house, PENDING, "ask_management").result is Result.HELD
    assert house.slack.calls == []


def _interrupted(house: House, meanwhile: Callable[[Record], Record | None]) -> Record:
    """A claim, and what became of its record before its outcome was known."""
    claim = claimed(owed(key("ask_management"), MANAGEMENT, house.now.ms), house.now.ms)
    assert isinstance(claim, Record)
    record = meanwhile(claim)
    house.deliveries.records = {record.key: record} if record else {}
    return claim


def _claimed_again(claim: Record) -> Record:
    again = claimed(claim, claim.due_at)
    assert isinstance(again, Record)
    return again


REF = MessageRef(MANAGEMENT, "1.0")


def test_what_arrived_is_recorded_although_someone_else_has_the_claim_meanwhile() -> None:
    house = House()
    claim = _interrupted(house, _claimed_again)
    record = record_outcome(house.deliveries, claim, Sent(REF), house.now.ms)
    assert (record.state, record.ref, record.attempts) == (State.SENT, REF, 2)
    assert house.deliveries.records[claim.key] == record


def test_what_failed_is_then_their_business() -> None:
    house = House()
    claim = _interrupted(house, _claimed_again)
    theirs = house.deliveries.records[claim.key]
    assert record_outcome(house.deliveries, claim, Failed(FailureKind.NOT_DONE, "x"), house.now.ms) == theirs
    assert house.deliveries.records[claim.key] == theirs


def test_what_was_sent_by_both_stays_where_the_first_one_recorded_it() -> None:
    house = House()
    claim = _interrupted(house, lambda claim: replace(claim, state=State.SENT, ref=MessageRef(MANAGEMENT, "7.0")))
    record = record_outcome(house.deliveries, claim, Sent(REF), house.now.ms)
    assert record.ref == MessageRef(MANAGEMENT, "7.0")


def test_a_redrawing_of_a_newer_version_is_recorded_over_an_older_one() -> None:
    house = House()
    claim = _interrupted(house, lambda claim: replace(claim, state=State.SENT, drawn=2))
    assert record_outcome(house.deliveries, claim, Sent(REF, drawn=4), house.now.ms).drawn == 4
    assert house.deliveries.records[claim.key].drawn == 4
    assert record_outcome(house.deliveries, claim, NothingToSend(drawn=3), house.now.ms).drawn == 4


def test_a_record_that_was_removed_by_hand_is_not_written_again() -> None:
    house = House()
    claim = _interrupted(house, lambda _: None)
    record_outcome(house.deliveries, claim, Sent(REF), house.now.ms)
    assert house.deliveries.records == {}


# what is owed


def test_what_is_owed_is_recorded_once_and_with_its_time() -> None:
    house = house_with(PENDING)
    first = owe(house.office, PENDING, wanted(PENDING, "ask_management"), house.now.ms + 5)
    assert first is not None
    assert (first.state, first.place, first.owed_at, first.due_at, first.open) == (
        State.DUE, MANAGEMENT, house.now.ms, house.now.ms + 5, True,
    )  # fmt: skip
    house.now.ms += 1000
    assert owe(house.office, PENDING, wanted(PENDING, "ask_management")) == first
    assert owe(house.office, PENDING, wanted(PENDING, "confirm_submission")) is not None
    assert house.deliveries.records[key("confirm_submission")].due_at == house.now.ms


@pytest.mark.parametrize("state", [state for state in State if state is not State.SENT])
def test_what_is_known_already_stays_as_it_is(state: State) -> None:
    house = house_with(PENDING)
    before = known(house, "ask_management", state, attempts=3)
    assert owe(house.office, PENDING, wanted(PENDING, "ask_management")) == before
    assert house.deliveries.records[before.key] == before


@pytest.mark.parametrize(("drawn", "again"), [(0, False), (1, True), (2, False), (3, False)])
def test_a_redrawing_is_owed_again_while_it_is_behind(drawn: int, again: bool) -> None:
    house = house_with(ACCEPTED)
    before = known(house, "redraw_request", drawn=drawn, attempts=1, ref=SEEN_IN)
    record = owe(house.office, ACCEPTED, wanted(ACCEPTED, "redraw_request"))
    if not again:
        assert record == before
        return
    assert record is not None
    assert (record.state, record.open, record.due_at, record.drawn, record.attempts) == (
        State.DUE, True, house.now.ms, drawn, 1,
    )  # fmt: skip
    assert house.deliveries.records[before.key] == record


def test_what_is_put_away_by_one_stays_with_whoever_is_at_it() -> None:
    house = house_with(PENDING)
    before = known(house, "ask_management", State.DUE)
    other = known(house, "ask_management", State.CLAIMED, due_at=house.now.ms + 1)
    settle(house.office, before, "too late")
    assert house.deliveries.records[before.key] == other
    settle(house.office, other, "too late")
    assert not house.deliveries.records[before.key].open


# the log


def test_the_log_names_the_message_and_not_what_it_says(caplog: pytest.LogCaptureFixture) -> None:
    house = house_with(ACCEPTED)
    house.slack.answer = always(failing(FailureKind.NOT_DONE))
    with caplog.at_level(logging.DEBUG):
        deliver(house, ACCEPTED, "publish")
    logged = "".join(str(vars(record)) for record in caplog.records)
    assert "publish" in logged
    for secret in (ACCEPTED.text, ACCEPTED.url, ACCEPTED.name):
        assert secret not in logged


def test_the_subject_of_something_else_names_no_contribution() -> None:
    assert contribution_in(contribution_subject(PENDING.key)) == PENDING.key
    for subject in ("report#2026-10#scheduled", "contribution", "contribution#nonsense", ""):
        with pytest.raises(UnknownContribution):
            contribution_in(subject)
