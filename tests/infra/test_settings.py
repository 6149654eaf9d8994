"""The stack's configuration: what is accepted, and what a person reads when it is not."""

import json
import re
from decimal import Decimal
from pathlib import Path

import pytest
import yaml

from infra.recording import CONFIG, SECRETS, run_program
from settings import REPOSITORY, Settings, SettingsError, read_settings, settings_by_key

REQUIRED = {**CONFIG, **SECRETS}
# Space, zero width, direction, a filler of Hangul, an empty cell of Braille, a joiner, a variation, a tag, a line break, half an é.
INVISIBLE = (
    *(" \u00a0", "\u200b\u200b", "\u202e", "\u3164", "\u2800", "\u034f", "\ufe0f", "\U000e0041", "\n\t"),
    "\u0301",
)
LEVEL = {"key": "SMALL", "label": "Small bonus - 50 €", "amount": 50, "currency": "EUR"}


def read(**changes: str | None) -> Settings:
    """Reads the required settings with some changed; None leaves one out."""
    values = {key: value for key, value in {**REQUIRED, **changes}.items() if value is not None}
    return read_settings(values, SECRETS.keys())


def problems_of(**changes: str | None) -> list[str]:
    """Returns the lines of the error that these changes lead to."""
    with pytest.raises(SettingsError) as raised:
        read(**changes)
    return [line.removeprefix("  - ") for line in str(raised.value).splitlines() if line.startswith("  - ")]


def test_the_required_settings_are_enough() -> None:
    settings = read()

    assert settings.management_channel == "C01MANAGERS"
    assert settings.public_channel == "C01OPENSRC"
    assert settings.time_zone == "Europe/Helsinki"
    assert settings.grace_days == 2
    assert settings.report_schedule == "cron(0 6 3 * ? *)"
    assert settings.reconcile_schedule == "rate(1 minute)"
    assert settings.report_retention_days == 400
    assert settings.slack_api_url == "https://slack.com/api/"
    assert settings.artifacts_directory() == REPOSITORY / "dist"
    assert (settings.architecture, settings.python) == ("arm64", "3.13")
    assert settings.paused is False
    assert settings.kms_key_arn is settings.permissions_boundary is None
    assert settings.warnings() == []
    assert settings.log_level == "INFO"
    assert settings.log_retention_days == 90
    assert (settings.throttling_rate_limit, settings.throttling_burst_limit) == (20, 40)
    assert settings.deletion_protection is True
    assert [level.key for level in settings.compensation_levels] == [
        "NO_COMPENSATION",
        "COMPETENCE_DEVELOPMENT",
        "SMALL",
        "MEDIUM",
        "LARGE",
    ]


def test_a_setting_is_read_from_text_as_pulumi_hands_it_over() -> None:
    settings = read(graceDays="0", deletionProtection="false", compensationLevels=json.dumps([LEVEL]))

    assert settings.grace_days == 0
    assert settings.deletion_protection is False
    assert [(level.label, level.amount) for level in settings.compensation_levels] == [("Small bonus - 50 €", 50)]


