"""R33: what a report counts, once and only once, and what it says when it is made again."""

from collections.abc import Callable
from dataclasses import FrozenInstanceError, replace
from datetime import datetime
from decimal import Decimal

import pytest

from fakes import HELSINKI, contribution
from ossi.domain.contribution import Status
from ossi.domain.levels import CompensationLevel, CompensationLevels
from ossi.domain.months import Month
from ossi.domain.payroll import Change, ChangeKind, Closer, Counted, CountedList, Earlier, Obstacle
from ossi.domain.report import Report
from ossi_report.close_month import NotClosable, OthersWereQuicker
from unit.report.office import DECEMBER, NOVEMBER, OCTOBER, SEPTEMBER, Office, accepted, counted, late


def changes(report: Report) -> list[tuple[ChangeKind, int, str | None, Month | None]]:
    return [
        (each.kind, each.contribution.timestamp, each.counted_as, each.counted_in) for each in report.edition.changes
    ]


# closing


@pytest.mark.parametrize(
    ("now", "closable"),
    [
        (datetime(2026, 10, 20, tzinfo=HELSINKI), False),
        (datetime(2026, 11, 3, 0, 59, 59, tzinfo=HELSINKI), False),
        (datetime(2026, 11, 3, 1, 0, tzinfo=HELSINKI), True),
        (datetime(2026, 11, 30, 23, 59, tzinfo=HELSINKI), True),
    ],
)
def test_asking_closes_nothing_and_says_when_a_manager_can(now: datetime, closable: bool) -> None:
    office = Office(accepted(1), now=now)

    edition = office.report(OCTOBER).edition

    assert (edition.closed_at, edition.closable, edition.history) == (None, closable, False)
    assert edition.closes_at == datetime(2026, 11, 3, 1, tzinfo=HELSINKI)
    assert office.records.version() == 0


def test_asking_for_a_month_of_long_ago_closes_nothing_and_names_no_month_as_skipped() -> None:
    """Issue 15: `/ossi report oct 2025`, out of curiosity, closed that month, and all that followed was told to be closed and paid."""
    old = Month(2025, 10)
    office = Office(accepted(1, old), accepted(2, SEPTEMBER), accepted(3))

    read = office.report(old).edition
    closing = office.close(OCTOBER)

    assert (read.closed_at, read.closable, read.history) == (None, False, True)
    assert closing.unclosed == {}
    assert [month for month, record in office.records.made.items() if record.closed] == [OCTOBER]


def test_the_schedule_closes_the_month_whatever_the_clock_says() -> None:
    office = Office(accepted(1), now=datetime(2026, 10, 31, tzinfo=HELSINKI))

    assert office.close(OCTOBER).edition.closed_at == office.clock.now


BY = [Closer.MANAGER, Closer.ADMIN]


@pytest.mark.parametrize("by", BY)
def test_a_month_that_is_over_is_closed_on_request_and_only_once(by: Closer) -> None:
    office = Office(accepted(1), now=datetime(2026, 11, 3, 1, tzinfo=HELSINKI))
    assert office.close(OCTOBER, by=by).edition.closed_at == office.clock.now
    office.put(accepted(2))

    with pytest.raises(NotClosable) as caught:
        office.close(OCTOBER, by=by)

    assert caught.value.obstacle is Obstacle.CLOSED
    assert counted(office.report(OCTOBER)) == [1]


@pytest.mark.parametrize("by", BY)
def test_a_month_before_the_first_closed_one_is_never_closed(by: Closer) -> None:
    office = Office(accepted(1, SEPTEMBER), accepted(2))
    office.close(OCTOBER)
    before = dict(office.records.made)

    with pytest.raises(NotClosable) as caught:
        office.close(SEPTEMBER, by=by)

    assert caught.value.obstacle is Obstacle.HISTORY
    assert office.records.made == before
    assert office.report(SEPTEMBER).edition.history


@pytest.mark.parametrize("by", BY)
def test_a_month_that_is_not_over_is_not_closed(by: Closer) -> None:
    office = Office(accepted(1), now=datetime(2026, 11, 3, 0, 59, 59, tzinfo=HELSINKI))
    with pytest.raises(NotClosable) as caught:
        office.close(OCTOBER, by=by)
    assert caught.value.obstacle is Obstacle.NOT_OVER
    assert office.records.made == {}


