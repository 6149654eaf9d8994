"""What undisturbed lives leave behind: found out once, by living them."""

import pytest

from e2e.chaos.life import Decision, Life, Remains, remains_of
from e2e.driving import Ossi

Usual = dict[Decision, Remains]


@pytest.fixture(scope="session")
def usual(running_ossi: Ossi) -> Usual:
    """By the decision."""
    remains: Usual = {}
    decisions: tuple[Decision, Decision] = ("ACCEPTED", "DECLINED")
    for decision in decisions:
        running_ossi.start_over()
        life = Life(running_ossi, decision)
        life.submit()
        life.wait_for_request()
        life.decide()
        remains[decision] = remains_of(running_ossi, life)
    return remains