@pytest.mark.parametrize(
    ("amount", "currency"),
    [("12.345", "KWD"), ("1234.5678", "CLF"), ("30000", "JPY"), ("30000.00", "JPY"), ("0.05", "EUR"), ("0.05", "ZZZ")],
)
def test_an_amount_may_be_as_small_as_its_currency_allows(amount: str, currency: str) -> None:
    level = {**LEVEL, "amount": amount, "currency": currency}
    (read_again,) = read(compensationLevels=json.dumps([level])).compensation_levels
    assert (read_again.amount, read_again.currency) == (Decimal(amount), currency)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("managementChannel", "G01ABCDEFG"),
        ("timeZone", "UTC"),
        ("timeZone", "Etc/GMT+2"),
        ("graceDays", "28"),
        ("reportSchedule", "rate(1 day)"),
        ("reportSchedule", "cron(30 7 ? * MON *)"),
        ("reportSchedule", "cron(0/15 8-17 L * ? 2026,2199)"),
        ("reportSchedule", "cron(0 6 15W 1,4,jul-SEP ? *)"),
        ("reportSchedule", "cron(*/10 0 ? * 2#1,FRIL *)"),
        ("reportSchedule", "cron(59 23 31 12 ? 2199)"),
        ("reportSchedule", "cron(0 6 29 2 ? *)"),
        ("slackApiUrl", "http://127.0.0.1:9000/api/"),
        ("slackApiUrl", "http://localhost:9000/api/"),
        ("slackApiUrl", "http://[::1]:9000/api/"),
        ("slackApiUrl", "https://slack.example.com/api"),
        ("architecture", "x86_64"),
        ("python", "3.14"),
        ("logRetentionDays", "3653"),
        ("kmsKeyArn", "arn:aws-us-gov:kms:us-gov-west-1:111122223333:key/mrk-5f3a00000000400080000000000000aa"),
        ("permissionsBoundary", "arn:aws-cn:iam::111122223333:policy/teams/boundary"),
    ],
)
def test_these_are_accepted(key: str, value: str) -> None:
    read(**{key: value})


def test_the_api_url_ends_with_a_slash() -> None:
    assert read(slackApiUrl="https://slack.example.com/api").slack_api_url == "https://slack.example.com/api/"


@pytest.mark.parametrize(
    ("artifacts", "directory"),
    [("dist", Path("/repository/dist")), ("build/zips", Path("/repository/build/zips")), ("/zips", Path("/zips"))],
)
def test_artifacts_are_seen_from_the_repository(artifacts: str, directory: Path) -> None:
    assert read(artifacts=artifacts).artifacts_directory(Path("/repository")) == directory


