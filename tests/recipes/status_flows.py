"""Flows with the status and the events of another_status.py. Not collected: run.py runs them on copies of the source."""

# The product has neither the status nor the events: the type checker reads this as if it had.
# pyright: reportAttributeAccessIssue=false, reportUnknownArgumentType=false, reportUnknownVariableType=false

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

from openpyxl import load_workbook

from fakes import HELSINKI, MANAGEMENT, PUBLIC, contribution, first
from memory import House
from ossi.delivery.effect import wanted_of
from ossi.delivery.effects import EFFECTS
from ossi.domain.contribution import Contribution, ContributionKey, MessageRef
from ossi.domain.errors import HistoryFull, NotAllowed
from ossi.domain.history import Event, EventKind, Status, is_waiting, leads_to
from ossi.domain.levels import DEFAULT_LEVELS, CompensationLevels
from ossi.domain.lifecycle import MOST_EVENTS, RULES, Who, adopt, apply, history_of, submitted
from ossi.domain.months import Month
from ossi.domain.report import Edition, MonthBefore, Report
from ossi.ports import Page
from ossi.slack.messages.listing import listing
from ossi.slack.messages.notifications import Words, words_of
from ossi.slack.messages.problems import history_full
from ossi.slack.messages.report import report_ready
from ossi_report.aggregate import aggregate
from ossi_report.data_files import build_csv, build_json
from ossi_report.workbook import build_workbook
from ossi_stream.announce import announce

AINO, MAIJA = "U0AINO001", "U0MAIJA01"
LEVELS = CompensationLevels(DEFAULT_LEVELS)
WORDS = Words(HELSINKI, LEVELS, first)
MANAGERS_ONLY = frozenset(kind for kind, rule in RULES.items() if rule.who is Who.MANAGER)


class _Life:
    """One contribution in a house of its own."""

    def __init__(self) -> None:
        self.house = House()
        row = submitted(contribution(timestamp=self.house.now.ms, submission_id="V1"), "e0")
        self.key: ContributionKey = row.key
        self.house.table.add_once(row, "V1")
        self.house.minutes(2)

    @property
    def row(self) -> Contribution:
        return self.house.table.rows[self.key]

    def happens(self, kind: EventKind, seen_in: MessageRef | None = None, minutes: int = 2, **changes: Any) -> None:
        """Lets someone who may do it do it."""
        row = self.row
        by = MAIJA if kind in MANAGERS_ONLY else AINO
        event = Event(kind, f"e{len(history_of(row))}", row.status, self.house.now.ms, by=by, seen_in=seen_in)
        self.house.table.save(apply(row, event, changes), row)
        self.house.minutes(minutes)

    def by_hand(self, status: Status) -> None:
        """Someone writes a status into the row."""
        self.house.table.write(self.row.model_copy(update={"status": status}))
        self.house.minutes(2)

    def requests(self) -> list[MessageRef]:
        """The messages that ask managers, in their order."""
        return [each.ref for each in self.house.slack.arrived if each.place == MANAGEMENT]


def reopened_and_declined_again_there_are_two_sets_of_messages() -> None:
    life = _Life()
    life.happens(EventKind.DECLINED, life.requests()[0])
    life.happens(EventKind.REOPENED)
    assert life.row.status is Status.REOPENED
    assert len(life.requests()) == 2
    life.happens(EventKind.DECLINED, life.requests()[1])
    refusal, told = WORDS.refusal(life.row).text, life.house.texts(AINO)
    assert told == [WORDS.confirmation(life.row).text, refusal, WORDS.reopening(life.row).text, refusal]
    assert life.house.texts(PUBLIC) == []
    for ref in life.requests():
        assert life.house.slack.drawn[ref][-1] == WORDS.decided_request(life.row).text
    assert all(not record.open for record in life.house.deliveries.records.values())
    assert [event.kind for event in life.row.events] == [
        EventKind.SUBMITTED,
        EventKind.DECLINED,
        EventKind.REOPENED,
        EventKind.DECLINED,
    ]


