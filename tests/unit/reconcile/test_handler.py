"""A scheduled run: what is due goes first, and a round over the rows that fails costs nobody anything."""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from fakes import FakeBookmark, contribution
from memory import House
from ossi.delivery.deliver import owe
from ossi.delivery.effect import wanted_of
from ossi.domain.contribution import Contribution, ContributionKey
from ossi.domain.lifecycle import history_of, submitted
from ossi.runtime.invocation import InvocationFailed
from ossi_reconcile import handler as module
from ossi_reconcile.report_watch import ReportWatch

SCHEDULED = {"source": "schedule", "scheduledTime": "2026-11-23T12:00:00Z"}
CONTEXT = SimpleNamespace(aws_request_id="1", get_remaining_time_in_millis=lambda: 300_000)


@pytest.fixture
def house(monkeypatch: pytest.MonkeyPatch) -> House:
    house = House()
    bookmark = FakeBookmark()
    watch = ReportWatch(None, house.deliveries, lambda _: False, bookmark, house.now.datetime)
    app = SimpleNamespace(
        office=house.office, rounds=bookmark, desk=house.desk, report_watch=watch, clock=house.now.datetime
    )
    monkeypatch.setattr(module, "app", lambda: app)
    return house


def run() -> dict[str, Any]:
    return module.handler(SCHEDULED, CONTEXT)


def row_in(house: House, **values: object) -> Contribution:
    row = submitted(contribution(timestamp=1000, submission_id="V1", **values), "e1")
    house.table.rows[row.key] = row
    return row


def test_what_a_round_finds_is_worked_off_by_the_same_run(house: House) -> None:
    row_in(house)
    answer = run()
    assert answer["due"] == {"outcomes": {"sent": 2}, "idle": False, "halted": False}
    assert [each["outcome"] for each in answer["rows"]["findings"]] == ["due", "due"]


def test_what_is_due_is_worked_off_before_a_round_that_fails(house: House) -> None:
    row = row_in(house)
    for wanted in wanted_of(house.office.effects, history_of(row)):
        owe(house.office, row, wanted)

    def failing(after: ContributionKey | None = None) -> Iterator[Contribution]:
        raise ConnectionError(after)

    house.table.all = failing
    with pytest.raises(InvocationFailed):  # which Lambda counts, and an alarm tells of
        run()
    assert len(house.slack.arrived) == 2