@pytest.mark.parametrize(
    ("key", "value", "fault"),
    [
        ("managementChannel", "#managers", 'is "#managers": it must be a channel id, not its name'),
        ("publicChannel", "U0AINO001", 'is "U0AINO001": it must be a channel id'),
        ("publicChannel", "c0opensrc", "it must be a channel id"),
        ("timeZone", "europe/helsinki", "it is not a known time zone; did you mean Europe/Helsinki?"),
        ("timeZone", "Helsinki", "did you mean Europe/Helsinki?"),
        ("timeZone", "+02:00", "it is not a known time zone"),
        ("timeZone", "Factory", "it stands for no place"),
        ("timeZone", "localtime", "it stands for no place"),
        ("timeZone", "posixrules", "it stands for no place"),
        ("timeZone", "posix/Europe/Helsinki", "it stands for no place; did you mean Europe/Helsinki?"),
        ("timeZone", "right/Europe/Helsinki", "it stands for no place; did you mean Europe/Helsinki?"),
        ("graceDays", "two", 'is "two": it must be a whole number from 0 to 28'),
        ("graceDays", "-1", 'is "-1": it must be a whole number from 0 to 28'),
        ("graceDays", "2.5", "it must be a whole number from 0 to 28"),
        ("graceDays", "29", "it must be a whole number from 0 to 28"),
        ("reportSchedule", "0 6 3 * *", "it is neither cron(six fields) nor rate(number unit)"),
        ("reportSchedule", "cron(0 6 3 * *)", "cron takes six fields"),
        ("reportSchedule", "cron(0 6 3 * * *)", "just one of day of month and day of week must be ?"),
        ("reportSchedule", "cron(0 6 ? * ? *)", "just one of day of month and day of week must be ?"),
        ("reportSchedule", "cron(0 6 3 * ? $)", "a character that EventBridge does not know"),
        ("reportSchedule", "cron(99 99 99 99 ? 1)", "99 is no minute: it goes from 0 to 59"),
        ("reportSchedule", "cron(0 24 3 * ? *)", "24 is no hour: it goes from 0 to 23"),
        ("reportSchedule", "cron(0 6 0 * ? *)", "0 is no day of month: it goes from 1 to 31"),
        ("reportSchedule", "cron(0 6 32W * ? *)", "32W is no day of month"),
        ("reportSchedule", "cron(0 6 3 13 ? *)", "13 is no month: it goes from 1 to 12, or JAN to DEC"),
        ("reportSchedule", "cron(0 6 3 OKT ? *)", "OKT is no month"),
        ("reportSchedule", "cron(0 6 ? * 0 *)", "0 is no day of week: it goes from 1 to 7, or SUN to SAT"),
        ("reportSchedule", "cron(0 6 ? * MON#6 *)", "MON#6 is no day of week"),
        ("reportSchedule", "cron(0 6 3 * ? 1969)", "1969 is no year: it goes from 1970 to 2199"),
        ("reportSchedule", "cron(0 6 3 * ? 1999-2001)", "its last year is over"),
        ("reportSchedule", "cron(30-10 6 3 * ? *)", "30-10 is no minute"),
        ("reportSchedule", "cron(0/0 6 3 * ? *)", "0/0 is no minute"),
        ("reportSchedule", "cron(0, 6 3 * ? *)", " is no minute"),
        ("reportSchedule", "cron(? 6 3 * ? *)", "? is no minute"),
        ("reportSchedule", "cron(0 6 30 2 ? *)", "none of its months has such a day"),
        ("reconcileSchedule", "cron(0 6 31 2,4,6,9,11 ? *)", "none of its months has such a day"),
        ("reportSchedule", "rate(0 days)", "neither cron(six fields) nor rate"),
        ("reportSchedule", "rate(2 weeks)", "neither cron(six fields) nor rate"),
        ("reportRetentionDays", "7", "it must be a whole number from 8 to 36500"),
        ("slackApiUrl", "http://slack.example.com/api/", "only https is accepted, or http to this machine"),
        ("slackApiUrl", "slack.com/api", "it is not a plain URL"),
        ("slackApiUrl", "https://slack.com/api/?x=1", "it is not a plain URL"),
        ("slackApiUrl", "https://[slack/api", "it must be the https URL"),
        ("artifacts", "", "it must be the directory with the zip files"),
        ("architecture", "amd64", 'is "amd64": it must be arm64 or x86_64'),
        ("python", "3.10", 'is "3.10": it must be 3.11, 3.12, 3.13 or 3.14'),
        ("paused", "yesterday", "it must be true or false"),
        ("kmsKeyArn", "alias/ossi", "it must be the ARN of a key of KMS, not of an alias"),
        ("kmsKeyArn", "arn:aws:kms:eu-north-1:111122223333:alias/ossi", "it must be the ARN of a key of KMS"),
        ("permissionsBoundary", "boundary", "it must be the ARN of a managed policy of IAM"),
        ("answeringMemory", "128", "it must be a whole number of megabytes from 256 to 10240"),
        ("coldStarts", "warm", 'is "warm": it must be plain, snapStart or provisioned'),
        ("logLevel", "verbose", "it must be DEBUG, INFO, WARNING or ERROR"),
        ("logRetentionDays", "91", "it must be one of 1, 3, 5, 7, 14, 30, 60, 90,"),
        ("alarmEmail", "the ops team", 'is "the ops team": it must be an e-mail address'),
        ("alarmEmail", "ops@localhost", "it must be an e-mail address"),
        ("monthlyBudget", "-1", "it must be a whole number of USD a month for the whole AWS account"),
        ("throttlingRateLimit", "0", "it must be a whole number of requests a second from 1 to 10000"),
        ("throttlingBurstLimit", "many", "it must be a whole number of requests from 1 to 5000"),
        ("deletionProtection", "maybe", "it must be true or false"),
        ("reportEmails", "some", "it must be true or false"),
        ("compensationLevels", "SMALL", "it is not JSON"),
        ("compensationLevels", "[]", "a list of levels, each with key, label, amount and currency"),
        ("compensationLevels", '{"key": "SMALL"}', "a list of levels"),
        ("compensationLevels", json.dumps([LEVEL, LEVEL]), "the key SMALL is there more than once"),
        ("compensationLevels", json.dumps([LEVEL, {**LEVEL, "key": "B", "amount": -1}]), "level 2, amount: "),
        (
            "compensationLevels",
            json.dumps([{**LEVEL, "amount": "0.001"}]),
            "level 1, amount: amounts in EUR have 2 decimal",
        ),
        (
            "compensationLevels",
            json.dumps([{**LEVEL, "amount": "100.5", "currency": "JPY"}]),
            "level 1, amount: amounts in JPY have no decimal places",
        ),
        (
            "compensationLevels",
            json.dumps([{**LEVEL, "amount": "0.0001", "currency": "KWD"}]),
            "level 1, amount: amounts in KWD have 3 decimal places",
        ),
        ("compensationLevels", json.dumps([{**LEVEL, "amount": "NaN"}]), "level 1, amount: "),
        ("compensationLevels", json.dumps([{**LEVEL, "amount": "a lot"}]), "level 1, amount: "),
        ("compensationLevels", json.dumps([{**LEVEL, "currency": "euro"}]), "level 1, currency: "),
        ("compensationLevels", json.dumps([{**LEVEL, "currency": "eur"}]), "level 1, currency: "),
        ("compensationLevels", json.dumps([{**LEVEL, "key": "small"}]), "level 1, key: "),
        ("compensationLevels", json.dumps([{**LEVEL, "key": "A" * 151}]), "level 1, key: "),
        ("compensationLevels", json.dumps([{**LEVEL, "label": "x" * 76}]), "level 1, label: "),
        ("compensationLevels", json.dumps([{**LEVEL, "label": ""}]), "level 1, label: "),
        *(
            ("compensationLevels", json.dumps([{**LEVEL, "label": label}]), "level 1, label: nobody can see it")
            for label in INVISIBLE
        ),
        ("compensationLevels", json.dumps([{"key": "SMALL"}]), "level 1, label: "),
        ("compensationLevels", json.dumps([{**LEVEL, "offered": False}]), "none of them is offered"),
        ("compensationLevels", json.dumps([{**LEVEL, "colour": "red"}]), "level 1, colour: "),
        (
            "compensationLevels",
            json.dumps([{**LEVEL, "key": f"LEVEL_{number}"} for number in range(40)]),
            "together they are too long",
        ),
    ],
)
def test_a_wrong_value_is_named_with_what_would_be_right(key: str, value: str, fault: str) -> None:
    problem = problems_of(**{key: value})[0]

    assert problem.startswith(f"ossi:{key} ")
    assert fault in problem
    assert f"Example: pulumi config set ossi:{key} " in problem


