"""What happened to a contribution: statuses, events, and how a row tells them.

A row keeps its events in the attribute `events`; `version` is the number of the last one. Rows without them (of the original, imported,
restored, written by hand, or from before there were events) read as if they had the one or two that their other attributes tell.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar, assert_never, cast

from ossi.domain.message_ref import ID_MAX, MessageRef

TIMESTAMP_MAX = 253_402_128_000_000
"""9999-12-30, in milliseconds: a later time, which only a hand can have written, has no date in Python."""
_Word = TypeVar("_Word", bound=StrEnum)
EVENTS_MAX = 10_000
"""More events than any row can hold: DynamoDB takes no item above 400 KB."""


class Status(StrEnum):
    """Where a contribution stands."""

    PENDING = "PENDING"
    ACCEPTED = "ACCEPTED"
    DECLINED = "DECLINED"


class EventKind(StrEnum):
    """What can happen to a contribution. The values are stored: they never change."""

    SUBMITTED = "submitted"
    ACCEPTED = "accepted"
    DECLINED = "declined"


def leads_to(status: Status) -> EventKind:
    """The kind of event that a row in this status tells, where nothing else does: after a change by hand."""
    match status:
        case Status.PENDING:
            return EventKind.SUBMITTED
        case Status.ACCEPTED:
            return EventKind.ACCEPTED
        case Status.DECLINED:
            return EventKind.DECLINED
        case _:
            assert_never(status)


def is_waiting(status: Status) -> bool:
    """Whether a contribution in this status waits for a decision."""
    match status:
        case Status.PENDING:
            return True
        case Status.ACCEPTED | Status.DECLINED:
            return False
        case _:
            assert_never(status)


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to a contribution.

    n: its number in the contribution's history, from 1; 0 for one that isn't part of a history yet. id: unique in that history; the
    deliveries that belong to the event are named after it. status: where the contribution stands after it. at: ms since the epoch.
    by: a user's id; None: someone who edited the row by hand. seen_in: the message whose button was pressed. silent: nothing follows
    from it: it was derived from a row that was already settled, or is a change by hand that nobody is told about (R8).
    """

    kind: EventKind
    id: str
    status: Status
    at: int
    by: str | None = None
    reason: str | None = None
    seen_in: MessageRef | None = None
    silent: bool = False
    n: int = 0

    def to_row(self) -> dict[str, Any]:
        """The event as it is stored in a row; what is unknown is left out."""
        row: dict[str, Any] = {
            "n": self.n,
            "id": self.id,
            "kind": self.kind.value,
            "status": self.status.value,
            "at": self.at,
        }
        row |= {name: value for name, value in (("by", self.by), ("reason", self.reason)) if value is not None}
        if self.seen_in is not None:
            row["seenIn"] = {"channel": self.seen_in.channel, "ts": self.seen_in.ts}
        return row | ({"silent": True} if self.silent else {})


class UnknownWord(ValueError):
    """A status or a kind of event that this version doesn't know: a newer one wrote the row."""


def read_events(value: object) -> tuple[Event, ...]:
    """Reads the attribute `events` of a row. Raises UnknownWord for what a newer version wrote, ValueError for what is no history."""
    if value is None:
        return ()
    if not isinstance(value, list | tuple):
        raise ValueError("not a list of events")
    rows = cast("Sequence[object]", value)
    if len(rows) > EVENTS_MAX:
        raise ValueError("too many events")
    events = tuple(each if isinstance(each, Event) else _read(each) for each in rows)
    if [event.n for event in events] != list(range(1, len(events) + 1)):
        raise ValueError("events that aren't numbered from 1 on")
    if len({event.id for event in events}) != len(events):
        raise ValueError("events with the same id")
    return events


def _read(row: object) -> Event:
    values = _mapping(row, "an event that is no object")
    seen_in = values.get("seenIn")
    return Event(
        n=_whole_number(values.get("n")),
        id=_text(values.get("id"), "id"),
        kind=_member(EventKind, values.get("kind")),
        status=_member(Status, values.get("status")),
        at=_whole_number(values.get("at")),
        by=_optional(values.get("by"), "by"),
        reason=_optional(values.get("reason"), "reason", longest=5000),
        seen_in=None if seen_in is None else _message_ref(seen_in),
        silent=values.get("silent") is True,
    )


def _mapping(value: object, otherwise: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise ValueError(otherwise)  # pydantic turns a ValueError into a problem of the attribute
    return cast("Mapping[str, Any]", value)


def _member(words: type[_Word], value: object) -> _Word:
    if not isinstance(value, str):
        raise ValueError(f"not a {words.__name__}")
    try:
        return words(value)
    except ValueError:
        raise UnknownWord(f"an unknown {words.__name__}") from None


def _whole_number(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= TIMESTAMP_MAX:
        raise ValueError("not a whole number in range")
    return value


def _text(value: object, name: str, longest: int = ID_MAX) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= longest:
        raise ValueError(f"not a text: {name}")
    return value


def _optional(value: object, name: str, longest: int = ID_MAX) -> str | None:
    return None if value is None else _text(value, name, longest)


def _message_ref(value: object) -> MessageRef:
    place = _mapping(value, "not the place of a message")
    return MessageRef(_text(place.get("channel"), "channel"), _text(place.get("ts"), "ts"))
