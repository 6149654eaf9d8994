"""What may happen to a contribution, and what a row tells of what did, with events and without."""

from dataclasses import FrozenInstanceError, replace
from datetime import UTC, datetime
from typing import Any

import pytest

from fakes import MANAGEMENT, SUBMITTED_AT, contribution
from ossi.domain import lifecycle
from ossi.domain.contribution import Contribution, MessageRef, Status
from ossi.domain.errors import HistoryFull, NotAllowed, UnreadableContribution
from ossi.domain.history import EVENTS_MAX, TIMESTAMP_MAX, Event, EventKind, UnknownWord, leads_to, read_events
from ossi.domain.lifecycle import (
    DECISIONS,
    MOST_EVENTS,
    RULES,
    Rule,
    Who,
    adopt,
    apply,
    history_of,
    is_explained,
    is_superseded,
    submitted,
)

AINO, MAIJA = "U0AINO001", "U0MAIJA01"
AT = SUBMITTED_AT + 60_000
SEEN_IN = MessageRef(MANAGEMENT, "1.0")
NEW = submitted(contribution(submission_id="V1"), "e1")
FIRST = NEW.events[0]


def event(kind: EventKind, event_id: str = "e2", **values: Any) -> Event:
    usual: dict[str, Any] = {"status": Status.PENDING, "at": AT, "by": MAIJA}
    return Event(kind, event_id, **{**usual, **values})


def by_hand(row: Contribution, status: Status, **values: Any) -> Contribution:
    """The row as a hand leaves it: no version is counted, no event written."""
    return row.model_copy(update={"status": status, **values})


def told(row: Contribution, *, handled: bool = False) -> list[tuple[str, bool]]:
    """The row's history: the id of each event, and whether anything follows from it."""
    return [(each.id, not each.silent) for each in history_of(row, handled=handled)]


# the rules

MAY = {
    (EventKind.ACCEPTED, Status.PENDING): Status.ACCEPTED,
    (EventKind.DECLINED, Status.PENDING): Status.DECLINED,
}


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("kind", EventKind)
def test_every_kind_of_event_in_every_status(kind: EventKind, status: Status) -> None:
    row = NEW.model_copy(update={"status": status, "events": (replace(FIRST, status=status),)})
    to = MAY.get((kind, status))
    if to is None:
        with pytest.raises(NotAllowed, match=f"^not allowed now: {kind}$") as caught:
            apply(row, event(kind, by=AINO))
        assert caught.value.contribution is row
        return
    after = apply(row, event(kind))
    assert (after.status, after.events[-1].status, after.version) == (to, to, 2)


def test_a_new_contribution_has_the_first_event_of_its_history() -> None:
    row = contribution(status=Status.DECLINED)
    new = submitted(row, "e1")
    assert new.events == (Event(EventKind.SUBMITTED, "e1", Status.PENDING, SUBMITTED_AT, AINO, n=1),)
    assert new == row.model_copy(update={"status": Status.PENDING, "events": new.events, "version": 1})


@pytest.mark.parametrize("kind", sorted(DECISIONS))
def test_a_decision_is_appended_and_the_row_names_who_when_and_where(kind: EventKind) -> None:
    decided = apply(NEW, event(kind, reason="because", seen_in=SEEN_IN, n=77))
    status = RULES[kind].to
    assert status is not None
    last = Event(kind, "e2", status, AT, MAIJA, "because", SEEN_IN, n=2)
    assert decided == NEW.model_copy(
        update={
            "status": status,
            "events": (FIRST, last),
            "version": 2,
            "decided_by": MAIJA,
            "decided_at": AT,
            "decided_in": SEEN_IN,
        }
    )


def test_a_decision_needs_someone_who_decides() -> None:
    for kind in DECISIONS:
        with pytest.raises(NotAllowed):
            apply(NEW, event(kind, by=None))
        assert RULES[kind].needs == {"by"}
        assert RULES[kind].who is Who.MANAGER


def test_no_decision_changes_anything_else() -> None:
    for kind in DECISIONS:
        with pytest.raises(NotAllowed):
            apply(NEW, event(kind), {"text": "something else"})
        assert apply(NEW, event(kind), {}).text == NEW.text