@pytest.mark.parametrize("key", REQUIRED)
def test_a_missing_setting_is_named_with_the_command_that_sets_it(key: str) -> None:
    (problem,) = problems_of(**{key: None})

    assert problem.startswith(f"ossi:{key} is missing: it must be ")
    assert f"pulumi config set {'--secret ' if key in SECRETS else ''}ossi:{key} " in problem


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("slackBotToken", "xoxp-a-user-s-token"),
        ("slackBotToken", "xoxb-with a space"),
        ("slackSigningSecret", "too-short"),
        ("slackSigningSecretPrevious", "too-short"),
        ("slackSigningSecretPrevious", "pasted-with-a-line-end-\n"),
        ("slackSigningSecret", "pasted-with-a-line-end-\n"),
        ("linkSigningKey", "much-too-short-for-a-key"),
    ],
)
def test_a_wrong_secret_is_named_and_not_shown(key: str, value: str) -> None:
    with pytest.raises(SettingsError) as raised:
        read(**{key: value})

    assert f"ossi:{key} is wrong: it must be " in str(raised.value)
    assert f"pulumi config set --secret ossi:{key} " in str(raised.value)
    assert value.strip() not in str(raised.value)


def test_the_previous_signing_secret_in_clear_is_refused_too() -> None:
    with pytest.raises(SettingsError, match="ossi:slackSigningSecretPrevious stands in the configuration in clear"):
        read(slackSigningSecretPrevious="the-previous-signing-secret")


