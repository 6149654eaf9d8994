"""The one composition root: what it builds, when, and of what."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass

import pytest

from ossi.runtime.settings import (
    Environment,
    FormSettings,
    LedgerSettings,
    LinkSecretSettings,
    MonthIndexSettings,
    ReportFunctionSettings,
    SecretSettings,
    SlackSettings,
    UnsettledIndexSettings,
)
from ossi.wiring import Clients
from ossi.wiring.bot import BotWiring
from ossi.wiring.full import FullClients
from ossi.wiring.light import LightClients
from ossi_download.settings import Settings as DownloadSettings
from unit.test_environment import EVERYTHING

PARTS = (
    "secrets", "link_secret", "is_from_slack", "chat", "words", "contributions", "submissions", "deliveries", "report_requests", "clock",
    "zone", "levels", "grace_days", "management_channel",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class AllSettings(
    SlackSettings,
    LinkSecretSettings,
    MonthIndexSettings,
    UnsettledIndexSettings,
    FormSettings,
    ReportFunctionSettings,
):
    """Whatever anything needs."""


@pytest.fixture(autouse=True)
def region(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_REGION", "eu-north-1")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-north-1")


def clients(kind: str) -> Clients:
    url = EVERYTHING["OSSI_SLACK_API_URL"]
    return LightClients(url, 2) if kind == "light" else FullClients(url, 5)


@pytest.mark.parametrize("kind", ["light", "full"])
def test_every_part_is_built_with_either_clients_and_once(kind: str) -> None:
    wiring = BotWiring(AllSettings.read(EVERYTHING), clients(kind))
    built = {name: getattr(wiring, name) for name in PARTS}
    assert all(getattr(wiring, name) is part for name, part in built.items())


@pytest.mark.parametrize(
    ("settings", "part", "lacks"),
    [
        (DownloadSettings, "link_secret", None),
        (DownloadSettings, "chat", SecretSettings.__name__),
        (DownloadSettings, "secrets", SecretSettings.__name__),
        (SecretSettings, "link_secret", LinkSecretSettings.__name__),
        (DownloadSettings, "clock", "TimeSettings"),
        (DownloadSettings, "contributions", "TableSettings"),
        (DownloadSettings, "management_channel", "SlackSettings"),
        (MonthIndexSettings, "submissions", "LedgerSettings"),
        (LedgerSettings, "report_requests", "ReportFunctionSettings"),
        (LedgerSettings, "secrets", SecretSettings.__name__),
    ],
)
def test_what_the_settings_lack_is_named(settings: type[Environment], part: str, lacks: str | None) -> None:
    wiring = BotWiring(settings.read(EVERYTHING), LightClients())
    if lacks is None:
        assert getattr(wiring, part)
        return
    with pytest.raises(TypeError, match=f"is no {lacks}"):
        getattr(wiring, part)


_PARTS_IMPORTED = """
import os, sys
from ossi.wiring.bot import BotWiring
from ossi.wiring.light import LightClients
from ossi.wiring.full import FullClients
from ossi_slash.settings import Settings
wiring = BotWiring(Settings.read(), LightClients())
FullClients("https://slack.example/api/", 5)
before = set(sys.modules)
for part in sys.argv[1:]:
    getattr(wiring, part)
print(*sorted(name for name in set(sys.modules) - before if name.startswith("ossi.")))
print(*sorted({"boto3", "slack_sdk", "pydantic", "http.client"} & set(sys.modules)))
"""


@pytest.mark.parametrize(
    ("parts", "imported", "heavy"),
    [
        ((), "", ""),
        (("zone", "levels", "management_channel"), "", ""),
        (("clock",), "ossi.ports ossi.domain.message_ref ossi.domain.months ossi.domain.errors ossi.runtime.clock", ""),
    ],
)
def test_nothing_is_imported_for_what_nobody_asked_for(parts: tuple[str, ...], imported: str, heavy: str) -> None:
    environment = {**EVERYTHING, "AWS_REGION": "eu-north-1", "PYTHONPATH": ":".join(filter(None, sys.path))}
    done = subprocess.run(
        [sys.executable, "-c", _PARTS_IMPORTED, *parts], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    ours, others = done.stdout.split("\n")[:2]
    assert sorted(ours.split()) == sorted(imported.split())
    assert others == heavy
