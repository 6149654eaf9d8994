"""An emulator for the tests of this folder; they leave alone what others made in it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from local_aws import Emulator


@pytest.fixture(scope="session")
def emulator() -> Iterator[Emulator]:
    with Emulator() as running:
        yield running
