"""Every kind of answer of Slack's, at the first call, at each or at the second, for one message, one place or all of Slack.

Whatever it is: everyone else has their messages at once, nobody gets more than three copies, calls are bounded, and once the cause is
gone everything arrives by itself, unless Slack may have delivered it three times already: then an operator decides.
"""

from collections import Counter
from collections.abc import Callable
from itertools import product

import pytest

from fakes import MANAGEMENT, PUBLIC
from memory import OK, Answer, Died, House, failing
from ossi.delivery.batch import REPEATS_S
from ossi.delivery.deliver import owe
from ossi.delivery.effect import wanted_of
from ossi.delivery.policy import MOST_AMBIGUOUS
from ossi.delivery.record import State
from ossi.domain.history import EventKind
from ossi.domain.lifecycle import history_of
from ossi.slack.errors import FailureKind
from unit.delivery.test_stories import decide, new, request_of

EXCHANGE_S = 10
"""One exchange's deadline."""
MINUTES = 10
"""For how long the cause lasts."""

ANSWERS: dict[str, Answer] = {
    "500": failing(FailureKind.AMBIGUOUS, "http_500"),
    "500, and it arrived": failing(FailureKind.AMBIGUOUS, "http_500", arrives=True),
    "the answer is late": failing(FailureKind.AMBIGUOUS, "timed_out", arrives=True, takes=EXCHANGE_S),
    "no answer": failing(FailureKind.AMBIGUOUS, "timed_out", takes=EXCHANGE_S),
    "connection refused": failing(FailureKind.NOT_DONE, "ConnectionRefusedError"),
    "service_unavailable": failing(FailureKind.REFUSED_FOR_NOW, "service_unavailable"),
    "external_channel_migrating": failing(FailureKind.REFUSED_FOR_NOW, "external_channel_migrating"),
    "Retry-After: 0": failing(FailureKind.LIMITED, "ratelimited", retry_after_s=0),
    "Retry-After: 120": failing(FailureKind.LIMITED, "ratelimited", retry_after_s=120),
    "is_archived": failing(FailureKind.REFUSED_FOR_GOOD, "is_archived"),
}
AINO, EINO, OIVA = "U0AINO001", "U0EINO001", "U0OIVA001"
Scope = Callable[[tuple[str, str, str]], bool]
"""Which calls are concerned, by method, place and text."""


SCOPES: dict[str, Scope] = {
    "message": lambda call: call[:2] == ("chat.postMessage", MANAGEMENT) and AINO in call[2],
    "place": lambda call: call[:2] == ("chat.postMessage", MANAGEMENT),
    "all": bool,
}
WHEN: dict[str, Callable[[int], bool]] = {
    "first": lambda number: number == 1,
    "second": lambda number: number == 2,
    "every": bool,
}


def kind_of(answer: str) -> FailureKind | None:
    """What kind of failure the answer is; None: it says OK."""
    error = ANSWERS[answer].error
    return error.kind if error else None


class Trouble:
    """Slack with a cause of trouble that ends."""

    def __init__(self, answer: Answer, scope: Scope, when: Callable[[int], bool]) -> None:
        self.answer, self.scope, self.when = answer, scope, when
        self.counts: Counter[tuple[str, str, str]] = Counter()
        self.over = False

    def __call__(self, method: str, place: str, text: str) -> Answer:
        if self.over or not self.scope((method, place, text)):
            return OK
        self.counts[method, place, text] += 1
        return self.answer if self.when(self.counts[method, place, text]) else OK


@pytest.mark.parametrize(("answer", "when", "scope"), list(product(ANSWERS, WHEN, SCOPES)))
def test_nobody_else_waits_copies_and_calls_are_bounded_and_all_arrives(answer: str, when: str, scope: str) -> None:
    trouble = Trouble(ANSWERS[answer], SCOPES[scope], WHEN[when])
    house = House(answer=trouble)
    ambiguous = kind_of(answer) is FailureKind.AMBIGUOUS
    new(house, "a", user_id=AINO)
    new(house, "b", user_id=EINO)
    submitted_at = house.now.ms
    house.run_stream()
    limited = kind_of(answer) is FailureKind.LIMITED
    if scope != "all":
        _assert_has_arrived_in_time(house, submitted_at, (EINO,), in_channel=scope == "message" and not limited)
    house.minutes(MINUTES)
    if scope == "message":  # within the pace of the place, if that is what Slack speaks of
        assert [each for each in house.slack.arrived if each.place == MANAGEMENT and EINO in each.text]
    new(house, "c", user_id=OIVA)
    later_at = house.now.ms
    house.run_stream()
    if scope != "all":
        _assert_has_arrived_in_time(house, later_at, (OIVA,), in_channel=scope == "message" and not limited)
    calls = Counter((method, place, text) for method, place, text, _ in house.slack.calls if method != "auth.test")
    # A call a minute at most, but for the first ones, which come closer.
    assert max(calls.values()) <= MINUTES + 4
    if ambiguous:
        assert max(calls.values()) <= MOST_AMBIGUOUS
    trouble.over = True
    house.minutes(2)
    if limited:
        house.minutes(3)  # what Slack asked for goes on for so long
    if kind_of(answer) is FailureKind.REFUSED_FOR_GOOD:
        house.minutes(60)
    _assert_all_has_arrived(house, ambiguous=ambiguous)
    house.minutes(70)
    _assert_all_has_arrived(house, ambiguous=False)
    copies = Counter((each.place, each.text) for each in house.slack.arrived)
    assert max(copies.values()) <= (MOST_AMBIGUOUS if ANSWERS[answer].arrives else 1)