def test_while_no_month_is_closed_managers_begin_with_the_last_and_an_admin_with_any() -> None:
    office = Office(accepted(1, SEPTEMBER), accepted(2))
    with pytest.raises(NotClosable) as caught:
        office.close(SEPTEMBER, by=Closer.MANAGER)
    assert caught.value.obstacle is Obstacle.NOT_NEXT

    assert counted(office.close(SEPTEMBER, by=Closer.ADMIN)) == [1]
    assert office.report(OCTOBER).edition.closable
    assert counted(office.close(OCTOBER, by=Closer.MANAGER)) == [2]


def test_of_two_closings_at_once_that_both_would_be_the_first_one_is_refused() -> None:
    office = Office(accepted(1, SEPTEMBER), accepted(2))
    office.records.before_keeping.append(lambda: office.close(OCTOBER, "quicker", by=Closer.MANAGER))

    with pytest.raises(NotClosable) as caught:
        office.close(SEPTEMBER, "slower", by=Closer.ADMIN)

    assert caught.value.obstacle is Obstacle.HISTORY


def test_a_schedule_that_comes_to_a_closed_month_reads_it() -> None:
    office = Office(accepted(1))
    office.close(OCTOBER, by=Closer.MANAGER)
    office.put(accepted(2))

    scheduled = office.close(OCTOBER)

    assert (counted(scheduled), scheduled.edition.again) == ([1], True)


# read again, with nothing changed


def fingerprints(office: Office, *acts: Callable[[], object]) -> list[bool]:
    """After each act: whether October's report is what it was before it."""
    before, same = office.report(OCTOBER).fingerprint, list[bool]()
    for act in acts:
        act()
        after = office.report(OCTOBER).fingerprint
        same.append(after == before)
        before = after
    return same


@pytest.mark.parametrize("closed", [False, True])
def test_a_report_has_changed_where_its_reader_would_see_another(closed: bool) -> None:
    office = Office(accepted(1), accepted(2), contribution(timestamp=3), now=datetime(2026, 11, 4, tzinfo=HELSINKI))
    if closed:
        office.close(OCTOBER)
    assert fingerprints(
        office,
        lambda: None,
        lambda: office.put(accepted(9, NOVEMBER)),
        lambda: office.on(2026, 11, 20),
        lambda: office.put(accepted(1, level="MEDIUM")),
        lambda: office.put(contribution(timestamp=3, text="Another description of what was done there.")),
        lambda: office.put(accepted(3)),
        lambda: office.remove(2),
        lambda: office.put(contribution(timestamp=4)),
        lambda: None,
    ) == [True, True, True, False, False, False, False, False, True]


def test_a_report_has_changed_where_its_month_can_be_closed_or_was() -> None:
    office = Office(accepted(1), now=datetime(2026, 10, 20, tzinfo=HELSINKI))
    assert fingerprints(
        office,
        lambda: office.on(2026, 10, 31),
        lambda: office.on(2026, 11, 3),
        lambda: office.close(OCTOBER),
        lambda: office.on(2027, 3, 1),
    ) == [True, False, False, True]


def test_a_closing_report_reads_the_same_when_it_is_made_again() -> None:
    office = Office(accepted(1), now=datetime(2026, 10, 20, tzinfo=HELSINKI))
    office.report(OCTOBER)
    office.put(accepted(2), contribution(timestamp=3))
    office.on(2026, 11, 3)
    assert office.close(OCTOBER).fingerprint == office.report(OCTOBER).fingerprint


def test_a_provisional_report_that_the_channel_has_already_is_not_recorded_again() -> None:
    office = Office(accepted(1), now=datetime(2026, 10, 20, tzinfo=HELSINKI))
    first = office.report(OCTOBER)
    made, before = dict(office.records.made), office.records.version()
    office.on(2026, 10, 21)

    again = office.report(OCTOBER, known=first.fingerprint)

    assert again.fingerprint == first.fingerprint
    assert (office.records.made, office.records.version()) == (made, before)
    office.put(accepted(2))
    assert office.report(OCTOBER, known=first.fingerprint).edition.compared_at == datetime(
        2026, 10, 20, tzinfo=HELSINKI
    )


def test_an_empty_month_is_closed_too() -> None:
    office = Office(contribution(timestamp=1))
    assert counted(office.close(OCTOBER)) == []

    office.put(accepted(1))
    office.on(2026, 12, 3)
    assert late(office.close(NOVEMBER)) == [1]