def test_a_submission_comes_first_and_from_the_submitter() -> None:
    assert RULES[EventKind.SUBMITTED] == Rule(frozenset(), Status.PENDING, Who.SUBMITTER)
    assert RULES.keys() == set(EventKind)


EDIT = Rule(
    frozenset({Status.PENDING}),
    None,
    Who.SUBMITTER,
    needs=frozenset({"by", "reason"}),
    changes=frozenset({"text", "level"}),
    bounded=True,
)


@pytest.fixture
def editing(monkeypatch: pytest.MonkeyPatch) -> EventKind:
    """A kind of event under a rule that uses everything that rules know."""
    monkeypatch.setattr(lifecycle, "RULES", {**RULES, EventKind.SUBMITTED: EDIT})
    return EventKind.SUBMITTED


def test_an_event_may_leave_the_status_as_it_is_and_change_what_its_rule_names(editing: EventKind) -> None:
    edited = apply(NEW, event(editing, by=AINO, reason="a typo"), {"text": "new words"})
    assert (edited.status, edited.text, edited.version) == (Status.PENDING, "new words", 2)
    assert edited.events[-1].status is Status.PENDING
    # It is no decision.
    assert (edited.decided_by, edited.decided_at, edited.decided_in) == (None, None, None)
    assert apply(NEW, event(editing, by=AINO, reason="x"), {"text": "a", "level": "LARGE"}).level == "LARGE"


@pytest.mark.parametrize(
    ("values", "changes"),
    [
        ({"by": MAIJA, "reason": "x"}, None),
        ({"by": None, "reason": "x"}, None),
        ({"by": AINO}, None),
        ({"by": AINO, "reason": "x"}, {"url": "https://example.com"}),
        ({"by": AINO, "reason": "x"}, {"text": "a", "url": "https://example.com"}),
    ],
    ids=["by another person", "by nobody", "without a reason", "another field", "one field too many"],
)
def test_what_the_rule_does_not_allow_changes_nothing(
    editing: EventKind, values: dict[str, Any], changes: dict[str, Any] | None
) -> None:
    with pytest.raises(NotAllowed, match=f"^not allowed now: {editing}$") as caught:
        apply(NEW, event(editing, **values), changes)
    assert caught.value.contribution is NEW


def row_with(count: int) -> Contribution:
    events = tuple(Event(EventKind.SUBMITTED, f"e{n}", Status.PENDING, AT, AINO, n=n) for n in range(1, count + 1))
    return NEW.model_copy(update={"events": events, "version": count})


def test_a_full_history_takes_no_edit_and_every_decision(editing: EventKind) -> None:
    edit = event(editing, "another", by=AINO, reason="x")
    assert MOST_EVENTS == 100
    assert apply(row_with(MOST_EVENTS - 1), edit).version == MOST_EVENTS
    for count in (MOST_EVENTS, MOST_EVENTS + 1):
        with pytest.raises(HistoryFull):
            apply(row_with(count), edit)
        assert apply(row_with(count), event(EventKind.ACCEPTED, "last")).version == count + 1


# rows without events, and rows that a hand has changed

