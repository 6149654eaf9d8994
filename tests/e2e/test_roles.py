"""No role may do more than it uses (N8): every right is tried by test_roles_*.py, or there is a reason why it cannot be.

For each right there is a test that takes it away, sees the local AWS refuse and people be told, gives it back, and sees
the bot go on.
"""

import pytest

from e2e.driving import Ossi
from e2e.rights import FUNCTIONS, TRIED, UNUSED_HERE, rights_of


def test_all_functions_are_looked_at(ossi: Ossi) -> None:
    assert ossi.ready.functions.keys() == set(FUNCTIONS)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_each_right_is_tried_here_or_has_a_reason_why_not(ossi: Ossi, function: str) -> None:
    given = rights_of(ossi, function)

    assert given == {right for right in TRIED | UNUSED_HERE.keys() if right.function == function}
    assert not TRIED & UNUSED_HERE.keys()
