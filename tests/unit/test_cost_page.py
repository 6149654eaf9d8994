"""docs/cost.md says what the model says, and the model counts what there is."""

import re

from infra.test_alarms import ALARMS
from ossi.delivery.effects import EFFECTS
from ossi.domain.history import EventKind
from ossi_bench import cost
from settings import REPOSITORY

PAGE = REPOSITORY / "docs" / "cost.md"


def test_the_page_has_the_model_s_table() -> None:
    assert "\n".join(cost.page()) in PAGE.read_text(encoding="utf-8"), "run `make cost` and put its table there"


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