# late ones


def test_what_is_accepted_after_its_month_was_closed_is_in_the_next_report_and_in_no_other() -> None:
    office = Office(accepted(1), contribution(timestamp=2), contribution(timestamp=3))
    assert counted(office.close(OCTOBER)) == [1]

    office.put(accepted(2), accepted(3, level="MEDIUM"), accepted(4, NOVEMBER))
    office.on(2026, 12, 3)
    november = office.close(NOVEMBER)
    office.on(2027, 1, 3)
    december = office.close(DECEMBER)

    assert counted(november) == [2, 3, 4]
    assert late(november) == [2, 3]
    assert counted(december) == []
    assert december.before.accepted == 3
    assert december.before.totals == {"EUR": Decimal(300)}


def test_a_provisional_report_shows_late_ones_and_takes_them_from_nobody() -> None:
    office = Office(accepted(1))
    office.close(OCTOBER)
    office.put(accepted(2))
    office.on(2026, 11, 20)

    assert late(office.report(NOVEMBER)) == [2]
    assert late(office.report(NOVEMBER)) == [2]
    office.on(2026, 12, 3)
    assert late(office.close(NOVEMBER)) == [2]


def test_what_was_accepted_for_a_month_that_was_never_closed_is_not_late() -> None:
    """The history before there were records must not be paid again."""
    office = Office(accepted(1, SEPTEMBER), accepted(2))

    assert counted(office.close(OCTOBER)) == [2]


def test_a_row_that_is_moved_to_another_month_by_hand_is_counted_once() -> None:
    office = Office(accepted(1), accepted(2))
    office.close(OCTOBER)
    office.put(accepted(1, NOVEMBER))
    office.on(2026, 12, 3)

    assert counted(office.close(NOVEMBER)) == []
    assert changes(office.report(OCTOBER)) == [(ChangeKind.MONTH, 1, "SMALL", None)]


def test_a_row_that_is_seen_in_two_months_at_once_is_counted_once() -> None:
    office = Office()
    office.close(OCTOBER)
    office.on(2026, 12, 3)
    moving = accepted(1, NOVEMBER)
    office.put(moving)
    of_month = office.table.of_month

    def seen_twice(month: Month, status: Status | None = None) -> object:
        old = moving.model_copy(update={"contribution_month": "2026-10"})
        return iter([old]) if month == OCTOBER else of_month(month, status)

    office.table.of_month = seen_twice  # type: ignore[method-assign, assignment] # pyright: ignore[reportAttributeAccessIssue]

    assert counted(office.close(NOVEMBER)) == [1]


# once and only once, also at the same moment


def test_of_two_reports_that_close_the_same_month_at_once_one_wins_and_the_other_tells_of_it() -> None:
    office = Office(accepted(1))

    def somebody_is_quicker() -> None:
        office.close(OCTOBER, "quicker")
        office.put(accepted(2))

    office.records.before_keeping.append(somebody_is_quicker)
    report = office.close(OCTOBER, "slower")

    assert counted(report) == [1]
    assert report.edition.again
    assert office.records.made[OCTOBER].run == "quicker"
    assert changes(report) == [(ChangeKind.ACCEPTED, 2, None, None)]


def test_of_two_months_that_are_closed_at_once_only_one_gets_what_was_late() -> None:
    office = Office(now=datetime(2027, 1, 10, tzinfo=HELSINKI))
    office.close(OCTOBER)
    office.put(accepted(1))
    office.records.before_keeping.append(lambda: office.close(NOVEMBER, "quicker"))

    december = office.close(DECEMBER, "slower")

    assert counted(december) == []
    assert counted(office.close(NOVEMBER)) == [1]


def test_a_report_that_is_never_quick_enough_is_tried_again() -> None:
    office = Office()
    for number in range(20):
        office.records.before_keeping.append(
            lambda number=number: office.close(Month(2000 + number, 1), f"quicker {number}")
        )
        office.records.before_keeping.append(lambda: None)

    with pytest.raises(OthersWereQuicker):
        office.close(OCTOBER)


