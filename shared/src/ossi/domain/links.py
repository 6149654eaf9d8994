"""The links to a report's files: signed by us, so that they live for exactly seven days.

A URL that S3 presigns dies with the session of the role that signed it, hours later (AWS: "Sharing objects with presigned URLs").
"""

import hashlib
import hmac
import re
import secrets
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from ossi.domain.errors import OssiError
from ossi.domain.months import Month

LINK_LIFE = timedelta(days=7)
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,120}", re.ASCII)
_MADE = re.compile(r"(ossi-\d{4}-\d{2})-.*\.([a-z]+)", re.ASCII)
_TOKEN = re.compile(r"(\d{10,12})\.([0-9a-f]{64})", re.ASCII)


class LinkRefused(OssiError):
    """A link that Ossi didn't sign. The message is for the log, not for the caller."""


class LinkExpired(LinkRefused):
    """The link was good once."""


def report_stem(month: Month, made_at: datetime) -> str:
    """The names of a report's files without their suffixes, which nobody can guess: ossi-2026-10-20261103T040000Z-5f3a…. made_at: aware."""
    return f"ossi-{month}-{made_at.astimezone(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(8)}"


def report_names(stem: str, suffixes: Iterable[str]) -> dict[str, str]:
    """Suffix -> the name of that file of a report."""
    return {suffix: f"{stem}.{suffix}" for suffix in suffixes}


def friendly_name(name: str) -> str:
    """The file's name as people keep it: ossi-2026-10.xlsx. name: of a checked link."""
    match = _MADE.fullmatch(name)
    return f"{match[1]}.{match[2]}" if match else name


def signed_path(name: str, expires_at: datetime, key: str) -> str:
    """The path and query that serve the file of that name until expires_at (aware; counted in whole seconds)."""
    expires = int(expires_at.timestamp())
    return f"/reports/{name}?token={expires}.{_signature(name, expires, key)}"


def check_shape(name: str, token: str) -> tuple[int, str]:
    """What a link's token says: when it expires, in seconds since the epoch, and its signature. Needs no key.

    Raises LinkRefused for what can't be a link of ours, whatever the key.
    """
    match = _TOKEN.fullmatch(token)
    if _NAME.fullmatch(name) is None or match is None:
        raise LinkRefused("not a link of ours")
    return int(match[1]), match[2]


def check_link(name: str, token: str, key: str, now: datetime) -> None:
    """Raises LinkRefused for a link that we did not sign, LinkExpired for one whose time has passed. now: aware."""
    expires, said = check_shape(name, token)
    if not hmac.compare_digest(_signature(name, expires, key), said):
        raise LinkRefused("wrong signature")
    if now.timestamp() >= expires:
        raise LinkExpired("expired")


def _signature(name: str, expires: int, key: str) -> str:
    return hmac.new(key.encode(), f"report\n{name}\n{expires}".encode(), hashlib.sha256).hexdigest()