IMPORTED = SUBMITTED_AT + 10
WITHOUT_EVENTS: list[tuple[str, dict[str, Any], bool, list[tuple[str, bool]]]] = [
    ("pending", {}, False, [("submitted-1", True)]),
    ("pending, imported", {"imported_at": IMPORTED}, False, [("submitted-1", False)]),
    ("pending, imported, handled", {"imported_at": IMPORTED}, True, [("submitted-1", False)]),
    ("accepted from the form", {"status": Status.ACCEPTED, "submission_id": "V1"}, False,
     [("submitted-1", True), ("accepted-2", True)]),
    ("declined from the form", {"status": Status.DECLINED, "submission_id": "V1"}, False,
     [("submitted-1", True), ("declined-2", True)]),
    ("accepted by a button", {"status": Status.ACCEPTED, "decided_in": SEEN_IN}, False,
     [("submitted-1", True), ("accepted-2", True)]),
    ("accepted by hand after Ossi had asked", {"status": Status.ACCEPTED}, True,
     [("submitted-1", True), ("accepted-2", True)]),
    ("written as accepted", {"status": Status.ACCEPTED, "decided_by": MAIJA, "decided_at": AT}, False,
     [("submitted-1", False), ("accepted-2", False)]),
    ("imported as accepted", {"status": Status.ACCEPTED, "imported_at": IMPORTED, "submission_id": "V1"}, True,
     [("submitted-1", False), ("accepted-2", False)]),
    ("imported with its decision", {"status": Status.ACCEPTED, "imported_at": IMPORTED, "decided_at": IMPORTED}, False,
     [("submitted-1", False), ("accepted-2", False)]),
    ("imported, decided since", {"status": Status.DECLINED, "imported_at": IMPORTED, "decided_at": IMPORTED + 1}, False,
     [("submitted-1", False), ("declined-2", True)]),
]  # fmt: skip


@pytest.mark.parametrize(("values", "handled", "events"), [case[1:] for case in WITHOUT_EVENTS],
                         ids=[case[0] for case in WITHOUT_EVENTS])  # fmt: skip
def test_what_a_row_without_events_tells(values: dict[str, Any], handled: bool, events: list[tuple[str, bool]]) -> None:
    assert told(contribution(**values), handled=handled) == events


def test_derived_events_know_what_the_row_knows() -> None:
    row = contribution(status=Status.DECLINED, submission_id="V1", decided_by=MAIJA, decided_at=AT, decided_in=SEEN_IN)
    assert history_of(row) == (
        Event(EventKind.SUBMITTED, "submitted-1", Status.PENDING, SUBMITTED_AT, AINO, n=1),
        Event(EventKind.DECLINED, "declined-2", Status.DECLINED, AT, MAIJA, None, SEEN_IN, n=2),
    )
    unknown = contribution(status=Status.DECLINED, submission_id="V1")
    assert history_of(unknown)[1] == Event(EventKind.DECLINED, "declined-2", Status.DECLINED, SUBMITTED_AT, n=2)


ACCEPTED = apply(NEW, event(EventKind.ACCEPTED, seen_in=SEEN_IN))


@pytest.mark.parametrize(
    ("row", "events"),
    [
        (NEW, [("e1", True)]),
        (ACCEPTED, [("e1", True), ("e2", True)]),
        (by_hand(NEW, Status.ACCEPTED), [("e1", True), ("accepted-2", True)]),
        (by_hand(NEW, Status.DECLINED), [("e1", True), ("declined-2", True)]),
        (by_hand(ACCEPTED, Status.DECLINED), [("e1", True), ("e2", True), ("declined-3", False)]),
        (by_hand(ACCEPTED, Status.PENDING), [("e1", True), ("e2", True), ("submitted-3", False)]),
    ],
)
def test_what_a_hand_has_changed_since_the_last_event(row: Contribution, events: list[tuple[str, bool]]) -> None:
    assert told(row) == events
    assert [each.n for each in history_of(row)] == list(range(1, len(events) + 1))


def test_a_hand_that_takes_a_decision_back_is_nobodys_event_and_not_before_that_decision() -> None:
    last = history_of(by_hand(ACCEPTED, Status.PENDING))[-1]
    at = ACCEPTED.events[-1].at
    assert at > SUBMITTED_AT
    assert last == Event(EventKind.SUBMITTED, "submitted-3", Status.PENDING, at, silent=True, n=3)


def test_a_hands_decision_is_not_before_what_came_since_the_decision_that_the_row_still_names(
    editing: EventKind,
) -> None:
    back = adopt(by_hand(ACCEPTED, Status.PENDING), ACCEPTED)
    assert (back.decided_by, back.decided_at) == (MAIJA, AT)
    edited = apply(back, event(editing, "e4", by=AINO, reason="a typo", at=AT + 1))
    last = history_of(by_hand(edited, Status.DECLINED))[-1]
    assert last == Event(EventKind.DECLINED, "declined-5", Status.DECLINED, AT + 1, n=5)


