"""Random lives of contributions in a random world: at its end, once everything is well again, each channel holds what it must.

People submit, decide and edit rows by hand; Slack answers in every way it can; DynamoDB refuses; processes die between any two calls,
and work at the same time; the stream delivers twice; the clock jumps. The model knows R6 to R8 and nothing of deliveries but their
names.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from itertools import pairwise

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from examples import examples
from fakes import MANAGEMENT, PUBLIC, FakeBookmark, contribution
from memory import OK, Answer, Died, House, MemoryDeliveries, MemoryLease, failing
from ossi.delivery.effect import Effect, Post, Redraw
from ossi.delivery.effects import EFFECTS
from ossi.delivery.policy import MOST_AMBIGUOUS
from ossi.delivery.record import DeliveryKey, Record, State
from ossi.domain.contribution import Contribution, ContributionKey, MessageRef, Status
from ossi.domain.errors import ContributionChanged, NotAllowed
from ossi.domain.history import Event, EventKind
from ossi.domain.lifecycle import apply, submitted
from ossi.ports import Message
from ossi.slack.errors import FailureKind
from ossi.slack.messages.notifications import Words
from ossi_reconcile.rounds import go_on
from ossi_reconcile.work_off import Desk, work_off

MAIJA = "U0MAIJA01"
GONE = "user_disabled"
MINUTE, HOUR, DAY = 60, 3600, 24 * 3600
CALLED_FOR = {
    EventKind.SUBMITTED: ("confirm_submission", "ask_management"),
    EventKind.ACCEPTED: ("tell_accepted", "publish"),
    EventKind.DECLINED: ("tell_declined",),
}
"""R6 and R8: which messages an event calls for."""
ANSWERS = (
    *(failing(FailureKind.AMBIGUOUS, "http_500", arrives=arrives) for arrives in (False, True)),
    *(failing(FailureKind.AMBIGUOUS, "timed_out", arrives=arrives, takes=10) for arrives in (False, True)),
    failing(FailureKind.NOT_DONE, "ConnectionRefusedError"),
    failing(FailureKind.REFUSED_FOR_NOW, "service_unavailable"),
    failing(FailureKind.REFUSED_FOR_NOW, "external_channel_migrating"),
    *(failing(FailureKind.LIMITED, "ratelimited", retry_after_s=seconds) for seconds in (0, 2, 120, HOUR)),
    failing(FailureKind.REFUSED_FOR_GOOD, "is_archived"),
    failing(FailureKind.REFUSED_FOR_GOOD, GONE),
)


class Refused(Exception):
    """DynamoDB refuses a call, or doesn't answer in time."""


def tagged(effect: Effect) -> Effect:
    """The effect with messages that a model can read: which one, of whom, of which status and version, with or without buttons."""
    assert isinstance(effect, Post | Redraw)
    text, name = effect.text, effect.name

    def write(words: Words, row: Contribution) -> Message:
        buttons = any(block["type"] == "actions" for block in text(words, row).blocks)
        return Message(f"{name} {row.user_id} {row.status} {row.version or 0} {'buttons' if buttons else 'plain'}")

    return replace(effect, text=write)


@dataclass
class Deliveries(MemoryDeliveries):
    """And what a model has to know of attempts: which one is under way, and which ended without anybody knowing how."""

    before_call: Callable[[str], None]
    records: dict[DeliveryKey, Record] = field(default_factory=dict[DeliveryKey, Record])
    doubtful: dict[DeliveryKey, set[str]] = field(default_factory=dict[DeliveryKey, set[str]])

    def __post_init__(self) -> None:
        super().__init__(self.before_call)
        self.claim = Record(DeliveryKey("", ""))

    def doubt(self, attempt: Record) -> None:
        """Nobody knows how that attempt ended."""
        self.doubtful.setdefault(attempt.key, set()).add(attempt.token)

    def swap(self, record: Record, as_read: Record | None) -> None:
        super().swap(record, as_read)
        if as_read is not None and as_read.state is State.CLAIMED and record.state in {State.CLAIMED, State.UNKNOWN}:
            self.doubt(as_read)
        if record.state is State.CLAIMED:
            self.claim = record


