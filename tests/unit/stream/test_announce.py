"""What a change of a row calls for: what its new events call for, and silence for everything else (R8)."""

import pytest

from fakes import MANAGEMENT, contribution
from memory import MemoryTable
from ossi.delivery.effects import EFFECTS
from ossi.domain.contribution import Contribution, MessageRef, Status
from ossi.domain.history import Event, EventKind
from ossi.domain.lifecycle import apply, submitted
from ossi_stream.announce import announce

MAIJA = "U0MAIJA01"
SEEN_IN = MessageRef(MANAGEMENT, "1.0")
OLD = contribution(submission_id="V1")
NEW = submitted(OLD, "e1")
IMPORTED = contribution(imported_at=1_793_000_000_000)


def decided(row: Contribution, kind: EventKind = EventKind.ACCEPTED, event_id: str = "e2") -> Contribution:
    return apply(row, Event(kind, event_id, row.status, row.timestamp + 1, by=MAIJA, seen_in=SEEN_IN))


def by_hand(row: Contribution, **values: object) -> Contribution:
    return row.model_copy(update=values)


ASKED = ["confirm_submission", "ask_management"]
ACCEPTED = ["redraw_request", "redraw_other_request", "tell_accepted", "publish"]
DECLINED = ["redraw_request", "redraw_other_request", "tell_declined"]


def told(old: Contribution | None, new: Contribution | None) -> list[str]:
    """The messages that a change calls for, also those that were sent long ago: their records tell. Nothing is stored."""
    table = MemoryTable()
    if new is not None:
        table.rows[new.key] = new
    change = announce(old, new, EFFECTS, table)
    assert table.stream == []
    if change is None:
        return []
    assert change.contribution == new
    return [wanted.name for wanted in change.wanted]


@pytest.mark.parametrize(
    ("old", "new", "names"),
    [
        (None, NEW, ASKED),
        (None, OLD, ASKED),
        (None, contribution(), ASKED),
        (NEW, decided(NEW), ACCEPTED),
        (NEW, decided(NEW, EventKind.DECLINED), DECLINED),
        # A button pressed on a row without events: what it told before is stored beside it, and was sent before.
        (OLD, decided(OLD), ["confirm_submission", *ACCEPTED]),
    ],
    ids=["submitted", "submitted to an older version", "written by hand", "accepted", "declined", "accepted of old"],
)
def test_what_is_told(old: Contribution | None, new: Contribution, names: list[str]) -> None:
    assert told(old, new) == names


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (NEW, None),
        (NEW, NEW),
        (NEW, by_hand(NEW, text="edited")),
        (OLD, by_hand(OLD, text="edited")),
        (decided(NEW), by_hand(decided(NEW), text="edited")),
        (None, by_hand(OLD, status=Status.ACCEPTED)),
        (None, by_hand(OLD, status=Status.DECLINED, decided_by=MAIJA, decided_in=SEEN_IN)),
        (None, IMPORTED),
    ],
    ids=[
        "removed", "the same", "edited", "edited of old", "edited once accepted", "written as accepted",
        "restored as declined", "imported",
    ],
)  # fmt: skip
def test_what_is_silent(old: Contribution | None, new: Contribution | None) -> None:
    assert told(old, new) == []


@pytest.mark.parametrize(
    ("old", "new", "events", "names"),
    [
        (NEW, by_hand(NEW, status=Status.ACCEPTED), ["e1", "accepted-2"], ACCEPTED[1:]),
        (OLD, by_hand(OLD, status=Status.DECLINED), ["submitted-1", "declined-2"],
         ["confirm_submission", *DECLINED[1:]]),
        (IMPORTED, by_hand(IMPORTED, status=Status.ACCEPTED), ["submitted-1", "accepted-2"], ACCEPTED[1:]),
        (decided(NEW), by_hand(decided(NEW), status=Status.DECLINED), ["e1", "e2", "declined-3"], []),
        (decided(NEW), by_hand(decided(NEW), status=Status.PENDING), ["e1", "e2", "submitted-3"], []),
        (by_hand(OLD, status=Status.ACCEPTED), by_hand(OLD, status=Status.DECLINED),
         ["submitted-1", "accepted-2", "declined-3"], ["confirm_submission", "redraw_other_request"]),
    ],
    ids=["accepted", "declined of old", "accepted once imported", "changed", "taken back", "changed of old"],
)  # fmt: skip
def test_a_change_by_hand_is_stored_as_an_event_and_that_change_is_told(
    old: Contribution, new: Contribution, events: list[str], names: list[str]
) -> None:
    table = MemoryTable()
    table.rows[new.key] = new
    assert announce(old, new, EFFECTS, table) is None
    ((before, after),) = table.stream
    assert (before, after) == (new, table.rows[new.key])
    assert after is not None
    assert [event.id for event in after.events] == events
    assert after.version == len(events)
    table.stream.clear()
    change = announce(before, after, EFFECTS, table)
    assert [wanted.name for wanted in change.wanted if not wanted.ref] == names if change else names == []
    assert table.stream == []


def test_a_decision_of_an_older_version_is_the_persons_that_it_names() -> None:
    new = by_hand(NEW, status=Status.ACCEPTED, decided_by=MAIJA, decided_at=5, decided_in=SEEN_IN)
    table = MemoryTable()
    table.rows[new.key] = new
    assert announce(NEW, new, EFFECTS, table) is None
    last = table.rows[new.key].events[-1]
    assert (last.by, last.at, last.seen_in, last.silent) == (MAIJA, 5, SEEN_IN, False)


def test_a_row_that_has_changed_again_meanwhile_is_told_by_that_change() -> None:
    accepted, declined = (by_hand(NEW, status=status) for status in (Status.ACCEPTED, Status.DECLINED))
    table = MemoryTable()
    table.rows[NEW.key] = declined
    assert announce(NEW, accepted, EFFECTS, table) is None
    assert (table.rows[NEW.key], table.stream) == (declined, [])
    assert announce(accepted, declined, EFFECTS, table) is None
    assert [event.id for event in table.rows[NEW.key].events] == ["e1", "declined-2"]


def test_a_row_that_is_gone_meanwhile_does_not_come_back() -> None:
    table = MemoryTable()
    assert announce(NEW, by_hand(NEW, status=Status.ACCEPTED), EFFECTS, table) is None
    assert table.rows == {}


def test_of_several_events_in_one_change_only_what_is_still_so_is_told() -> None:
    both = decided(NEW)
    assert told(None, both) == ["confirm_submission", *ACCEPTED]