@pytest.mark.parametrize(("status", "kind"), list(zip(Status, EventKind, strict=True)))
def test_each_status_is_told_by_a_kind_of_event(status: Status, kind: EventKind) -> None:
    found = leads_to(status)
    assert found is kind
    assert RULES[found].to is status


# storing what nobody has stored


def test_what_is_told_by_events_is_adopted_as_it_is() -> None:
    for row in (NEW, ACCEPTED):
        assert adopt(row) is row
        assert adopt(row, NEW) is row


@pytest.mark.parametrize("row", [contribution(submission_id="V1"), by_hand(contribution(), Status.DECLINED)])
def test_a_row_without_events_is_adopted_with_all_that_it_tells(row: Contribution) -> None:
    adopted = adopt(row)
    assert adopted == row.model_copy(update={"events": history_of(row), "version": len(history_of(row))})
    assert adopt(adopted) is adopted


def test_a_change_by_hand_is_adopted_behind_what_was_stored() -> None:
    row = by_hand(ACCEPTED, Status.DECLINED)
    adopted = adopt(row, ACCEPTED)
    assert adopted.events == history_of(row)
    assert (adopted.version, adopted.status) == (3, Status.DECLINED)


@pytest.mark.parametrize(
    ("before", "after", "events"),
    [
        (contribution(), Status.ACCEPTED, [("submitted-1", True), ("accepted-2", True)]),
        (contribution(imported_at=1), Status.ACCEPTED, [("submitted-1", False), ("accepted-2", True)]),
        (contribution(status=Status.ACCEPTED), Status.DECLINED,
         [("submitted-1", False), ("accepted-2", False), ("declined-3", False)]),
        (contribution(status=Status.ACCEPTED, submission_id="V1"), Status.PENDING,
         [("submitted-1", True), ("accepted-2", True), ("submitted-3", False)]),
    ],
)  # fmt: skip
def test_the_row_before_a_change_tells_more_of_a_row_without_events(
    before: Contribution, after: Status, events: list[tuple[str, bool]]
) -> None:
    adopted = adopt(by_hand(before, after), before)
    assert told(adopted) == events
    assert adopted.version == len(events)


def test_a_decision_by_hand_is_not_told_in_the_name_of_whoever_decided_before() -> None:
    back = adopt(by_hand(ACCEPTED, Status.PENDING), ACCEPTED)
    for status in (Status.ACCEPTED, Status.DECLINED):
        decided = adopt(by_hand(back, status), back)
        assert (decided.decided_by, decided.decided_at, decided.decided_in) == (None, None, None)
    changed = adopt(by_hand(ACCEPTED, Status.DECLINED), ACCEPTED)
    assert (changed.decided_by, changed.decided_at, changed.decided_in) == (None, None, None)


def test_a_decision_by_an_older_version_stays_the_person_s_that_it_names() -> None:
    back = adopt(by_hand(ACCEPTED, Status.PENDING), ACCEPTED)
    where = MessageRef(MANAGEMENT, "2.0")
    row = by_hand(back, Status.DECLINED, decided_by="U0MATTI01", decided_at=AT + 1, decided_in=where)
    decided = adopt(row, back)
    assert decided.events[-1].by == "U0MATTI01"
    assert (decided.decided_by, decided.decided_at, decided.decided_in) == ("U0MATTI01", AT + 1, where)
    without_time = adopt(by_hand(NEW, Status.DECLINED, decided_by=MAIJA), NEW)
    assert (without_time.decided_by, without_time.decided_at) == (MAIJA, None)


def test_the_same_status_before_tells_nothing_more() -> None:
    row = contribution(status=Status.ACCEPTED, submission_id="V1")
    assert adopt(row, row).events == history_of(row)


@pytest.mark.parametrize(
    ("row", "explained"),
    [
        (contribution(), True),
        (by_hand(contribution(), Status.ACCEPTED), False),
        (by_hand(contribution(), Status.ACCEPTED, decided_by=MAIJA), True),
        (NEW, True),
        (ACCEPTED, True),
        (by_hand(NEW, Status.ACCEPTED, decided_by=MAIJA), False),
        (by_hand(ACCEPTED, Status.PENDING), False),
    ],
)
def test_whether_something_has_to_be_stored_before_anything_is_told(row: Contribution, explained: bool) -> None:
    assert is_explained(row) is explained


