"""What follows from an event: messages that are posted once for each event, and messages that are redrawn until they show the last one."""

from abc import abstractmethod
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from ossi.domain.contribution import Contribution
from ossi.domain.history import Event, EventKind
from ossi.domain.lifecycle import is_superseded
from ossi.domain.message_ref import MessageRef
from ossi.ports import Chat, Message
from ossi.slack.errors import PermanentSlackError
from ossi.slack.messages.notifications import Words


@dataclass(frozen=True)
class Sender:
    """What an effect needs to send its message."""

    chat: Chat
    words: Words
    management_channel: str
    public_channel: str


RateLimitKey = Callable[[Sender, Contribution], str]
"""Where Slack counts a message: a channel, a person, or a method. A rate limit there says nothing of other places."""


class Effect(Protocol):
    """Something that follows from events. name is stored with its deliveries: it never changes."""

    @property
    def name(self) -> str: ...

    @property
    def on(self) -> frozenset[EventKind]:
        """The kinds of event that call for it."""
        ...

    @property
    def idempotent(self) -> bool:
        """Whether sending it twice looks as if it was sent once."""
        ...

    @property
    def superseded_by(self) -> frozenset[str]:
        """The effects after which it would come too late; with none, that is so as soon as the status changes again."""
        ...

    def wanted(self, history: Sequence[Event]) -> Iterator["Wanted"]:
        """Every delivery that the history calls for, also what was delivered long ago."""
        ...

    def rate_limit_key(self, sender: Sender, contribution: Contribution) -> str:
        """Where Slack counts it."""
        ...

    def write(self, words: Words, contribution: Contribution) -> Message:
        """The message."""
        ...

    @abstractmethod
    def send(
        self, sender: Sender, contribution: Contribution, message: Message, ref: MessageRef | None
    ) -> MessageRef | None:
        """Sends it, and answers where it stands if Slack says so. ref: the message to redraw. Raises SlackError."""
        ...


@dataclass(frozen=True)
class Wanted:
    """A delivery that a history calls for.

    name: of its record. event: what it tells, and for a redrawing the last event that calls for one. ref: the message to redraw, where
    the history knows it. waits_for: the delivery whose message is to be redrawn, where it doesn't. first: the number of the first event
    that called for it.
    """

    effect: Effect
    name: str
    event: Event
    ref: MessageRef | None = None
    waits_for: str = ""
    first: int = 0

    @property
    def version(self) -> int:
        """The version that a redrawn message has to show; 0 for what is posted."""
        return self.event.n if self.effect.idempotent else 0

    def is_too_late(self, history: Sequence[Event]) -> bool:
        """Whether the status has changed since, so that it would tell something that isn't so any more."""
        return not self.effect.idempotent and not self.effect.superseded_by and is_superseded(history, self.event)


@dataclass(frozen=True)
class Post:
    """A message that is posted once for each event that calls for it."""

    name: str
    on: frozenset[EventKind]
    to: RateLimitKey
    text: Callable[[Words, Contribution], Message]
    superseded_by: frozenset[str] = frozenset()
    idempotent: bool = False

    def wanted(self, history: Sequence[Event]) -> Iterator[Wanted]:
        """The first occurrence has the effect's own name for ever, later ones append the event's id."""
        calling = [event for event in history if event.kind in self.on]
        for number, event in enumerate(calling):
            yield Wanted(self, f"{self.name}#{event.id}" if number else self.name, event, first=event.n)

    def rate_limit_key(self, sender: Sender, contribution: Contribution) -> str:
        """See Effect."""
        return self.to(sender, contribution)

    def write(self, words: Words, contribution: Contribution) -> Message:
        """See Effect."""
        return self.text(words, contribution)

    def send(
        self, sender: Sender, contribution: Contribution, message: Message, ref: MessageRef | None
    ) -> MessageRef | None:
        """See Effect."""
        del ref
        return sender.chat.post(self.to(sender, contribution), message)


@dataclass(frozen=True)
class Redraw:
    """A message that shows the contribution as it is: drawn again while the version that it shows is behind the row.

    targets: the messages, by history: the name of the delivery, and either where the message stands or which delivery knows it.
    """

    name: str
    on: frozenset[EventKind]
    targets: Callable[[str, Sequence[Event]], Iterator[tuple[str, MessageRef | None, str]]]
    text: Callable[[Words, Contribution], Message]
    superseded_by: frozenset[str] = frozenset()
    idempotent: bool = True

    def wanted(self, history: Sequence[Event]) -> Iterator[Wanted]:
        """One delivery for each message. A silent change calls for none, and takes none back that an earlier one calls for."""
        calling = [event for event in history if event.kind in self.on]
        told = [event for event in calling if not event.silent]
        if told:
            for name, ref, waits_for in self.targets(self.name, history):
                yield Wanted(self, name, told[-1], ref, waits_for, calling[0].n)

    def rate_limit_key(self, sender: Sender, contribution: Contribution) -> str:
        """Slack counts redrawings by themselves."""
        del sender, contribution
        return "chat.update"

    def write(self, words: Words, contribution: Contribution) -> Message:
        """See Effect."""
        return self.text(words, contribution)

    def send(
        self, sender: Sender, contribution: Contribution, message: Message, ref: MessageRef | None
    ) -> MessageRef | None:
        """None where someone deleted the message: no buttons are left to take away."""
        del contribution
        if ref is None:
            return None
        try:
            sender.chat.update(ref, message)
        except PermanentSlackError as error:
            if error.code != "message_not_found":
                raise
            return None
        return ref


def wanted_of(effects: Sequence[Effect], history: Sequence[Event]) -> list[Wanted]:
    """Every delivery that the history calls for and that isn't silent, in the order in which people should read them."""
    found = [wanted for effect in effects for wanted in effect.wanted(history) if not wanted.event.silent]
    return sorted(found, key=lambda wanted: wanted.event.n)