def reopened_it_can_be_accepted_and_is_published() -> None:
    life = _Life()
    life.happens(EventKind.DECLINED, life.requests()[0])
    life.happens(EventKind.REOPENED)
    life.happens(EventKind.ACCEPTED, life.requests()[1])
    assert len(life.house.texts(PUBLIC)) == 1
    assert life.house.texts(AINO)[-1] == WORDS.acceptance(life.row).text


def reopened_by_hand_it_is_silent_and_decided_by_hand_it_is_told() -> None:
    life = _Life()
    life.happens(EventKind.DECLINED, life.requests()[0])
    messages = len(life.house.slack.arrived)
    life.by_hand(Status.REOPENED)
    assert len(life.house.slack.arrived) == messages
    life.by_hand(Status.ACCEPTED)
    assert life.house.texts(AINO)[-1] == WORDS.acceptance(life.row).text
    assert [(event.kind, event.silent) for event in life.row.events[2:]] == [
        (EventKind.REOPENED, True),
        (EventKind.ACCEPTED, False),
    ]


def edited_twice_managers_read_of_it_twice_and_the_request_shows_it() -> None:
    life = _Life()
    (request,) = life.requests()
    for number, text in enumerate(("Once edited, and long enough to be taken.", "Edited again, for the last time.")):
        life.happens(EventKind.EDITED, text=text)
        edits = [each for each in life.house.texts(MANAGEMENT) if each == WORDS.edit(life.row).text]
        assert len(edits) == 1
        assert len(life.house.texts(MANAGEMENT)) == 2 + number
        assert life.house.slack.drawn[request][-1] == WORDS.decision_request(life.row).text
        assert text in life.house.slack.drawn[request][-1]
    assert len(life.house.texts(AINO)) == 1
    life.happens(EventKind.ACCEPTED, request)
    assert life.house.slack.drawn[request][-1] == WORDS.decided_request(life.row).text


def an_edit_after_the_button_was_pressed_reaches_that_message_too() -> None:
    life = _Life()
    request = life.requests()[0]
    life.happens(EventKind.DECLINED, request)
    life.happens(EventKind.REOPENED)
    life.happens(EventKind.EDITED, text="Another text, which everyone is to see.")
    for ref in life.requests()[:2]:
        assert life.house.slack.drawn[ref][-1] == WORDS.decision_request(life.row).text


def too_many_edits_are_refused_and_decisions_never() -> None:
    life = _Life()
    while len(life.row.events) < MOST_EVENTS:
        life.happens(EventKind.EDITED, minutes=0, text=f"Edit number {len(life.row.events)} of the same text.")
    full = life.row
    try:
        life.happens(EventKind.EDITED, text="One too many.")
    except HistoryFull:
        assert "edited so often" in history_full().text
    else:
        raise AssertionError("one edit more than fits was taken")
    assert life.row == full
    life.happens(EventKind.DECLINED)
    life.happens(EventKind.REOPENED)
    life.happens(EventKind.ACCEPTED)
    assert life.house.texts(AINO)[-1] == WORDS.acceptance(life.row).text


def only_the_submitter_edits_only_what_may_change_and_only_what_waits() -> None:
    row = submitted(contribution(), "e0")
    edit = Event(EventKind.EDITED, "e1", row.status, row.timestamp, by=AINO)
    by_another = Event(EventKind.EDITED, "e1", row.status, row.timestamp, by=MAIJA)
    accepted = apply(row, Event(EventKind.ACCEPTED, "e1", row.status, row.timestamp, by=MAIJA))
    refused: list[tuple[Contribution, Event, dict[str, Any]]] = [
        (row, by_another, {"text": "x"}),
        (row, edit, {"user_id": MAIJA}),
        (accepted, edit, {"text": "x"}),
        (accepted, Event(EventKind.REOPENED, "e2", row.status, row.timestamp, by=MAIJA), {}),
    ]
    for found, event, changes in refused:
        try:
            apply(found, event, changes)
        except NotAllowed:
            continue
        raise AssertionError(f"{event.kind} was let happen")


