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

NAMESPACE = "ossi"
REPOSITORY = Path(__file__).resolve().parents[1]

# CloudWatch Logs takes only these (API reference, PutRetentionPolicy).
LOG_RETENTION_DAYS = (
    *(1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731),
    *(1096, 1827, 2192, 2557, 2922, 3288, 3653),
)


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
    zones = available_timezones()
    if value not in zones:
        near = _nearest(value, zones)
        raise ValueError("it is not a known time zone" + (f"; did you mean {near}?" if near else ""))
    return value


def _schedule(value: str) -> str:
    cron = re.fullmatch(r"cron\((.*)\)", value)
    if cron:
        fields = cron[1].split()
        if len(fields) != 6:
            raise ValueError(
                f"cron takes six fields (minute, hour, day of month, month, day of week, year), not {len(fields)}"
            )
        if any(not re.fullmatch(r"[0-9A-Za-z*?,/#-]+", field) for field in fields):
            raise ValueError("a field of cron holds a character that EventBridge does not know")
        # EventBridge Scheduler user guide, "Cron-based schedules".
        if (fields[2] == "?") == (fields[4] == "?"):
            raise ValueError("in cron just one of day of month and day of week must be ?")
        return value
    rate = re.fullmatch(r"rate\((\d+) (minute|hour|day)(s?)\)", value)
    if rate is None or int(rate[1]) < 1:
        raise ValueError("it is neither cron(six fields) nor rate(number unit)")
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
        AfterValidator(_schedule),
        Setting("a schedule of EventBridge: cron(six fields) or rate(number unit)", "'cron(0 6 3 * ? *)'"),
    ] = "cron(0 6 3 * ? *)"
    reconcile_schedule: Annotated[
        str,
        AfterValidator(_schedule),
        Setting("a schedule of EventBridge: cron(six fields) or rate(number unit)", "'rate(1 minute)'"),
    ] = "rate(1 minute)"
    report_retention_days: Annotated[
        # A link works for seven days, so its file has to be there for longer than that.
        int,
        Field(ge=8, le=36500),
        Setting("a whole number from 8 to 36500", "400"),
    ] = 400
    slack_api_url: Annotated[
        str,
        AfterValidator(_slack_api_url),
        Setting("the https URL of Slack's Web API, or of a server that speaks it", "https://slack.com/api/"),
    ] = "https://slack.com/api/"
    artifacts: Annotated[
        str,
        StringConstraints(min_length=1),
        Setting("the directory with the zip files, seen from the repository's root", "dist"),
    ] = "dist"
    architecture: Annotated[
        Literal["arm64", "x86_64"],
        Setting("arm64 or x86_64, as the artifacts were built", "arm64"),
    ] = "arm64"
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
        StringConstraints(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$", strip_whitespace=True),
        Setting("an e-mail address", "ossi-alarms@example.com"),
    ] = None
    dashboard: Annotated[bool, Setting("true or false", "true")] = True
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

    def artifacts_directory(self, root: Path = REPOSITORY) -> Path:
        """Returns the directory of the zip files as an absolute path; `root` is the repository's."""
        return root / self.artifacts


def read_settings(values: Mapping[str, str], secret_keys: Collection[str] = ()) -> Settings:
    """Returns the settings from their values by key, without the namespace.

    `secret_keys` names the values that Pulumi keeps encrypted. Raises SettingsError with all that is wrong.
    """
    problems = [_unencrypted(key) for key in _secret_settings() if key in values and key not in secret_keys]
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
    return read_settings(values, secret_keys)


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
