"""Tables, ledger, stream and Slack in memory, driven through the functions' own use cases by a clock that a test moves."""

from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from fakes import HELSINKI, MANAGEMENT, PUBLIC, FakeContributions, first
from ossi.delivery.batch import Change, Time, deliver
from ossi.delivery.deliver import Office
from ossi.delivery.effect import Effect, Sender
from ossi.delivery.effects import EFFECTS
from ossi.delivery.record import DeliveryKey, Record
from ossi.delivery.store import DeliveryChanged, Place
from ossi.domain.contribution import Contribution, ContributionKey
from ossi.domain.levels import DEFAULT_LEVELS, CompensationLevels
from ossi.domain.message_ref import MessageRef
from ossi.ports import Message, Person
from ossi.slack.errors import FailureKind, PermanentSlackError, SlackError, TransientSlackError
from ossi.slack.messages.notifications import Words
from ossi_reconcile.work_off import Desk, Worked, work_off
from ossi_stream.announce import announce

START = 1_792_994_700_000  # 2026-10-26 08:05 in Helsinki


def _nothing(_name: str) -> None:
    pass


class Died(BaseException):
    """The process ends without a word."""


@dataclass
class Now:
    """A clock in ms that stands still until it is moved. Sleeping moves it."""

    ms: int = START

    def __call__(self) -> int:
        return self.ms

    def seconds(self) -> float:
        """The same in seconds."""
        return self.ms / 1000

    def sleep(self, seconds: float) -> None:
        """Moves it on."""
        self.ms += max(round(seconds * 1000), 1)

    def datetime(self) -> datetime:
        """The same as an aware moment in Helsinki."""
        return datetime.fromtimestamp(self.ms / 1000, UTC).astimezone(HELSINKI)


class MemoryDeliveries:
    """delivery.store.Deliveries over a dictionary. before_call: called with each method's name, and may raise."""

    def __init__(self, before_call: Callable[[str], None] = _nothing) -> None:
        self.records: dict[DeliveryKey, Record] = {}
        self.pace: dict[str, Place] = {}
        self.before_call = before_call

    def read(self, keys: Iterable[DeliveryKey], *, consistent: bool = False) -> dict[DeliveryKey, Record]:
        self.before_call("read")
        return {key: self.records[key] for key in keys if key in self.records}

    def swap(self, record: Record, as_read: Record | None) -> None:
        self.before_call("swap")
        found = self.records.get(record.key)
        if found != as_read:
            if found is not None and found.token and found == record:
                return
            raise DeliveryChanged(found)
        self.records[record.key] = record

    def unsettled(self, kind: str, after: str = "") -> Iterator[DeliveryKey]:
        self.before_call("unsettled")
        keys = sorted((key.subject, key.effect) for key, record in self.records.items() if record.open)
        return iter([DeliveryKey(*key) for key in keys if key[0].startswith(f"{kind}#") and key[0] > after])

    def places(self, names: Collection[str]) -> dict[str, Place]:
        self.before_call("places")
        return {name: self.pace[name] for name in names if name in self.pace}

    def close_place(self, name: str, until: int) -> None:
        self.before_call("close_place")
        known = self.pace.get(name, Place())
        self.pace[name] = replace(known, closed_until=max(known.closed_until, until))

    def queue_place(self, name: str, until: int) -> None:
        self.before_call("queue_place")
        self.pace[name] = replace(self.pace.get(name, Place()), queued_until=until)


@dataclass(frozen=True)
class Answer:
    """What Slack does with a call: whether the message arrives, and what it answers; takes: how long that lasts, in seconds."""

    arrives: bool = True
    error: SlackError | None = None
    takes: float = 0.1


OK = Answer()


def failing(
    kind: FailureKind,
    code: str = "trouble",
    *,
    arrives: bool = False,
    retry_after_s: float | None = None,
    takes: float = 0.1,
) -> Answer:
    """An answer that isn't OK."""
    lasting = kind is FailureKind.REFUSED_FOR_GOOD
    error = PermanentSlackError(code) if lasting else TransientSlackError(code, retry_after_s, kind=kind)
    return Answer(arrives, error, takes)


def always(answer: Answer) -> Callable[[str, str, str], Answer]:
    """For MemorySlack.answer: the same to every call."""
    return lambda _method, _place, _text: answer


_ALWAYS_OK = always(OK)


@dataclass(frozen=True)
class Arrived:
    """A message that stands in Slack."""

    place: str
    text: str
    at: int
    ref: MessageRef


