"""docs/cost.md says what the model says, and the model counts what there is."""

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest

from infra.test_alarms import ALARMS
from ossi.aws.dynamodb import to_item
from ossi.delivery.effects import EFFECTS
from ossi.domain.history import EventKind
from ossi.runtime.clock import now_ms
from ossi.runtime.metrics import WATCHED
from ossi_bench import cost
from ossi_reconcile import handler
from ossi_reconcile.bootstrap import App
from ossi_reconcile.settings import Settings as ReconcileSettings
from settings import REPOSITORY
from unit.test_environment import EVERYTHING

PAGE = REPOSITORY / "docs" / "cost.md"


def test_the_page_has_the_model_s_table() -> None:
    text = PAGE.read_text(encoding="utf-8")
    for table in (cost.page(), cost.page_of_looking()):
        assert "\n".join(table) in text, "run `make cost` and put its tables there"


def test_a_thousand_contributions_cost_two_dollars_at_most_at_list_price() -> None:
    price, _remaining = cost.totals(1_000)
    assert price <= 2


def test_no_line_is_covered_by_more_than_it_costs() -> None:
    for volume in cost.VOLUMES:
        assert all(0 <= item.free <= item.list_price for item in cost.bill(volume))


def test_the_model_counts_the_alarms_metrics_and_messages_that_there_are() -> None:
    of_an_accepted_one = [each for each in EFFECTS if each.on & {EventKind.SUBMITTED, EventKind.ACCEPTED}]

    assert len(ALARMS) == cost.ALARMS
    assert len(set(WATCHED.values())) == cost.METRICS
    assert len(of_an_accepted_one) == cost.EFFECTS


@dataclass
class NothingIsDue:
    """Clients (ossi.wiring.Clients) of a DynamoDB in which a round ended just now and nothing is owed. It counts units.

    Nor has anyone begun the monthly report, and its month is closed: no other run without a finding reads more.
    """

    slack: Any = None
    secrets_manager: Any = None
    functions: Any = None
    reads: float = 0
    writes: float = 0
    dynamodb: Any = field(init=False)

    def __post_init__(self) -> None:
        self.dynamodb = self

    def get_item(self, **request: object) -> dict[str, Any]:
        self.reads += 1 if request["ConsistentRead"] else 0.5
        return {"Item": to_item({"rows": 1, "endedAt": now_ms(), "closed": True})}

    def batch_get_item(self, **request: Any) -> dict[str, Any]:
        ((table, asked),) = request["RequestItems"].items()
        self.reads += 0.5 * len(asked["Keys"])
        return {"Responses": {table: []}}

    def query(self, **_: object) -> dict[str, Any]:
        self.reads += 0.5
        return {"Items": []}

    def update_item(self, **_: object) -> dict[str, Any]:
        self.writes += 1
        return {}


def test_a_run_that_finds_nothing_due_does_what_the_model_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    clients = NothingIsDue()
    application = App(ReconcileSettings.read(EVERYTHING), clients)
    monkeypatch.setattr(handler, "app", lambda: application)
    context = SimpleNamespace(aws_request_id="1", get_remaining_time_in_millis=lambda: 300_000)

    answer = handler.handler({"source": "schedule", "scheduledTime": "2026-11-23T12:00:00Z"}, context)

    assert answer == {"due": {"outcomes": {}, "idle": False, "halted": False}, "rows": None}
    assert (clients.reads, clients.writes) == (cost.READS_OF_A_RUN, 0)
