"""What holds for all tests: the cheap folders run first, the browser last, and a property is tried with few examples."""

from pathlib import Path

import pytest

from examples import register_profiles

register_profiles()

# Playwright keeps an event loop running in the main thread from its first test on, and Pulumi's test monitor and
# asyncio.run refuse to start beside one: so nothing may come after the browser.
ORDER = ("unit", "takeover", "infra", "integration", "office", "e2e", "browser")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Sorts by folder; within one everything stays as it was collected."""
    folder = Path(__file__).parent
    items.sort(key=lambda item: ORDER.index(item.path.relative_to(folder).parts[0]))
