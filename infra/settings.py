"""The stack's configuration (`pulumi config`), typed and checked.

Whoever deploys Ossi reads this module's errors in a terminal. So each names the setting as it is typed, says what is
wrong with it, shows a command that is right, and all of them come together. Values of secrets are never shown.
"""

import json
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Literal, cast
from urllib.parse import urlsplit
from zoneinfo import available_timezones

import pulumi
from pulumi.runtime import config as pulumi_config
from pulumi.runtime import get_config_env, get_config_secret_keys_env, is_config_secret
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    StringConstraints,
    ValidationError,
)
from pydantic.alias_generators import to_camel
from pydantic_core import ErrorDetails

from levels import DEFAULT_LEVELS, Levels
from schedules import check_schedule, months_left_out

NAMESPACE = "ossi"
REPOSITORY = Path(__file__).resolve().parents[1]

# CloudWatch Logs takes only these (API reference, PutRetentionPolicy).
LOG_RETENTION_DAYS = (
    *(1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731),
    *(1096, 1827, 2192, 2557, 2922, 3288, 3653),
)

# Of a new account; AWS raises it on request (Lambda developer guide, "Lambda quotas").
MOST_MEMORY_OF_A_NEW_ACCOUNT = 3008
# Names in a computer's database that stand for no place: what the computer itself is set to, and the lack of any setting.
_NO_PLACES = re.compile(r"Factory|localtime|posixrules|leapseconds|(posix|right|SystemV)/.*")
# What Pulumi.dev.yaml once had in the place of ids. The local Slack does have channels of these ids.
_PLACEHOLDERS = frozenset({"C0MANAGERS", "C0OPENSRC"})
SLACK_API_URL = "https://slack.com/api/"


TOLD_ELSEWHERE = "none"
"""The address for alarms of a stack whose topic something else subscribes to."""


class SettingsError(pulumi.RunError):
    """The configuration of the stack is wrong; Pulumi prints the message without a traceback."""


@dataclass(frozen=True)
class Setting:
    """What a person has to know about a setting: goes into errors."""

    wanted: str
    """Completes the sentence "it must be ..."."""
    example: str
    """A value as it is typed after `pulumi config set`."""
    secret: bool = False


def _time_zone(value: str) -> str:
    zones = {zone for zone in available_timezones() if not _NO_PLACES.fullmatch(zone)}
    if value not in zones:
        near = _nearest(value, zones)
        raise ValueError(
            ("it stands for no place" if _NO_PLACES.fullmatch(value) else "it is not a known time zone")
            + (f"; did you mean {near}?" if near else "")
        )
    return value


def _slack_api_url(value: str) -> str:
    url = urlsplit(value)
    if url.query or url.fragment or not url.hostname:
        raise ValueError("it is not a plain URL")
    # The bot token travels in each request.
    if url.scheme != "https" and not (url.scheme == "http" and _is_this_machine(url.hostname)):
        raise ValueError("only https is accepted, or http to this machine (127.0.0.1 or localhost)")
    return value if value.endswith("/") else f"{value}/"


