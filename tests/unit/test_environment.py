"""The environment of each function, read into its settings."""

from dataclasses import FrozenInstanceError
from zoneinfo import ZoneInfo

import pytest

from levels import DEFAULT_LEVELS, levels_as_json
from ossi.domain import levels as compensation
from ossi.runtime.settings import Environment, WrongEnvironment
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
    "OSSI_UNSETTLED_INDEX": "unsettled",
    "OSSI_SECRET_ID": "ossi",
    "OSSI_LINK_SECRET_ID": "ossi-links",
    "OSSI_MANAGEMENT_CHANNEL": "C0MANAGERS",
    "OSSI_PUBLIC_CHANNEL": "C0OPENSRC",
    "OSSI_TIME_ZONE": "Europe/Helsinki",
    "OSSI_GRACE_DAYS": "2",
    "OSSI_COMPENSATION_LEVELS": levels_as_json(DEFAULT_LEVELS),
    "OSSI_SLACK_API_URL": "https://slack.example/api/",
    "OSSI_REPORT_DUE": "3 06:00",
    "OSSI_REPORT_FUNCTION": "report",
    "OSSI_REPORT_BUCKET": "reports",
    "OSSI_API_URL": "https://api.example",
    "OSSI_REPORT_EMAILS": "true",
    "OSSI_STACK": "production",
    "OSSI_VERSION": "1.2.3",
    "PATH": "/usr/bin",
}
# The variables that the program gives each function; OSSI_SLACK_API_URL and OSSI_REPORT_EMAILS have a default.
NEEDED: dict[type[Environment], set[str]] = {
    SlashSettings: {
        "TABLE", "SECRET_ID", "MANAGEMENT_CHANNEL", "TIME_ZONE", "GRACE_DAYS", "COMPENSATION_LEVELS", "REPORT_FUNCTION",
        "STACK", "VERSION",
    },
    InteractionsSettings: {
        "TABLE", "LEDGER_TABLE", "SECRET_ID", "MANAGEMENT_CHANNEL", "TIME_ZONE", "GRACE_DAYS", "COMPENSATION_LEVELS",
        "REPORT_FUNCTION",
    },
    StreamSettings: {
        "TABLE", "LEDGER_TABLE", "SECRET_ID", "MANAGEMENT_CHANNEL", "PUBLIC_CHANNEL", "TIME_ZONE", "COMPENSATION_LEVELS",
    },
    ReportSettings: {
        "TABLE", "LEDGER_TABLE", "MONTH_INDEX", "SECRET_ID", "MANAGEMENT_CHANNEL", "TIME_ZONE", "GRACE_DAYS",
        "COMPENSATION_LEVELS", "REPORT_BUCKET", "API_URL", "LINK_SECRET_ID",
    },
    ReconcileSettings: {
        "TABLE", "LEDGER_TABLE", "SECRET_ID", "MANAGEMENT_CHANNEL", "PUBLIC_CHANNEL", "TIME_ZONE", "COMPENSATION_LEVELS",
        "MONTH_INDEX", "UNSETTLED_INDEX", "REPORT_FUNCTION",
    },
    DownloadSettings: {"LINK_SECRET_ID", "REPORT_BUCKET"},
}  # fmt: skip
every_function = pytest.mark.parametrize("settings", NEEDED, ids=lambda settings: str(settings.__module__))


@every_function
def test_each_function_reads_its_own_variables(settings: type[Environment]) -> None:
    needed = {f"OSSI_{name}": EVERYTHING[f"OSSI_{name}"] for name in NEEDED[settings]}
    assert settings.read(needed)


@every_function
def test_every_missing_variable_is_named(settings: type[Environment]) -> None:
    with pytest.raises(WrongEnvironment) as caught:
        settings.read({})
    assert caught.value.problems == {f"OSSI_{name}": "is missing" for name in NEEDED[settings]}


def test_the_values_are_typed() -> None:
    settings = SlashSettings.read(EVERYTHING)
    assert settings.time_zone == ZoneInfo("Europe/Helsinki")
    assert settings.grace_days == 2
    assert list(settings.compensation_levels) == list(compensation.DEFAULT_LEVELS)
    assert settings.slack_api_url == "https://slack.example/api/"


def test_slack_is_at_its_own_address_unless_told_otherwise() -> None:
    without = {name: value for name, value in EVERYTHING.items() if name != "OSSI_SLACK_API_URL"}
    assert StreamSettings.read(without).slack_api_url == "https://slack.com/api/"


@pytest.mark.parametrize(("value", "emails"), [("true", True), ("false", False), (None, False)])
def test_a_report_has_addresses_only_where_that_is_wanted(value: str | None, emails: bool) -> None:
    others = {name: value for name, value in EVERYTHING.items() if name != "OSSI_REPORT_EMAILS"}
    assert ReportSettings.read(others | ({"OSSI_REPORT_EMAILS": value} if value else {})).report_emails is emails


def test_what_is_neither_true_nor_false_is_named() -> None:
    with pytest.raises(WrongEnvironment) as caught:
        ReportSettings.read({**EVERYTHING, "OSSI_REPORT_EMAILS": "1"})
    assert caught.value.problems == {"OSSI_REPORT_EMAILS": "is neither true nor false"}


@pytest.mark.parametrize(
    ("name", "value", "problem"),
    [
        ("OSSI_TIME_ZONE", "Europe/Atlantis", "is no known time zone"),
        ("OSSI_TIME_ZONE", "", "is no known time zone"),
        ("OSSI_TIME_ZONE", "/etc/passwd", "is no known time zone"),
        ("OSSI_TIME_ZONE", "Europe", "is no known time zone"),
        ("OSSI_GRACE_DAYS", "-1", "is no whole number from 0 to 31"),
        ("OSSI_GRACE_DAYS", "32", "is no whole number from 0 to 31"),
        ("OSSI_GRACE_DAYS", "two", "is no whole number from 0 to 31"),
        ("OSSI_GRACE_DAYS", "\u0663", "is no whole number from 0 to 31"),
        (
            "OSSI_COMPENSATION_LEVELS",
            "[{}]",
            "holds no compensation levels (level 1, wrong or missing: key, label, amount)",
        ),
        ("OSSI_COMPENSATION_LEVELS", "{}", "holds no compensation levels (not a list of levels)"),
        ("OSSI_TABLE", "", "is empty"),
        ("OSSI_SECRET_ID", "", "is empty"),
    ],
)
def test_a_wrong_value_is_named_and_not_shown(name: str, value: str, problem: str) -> None:
    with pytest.raises(WrongEnvironment) as caught:
        SlashSettings.read({**EVERYTHING, name: value})
    assert caught.value.problems == {name: problem}
    assert str(caught.value) == caught.value.code == f"{name} {problem}"


def test_all_that_is_wrong_comes_together() -> None:
    with pytest.raises(WrongEnvironment) as caught:
        SlashSettings.read({**EVERYTHING, "OSSI_GRACE_DAYS": "", "OSSI_TABLE": ""})
    assert caught.value.problems.keys() == {"OSSI_GRACE_DAYS", "OSSI_TABLE"}


def test_settings_cannot_be_changed() -> None:
    settings = SlashSettings.read(EVERYTHING)
    with pytest.raises(FrozenInstanceError):
        settings.table = "another"  # pyright: ignore[reportAttributeAccessIssue] - that is the point