@pytest.mark.parametrize("key", SECRETS)
def test_a_secret_in_clear_is_refused_and_not_shown(key: str) -> None:
    with pytest.raises(SettingsError) as raised:
        read_settings(REQUIRED, SECRETS.keys() - {key})

    assert f"ossi:{key} stands in the configuration in clear" in str(raised.value)
    assert f"pulumi config set --secret ossi:{key} " in str(raised.value)
    assert SECRETS[key] not in str(raised.value)


def test_the_value_of_any_setting_that_is_kept_encrypted_is_not_shown() -> None:
    with pytest.raises(SettingsError) as raised:
        read_settings({**REQUIRED, "timeZone": "Secret/Place"}, {*SECRETS, "timeZone"})

    assert "ossi:timeZone is wrong" in str(raised.value)
    assert "Secret/Place" not in str(raised.value)


def test_secrets_do_not_show_when_settings_are_printed() -> None:
    settings = read()

    for value in SECRETS.values():
        assert value not in repr(settings)
        assert value not in str(settings)


@pytest.mark.parametrize(
    ("key", "meant"),
    [
        ("gracedays", "graceDays"),
        ("grace_days", "graceDays"),
        ("slackToken", "slackBotToken"),
        ("managmentChannel", "managementChannel"),
    ],
)
def test_an_unknown_setting_is_named_with_the_nearest_one(key: str, meant: str) -> None:
    (problem,) = problems_of(**{key: "2"})

    assert problem == (
        f"ossi:{key} is not a setting; did you mean ossi:{meant}? Remove it: pulumi config rm ossi:{key}"
    )


def test_an_unknown_setting_that_is_like_none_gets_a_list() -> None:
    (problem,) = problems_of(zzz="2")

    assert problem.startswith("ossi:zzz is not a setting; there are: managementChannel, publicChannel, ")


def test_all_problems_come_together() -> None:
    problems = problems_of(managementChannel=None, graceDays="two", timeZone="Mars/Olympus", gracedays="2")

    assert {re.split(r"[ ]", problem)[0] for problem in problems} == {
        "ossi:managementChannel",
        "ossi:graceDays",
        "ossi:timeZone",
        "ossi:gracedays",
    }


def test_the_example_in_each_error_is_right_itself() -> None:
    for key, setting in settings_by_key():
        if not setting.secret:
            read(**{key: setting.example.strip("'")})


def test_the_example_configuration_lacks_the_secrets_and_the_channels_alone() -> None:
    example = yaml.safe_load((REPOSITORY / "Pulumi.dev.yaml").read_text(encoding="utf-8"))["config"]
    values = {key.removeprefix("ossi:"): value for key, value in example.items() if key.startswith("ossi:")}

    assert not values.keys() & SECRETS.keys()
    with pytest.raises(SettingsError) as raised:
        read_settings({**values, **SECRETS}, SECRETS.keys())
    assert re.findall(r"^  - (ossi:\w+) is", str(raised.value), re.MULTILINE) == [
        "ossi:managementChannel",
        "ossi:publicChannel",
    ]
    read_settings({**values, **CONFIG, **SECRETS}, SECRETS.keys())


@pytest.mark.parametrize(("key", "placeholder"), [("managementChannel", "C0MANAGERS"), ("publicChannel", "C0OPENSRC")])
def test_a_placeholder_of_the_example_is_no_channel_of_slack_s(key: str, placeholder: str) -> None:
    (problem,) = problems_of(**{key: placeholder})

    assert problem.startswith(f'ossi:{key} is "{placeholder}", a placeholder: it must be a channel id')
    read(**{key: placeholder, "slackApiUrl": "http://127.0.0.1:9000/api/"})


