"""docs/cost.md says what the model says, and the model counts what there is."""

import re
import time
from dataclasses import dataclass, field
from typing import Any

from infra.test_alarms import ALARMS
from ossi.aws.dynamodb import to_item
from ossi.delivery.batch import Time
from ossi.delivery.effects import EFFECTS
from ossi.domain.history import EventKind
from ossi.runtime.clock import now_ms
from ossi_bench import cost
from ossi_reconcile.bootstrap import App
from ossi_reconcile.rounds import go_on
from ossi_reconcile.settings import Settings as ReconcileSettings
from ossi_reconcile.work_off import work_off
from settings import REPOSITORY
from unit.test_environment import EVERYTHING

PAGE = REPOSITORY / "docs" / "cost.md"


def test_the_page_has_the_model_s_table() -> None:
    text = PAGE.read_text(encoding="utf-8")
    for table in (cost.page(), cost.page_of_looking()):
        assert "\n".join(table) in text, "run `make cost` and put its tables there"


def test_a_thousand_contributions_cost_less_than_two_dollars() -> None:
    _price, remaining = cost.totals(1_000)
    assert remaining < 2


def test_no_line_is_covered_by_more_than_it_costs() -> None:
    for volume in cost.VOLUMES:
        assert all(0 <= item.free <= item.list_price for item in cost.bill(volume))


def test_the_model_counts_the_alarms_metrics_and_messages_that_there_are() -> None:
    files = [*REPOSITORY.glob("shared/src/**/*.py"), *REPOSITORY.glob("functions/*/src/**/*.py")]
    counted = {name for file in files for name in re.findall(r'"metric": "(\w+)"', file.read_text(encoding="utf-8"))}
    of_an_accepted_one = [each for each in EFFECTS if each.on & {EventKind.SUBMITTED, EventKind.ACCEPTED}]

    assert len(ALARMS) == cost.ALARMS
    assert len(counted) == cost.METRICS
    assert len(of_an_accepted_one) == cost.EFFECTS


@dataclass
class NothingIsDue:
    """Clients (ossi.wiring.Clients) of a DynamoDB in which a round ended just now and nothing is owed. It counts units."""

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
        return {"Item": to_item({"rows": 1, "endedAt": now_ms()})}

    def query(self, **_: object) -> dict[str, Any]:
        self.reads += 0.5
        return {"Items": []}

    def update_item(self, **_: object) -> dict[str, Any]:
        self.writes += 1
        return {}


def test_a_run_that_finds_nothing_due_does_what_the_model_counts() -> None:
    clients = NothingIsDue()
    app = App(ReconcileSettings.read(EVERYTHING), clients)

    rows = go_on(app.office, app.rounds, lambda: 100)
    worked = work_off(app.desk, Time(lambda: 200, time.monotonic, time.sleep))

    assert (rows, worked.idle, worked.findings) == (None, False, [])
    assert (clients.reads, clients.writes) == (cost.READS_OF_A_RUN, 0)