@pytest.mark.parametrize("closer", [None, Closer.SCHEDULE])
def test_another_attempt_of_the_same_run_comes_to_the_same_figures(closer: Closer | None) -> None:
    office = Office(accepted(1), now=datetime(2026, 10, 20, tzinfo=HELSINKI))
    office.report(OCTOBER)
    office.put(accepted(2))
    first = office.report(OCTOBER, "run", closer)
    office.put(accepted(3))

    again = office.report(OCTOBER, "run", closer)

    assert counted(again) == counted(first) == [1, 2]
    assert not again.edition.again
    assert again.edition == first.edition
    assert changes(again) == [(ChangeKind.ACCEPTED, 2, None, OCTOBER)]


# made again


def test_a_closed_report_made_again_is_what_was_counted_then_and_lists_what_differs() -> None:
    office = Office(accepted(1), accepted(2, level="MEDIUM"), accepted(3), accepted(4), contribution(timestamp=5))
    office.close(OCTOBER)
    office.put(accepted(1, level="MEDIUM"), contribution(timestamp=2, status=Status.DECLINED), accepted(5), accepted(6))
    office.remove(3)
    office.on(2026, 12, 3)
    office.close(NOVEMBER)
    office.put(accepted(7))

    again = office.report(OCTOBER)

    assert [(row.timestamp, row.level) for row in again.rows if row.status is Status.ACCEPTED] == [
        (1, "SMALL"), (2, "MEDIUM"), (3, "SMALL"), (4, "SMALL"),
    ]  # fmt: skip
    assert {row.contribution_month for row in again.rows} == {"2026-10"}
    assert again.edition.again
    assert again.edition.closed_at == again.edition.compared_at == datetime(2026, 11, 3, 6, tzinfo=HELSINKI)
    assert changes(again) == [
        (ChangeKind.LEVEL, 1, "SMALL", None),
        (ChangeKind.NOT_ACCEPTED, 2, "MEDIUM", None),
        (ChangeKind.REMOVED, 3, "SMALL", None),
        (ChangeKind.ACCEPTED, 5, None, NOVEMBER),
        (ChangeKind.ACCEPTED, 6, None, NOVEMBER),
        (ChangeKind.ACCEPTED, 7, None, None),
    ]


def test_a_row_of_which_everything_has_changed_is_shown_as_it_was_counted() -> None:
    row = contribution(timestamp=1, status=Status.DECLINED, level="MEDIUM", contribution_month="2026-11", text="as now")
    shown = Counted(row.key, "SMALL", OCTOBER).shown(row)
    assert (shown.status, shown.level, shown.contribution_month) == (Status.ACCEPTED, "SMALL", "2026-10")
    assert (shown.key, shown.text) == (row.key, "as now")


def test_a_row_that_is_as_it_was_counted_is_shown_without_a_copy() -> None:
    """A large month has many."""
    row = accepted(1)
    assert Counted.of(row, OCTOBER).shown(row) is row


LIST = CountedList("list", 1, 2)


@pytest.mark.parametrize(
    ("recorded", "name"),
    [
        (Counted.of(accepted(1), OCTOBER), "level"),
        (LIST, "rows"),
        (Earlier(1, LIST), "counted"),
        (Change(ChangeKind.ACCEPTED, accepted(1)), "counted_in"),
    ],
)
def test_what_a_report_has_counted_cannot_be_changed_afterwards(recorded: object, name: str) -> None:
    with pytest.raises(FrozenInstanceError):
        setattr(recorded, name, getattr(recorded, name))


def test_the_record_of_a_report_cannot_be_changed_afterwards() -> None:
    office = Office(accepted(1))
    office.close(OCTOBER)
    name = "totals"
    with pytest.raises(FrozenInstanceError):
        setattr(office.records.made[OCTOBER], name, {})


def test_a_key_that_is_too_long_for_a_level_is_counted_by_its_beginning() -> None:
    row = accepted(1, level="x" * 151)
    assert Counted.of(row, OCTOBER).level == "x" * 150


def test_late_ones_are_there_when_their_report_is_made_again() -> None:
    office = Office()
    office.close(OCTOBER)
    office.put(accepted(1), accepted(2, NOVEMBER))
    office.on(2026, 12, 3)
    office.close(NOVEMBER)
    office.remove(1)

    again = office.report(NOVEMBER)

    assert late(again) == [1]
    assert changes(again) == [(ChangeKind.REMOVED, 1, "SMALL", None)]