def test_an_event_on_a_row_without_events_stores_what_it_told() -> None:
    row = contribution(submission_id="V1")
    decided = apply(row, event(EventKind.ACCEPTED))
    assert [each.id for each in decided.events] == ["submitted-1", "e2"]
    assert decided.version == 2


# what is overtaken


def test_an_event_is_overtaken_as_soon_as_the_status_changes_again() -> None:
    first, second = ACCEPTED.events
    assert is_superseded((first,), first) is False
    assert is_superseded(ACCEPTED.events, first) is True
    assert is_superseded(ACCEPTED.events, second) is False
    again = replace(second, id="e3", n=3, kind=EventKind.SUBMITTED)
    assert is_superseded((first, second, again), second) is False, "it leaves the status as it is"
    back = replace(first, id="e4", n=4)
    assert is_superseded((first, second, again, back), second) is True
    assert is_superseded((first, second, again, back), first) is True, "what was so in between is known"


# how a history is stored


def stored(**changes: Any) -> dict[str, Any]:
    usual: dict[str, Any] = {"n": 1, "id": "e1", "kind": "submitted", "status": "PENDING", "at": SUBMITTED_AT}
    return {name: value for name, value in {**usual, **changes}.items() if value is not ...}


def test_an_event_is_stored_by_names_that_never_change() -> None:
    full = Event(EventKind.ACCEPTED, "e2", Status.ACCEPTED, AT, MAIJA, "because", SEEN_IN, silent=True, n=2)
    assert full.to_row() == {
        "n": 2,
        "id": "e2",
        "kind": "accepted",
        "status": "ACCEPTED",
        "at": AT,
        "by": MAIJA,
        "reason": "because",
        "seenIn": {"channel": MANAGEMENT, "ts": "1.0"},
        "silent": True,
    }
    assert Event(EventKind.DECLINED, "e1", Status.DECLINED, AT, n=1).to_row() == stored(
        kind="declined", status="DECLINED", at=AT
    )
    assert {kind.value for kind in EventKind} == {"submitted", "accepted", "declined"}
    assert read_events([stored(), full.to_row()]) == (replace(FIRST, by=None), full)
    assert read_events([FIRST, full.to_row()]) == (FIRST, full)
    assert read_events((stored(),)) == (replace(FIRST, by=None),)
    assert read_events(None) == ()


@pytest.mark.parametrize("row", [NEW, ACCEPTED, adopt(by_hand(ACCEPTED, Status.PENDING)), contribution()])
def test_a_row_is_read_as_it_was_stored(row: Contribution) -> None:
    assert Contribution.from_row(row.to_row()) == row
    assert ("events" in row.to_row()) is bool(row.events)


LIST, NUMBERED, SAME = "not a list of events", "events that aren't numbered from 1 on", "events with the same id"
OBJECT, NUMBER, PLACE = "an event that is no object", "not a whole number in range", "not the place of a message"


