"""What is imported ahead of requests, and when. tests/integration/artifacts sees it on the artifacts."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from ossi.runtime.preload import preload

MODULES = {"ahead", "ahead.rare", "ahead.inner", "ahead.inner.rarer"}


@pytest.fixture(autouse=True)
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A package that nobody has imported yet."""
    for module in ("__init__", "rare", "inner/__init__", "inner/rarer"):
        file = tmp_path / "ahead" / f"{module}.py"
        file.parent.mkdir(exist_ok=True)
        file.touch()
    monkeypatch.syspath_prepend(tmp_path)
    yield tmp_path / "ahead"
    for name in MODULES:
        sys.modules.pop(name, None)


@pytest.mark.parametrize("kind", ["snap-start", "provisioned-concurrency"])
def test_an_environment_that_is_prepared_imports_every_module_ahead(kind: str) -> None:
    preload("ahead", environment={"AWS_LAMBDA_INITIALIZATION_TYPE": kind})
    assert sys.modules.keys() >= MODULES


@pytest.mark.parametrize("environment", [{}, {"AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand"}])
def test_a_request_that_waits_already_does_not_wait_for_more(environment: dict[str, str]) -> None:
    preload("ahead", environment=environment)
    assert not sys.modules.keys() & MODULES


@pytest.mark.parametrize("broken", ["rare.py", "inner/__init__.py", "inner/rarer.py"])
def test_a_module_that_cannot_be_imported_is_no_secret(package: Path, broken: str) -> None:
    """A version that would fail at a request fails before it is used."""
    (package / broken).write_text("import nowhere_to_be_found\n")
    with pytest.raises(ImportError, match="nowhere_to_be_found"):
        preload("ahead", environment={"AWS_LAMBDA_INITIALIZATION_TYPE": "snap-start"})
