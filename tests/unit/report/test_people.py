"""The people of a report, as Slack has them: asked for once, for a minute at most, and never in the way of the report."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import pytest

from fakes import FakeChat
from ossi.domain.contribution import Contribution, Status
from ossi.slack.errors import FailureKind, PermanentSlackError, SlackError, TransientSlackError
from ossi_report.figures import People
from ossi_report.people import SlackPeople
from unit.report.months import contribution, drawn

AINO, EINO, MAIJA, PEKKA = "U0AINO001", "U0EINO001", "U0MAIJA01", "W0PEKKA01"
NAMES = {AINO: "Aino Lahti", EINO: "Eino Mäki", MAIJA: "Maija Salo", PEKKA: "Pekka Salo"}
ROWS = [
    contribution(timestamp=1, user_id=AINO, decided_by=MAIJA),
    contribution(timestamp=2, user_id=EINO, decided_by=PEKKA),
    contribution(timestamp=3, user_id=AINO, decided_by=MAIJA, status=Status.DECLINED),
    contribution(timestamp=4, user_id=AINO, decided_by=None, decided_at=None, status=Status.PENDING),
]


@dataclass
class Slack:
    """Slack behind the port: says who was asked about. seconds: that a call takes."""

    seconds: float = 0.2
    failing: Callable[[str], SlackError | None] = lambda _user_id: None
    asked: list[str] = field(default_factory=list[str])
    now: float = 1000

    def people(self, *, emails: bool = False) -> SlackPeople:
        chat = FakeChat(names=NAMES, emails={id_: f"{id_}@example.com" for id_ in NAMES}, failing=self._answer)
        return SlackPeople(chat, emails=emails, clock=lambda: self.now)

    def _answer(self, method: str, user_id: str) -> SlackError | None:
        assert method == "person"
        self.asked.append(user_id)
        self.now += self.seconds
        return self.failing(user_id)


def named(people: SlackPeople, rows: Sequence[Contribution]) -> People:
    return people.named(drawn(rows)[1]).people


def test_who_decided_is_looked_up_once_each() -> None:
    slack = Slack()
    people = slack.people()

    assert named(people, ROWS * 1000) == People({MAIJA: "Maija Salo", PEKKA: "Pekka Salo"})
    assert sorted(slack.asked) == [MAIJA, PEKKA]

    assert named(people, ROWS).names[MAIJA] == "Maija Salo"
    assert len(slack.asked) == 2, "in the next report they are known"


def test_everyone_is_looked_up_where_addresses_are_wanted() -> None:
    slack = Slack()

    found = named(slack.people(emails=True), ROWS)

    assert found.emails == {user_id: f"{user_id}@example.com" for user_id in NAMES}
    assert slack.asked[:2] == [MAIJA, PEKKA], "names come first"
    assert len(slack.asked) == 4


def test_what_a_hand_has_written_is_no_id_to_ask_for() -> None:
    slack = Slack()
    rows = [contribution(timestamp=at, decided_by=by) for at, by in enumerate(["", "Maija", "=1+1", "U", MAIJA + "\n"])]

    assert named(slack.people(), rows) == People()
    assert slack.asked == []


def test_a_month_without_files_needs_nobody() -> None:
    slack = Slack()
    named(slack.people(emails=True), ROWS[2:])
    assert slack.asked == []


@pytest.mark.parametrize(
    ("error", "asked"),
    [
        (PermanentSlackError("user_not_found"), 50),  # each is asked about: the others may be there
        (TransientSlackError("ratelimited", 30, kind=FailureKind.LIMITED), 1),
        (TransientSlackError("service_unavailable"), 3),
        (TransientSlackError("answer_timeout", kind=FailureKind.AMBIGUOUS), 3),
        (PermanentSlackError("missing_scope"), 3),
    ],
)
def test_a_slack_that_fails_is_not_asked_for_long(
    error: SlackError, asked: int, caplog: pytest.LogCaptureFixture
) -> None:
    slack = Slack(failing=lambda _user_id: error)
    rows = [contribution(timestamp=at, decided_by=f"U{at:03}") for at in range(50)]

    with caplog.at_level(logging.WARNING):
        assert named(slack.people(), rows) == People()

    assert len(slack.asked) == asked
    assert ("not everyone in the report could be looked up in Slack" in caplog.text) == (asked < 50)


def test_a_failure_is_no_answer_and_is_made_good_by_the_next_report() -> None:
    slack = Slack(failing=lambda user_id: TransientSlackError("service_unavailable") if user_id == MAIJA else None)
    people = slack.people()
    assert named(people, ROWS) == People({PEKKA: "Pekka Salo"})

    slack.failing = lambda _user_id: None

    assert named(people, ROWS).names == {MAIJA: "Maija Salo", PEKKA: "Pekka Salo"}
    assert slack.asked == [MAIJA, PEKKA, MAIJA]


def test_asking_ends_after_a_minute() -> None:
    slack = Slack(seconds=9)
    rows = [contribution(timestamp=at, user_id=f"U{at:03}") for at in range(500)]

    found = named(slack.people(emails=True), rows)

    assert len(slack.asked) == 7
    assert found.names == {MAIJA: "Maija Salo"}, "with what was there"


def test_a_missing_scope_is_named_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    chat = FakeChat(names=NAMES)  # as Slack answers without it: with no address at all

    with caplog.at_level(logging.WARNING):
        found = named(SlackPeople(chat, emails=True), ROWS)

    assert found.emails == {}
    assert "users:read.email" in caplog.text