def test_a_closed_report_keeps_the_amounts_of_its_day() -> None:
    office = Office(accepted(1))
    office.close(OCTOBER)
    dearer = CompensationLevel(key="SMALL", label="Small bonus - 60 €", amount=Decimal(60))
    office.books = replace(office.books, levels=CompensationLevels([dearer]))

    assert office.report(OCTOBER).levels.get("SMALL").amount == 50


def test_a_provisional_report_is_compared_with_the_one_before_it() -> None:
    office = Office(accepted(1), accepted(2), accepted(3), accepted(4), now=datetime(2026, 10, 20, tzinfo=HELSINKI))
    assert office.report(OCTOBER).edition.compared_at is None
    office.put(accepted(1, level="MEDIUM"), contribution(timestamp=2), accepted(3, NOVEMBER), accepted(5))
    office.on(2026, 11, 3)

    closing = office.close(OCTOBER)

    assert counted(closing) == [1, 4, 5]
    assert closing.edition.compared_at == datetime(2026, 10, 20, tzinfo=HELSINKI)
    assert changes(closing) == [
        (ChangeKind.LEVEL, 1, "SMALL", None),
        (ChangeKind.NOT_ACCEPTED, 2, "SMALL", None),
        (ChangeKind.MONTH, 3, "SMALL", None),
        (ChangeKind.ACCEPTED, 5, None, OCTOBER),
    ]


def test_a_provisional_report_that_was_forgotten_is_not_compared_with() -> None:
    office = Office(accepted(1), now=datetime(2026, 10, 20, tzinfo=HELSINKI))
    office.report(OCTOBER)
    office.records.lists.clear()
    office.on(2027, 2, 3)

    report = office.close(OCTOBER)

    assert counted(report) == [1]
    assert report.edition.compared_at is None


def test_a_late_one_of_a_provisional_report_may_be_counted_by_another() -> None:
    office = Office()
    office.close(OCTOBER)
    office.put(accepted(1))
    office.on(2026, 12, 2)
    office.report(DECEMBER)
    office.on(2026, 12, 3)
    office.close(NOVEMBER)

    december = office.report(DECEMBER)

    assert counted(december) == []
    assert changes(december) == [(ChangeKind.ELSEWHERE, 1, "SMALL", NOVEMBER)]


# months that were skipped


def test_a_month_in_between_that_nobody_closed_is_named() -> None:
    office = Office(accepted(1), accepted(2, NOVEMBER), accepted(3, NOVEMBER), accepted(4, DECEMBER))
    office.close(OCTOBER)
    office.on(2027, 1, 3)

    assert office.report(DECEMBER).unclosed == {NOVEMBER: 2}
    assert counted(office.close(NOVEMBER)) == [2, 3]
    assert office.report(DECEMBER).unclosed == {}


def test_a_month_that_cannot_be_closed_yet_is_not_missed() -> None:
    office = Office(accepted(1), accepted(2, NOVEMBER))
    office.close(OCTOBER)
    office.on(2026, 12, 2)

    assert office.report(DECEMBER).unclosed == {}


def test_what_is_before_the_first_closed_month_is_never_missed_whenever_it_was_accepted() -> None:
    made = int(datetime(2026, 11, 3, 6, tzinfo=HELSINKI).timestamp() * 1000)
    office = Office(
        *(accepted(at, SEPTEMBER).model_copy(update={"decided_at": made + at - 2}) for at in (1, 3)),
        accepted(9, NOVEMBER),
    )
    office.close(OCTOBER)
    office.on(2027, 1, 3)

    assert office.report(OCTOBER).unclosed == {}
    assert office.report(DECEMBER).unclosed == {NOVEMBER: 1}


def test_what_was_imported_as_accepted_is_not_missed() -> None:
    office = Office(accepted(1))
    office.close(SEPTEMBER)
    office.put(accepted(2).model_copy(update={"imported_at": 2 * 10**12, "decided_at": None}))
    office.on(2026, 12, 3)

    assert office.report(NOVEMBER).unclosed == {OCTOBER: 1}


@pytest.mark.parametrize("month", [Month(1, 1), Month(1970, 1), Month(9999, 12)])
def test_a_month_far_away_is_reported_like_any_other(month: Month) -> None:
    office = Office(accepted(1))
    office.close(OCTOBER)

    assert counted(office.report(month)) == []