def _rows() -> Iterator[Contribution]:
    """A row in every status: with the events that led there, and without any."""
    for number, status in enumerate(Status):
        yield contribution(user_id=f"U0HAND{number}", status=status, submission_id="V")
        row = submitted(contribution(user_id=f"U0EVENTS{number}", submission_id="V"), "e0")
        yield adopt(row.model_copy(update={"status": status}))


def every_event_may_be_tried_in_every_status() -> None:
    happened: set[tuple[Status, EventKind]] = set()
    for row in _rows():
        assert leads_to(row.status) in RULES
        for kind, rule in RULES.items():
            by = MAIJA if rule.who is Who.MANAGER else row.user_id
            try:
                after = apply(row, Event(kind, "new", row.status, row.timestamp + 1, by=by))
            except NotAllowed:
                continue
            happened.add((row.status, kind))
            assert history_of(after)[-1].kind is kind
            assert Contribution.from_row(after.to_row()) == after
            house = House()
            change = announce(row, after, EFFECTS, house.table)
            assert change is not None
            for wanted in wanted_of(EFFECTS, history_of(after)):
                assert wanted.effect.write(WORDS, after).text
            house.table.write(row)
            house.table.stream.clear()
            house.table.write(after)
            house.minutes(2)
            assert house.slack.arrived
            assert all(not record.open for record in house.deliveries.records.values())
    assert set(EventKind) == RULES.keys()
    assert happened == {(status, kind) for kind, rule in RULES.items() for status in rule.frm}


def every_status_is_drawn_with_its_own_words() -> None:
    rows = [row for row in _rows() if not row.events]
    for row in rows:
        request = WORDS.request(row)
        assert any(block["type"] == "actions" for block in request.blocks) is is_waiting(row.status)
    shown = listing(
        Page(tuple(rows), rows[0].timestamp, rows[-1].timestamp, newer=False, older=False), HELSINKI, LEVELS
    )
    words = {words_of(status) for status in Status}
    assert len({each.word for each in words}) == len({each.icon for each in words}) == len(Status)
    for each in words:
        assert f"{each.icon} {each.word}" in shown.text


def every_status_has_its_place_in_the_report() -> None:
    rows = tuple(row for row in _rows() if not row.events)
    month, made_at = Month.parse("2026-10"), datetime(2026, 11, 1, tzinfo=UTC)
    report = Report(month, rows, LEVELS, Edition(None, made_at), MonthBefore(month.previous(), 0, {}))
    figures = aggregate(month, rows, LEVELS)
    book = load_workbook(BytesIO(build_workbook(report, figures, HELSINKI, made_at)))
    for row in rows:
        title = words_of(row.status).word
        assert [line[0] for line in book[title].iter_rows(min_row=2, values_only=True)] == [row.user_id]
        counts = [line for line in book["Summary"].iter_rows(values_only=True) if line[0] == title]
        assert counts[0][3] == 1
        assert f',"{row.status}",' in build_csv(report, figures, HELSINKI, made_at).decode("utf-8-sig")
    stored = json.loads(build_json(report, figures, HELSINKI, made_at))
    assert {each["status"] for each in stored["contributions"]} == set(Status)
    message = report_ready(report, figures.summary, {"xlsx": "https://example.org/x"}, made_at, None, "")
    for status in Status:
        assert f"1 {words_of(status).word.lower()}" in message.text


FLOWS = (
    reopened_and_declined_again_there_are_two_sets_of_messages,
    reopened_it_can_be_accepted_and_is_published,
    reopened_by_hand_it_is_silent_and_decided_by_hand_it_is_told,
    edited_twice_managers_read_of_it_twice_and_the_request_shows_it,
    an_edit_after_the_button_was_pressed_reaches_that_message_too,
    too_many_edits_are_refused_and_decisions_never,
    only_the_submitter_edits_only_what_may_change_and_only_what_waits,
    every_event_may_be_tried_in_every_status,
    every_status_is_drawn_with_its_own_words,
    every_status_has_its_place_in_the_report,
)
