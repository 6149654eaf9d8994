"""The environment of each function, read into its settings."""

import json
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from ossi.domain.compensation import DEFAULT_LEVELS
from ossi.settings import Environment
from ossi_download.settings import Settings as DownloadSettings
from ossi_interactions.settings import Settings as InteractionsSettings
from ossi_reconcile.settings import Settings as ReconcileSettings
from ossi_report.settings import Settings as ReportSettings
from ossi_slash.settings import Settings as SlashSettings
from ossi_stream.settings import Settings as StreamSettings

EVERYTHING = {
    "OSSI_TABLE": "contributions",
    "OSSI_LEDGER_TABLE": "ledger",
    "OSSI_MONTH_INDEX": "byMonth",
    "OSSI_SECRET_ID": "ossi",
    "OSSI_MANAGEMENT_CHANNEL": "C0MANAGERS",
    "OSSI_PUBLIC_CHANNEL": "C0OPENSRC",
    "OSSI_TIME_ZONE": "Europe/Helsinki",
    "OSSI_GRACE_DAYS": "2",
    "OSSI_COMPENSATION_LEVELS": json.dumps([level.model_dump(mode="json") for level in DEFAULT_LEVELS]),
    "OSSI_SLACK_API_URL": "https://slack.example/api/",
    "OSSI_REPORT_FUNCTION": "report",
    "OSSI_REPORT_BUCKET": "reports",
    "OSSI_API_URL": "https://api.example",
    "OSSI_LANE": "channels",
    "OSSI_STACK": "production",
    "OSSI_VERSION": "1.2.3",
    "PATH": "/usr/bin",
}
# The variables that the program gives each function; OSSI_SLACK_API_URL has a default.
NEEDED: dict[type[Environment], set[str]] = {
    SlashSettings: {
        "TABLE", "SECRET_ID", "MANAGEMENT_CHANNEL", "TIME_ZONE", "GRACE_DAYS", "COMPENSATION_LEVELS", "REPORT_FUNCTION",
        "STACK", "VERSION",
    },
    InteractionsSettings: {
        "TABLE", "LEDGER_TABLE", "SECRET_ID", "MANAGEMENT_CHANNEL", "TIME_ZONE", "GRACE_DAYS", "COMPENSATION_LEVELS",
    },
    StreamSettings: {
        "LEDGER_TABLE", "SECRET_ID", "MANAGEMENT_CHANNEL", "PUBLIC_CHANNEL", "TIME_ZONE", "COMPENSATION_LEVELS", "LANE",
    },
    ReportSettings: {
        "TABLE", "LEDGER_TABLE", "MONTH_INDEX", "SECRET_ID", "MANAGEMENT_CHANNEL", "TIME_ZONE", "GRACE_DAYS",
        "COMPENSATION_LEVELS", "REPORT_BUCKET", "API_URL",
    },
    ReconcileSettings: {
        "TABLE", "LEDGER_TABLE", "SECRET_ID", "MANAGEMENT_CHANNEL", "PUBLIC_CHANNEL", "TIME_ZONE", "COMPENSATION_LEVELS",
    },
    DownloadSettings: {"SECRET_ID", "REPORT_BUCKET"},
}  # fmt: skip
every_function = pytest.mark.parametrize("settings", NEEDED, ids=lambda settings: str(settings.__module__))


@every_function
def test_each_function_reads_its_own_variables(settings: type[Environment]) -> None:
    needed = {f"OSSI_{name}": EVERYTHING[f"OSSI_{name}"] for name in NEEDED[settings]}
    assert settings.read(needed)


@every_function
def test_every_missing_variable_is_named(settings: type[Environment]) -> None:
    with pytest.raises(ValidationError) as caught:
        settings.read({})
    assert {error["loc"][0] for error in caught.value.errors()} == {f"OSSI_{name}" for name in NEEDED[settings]}


def test_the_values_are_typed() -> None:
    settings = SlashSettings.read(EVERYTHING)
    assert settings.time_zone == ZoneInfo("Europe/Helsinki")
    assert settings.grace_days == 2
    assert list(settings.compensation_levels) == list(DEFAULT_LEVELS)
    assert settings.slack_api_url == "https://slack.example/api/"


def test_slack_is_at_its_own_address_unless_told_otherwise() -> None:
    without = {name: value for name, value in EVERYTHING.items() if name != "OSSI_SLACK_API_URL"}
    assert StreamSettings.read(without).slack_api_url == "https://slack.com/api/"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("OSSI_TIME_ZONE", "Europe/Atlantis"),
        ("OSSI_TIME_ZONE", ""),
        ("OSSI_TIME_ZONE", "/etc/passwd"),
        ("OSSI_GRACE_DAYS", "-1"),
        ("OSSI_GRACE_DAYS", "32"),
        ("OSSI_GRACE_DAYS", "two"),
        ("OSSI_COMPENSATION_LEVELS", "[{}]"),
        ("OSSI_TABLE", ""),
        ("OSSI_SECRET_ID", ""),
    ],
)
def test_a_wrong_value_is_named(name: str, value: str) -> None:
    with pytest.raises(ValidationError) as caught:
        SlashSettings.read({**EVERYTHING, name: value})
    assert caught.value.errors()[0]["loc"][0] == name
