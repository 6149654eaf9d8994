"""API Gateway's HTTP API events (payload format 2.0) and Slack's signature on them (N4, N11).

Anyone can send anything here. Until a request's signature is checked it costs no more than its length in bytes, and no more than
LONGEST_BODY of them.
"""

import base64
import json
from typing import Any, Protocol
from urllib.parse import parse_qsl

from ossi.runtime.errors import RequestRefused

Event = dict[str, Any]
Answer = dict[str, Any]

LONGEST_BODY = 128 * 1024
"""Bytes of a request's body. A command of Slack's has about 1,000, the longest form or message that Ossi draws some 60,000."""
_LONGEST_SSL_CHECK, _MOST_FIELDS = 1024, 10  # bytes, and what is in them: it says ssl_check=1 and carries a token


class Signature(Protocol):
    """How a request's signature is checked. headers: their names in lower case."""

    def is_claimed(self, headers: dict[str, str]) -> bool:
        """Whether the headers look like those of a fresh signature. Cheap: it needs no secret and no body."""
        ...

    def __call__(self, body: bytes, headers: dict[str, str]) -> bool:
        """Whether that raw body is signed."""
        ...


def body_of(event: Event, longest: int = LONGEST_BODY) -> bytes:
    """The raw body as it was sent.

    Raises RequestRefused if it isn't text, isn't valid base64, or has more than `longest` bytes. Too long a body is refused by its
    length, before any of it is decoded.
    """
    body = event.get("body") or ""
    if not isinstance(body, str):
        raise RequestRefused("a body that is not text")
    is_base64 = bool(event.get("isBase64Encoded"))
    # Four characters of base64 stand for up to three bytes; a character of plain text for at least one.
    if len(body) > (4 * -(-longest // 3) if is_base64 else longest):
        raise RequestRefused("a body that is too long")
    try:
        raw = base64.b64decode(body, validate=True) if is_base64 else body.encode()
    except ValueError as error:
        raise RequestRefused("a body that cannot be decoded") from error
    if len(raw) > longest:
        raise RequestRefused("a body that is too long")
    return raw


def headers_of(event: Event) -> dict[str, str]:
    """The headers, their names in lower case."""
    headers: object = event.get("headers")
    return {str(name).lower(): str(value) for name, value in headers.items()} if isinstance(headers, dict) else {}  # pyright: ignore[reportUnknownVariableType,reportUnknownArgumentType]


def signed_form(event: Event, signature: Signature) -> dict[str, str]:
    """The form of a request that Slack signed. Raises RequestRefused.

    What costs least is checked first, and nothing is parsed before the signature is known to be good.
    """
    headers = headers_of(event)
    if not signature.is_claimed(headers):
        raise RequestRefused("no fresh signature")
    body = body_of(event)
    if not signature(body, headers):
        raise RequestRefused("no valid signature")
    try:
        return dict(parse_qsl(body.decode(), keep_blank_values=True, strict_parsing=bool(body)))
    except ValueError as error:
        raise RequestRefused("not a form") from error


def is_ssl_check(event: Event) -> bool:
    """Whether Slack only checks that the endpoint is there. That request needs no signature, and nothing follows from it.

    A body of more than 1 KB or ten fields isn't looked at.
    """
    try:
        fields = parse_qsl(body_of(event, _LONGEST_SSL_CHECK).decode(), max_num_fields=_MOST_FIELDS)
        return dict(fields).get("ssl_check") == "1"
    except (RequestRefused, ValueError):
        return False


def answer(body: dict[str, Any] | None = None, status: int = 200) -> Answer:
    """A JSON answer; without a body an empty one, which is how Slack is told that all is well."""
    if body is None:
        return {"statusCode": status, "body": ""}
    return {
        "statusCode": status,
        "headers": {"content-type": "application/json"},
        "body": json.dumps(body, ensure_ascii=False),
    }


def refused() -> Answer:
    """The answer to whoever is not Slack; it tells nothing."""
    return answer({"error": "unauthorized"}, 401)
