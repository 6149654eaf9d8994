"""API Gateway's HTTP API events (payload format 2.0) and Slack's signature on them (N4)."""

import base64
import binascii
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

from ossi.runtime.errors import RequestRefused

Event = dict[str, Any]
Answer = dict[str, Any]


def body_of(event: Event) -> bytes:
    """The raw body as it was sent. Raises RequestRefused where API Gateway's base64 is none, and text no text."""
    body = event.get("body") or ""
    if not isinstance(body, str):
        raise RequestRefused("a body that is no text")
    try:
        if not event.get("isBase64Encoded"):
            return body.encode()
        return base64.b64decode(body, validate=True)
    except (binascii.Error, ValueError) as error:
        raise RequestRefused("a body that is not what it is said to be") from error


def headers_of(event: Event) -> dict[str, str]:
    """The headers, their names in lower case."""
    headers: object = event.get("headers")
    return {str(name).lower(): str(value) for name, value in headers.items()} if isinstance(headers, dict) else {}  # pyright: ignore[reportUnknownVariableType,reportUnknownArgumentType]


def signed_form(event: Event, is_valid: Callable[[bytes, dict[str, str]], bool]) -> dict[str, str]:
    """The form of a request that Slack signed. is_valid: whether a raw body and its headers are signed. Raises RequestRefused."""
    body = body_of(event)
    if not is_valid(body, headers_of(event)):
        raise RequestRefused("no valid signature")
    try:
        return dict(parse_qsl(body.decode(), keep_blank_values=True, strict_parsing=bool(body)))
    except ValueError as error:
        raise RequestRefused("not a form") from error


def is_ssl_check(event: Event) -> bool:
    """Whether Slack only looks if the endpoint is there. That request need not be signed, and nothing follows from it."""
    try:
        return dict(parse_qsl(body_of(event).decode())).get("ssl_check") == "1"
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