def _assert_has_arrived_in_time(house: House, since: int, people: tuple[str, ...], *, in_channel: bool) -> None:
    for person in people:
        own = [each.at for each in house.slack.arrived if each.place == person]
        asked = [each.at for each in house.slack.arrived if each.place == MANAGEMENT and person in each.text]
        for at in (*own, *(asked if in_channel else [])):
            assert at - since <= (5 + EXCHANGE_S) * 1000
        assert own
        assert asked or not in_channel


def _assert_all_has_arrived(house: House, *, ambiguous: bool) -> None:
    """ambiguous: what may have arrived may still wait for its turn, or for an operator."""
    missing = [record for record in house.deliveries.records.values() if record.state is not State.SENT]
    assert (
        all(record.ambiguous for record in missing)
        if ambiguous
        else all(record.state is State.UNKNOWN for record in missing)
    )


@pytest.mark.parametrize("days", [3])
@pytest.mark.parametrize("answer", ["500", "connection refused", "no answer"])
def test_an_outage_of_days_ends_by_itself(answer: str, days: int) -> None:
    trouble = Trouble(ANSWERS[answer], SCOPES["all"], WHEN["every"])
    house = House(answer=trouble)
    for number in range(5):
        new(house, f"e{number}", user_id=f"U0PERSON{number}")
    for _ in range(days * 24):
        house.run_stream()
        house.run_reconciler()
        house.now.sleep(3600)
    assert house.slack.arrived == []
    trouble.over = True
    house.minutes(2)
    assert Counter(each.place for each in house.slack.arrived) == {
        MANAGEMENT: 5,
        **{f"U0PERSON{number}": 1 for number in range(5)},
    }


@pytest.mark.parametrize("crash_at", range(1, 50))
def test_a_crash_between_any_two_calls_sends_each_message_once(crash_at: int) -> None:
    """The process dies at the nth call to the tables or right after Slack's answer: nothing is lost, and nothing is repeated but what Slack
    had taken and nobody had recorded at that very moment."""
    house = House()
    calls: list[str] = []

    def count_call(what: str) -> None:
        calls.append(what)
        if len(calls) == crash_at:
            raise Died

    def read(what: str) -> None:
        if what in {"get", "look_up"}:  # the others are of those who submit and decide
            count_call(what)

    house.deliveries.before_call = count_call
    house.slack.after_answer = count_call
    house.table.before_call = read
    key = new(house)
    house.minutes(4)
    decide(house, key, EventKind.ACCEPTED, request_of(house))
    house.minutes(4)
    crashed_after_slack = "chat.postMessage" in calls[max(crash_at - 2, 0) : crash_at]
    copies = Counter(each.place for each in house.slack.arrived)
    assert set(copies) == {AINO, MANAGEMENT, PUBLIC}
    assert copies.total() == 4 + crashed_after_slack
    assert house.slack.drawn[request_of(house)]
    assert all(not record.open for record in house.deliveries.records.values())


def test_a_limited_place_is_worked_off_in_order_and_holds_up_no_other() -> None:
    """5,000 messages of one place are overdue: what is due in other places is not behind them."""
    open_at = 0

    def one_a_second(_method: str, place: str, _text: str) -> Answer:
        nonlocal open_at
        if place != MANAGEMENT:
            return OK
        if house.now.ms < open_at:
            return failing(FailureKind.LIMITED, "ratelimited", retry_after_s=1, takes=0.01)
        open_at = house.now.ms + 1000
        return OK

    house = House(answer=one_a_second)
    for number in range(5000):
        new(house, f"e{number}", user_id=f"U0P{number:05}")
    house.run_stream()
    late = house.now.ms
    house.deliveries.pace.clear()
    key = new(house, "late", user_id="U0LATE0001")
    house.table.stream.clear()  # the stream never delivers it: it's due like all the others
    row = house.table.rows[key]
    for wanted in wanted_of(house.office.effects, history_of(row)):
        owe(house.office, row, wanted)
    house.run_reconciler()
    assert next(each.at for each in house.slack.arrived if each.place == "U0LATE0001") - late < 30_000
    asked = [each.text for each in house.slack.arrived if each.place == MANAGEMENT and each.at > late]
    people = [next(word for word in text.split() if word.startswith("<@U0P"))[2:10] for text in asked]
    assert people == sorted(people)
    assert len(people) > 100
    assert REPEATS_S < 5