def _is_this_machine(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _from_json(value: object) -> object:
    # Pulumi hands over lists, from YAML or from --path, as JSON.
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except json.JSONDecodeError as error:
        raise ValueError(f"it is not JSON ({error.msg} at character {error.pos + 1})") from None


def _retention(value: int) -> int:
    if value not in LOG_RETENTION_DAYS:
        raise ValueError("CloudWatch does not know this number of days")
    return value


def _without_white_space(value: SecretStr | None) -> SecretStr | None:
    if value is not None and re.search(r"\s", value.get_secret_value()):
        raise ValueError("it holds white space, perhaps from pasting it")
    return value


def _bot_token(value: SecretStr) -> SecretStr:
    if not value.get_secret_value().startswith("xoxb-"):
        raise ValueError("it does not start with xoxb-")
    return value


ChannelId = Annotated[
    str,
    # Public channels' ids start with C, as do newer private ones'; older private ones' start with G.
    StringConstraints(pattern=r"^[CG][A-Z0-9]{6,}$", strip_whitespace=True),
    Setting("a channel id, not its name; Slack shows it at the foot of the channel's details", "C0123456789"),
]


class Settings(BaseModel):
    """A stack's settings, as docs/deploy.md explains them; people know them by their names in camelCase."""

    model_config = ConfigDict(frozen=True, extra="forbid", alias_generator=to_camel, hide_input_in_errors=True)

    management_channel: ChannelId
    public_channel: ChannelId
    slack_bot_token: Annotated[
        SecretStr,
        AfterValidator(_bot_token),
        AfterValidator(_without_white_space),
        Setting("the bot token of the Slack app, which starts with xoxb-", "xoxb-...", secret=True),
    ]
    slack_signing_secret: Annotated[
        SecretStr,
        Field(min_length=16),
        AfterValidator(_without_white_space),
        Setting("the signing secret of the Slack app, at least 16 characters", "...", secret=True),
    ]
    slack_signing_secret_previous: Annotated[
        SecretStr | None,
        Field(min_length=16),
        AfterValidator(_without_white_space),
        Setting(
            "the signing secret before the present one, at least 16 characters, while it is rotated", "...", secret=True
        ),
    ] = None
    link_signing_key: Annotated[
        SecretStr,
        Field(min_length=32),
        AfterValidator(_without_white_space),
        Setting("a random text of at least 32 characters", '"$(openssl rand -hex 32)"', secret=True),
    ]
    time_zone: Annotated[
        str,
        AfterValidator(_time_zone),
        Setting("the name of a time zone in the IANA database", "Europe/Helsinki"),
    ] = "Europe/Helsinki"
    grace_days: Annotated[int, Field(ge=0, le=28), Setting("a whole number from 0 to 28", "2")] = 2
    compensation_levels: Annotated[
        Levels,
        BeforeValidator(_from_json),
        Setting(
            "a list of levels, each with key, label, amount and currency",
            '\'[{"key": "SMALL", "label": "Small bonus - 50 €", "amount": 50, "currency": "EUR"}]\'',
        ),
    ] = DEFAULT_LEVELS
    report_schedule: Annotated[
        str,
        AfterValidator(check_schedule),
        Setting("a schedule of EventBridge: cron(six fields) or rate(number unit)", "'cron(0 6 3 * ? *)'"),
    ] = "cron(0 6 3 * ? *)"
    reconcile_schedule: Annotated[
        str,
        AfterValidator(check_schedule),
        Setting("a schedule of EventBridge: cron(six fields) or rate(number unit)", "'rate(1 minute)'"),
    ] = "rate(1 minute)"
    report_retention_days: Annotated[
        # A link works for seven days, so its file has to be there for longer than that.
        int,
        Field(ge=8, le=36500),
        Setting("a whole number from 8 to 36500", "400"),
    ] = 400
    report_emails: Annotated[bool, Setting("true or false", "true")] = False
    slack_api_url: Annotated[
        str,
        AfterValidator(_slack_api_url),
        Setting("the https URL of Slack's Web API, or of a server that speaks it", "https://slack.com/api/"),
    ] = SLACK_API_URL
    artifacts: Annotated[
        str,
        StringConstraints(min_length=1),
        Setting("the directory with the zip files, seen from the repository's root", "dist"),
    ] = "dist"
    architecture: Annotated[
        Literal["arm64", "x86_64"],
        Setting("arm64 or x86_64, as the artifacts were built", "arm64"),
    ] = "arm64"
    python: Annotated[
        Literal["3.11", "3.12", "3.13", "3.14"],
        Setting("3.11, 3.12, 3.13 or 3.14, as the artifacts were built", "3.13"),
    ] = "3.13"
    answering_memory: Annotated[
        int,
        Field(ge=256, le=10240),  # below that the answers come too late (docs/performance.md); Lambda ends there
        Setting("a whole number of megabytes from 256 to 10240", "1769"),
    ] = 1024
    cold_starts: Annotated[
        Literal["plain", "snapStart", "provisioned"],
        Setting("plain, snapStart or provisioned", "snapStart"),
    ] = "plain"
    log_level: Annotated[
        Literal["DEBUG", "INFO", "WARNING", "ERROR"],
        Setting("DEBUG, INFO, WARNING or ERROR", "INFO"),
    ] = "INFO"
    log_retention_days: Annotated[
        int,
        AfterValidator(_retention),
        Setting(f"one of {', '.join(map(str, LOG_RETENTION_DAYS))}", "90"),
    ] = 90
    alarm_email: Annotated[
        str | None,
        StringConstraints(pattern=rf"^([^@\s]+@[^@\s]+\.[^@\s]+|{TOLD_ELSEWHERE})$", strip_whitespace=True),
        Setting("an e-mail address, or none where something else subscribes", "ossi-alarms@example.com"),
    ] = None
    monthly_budget: Annotated[
        int | None,
        Field(ge=0, le=1_000_000),
        Setting("a whole number of USD a month for the whole AWS account, or 0 for no budget", "10"),
    ] = None
    dashboard: Annotated[bool, Setting("true or false", "true")] = False
    encrypt_alarms: Annotated[bool, Setting("true or false", "false")] = False
    throttling_rate_limit: Annotated[
        int,
        # API Gateway's own default for a whole account and region is 10,000 a second with bursts of 5,000.
        Field(ge=1, le=10_000),
        Setting("a whole number of requests a second from 1 to 10000", "20"),
    ] = 20
    throttling_burst_limit: Annotated[
        int,
        Field(ge=1, le=5_000),
        Setting("a whole number of requests from 1 to 5000", "40"),
    ] = 40
    reserved_concurrency: Annotated[
        int | None,
        # The stream is worked off four changes at a time.
        Field(ge=4, le=1_000),
        Setting("a whole number of executions from 4 to 1000", "10"),
    ] = None
    log_source_ip: Annotated[bool, Setting("true or false", "true")] = False
    deletion_protection: Annotated[bool, Setting("true or false", "true")] = True
    paused: Annotated[bool, Setting("true or false", "true")] = False
    kms_key_arn: Annotated[
        str | None,
        StringConstraints(pattern=r"^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key/[A-Za-z0-9-]+$", strip_whitespace=True),
        Setting(
            "the ARN of a key of KMS, not of an alias",
            "arn:aws:kms:eu-north-1:111122223333:key/5f3a0000-0000-4000-8000-000000000000",
        ),
    ] = None
    permissions_boundary: Annotated[
        str | None,
        StringConstraints(pattern=r"^arn:aws[a-z-]*:iam::(aws|\d{12}):policy/\S+$", strip_whitespace=True),
        Setting("the ARN of a managed policy of IAM", "arn:aws:iam::111122223333:policy/boundary"),
    ] = None

    def artifacts_directory(self, root: Path = REPOSITORY) -> Path:
        """Returns the directory of the zip files as an absolute path; `root` is the repository's."""
        return root / self.artifacts

    def warnings(self) -> list[str]:
        """Returns what may be meant, and may as well be a mistake, or forgotten: a sentence each."""
        found: list[str] = []
        for key, schedule in (("reportSchedule", self.report_schedule), ("reconcileSchedule", self.reconcile_schedule)):
            months = months_left_out(schedule)
            if months:
                found.append(
                    f'{NAMESPACE}:{key} is "{schedule}": there is no such day in {", ".join(months)}, so nothing runs then. '
                    "L stands for the last day of each month."
                )
        if self.paused:
            found.append(
                f"{NAMESPACE}:paused is true: no message is sent, and no report is made by itself. "
                f"To go on: pulumi config rm {NAMESPACE}:paused"
            )
        if self.answering_memory > MOST_MEMORY_OF_A_NEW_ACCOUNT:
            found.append(
                f"{NAMESPACE}:answeringMemory is {self.answering_memory}: a new AWS account may not have more than "
                f"{MOST_MEMORY_OF_A_NEW_ACCOUNT} MB a function before it asks for it, and `pulumi up` fails halfway."
            )
        return found


def read_settings(values: Mapping[str, str], secret_keys: Collection[str] = (), region: str | None = None) -> Settings:
    """Returns the settings from their values by key, without the namespace.

    `secret_keys` names the values that Pulumi keeps encrypted; `region` is the stack's, where its configuration says it.
    Raises SettingsError with all that is wrong.
    """
    problems = [_unencrypted(key) for key in _secret_settings() if key in values and key not in secret_keys]
    problems += _channel_problems(values)
    problems += _key_problems(values, region)
    settings: Settings | None = None
    try:
        settings = Settings.model_validate(dict(values))
    except ValidationError as error:
        problems += [_problem(details, values, secret_keys) for details in error.errors(include_url=False)]
    if settings is None or problems:
        count = "a problem" if len(problems) == 1 else f"{len(problems)} problems"
        lines = "\n".join(f"  - {problem}" for problem in problems)
        raise SettingsError(f"The stack's configuration has {count}:\n{lines}\ndocs/deploy.md explains every setting.")
    return settings


def read_stack_settings() -> Settings:
    """Returns the settings of the stack that Pulumi is running for. Raises SettingsError with all that is wrong."""
    everything = {**get_config_env(), **pulumi_config.CONFIG.get()}
    prefix = f"{NAMESPACE}:"
    values = {key.removeprefix(prefix): str(value) for key, value in everything.items() if key.startswith(prefix)}
    encrypted = set(get_config_secret_keys_env())
    secret_keys = {key for key in values if is_config_secret(prefix + key) or prefix + key in encrypted}
    return read_settings(values, secret_keys, everything.get("aws:region"))


def check_stack_name(stack: str) -> str:
    """Returns the stack's name if AWS takes it as a part of all our names. Raises SettingsError."""
    # A function's name, ossi-<stack>-interactions, has 64 characters at most; a bucket's has lower case only.
    if not re.fullmatch(r"[a-z][a-z0-9-]{0,30}", stack):
        raise SettingsError(
            f'The stack\'s name "{stack}" would make names that AWS does not take: use up to 31 lower-case letters, '
            "digits and hyphens, with a letter first. Example: pulumi stack init dev"
        )
    return stack


def settings_by_key() -> Iterator[tuple[str, Setting]]:
    """Yields each setting's key, without the namespace, and what there is to know about it."""
    for field in Settings.model_fields.values():
        yield cast("str", field.alias), next(item for item in field.metadata if isinstance(item, Setting))


def _secret_settings() -> list[str]:
    return [key for key, setting in settings_by_key() if setting.secret]


def _unencrypted(key: str) -> str:
    return (
        f"{NAMESPACE}:{key} stands in the configuration in clear: ask for a new one where it came from, "
        f"since this one may have been read. {_command(key, dict(settings_by_key())[key])}"
    )


def _channel_problems(values: Mapping[str, str]) -> Iterator[str]:
    """What is wrong with channels whose ids look right."""
    known = dict(settings_by_key())
    channels = {key: values[key].strip() for key in ("managementChannel", "publicChannel") if key in values}
    if len(channels) == 2 and len(set(channels.values())) == 1:
        yield (
            f'{NAMESPACE}:publicChannel is "{channels["publicChannel"]}", and {NAMESPACE}:managementChannel is the same: what '
            "the managers discuss would be published. Give each a channel of its own. "
            + _command("publicChannel", known["publicChannel"])
        )
    if values.get("slackApiUrl", SLACK_API_URL).rstrip("/") != SLACK_API_URL.rstrip("/"):
        return
    for key, channel in channels.items():
        if channel in _PLACEHOLDERS:
            yield (
                f'{NAMESPACE}:{key} is "{channel}", a placeholder: it must be {known[key].wanted}. '
                + _command(key, known[key])
            )


def _key_problems(values: Mapping[str, str], region: str | None) -> Iterator[str]:
    """What is wrong with a key whose ARN looks right."""
    key = values.get("kmsKeyArn", "").strip()
    match = re.match(r"arn:[^:]+:kms:([^:]+):", key)
    if match and region and match[1] != region:
        setting = dict(settings_by_key())["kmsKeyArn"]
        yield (
            f'{NAMESPACE}:kmsKeyArn is "{key}", a key of {match[1]}, and the stack is in {region}: KMS keys work in their own '
            f"region only. {_command('kmsKeyArn', setting)}"
        )


def _problem(details: ErrorDetails, values: Mapping[str, str], secret_keys: Collection[str]) -> str:
    key = str(details["loc"][0])
    known = dict(settings_by_key())
    if key not in known:
        near = _nearest(key, known)
        hint = f"did you mean {NAMESPACE}:{near}?" if near else f"there are: {', '.join(known)}."
        return f"{NAMESPACE}:{key} is not a setting; {hint} Remove it: pulumi config rm {NAMESPACE}:{key}"
    setting = known[key]
    if details["type"] == "missing" and len(details["loc"]) == 1:
        return f"{NAMESPACE}:{key} is missing: it must be {setting.wanted}. {_command(key, setting)}"
    inside = _place(details["loc"][1:])
    shown = "" if setting.secret or key in secret_keys or inside else f' is "{values[key]}"'
    reason = _reason(details)
    because = f" ({inside}{reason})" if inside or reason else ""
    return f"{NAMESPACE}:{key}{shown or ' is wrong'}: it must be {setting.wanted}{because}. {_command(key, setting)}"


def _place(loc: tuple[int | str, ...]) -> str:
    """Says where in a list the fault is: `level 2, amount: `."""
    words = [f"level {item + 1}" if isinstance(item, int) else item for item in loc]
    return f"{', '.join(words)}: " if words else ""


def _reason(details: ErrorDetails) -> str:
    """Says what our own checks or, inside a list, pydantic's found; elsewhere `wanted` says it better."""
    if details["type"] == "value_error":
        return str(details.get("ctx", {}).get("error", details["msg"]))
    if len(details["loc"]) > 1:
        return details["msg"][:1].lower() + details["msg"][1:]
    return ""


def _command(key: str, setting: Setting) -> str:
    flag = "--secret " if setting.secret else ""
    return f"Example: pulumi config set {flag}{NAMESPACE}:{key} {setting.example}"


def _nearest(word: str, known: Collection[str]) -> str | None:
    """Returns the known word that was probably meant; differences of case count for nothing."""
    lower = {item.lower(): item for item in sorted(known)}
    near = get_close_matches(word.lower(), lower, n=1)
    return lower[near[0]] if near else None