@pytest.mark.parametrize(
    ("events", "why"),
    [
        ("x", LIST), (5, LIST), ({}, LIST), ([5], OBJECT), (["x"], OBJECT), ([None], OBJECT),
        ([stored(n=2)], NUMBERED), ([stored(n=0)], NUMBERED), ([stored(), stored()], NUMBERED),
        ([stored(), stored(n=2)], SAME), ([stored(), stored(n=3, id="e2")], NUMBERED),
        ([stored(n=...)], NUMBER), ([stored(n="1")], NUMBER), ([stored(n=True)], NUMBER), ([stored(n=1.0)], NUMBER),
        *(([stored(id=value)], "not a text: id") for value in (..., "", "x" * 256, 5)),
        ([stored(kind=...)], "not a EventKind"), ([stored(kind=5)], "not a EventKind"),
        ([stored(status=...)], "not a Status"), ([stored(status=None)], "not a Status"),
        *(([stored(at=value)], NUMBER) for value in (..., -1, TIMESTAMP_MAX + 1, "now", False)),
        *(([stored(by=value)], "not a text: by") for value in ("", 5, "x" * 256)),
        *(([stored(reason=value)], "not a text: reason") for value in ("", "x" * 5001)),
        ([stored(seenIn="x")], PLACE), ([stored(seenIn={"channel": "C1"})], "not a text: ts"),
        ([stored(seenIn={"ts": "1.0"})], "not a text: channel"),
        ([stored(seenIn={"channel": 5, "ts": "1.0"})], "not a text: channel"),
        ([stored(n=number, id=f"e{number}") for number in range(1, EVENTS_MAX + 2)], "too many events"),
    ],
)  # fmt: skip
def test_what_is_no_history_is_refused_and_says_why(events: Any, why: str) -> None:
    with pytest.raises(ValueError, match=f"^{why}$") as caught:
        read_events(events)
    assert not isinstance(caught.value, UnknownWord)
    with pytest.raises(UnreadableContribution, match="wrong or missing: events") as unreadable:
        Contribution.from_row({**NEW.to_row(), "events": events})
    assert not unreadable.value.newer


def test_an_event_that_says_nothing_more_is_in_no_history_yet_and_is_told() -> None:
    new = Event(EventKind.ACCEPTED, "e1", Status.ACCEPTED, AT)
    assert (new.n, new.silent, new.by, new.reason, new.seen_in) == (0, False, None, None, None)


@pytest.mark.parametrize("name", ["status", "at", "n"])
def test_what_has_happened_cannot_be_changed_afterwards(name: str) -> None:
    with pytest.raises(FrozenInstanceError):
        setattr(FIRST, name, getattr(FIRST, name))


def test_the_latest_time_has_a_date_in_every_zone() -> None:
    assert datetime(9999, 12, 30, tzinfo=UTC).timestamp() * 1000 == TIMESTAMP_MAX


def test_the_longest_history_is_read() -> None:
    assert len(read_events([stored(n=number, id=f"e{number}") for number in range(1, EVENTS_MAX + 1)])) == EVENTS_MAX


@pytest.mark.parametrize(("changes", "word"), [({"kind": "reopened"}, "EventKind"), ({"status": "NEW"}, "Status")])
def test_a_newer_versions_word_is_named_by_what_it_would_be(changes: dict[str, Any], word: str) -> None:
    with pytest.raises(UnknownWord, match=f"^an unknown {word}$"):
        read_events([stored(**changes)])


@pytest.mark.parametrize(
    "changes",
    [
        {"at": 0}, {"at": TIMESTAMP_MAX}, {"id": "x"}, {"id": "x" * 255}, {"by": "x" * 255}, {"by": None}, {"reason": "x" * 5000},
        {"reason": None}, {"seenIn": None}, {"silent": False}, {"silent": "yes"}, {"more": "of a newer version"},
    ],
)  # fmt: skip
def test_what_is_in_range_is_read(changes: dict[str, Any]) -> None:
    (read,) = read_events([stored(**changes)])
    assert read.silent is False
    assert Contribution.from_row({**NEW.to_row(), "events": [stored(**changes)]}).events == (read,)


@pytest.mark.parametrize(
    ("row", "newer"),
    [
        ({"status": "REOPENED"}, True),
        ({"status": 5}, False),
        ({"status": None}, False),
        ({"events": [stored(kind="reopened")]}, True),
        ({"events": [stored(status="WITHDRAWN")]}, True),
        ({"status": "REOPENED", "events": [stored(kind="reopened", status="REOPENED")]}, True),
        ({"status": "REOPENED", "text": 5}, False),
        ({"status": "REOPENED", "events": 5}, False),
        ({"events": [stored(kind="reopened"), stored()], "size": []}, False),
    ],
)
def test_a_word_that_only_a_newer_version_knows_is_told_from_what_is_wrong(row: dict[str, Any], newer: bool) -> None:
    with pytest.raises(UnreadableContribution) as caught:
        Contribution.from_row({**NEW.to_row(), **row})
    assert caught.value.newer is newer