@dataclass
class MemorySlack:
    """ports.Chat: answer says, for each call (its method, place and text), what Slack does with it."""

    now: Now
    answer: Callable[[str, str, str], Answer] = _ALWAYS_OK
    calls: list[tuple[str, str, str, int]] = field(default_factory=list[tuple[str, str, str, int]])
    arrived: list[Arrived] = field(default_factory=list[Arrived])
    drawn: dict[MessageRef, list[str]] = field(default_factory=dict[MessageRef, list[str]])
    answered: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    after_answer: Callable[[str], None] = _nothing

    def _call(self, method: str, place: str, text: str) -> Answer:
        self.calls.append((method, place, text, self.now.ms))
        answer = self.answer(method, place, text)
        self.now.sleep(answer.takes)
        return answer

    def post(self, channel: str, message: Message) -> MessageRef | None:
        answer = self._call("chat.postMessage", channel, message.text)
        ref = MessageRef(channel, f"{len(self.arrived) + 1}.0")
        if answer.arrives:
            self.arrived.append(Arrived(channel, message.text, self.now.ms, ref))
        self.after_answer("chat.postMessage")
        if answer.error:
            raise answer.error
        return ref

    def update(self, ref: MessageRef, message: Message) -> None:
        answer = self._call("chat.update", ref.channel, message.text)
        if answer.arrives:
            self.drawn.setdefault(ref, []).append(message.text)
        self.after_answer("chat.update")
        if answer.error:
            raise answer.error

    def test_auth(self) -> None:
        answer = self._call("auth.test", "", "")
        if answer.error:
            raise answer.error

    def open_view(self, trigger_id: str, view: dict[str, Any]) -> None:
        raise AssertionError("deliveries open no view")

    def respond(self, response_url: str, message: Message, *, replace_original: bool = False) -> None:
        answer = self._call("response_url", response_url, message.text)
        if answer.arrives:
            self.answered.append((response_url, message.text))
        if answer.error:
            raise answer.error

    def user_name(self, user_id: str) -> str | None:
        raise AssertionError("deliveries ask for no name")

    def person(self, user_id: str) -> Person:
        raise AssertionError("deliveries ask for no person")

    def is_member(self, channel: str, user_id: str) -> bool:
        raise AssertionError("deliveries ask for no member")


class MemoryLease:
    """ports.Lease that one holder has at a time."""

    def __init__(self) -> None:
        self.held_by_other = False

    def hold(self) -> bool:
        return not self.held_by_other

    def release(self) -> None:
        pass


class MemoryTable(FakeContributions):
    """The table of contributions, with its stream: every change, before and after."""

    def __init__(self, before_call: Callable[[str], None] = _nothing) -> None:
        super().__init__()
        self.stream: list[tuple[Contribution | None, Contribution | None]] = []
        self.before_call = before_call

    def write(self, row: Contribution) -> None:
        """As a hand, or another version, writes a row."""
        self.stream.append((self.rows.get(row.key), row))
        self.rows[row.key] = row

    def remove(self, key: ContributionKey) -> None:
        """As a hand removes a row."""
        self.stream.append((self.rows.pop(key), None))

    def add_once(self, contribution: Contribution, submission_id: str) -> Contribution | None:
        self.before_call("add_once")
        added = super().add_once(contribution, submission_id)
        if added is not None:
            self.stream.append((None, added))
        return added

    def save(self, contribution: Contribution, as_read: Contribution) -> None:
        self.before_call("save")
        before = self.rows.get(contribution.key)
        super().save(contribution, as_read)
        self.stream.append((before, contribution))

    def get(self, key: ContributionKey) -> Contribution | None:
        self.before_call("get")
        return super().get(key)

    def look_up(self, keys: Iterable[ContributionKey]) -> dict[ContributionKey, Contribution | None]:
        self.before_call("look_up")
        return super().look_up(keys)


class House:
    """The whole of it: what the stream function and the reconciler do, with everything that they stand on in memory."""

    def __init__(self, effects: tuple[Effect, ...] = EFFECTS, **answer: Any) -> None:
        self.now = Now()
        self.slack = MemorySlack(self.now, **answer)
        self.deliveries = MemoryDeliveries()
        self.table = MemoryTable()
        self.lease = MemoryLease()
        self.asked: list[Record] = []
        words = Words(HELSINKI, CompensationLevels(DEFAULT_LEVELS), first)
        self.office = Office(
            deliveries=self.deliveries,
            contributions=self.table,
            sender=Sender(self.slack, words, MANAGEMENT, PUBLIC),
            effects=effects,
            now=self.now,
        )
        self.desk = Desk(self.office, self.lease, self.asked.append)

    def time(self, seconds: float) -> Time:
        """So many seconds until the function is stopped."""
        until = self.now.ms + round(seconds * 1000)
        return Time(lambda: (until - self.now.ms) / 1000, self.now.seconds, self.now.sleep)

    def run_stream(self, batch: int = 25) -> None:
        """The stream function handles what changed, in batches; what isn't recorded comes again."""
        tries = 0
        while self.table.stream:
            records, self.table.stream = self.table.stream[:batch], self.table.stream[batch:]
            try:
                again = self._batch(records)
            except Died:  # the platform starts the function again with the same records
                again = records
            self.table.stream[:0] = again
            tries += 1
            assert tries < 1000, "a record of the stream comes again for ever"
            if again:
                self.now.sleep(1)

    def _batch(self, records: list[tuple[Contribution | None, Contribution | None]]) -> list[Any]:
        changes: dict[int, Change] = {}
        failed: set[int] = set()
        for number, (old, new) in enumerate(records):
            change = None
            failed.add(number)
            with suppress(Exception):  # as in the handler: this one comes again, and the others go on
                change = announce(old, new, self.office.effects, self.table)
                failed.remove(number)
            changes |= {number: change} if change else {}
        recorded = deliver(list(changes.values()), self.office, self.time(60))
        failed |= {number for number, done in zip(changes, recorded, strict=True) if not done}
        return [record for number, record in enumerate(records) if number in failed]

    def run_reconciler(self) -> Worked:
        """One scheduled run, which may die."""
        try:
            return work_off(self.desk, self.time(240))
        except Died:
            return Worked()

    def minutes(self, count: int) -> None:
        """So many minutes, with a run of the reconciler in each and the stream beside it."""
        for _ in range(count):
            started = self.now.ms
            self.run_stream()
            self.run_reconciler()
            self.now.ms = max(self.now.ms, started + 60_000)

    def texts(self, place: str) -> list[str]:
        """What stands in that place."""
        return [each.text for each in self.slack.arrived if each.place == place]
