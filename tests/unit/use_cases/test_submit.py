"""A submitted form becomes one PENDING row."""

from datetime import datetime, timedelta

import pytest

from fakes import DESCRIPTION, HELSINKI, URL, FakeChat, FakeClock, FakeContributions, fails_at
from ossi.domain.contribution import Contribution, Status
from ossi.domain.errors import InvalidSubmission
from ossi.domain.form import SubmittedForm
from ossi.domain.history import Event, EventKind
from ossi.domain.levels import CompensationLevels
from ossi.slack.errors import PermanentSlackError, TransientSlackError
from ossi.use_cases.submit import Submitter, submit

NOW = datetime(2026, 11, 1, 0, 30, 0, 123_000, tzinfo=HELSINKI)
FORM = SubmittedForm(f"\n{DESCRIPTION} ", URL, "2026-10", "MEDIUM")


class Desk:
    """The interactions function's work on a form, with fakes around it."""

    def __init__(self) -> None:
        self.store = FakeContributions()
        self.chat = FakeChat(names={"U0AINO001": "Aino Lahti"})
        self.clock = FakeClock(NOW)

    def submit(self, form: SubmittedForm = FORM, user: str = "U0AINO001", view: str = "V1") -> bool:
        return submit(
            form,
            Submitter(user, "aino"),
            view,
            submissions=self.store,
            chat=self.chat,
            clock=self.clock,
            grace_days=2,
            levels=CompensationLevels(),
        )

    @property
    def rows(self) -> list[Contribution]:
        return list(self.store.rows.values())


def test_the_row_holds_what_was_filled_in_and_the_first_event_of_its_history() -> None:
    desk = Desk()
    assert desk.submit()
    (row,) = desk.rows
    (event,) = row.events
    at = int(NOW.timestamp() * 1000)
    assert row == Contribution(
        user_id="U0AINO001",
        timestamp=at,
        status=Status.PENDING,
        size="MEDIUM",
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
    assert desk.submit()
    desk.clock.move(timedelta(milliseconds=1))
    assert desk.submit(view="V2")
    first, second = desk.rows
    assert first.events[0].id != second.events[0].id


def test_the_same_form_sent_twice_is_stored_once() -> None:
    desk = Desk()
    assert desk.submit()
    assert not desk.submit()
    assert len(desk.rows) == 1


@pytest.mark.parametrize("error", [TransientSlackError("request_timeout"), PermanentSlackError("user_not_found")])
def test_the_user_name_serves_where_slack_does_not_give_the_name(error: Exception) -> None:
    desk = Desk()
    desk.chat.failing = fails_at("U0AINO001", error)
    assert desk.submit()
    assert desk.rows[0].name == "aino"


def test_the_user_name_serves_for_somebody_without_a_name() -> None:
    desk = Desk()
    assert desk.submit(user="U0NONAME1")
    assert desk.rows[0].name == "aino"


def test_what_is_not_valid_is_not_stored_and_slack_is_not_asked() -> None:
    desk = Desk()

    def never(_method: str, _where: str) -> Exception:
        raise AssertionError("Slack was asked")

    desk.chat.failing = never
    with pytest.raises(InvalidSubmission) as caught:
        desk.submit(SubmittedForm("short", "no", "2026-09", "LARGE"))
    assert set(caught.value.errors) == {"description", "url", "month", "level"}
    assert desk.rows == []