def test_one_channel_cannot_be_both() -> None:
    (problem,) = problems_of(publicChannel=f" {CONFIG['managementChannel']}")

    assert problem.startswith(
        f'ossi:publicChannel is "{CONFIG["managementChannel"]}", and ossi:managementChannel is the same'
    )
    assert "pulumi config set ossi:publicChannel " in problem


@pytest.mark.parametrize(
    ("schedule", "months"),
    [
        ("cron(0 6 31 * ? *)", "February, April, June, September, November"),
        ("cron(0 6 30 * ? *)", "February"),
        ("cron(0 6 29 2,3 ? *)", "February"),
        ("cron(0 6 30-31 JAN-JUN ? *)", "February"),
    ],
)
@pytest.mark.parametrize("key", ["reportSchedule", "reconcileSchedule"])
def test_a_day_that_some_months_lack_is_pointed_out(key: str, schedule: str, months: str) -> None:
    (warning,) = read(**{key: schedule}).warnings()

    assert warning == (
        f'ossi:{key} is "{schedule}": there is no such day in {months}, so nothing runs then. '
        "L stands for the last day of each month."
    )


@pytest.mark.parametrize("schedule", ["cron(0 6 28 * ? *)", "cron(0 6 L * ? *)", "cron(0 6 1,31 * ? *)", "rate(1 day)"])
def test_a_day_that_every_month_has_is_not(schedule: str) -> None:
    assert read(reportSchedule=schedule).warnings() == []


def test_more_memory_than_a_new_account_may_have_is_pointed_out() -> None:
    assert read(answeringMemory="3008").warnings() == []
    (warning,) = read(answeringMemory="3009").warnings()
    assert warning.startswith("ossi:answeringMemory is 3009: a new AWS account may not have more than 3008 MB")


def test_a_key_of_another_region_is_refused() -> None:
    key = "arn:aws:kms:eu-west-1:111122223333:key/5f3a0000-0000-4000-8000-000000000000"
    values = {**REQUIRED, "kmsKeyArn": key}

    read_settings(values, SECRETS.keys(), "eu-west-1")
    read_settings(values, SECRETS.keys())
    with pytest.raises(
        SettingsError, match=f'ossi:kmsKeyArn is "{key}", a key of eu-west-1, and the stack is in eu-north-1'
    ):
        read_settings(values, SECRETS.keys(), "eu-north-1")


def test_a_pause_is_not_forgotten() -> None:
    (warning,) = read(paused="true").warnings()

    assert warning.startswith("ossi:paused is true: no message is sent, and no report is made by itself.")
    assert "pulumi config rm ossi:paused" in warning


def test_warnings_are_shown(artifacts: Path) -> None:
    assert run_program(artifacts, answeringMemory="4096").warnings == read(answeringMemory="4096").warnings()


def test_the_guide_shows_the_default_levels() -> None:
    guide = (REPOSITORY / "docs" / "deploy.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"```yaml\n(.*?)```", guide, re.DOTALL)
    levels = yaml.safe_load(block)["config"]["ossi:compensationLevels"]

    assert list(read(compensationLevels=json.dumps(levels)).compensation_levels) == [
        level for level in read().compensation_levels if level.offered
    ]


def test_the_guide_tells_of_every_setting() -> None:
    guide = (REPOSITORY / "docs" / "deploy.md").read_text(encoding="utf-8")
    rows = {row[1]: row[2] for row in re.finditer(r"^\| `ossi:(\w+)` \| ([^|]*) \|", guide, re.MULTILINE)}

    assert rows.keys() == {key for key, _ in settings_by_key()}
    for field in Settings.model_fields.values():
        default = rows[str(field.alias)].strip()
        if field.is_required():
            assert default == "required"
        elif isinstance(field.default, str | int):
            assert default == f"`{str(field.default).lower() if isinstance(field.default, bool) else field.default}`"
