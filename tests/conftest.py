"""What holds for all tests: what takes longest begins first, the browser comes last, and a property is tried with few examples."""

from pathlib import Path
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling  # pyright: ignore[reportMissingTypeStubs]

from examples import register_profiles

register_profiles()

# Playwright keeps an event loop running in the main thread from its first test on, and Pulumi's test monitor and
# asyncio.run refuse to start beside one: so nothing may come after the browser.
ORDER = ("e2e", "unit", "takeover", "infra", "integration", "office", "browser")

# What these share takes longer to make than a test: a bot that runs, built artifacts, an emulator. One process makes it.
ROOMS = ("tests/e2e/", "tests/integration/artifacts/", "tests/integration/playground_aws/")
# These make their own all the same.
APART = ("tests/e2e/test_load.py", "tests/e2e/test_reconcile.py")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Sorts by folder; within one everything stays as it was collected."""
    folder = Path(__file__).parent
    items.sort(key=lambda item: ORDER.index(item.path.relative_to(folder).parts[0]))


class ByRoom(LoadScopeScheduling):
    """Gives a process a file at a time, and of ROOMS a whole one (pytest-xdist: "Making session-scoped fixtures execute only once")."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return file if file in APART else next((room for room in ROOMS if file.startswith(room)), file)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling:
    """pytest-xdist's hook."""
    return ByRoom(config, log)
