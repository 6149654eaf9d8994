"""What is imported ahead of requests, and when."""

import sys
from importlib import import_module
from pathlib import Path

import pytest

from ossi.runtime.preload import needed_by, preload
from ossi_interactions.buttons import BUTTONS
from ossi_interactions.forms import FORMS
from ossi_slash.commands import COMMANDS

MODULES = {
    "ossi_of_a_test/__init__.py": "",
    "ossi_of_a_test/start.py": "def later():\n    from ossi_of_a_test import rare\n    return rare\n",
    "ossi_of_a_test/rare.py": "def much_later():\n    import ossi_of_a_test_too.deep\n",
    "ossi_of_a_test/inner/__init__.py": "",
    "ossi_of_a_test/inner/registered.py": "",
    "ossi_of_a_test_too/__init__.py": "",
    "ossi_of_a_test_too/deep.py": "class Of:\n    def all(self):\n        import nowhere.to_be.found\n        from json import dumps\n",
    "ossi_of_a_test_too/never_mentioned.py": "",
}
NEEDED = {
    "ossi_of_a_test", "ossi_of_a_test.start", "ossi_of_a_test.rare", "ossi_of_a_test.inner",
    "ossi_of_a_test.inner.registered", "ossi_of_a_test_too.deep",
}  # fmt: skip


@pytest.fixture(autouse=True)
def packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two packages that nobody has imported."""
    for name, text in MODULES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    monkeypatch.syspath_prepend(str(tmp_path))
    for name in [name for name in sys.modules if name.startswith("ossi_of_a_test")]:
        monkeypatch.delitem(sys.modules, name)


def loaded() -> set[str]:
    return {name for name in sys.modules if name.startswith("ossi_of_a_test")}


@pytest.mark.parametrize("kind", ["snap-start", "provisioned-concurrency"])
def test_an_environment_that_is_prepared_imports_ahead(kind: str) -> None:
    preload("ossi_of_a_test", environment={"AWS_LAMBDA_INITIALIZATION_TYPE": kind})
    assert loaded() == {*NEEDED, "ossi_of_a_test_too"}


@pytest.mark.parametrize("environment", [{}, {"AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand"}])
def test_a_request_that_waits_already_does_not_wait_for_more(environment: dict[str, str]) -> None:
    preload("ossi_of_a_test", environment=environment)
    assert loaded() == set()


def test_what_is_not_there_is_not_needed() -> None:
    assert set(needed_by("ossi_of_a_test")) == {*NEEDED, "json"}


@pytest.mark.parametrize(
    ("package", "registered"),
    [("ossi_slash", COMMANDS), ("ossi_interactions", BUTTONS), ("ossi_interactions", FORMS)],
)
def test_whatever_is_registered_is_needed(package: str, registered: dict[str, object]) -> None:
    needed = needed_by(package)
    assert all(import_module(name) for name in needed)
    for load in registered.values():
        found = load() if callable(load) else None
        assert getattr(found, "__module__", None) in needed
