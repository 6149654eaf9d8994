"""A submitted form becomes one PENDING row."""

from datetime import datetime, timedelta

import pytest

from fakes import DESCRIPTION, HELSINKI, URL, FakeChat, FakeClock, FakeWorld, fails_at
from ossi.domain.contribution import Contribution, Status
from ossi.domain.form import InvalidForm, SubmittedForm
from ossi.domain.history import Event, EventKind
from ossi.slack.errors import PermanentSlackError, TransientSlackError
from ossi.use_cases.submit import AlreadyStored, Stored, Submitter, submit

NOW = datetime(2026, 11, 1, 0, 30, 0, 123_000, tzinfo=HELSINKI)
FORM = SubmittedForm(f"\n{DESCRIPTION} ", URL, "2026-10", "MEDIUM")


class Desk:
    """The interactions function's work on a form, with fakes around it."""

    def __init__(self) -> None:
        self.chat = FakeChat(names={"U0AINO001": "Aino Lahti"})
        self.world = FakeWorld(FakeClock(NOW), chat=self.chat)

    def submit(
        self, form: SubmittedForm = FORM, user: str = "U0AINO001", view: str = "V1"
    ) -> Stored | AlreadyStored | InvalidForm:
        return submit(form, Submitter(user, "aino"), view, self.world)

    @property
    def rows(self) -> list[Contribution]:
        return list(self.world.contributions.rows.values())


def test_the_row_holds_what_was_filled_in_and_the_first_event_of_its_history() -> None:
    desk = Desk()
    assert isinstance(desk.submit(), Stored)
    (row,) = desk.rows
    (event,) = row.events
    at = int(NOW.timestamp() * 1000)
    assert row == Contribution(
        user_id="U0AINO001",
        timestamp=at,
        status=Status.PENDING,
        level="MEDIUM",
        text=DESCRIPTION,
        name="Aino Lahti",
        url=URL,
        contribution_month="2026-10",
        submission_id="V1",
        events=(Event(EventKind.SUBMITTED, event.id, Status.PENDING, at, by="U0AINO001", n=1),),
        version=1,
    )


def test_no_two_submissions_give_their_event_the_same_id() -> None:
    desk = Desk()
    assert isinstance(desk.submit(), Stored)
    desk.world.clock.move(timedelta(milliseconds=1))
    assert isinstance(desk.submit(view="V2"), Stored)
    first, second = desk.rows
    assert first.events[0].id != second.events[0].id


def test_the_same_form_sent_twice_is_stored_once() -> None:
    desk = Desk()
    assert desk.submit() == Stored(desk.rows[0])
    assert desk.submit() == AlreadyStored()
    assert len(desk.rows) == 1


@pytest.mark.parametrize("error", [TransientSlackError("request_timeout"), PermanentSlackError("user_not_found")])
def test_the_user_name_serves_where_slack_does_not_give_the_name(error: Exception) -> None:
    desk = Desk()
    desk.chat.failing = fails_at("U0AINO001", error)
    assert isinstance(desk.submit(), Stored)
    assert desk.rows[0].name == "aino"


def test_the_user_name_serves_for_somebody_without_a_name() -> None:
    desk = Desk()
    assert isinstance(desk.submit(user="U0NONAME1"), Stored)
    assert desk.rows[0].name == "aino"


def test_what_is_not_valid_is_not_stored_and_slack_is_not_asked() -> None:
    desk = Desk()

    def never(_method: str, _where: str) -> Exception:
        raise AssertionError("Slack was asked")

    desk.chat.failing = never
    result = desk.submit(SubmittedForm("short", "no", "2026-09", "LARGE"))
    assert isinstance(result, InvalidForm)
    assert set(result.problems) == {"description", "url", "month", "level"}
    assert desk.rows == []