@dataclass
class Trouble:
    """What Slack answers to calls that it concerns, so often or for ever."""

    concerns: Callable[[str, str, str], bool]
    answer: Answer
    times: int | None


@dataclass(eq=False)
class Interruption:
    """What happens at the so-manieth next call. only_tables: not at one to Slack."""

    calls: int
    happens: Callable[[], None]
    only_tables: bool = False


STATUSES = st.sampled_from(list(Status))
DECISIONS = st.sampled_from([EventKind.ACCEPTED, EventKind.DECLINED])
CALLS = st.integers(1, 20)
NUMBERS = st.integers(0, 5)


class Lives(RuleBasedStateMachine):
    """See the module."""

    def __init__(self) -> None:
        super().__init__()
        self.house = House(tuple(map(tagged, EFFECTS)), answer=self._answer)
        self.ledger = Deliveries(self._called)
        self.house.deliveries = self.ledger
        self.house.office = replace(self.house.office, deliveries=self.ledger)
        self.house.desk = replace(self.house.desk, office=self.house.office)
        self.house.table.before_call = self._called
        self.house.slack.after_answer = self._called
        self.bookmark = FakeBookmark()
        self.troubles: list[Trouble] = []
        self.interruptions: list[Interruption] = []
        self.statuses: dict[ContributionKey, Status] = {}
        self.decided: dict[ContributionKey, list[str]] = {}
        self.without_submission: set[ContributionKey] = set()
        self.by_hand: set[ContributionKey] = set()
        self.sends: list[tuple[DeliveryKey, bool]] = []
        self.gone: set[str] = set()
        self.past: list[tuple[Contribution | None, Contribution | None]] = []
        self.people = 0
        self.events = 0

    # The world: Slack, DynamoDB, and what happens between two calls.

    def _answer(self, method: str, place: str, text: str) -> Answer:
        answer = OK
        for trouble in self.troubles:
            if trouble.times != 0 and trouble.concerns(method, place, text):
                trouble.times = None if trouble.times is None else trouble.times - 1
                answer = trouble.answer
                break
        claim = self.ledger.claim
        if method == "chat.postMessage":
            self.sends.append((claim.key, answer.arrives))
        if method != "auth.test" and answer.error is not None:
            if answer.error.kind is FailureKind.AMBIGUOUS:
                self.ledger.doubt(claim)
            if answer.error.code == GONE:
                self.gone.add(place)
        return answer

    def _called(self, what: str) -> None:
        due: list[Interruption] = []
        for interruption in self.interruptions:
            interruption.calls -= 1
            if interruption.calls <= 0 and not (interruption.only_tables and what.startswith("chat.")):
                due.append(interruption)
        self.interruptions = [each for each in self.interruptions if each not in due]
        for interruption in due:
            interruption.happens()

    def _die(self) -> None:
        raise Died

    def _refuse(self) -> None:
        raise Refused

    def _interrupt(self, calls: int, happens: Callable[[], None], *, only_tables: bool = False) -> None:
        self.interruptions.append(Interruption(calls, happens, only_tables))

    # What people do.

    def _rows(self) -> list[ContributionKey]:
        return list(self.house.table.rows)

    def _nth(self, number: int) -> ContributionKey | None:
        rows = self._rows()
        return rows[number % len(rows)] if rows else None

    def _add(self, **values: object) -> Contribution:
        self.people += 1
        row = contribution(timestamp=self.house.now.ms, user_id=f"U0PERSON{self.people}", **values)
        self.statuses[row.key] = row.status
        self.decided[row.key] = []
        return row

    def _decide(self, number: int, kind: EventKind, request: int) -> None:
        """A manager decides, by the button of any message that is there."""
        key = self._nth(number)
        if key is None:
            return
        row = self.house.table.rows[key]
        requests = [
            each.ref for each in self.house.slack.arrived if each.text.startswith(f"ask_management {row.user_id} ")
        ]
        seen_in = requests[request % len(requests)] if requests else None
        self.events += 1
        event_id = f"e{self.events}"
        try:
            decided = apply(row, Event(kind, event_id, row.status, self.house.now.ms, MAIJA, seen_in=seen_in))
            self.house.table.save(decided, row)
        except (NotAllowed, ContributionChanged, Refused, Died):
            return
        self.statuses[key] = decided.status
        self.decided[key].append(event_id)
        self._changed(row)

    def _edit(self, number: int, **values: object) -> None:
        key = self._nth(number)
        if key is not None:
            before = self.house.table.rows[key]
            row = before.model_copy(update=values)
            self.house.table.write(row)
            self.statuses[key] = row.status
            if row.status is not before.status:
                self._changed(before)

    def _changed(self, before: Contribution) -> None:
        """A status was changed. Where a hand had made it PENDING and the stream hasn't seen that, the row doesn't tell what it was."""
        unseen = before.version is None and before.imported_at is None and before.status is Status.PENDING
        if unseen and before.key in self.without_submission:
            self.without_submission.remove(before.key)
            self.by_hand.add(before.key)

    def _remove(self, number: int) -> None:
        key = self._nth(number)
        if key is not None:
            self.house.table.remove(key)

    @rule()
    def someone_submits(self) -> None:
        """With the form."""
        row = self._add(submission_id=f"V{self.people}")
        self.events += 1
        try:
            self.house.table.add_once(submitted(row, f"e{self.events}"), f"V{self.people}")
        except (Refused, Died):
            del self.statuses[row.key]

    @rule(status=STATUSES, imported=st.booleans())
    def someone_writes_a_row(self, status: Status, imported: bool) -> None:
        """By hand, or by an import. Decisions that came with the row are silent, and so is everything that was imported."""
        row = self._add(status=status, imported_at=self.house.now.ms if imported else None)
        if imported or status is not Status.PENDING:
            self.without_submission.add(row.key)
        else:
            self.by_hand.add(row.key)
        self.house.table.write(row)

    @precondition(lambda self: self.statuses)
    @rule(number=NUMBERS, kind=DECISIONS, request=NUMBERS)
    def someone_decides(self, number: int, kind: EventKind, request: int) -> None:
        """Perhaps on what is decided already: then nothing happens."""
        self._decide(number, kind, request)

    @precondition(lambda self: self.statuses)
    @rule(number=NUMBERS, status=STATUSES)
    def someone_edits_a_status(self, number: int, status: Status) -> None:
        """By hand, back and forth."""
        self._edit(number, status=status)

    @precondition(lambda self: self.statuses)
    @rule(number=NUMBERS, text=st.sampled_from(["Other words.", ""]))
    def someone_edits_a_text(self, number: int, text: str) -> None:
        """By hand: that is silent."""
        self._edit(number, text=text)

    @precondition(lambda self: self.statuses)
    @rule(number=NUMBERS)
    def someone_removes_a_row(self, number: int) -> None:
        """By hand."""
        self._remove(number)

    # What goes wrong.

    @rule(
        answer=st.sampled_from(ANSWERS),
        scope=st.sampled_from(["message", "place", "method", "all"]),
        number=NUMBERS,
        times=st.sampled_from([1, 2, 5, None]),
    )
    def slack_has_trouble(self, answer: Answer, scope: str, number: int, times: int | None) -> None:
        """With one message, one place, redrawing, or everything; once, some times, or until it's healed."""
        person = f"U0PERSON{number % max(self.people, 1) + 1}"
        place = (MANAGEMENT, PUBLIC, person)[number % 3]
        concerns: dict[str, Callable[[str, str, str], bool]] = {
            "message": lambda _, where, text: where == place and f" {person} " in text,
            "place": lambda _, where, __: where == place,
            "method": lambda method, _, __: method == "chat.update",
            "all": lambda _, __, ___: True,
        }
        self.troubles.insert(0, Trouble(concerns[scope], answer, times))

    @rule()
    def slack_is_well_again(self) -> None:
        """All causes are gone."""
        self.troubles.clear()

    @rule(calls=CALLS, times=st.sampled_from([1, 1, 3, 10]))
    def dynamodb_will_refuse(self, calls: int, times: int) -> None:
        """So many calls in a row."""
        for number in range(times):
            self._interrupt(calls + number, self._refuse, only_tables=True)

    @rule(calls=CALLS)
    def a_process_will_die(self, calls: int) -> None:
        """Before a call to the tables, or right after Slack has answered."""
        self._interrupt(calls, self._die)

    @rule(calls=CALLS, seconds=st.sampled_from([1, 30, 3 * MINUTE]))
    def another_reconciler_will_run(self, calls: int, seconds: int) -> None:
        """Between two calls, which take that long."""

        def run() -> None:
            self.house.now.sleep(seconds)
            self._work_off(Desk(self.house.office, MemoryLease(), self.house.asked.append), 40)

        self._interrupt(calls, run)

    @rule(calls=CALLS)
    def the_stream_will_deliver(self, calls: int) -> None:
        """Between two calls, what changed meanwhile."""
        self._interrupt(calls, self._stream)

    @rule(calls=CALLS, number=NUMBERS, kind=DECISIONS, request=NUMBERS)
    def someone_will_decide(self, calls: int, number: int, kind: EventKind, request: int) -> None:
        """Between two calls."""
        self._interrupt(calls, lambda: self._decide(number, kind, request))

    @rule(calls=CALLS, number=NUMBERS, status=STATUSES)
    def someone_will_edit(self, calls: int, number: int, status: Status) -> None:
        """Between two calls."""
        self._interrupt(calls, lambda: self._edit(number, status=status))

    @rule(calls=CALLS, number=NUMBERS)
    def someone_will_remove(self, calls: int, number: int) -> None:
        """Between two calls."""
        self._interrupt(calls, lambda: self._remove(number))

    # What the platform does.

    def _stream(self) -> None:
        self.past += self.house.table.stream
        self.house.run_stream()

    def _work_off(self, desk: Desk, seconds: int) -> None:
        with suppress(Died, Refused):  # the next run comes within a minute
            work_off(desk, self.house.time(seconds))

    def _round(self) -> None:
        with suppress(Died, Refused):
            go_on(self.house.office, self.bookmark, lambda: 100)

    @rule()
    def the_stream_delivers(self) -> None:
        """What changed."""
        self._stream()

    @precondition(lambda self: self.past)
    @rule(number=st.integers(0, 30))
    def the_stream_delivers_again(self, number: int) -> None:
        """Everything from some change on, as after a failed batch."""
        records = self.past[number % len(self.past) :]
        self.house.table.stream[:0] = records
        self.house.run_stream()

    @rule(minutes=st.integers(1, 3))
    def minutes_pass(self, minutes: int) -> None:
        """With everything that runs in them."""
        self._minutes(minutes)

    def _minutes(self, count: int, seconds: int = MINUTE) -> None:
        for _ in range(count):
            started = self.house.now.ms
            self._stream()
            self._round()
            self._work_off(self.house.desk, 240)
            self.house.now.ms = max(self.house.now.ms, started + seconds * 1000)

    @rule(seconds=st.sampled_from([1, 10, MINUTE, 6 * MINUTE, HOUR, DAY, 3 * DAY]))
    def nothing_runs(self, seconds: int) -> None:
        """The clock moves on alone."""
        self.house.now.sleep(seconds)

    # What must be at the end.

    def teardown(self) -> None:
        """Everything is well, and days pass."""
        self.troubles.clear()
        self.interruptions.clear()
        self._minutes(5)
        self._minutes(8 * 24, HOUR)
        assert not self.house.table.stream
        self._check_records()
        for key in self.statuses:
            self._check_messages(key, self.house.table.rows.get(key))

    def _check_records(self) -> None:
        for record in self.ledger.records.values():
            if record.state is State.UNKNOWN:
                doubts = self.ledger.doubtful.get(record.key, set())
                assert len(doubts) >= MOST_AMBIGUOUS, f"an operator is asked for no reason: {record}"
            else:
                assert not record.open, f"never settled: {record}"

    def _check_messages(self, key: ContributionKey, row: Contribution | None) -> None:
        subject = f"contribution#{key}"
        copies = Counter(delivery.effect for delivery, arrives in self.sends if arrives and delivery.subject == subject)
        for effect, count in copies.items():
            doubts = len(self.ledger.doubtful.get(DeliveryKey(subject, effect), set()))
            assert count <= min(1 + doubts, MOST_AMBIGUOUS), f"{count} copies of {effect}, {doubts} of them in doubt"
        if row is None:
            return
        history = self._history(row)
        if row.key in self.by_hand and history[0].silent:
            # Edited twice before anyone saw it: its submission is told all the same, or not any more.
            copies = Counter(
                {name: count for name, count in copies.items() if name not in CALLED_FOR[EventKind.SUBMITTED]}
            )
        called_for = dict(_called_for(history))
        assert copies.keys() <= called_for.keys(), "a message that nothing calls for"
        for name, event in called_for.items():
            record = self.ledger.records.get(DeliveryKey(subject, name))
            overtaken = any(later.status is not event.status for later in history[event.n :])
            unknown = record is not None and record.state is State.UNKNOWN
            if not overtaken and not unknown and row.user_id not in self.gone:
                assert copies[name], f"{name} is missing: {record}"
        self._check_requests(row, history)

    def _history(self, row: Contribution) -> Sequence[Event]:
        """The row's history, compared with what was done to it."""
        assert row.status is self.statuses[row.key]
        history = row.events or (
            Event(
                EventKind.SUBMITTED, "", Status.PENDING, row.timestamp, n=1, silent=row.key in self.without_submission
            ),
        )
        if not row.events:
            assert not self.decided[row.key]
            return history
        assert [event.n for event in history] == list(range(1, len(history) + 1))
        assert history[-1].status is row.status
        ids = [event.id for event in history[1:] if event.id in self.decided[row.key]]
        assert ids == self.decided[row.key], f"a decision is not in the history: {self.decided[row.key]} {history}"
        if row.key not in self.by_hand:
            assert history[0].silent is (row.key in self.without_submission)
        for before, event in pairwise(history):
            if event.id in self.decided[row.key]:
                assert (event.by, event.silent) == (MAIJA, False)
            else:
                assert event.by is None, "someone's hand counts as a person's decision"
                told = before.status is Status.PENDING and event.status is not Status.PENDING
                came_with_the_row = before.n == 1 and (before.silent or row.key in self.without_submission)
                assert event.silent is not told or came_with_the_row
        return history

    def _check_requests(self, row: Contribution, history: Sequence[Event]) -> None:
        told = [event for event in history if event.kind is not EventKind.SUBMITTED and not event.silent]
        if not told:
            return
        for ref in self._known_requests(row, history):
            drawn = [each.split(" ") for each in self.house.slack.drawn.get(ref, [])]
            assert drawn, f"a request was never redrawn: {ref}"
            _, _, status, version, buttons = drawn[-1]
            assert int(version) >= told[-1].n, f"a request shows what was before: {drawn[-1]}"
            assert (buttons == "buttons") is (status == Status.PENDING)
            if history[-1] is told[-1]:
                assert status == row.status

    def _known_requests(self, row: Contribution, history: Sequence[Event]) -> set[MessageRef]:
        """Whose place Slack told Ossi, or where a button was pressed."""
        pressed = {event.seen_in for event in history if event.seen_in is not None}
        records = [each for key, each in self.ledger.records.items() if key.subject == f"contribution#{row.key}"]
        return pressed | {each.ref for each in records if each.ref and each.key.effect.startswith("ask_management")}


def _called_for(history: Sequence[Event]) -> Iterator[tuple[str, Event]]:
    """The deliveries that the events call for: the first one of a kind has the effect's name, the others append the event's id."""
    seen: set[str] = set()
    for event in history:
        for name in CALLED_FOR[event.kind]:
            if not event.silent:
                yield (f"{name}#{event.id}" if name in seen else name), event
            seen.add(name)


TestLives = Lives.TestCase
TestLives.settings = settings(max_examples=examples(50, fuzz=2000), stateful_step_count=30, deadline=None)
