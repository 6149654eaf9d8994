"""Events as AWS hands them to a function, made from the files in tests/events."""

import base64
import hashlib
import hmac
import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from ossi_playground.seed import load_seed

Event = dict[str, Any]
_FILES = Path(__file__).parents[2] / "events"
SEED = load_seed()


@dataclass
class Context:
    """What a handler may ask of Lambda."""

    aws_request_id: str = "11111111-2222-3333-4444-555555555555"
    left_ms: int = 300_000

    def get_remaining_time_in_millis(self) -> int:
        """As Lambda's own."""
        return self.left_ms


def load(name: str) -> Any:
    """The event of that file."""
    return json.loads((_FILES / f"{name}.json").read_text(encoding="utf-8"))


def http_event(path: str, body: bytes, headers: dict[str, str], method: str = "POST") -> Event:
    """A request as API Gateway hands it over: names of headers in lower case, a form's body as base64."""
    event: Event = load("http_api_v2")
    event["rawPath"] = event["requestContext"]["http"]["path"] = path
    event["routeKey"] = event["requestContext"]["routeKey"] = f"{method} {path}"
    event["requestContext"]["http"]["method"] = method
    event["headers"] |= {name.lower(): value for name, value in headers.items()}
    event["body"] = base64.b64encode(body).decode()
    return event


def signature(body: bytes, timestamp: str, secret: str) -> str:
    """Slack's signature (Slack: "Verifying requests from Slack")."""
    return "v0=" + hmac.new(secret.encode(), b"v0:" + timestamp.encode() + b":" + body, hashlib.sha256).hexdigest()


def signed(path: str, body: bytes, *, age_s: int = 0, secret: str = SEED.signing_secret) -> Event:
    """A request that Slack signed so many seconds ago."""
    timestamp = str(int(time.time()) - age_s)
    headers = {"X-Slack-Request-Timestamp": timestamp, "X-Slack-Signature": signature(body, timestamp, secret)}
    return http_event(path, body, headers)


def slash_body(**fields: str) -> bytes:
    """The body of a slash command."""
    return urlencode({**load("slash_command"), **fields}).encode()


def interaction_body(payload: Event) -> bytes:
    """The body of an interaction."""
    return urlencode({"payload": json.dumps(payload)}).encode()


def download_event(name: str, token: str | None, method: str = "GET") -> Event:
    """A click on a report's link."""
    event = http_event(f"/reports/{name}", b"", {}, method)
    event["routeKey"] = event["requestContext"]["routeKey"] = f"{method} /reports/{{name}}"
    del event["body"]
    event["isBase64Encoded"] = False
    event["pathParameters"] = {"name": name}
    if token is not None:
        event["rawQueryString"] = f"token={token}"
        event["queryStringParameters"] = {"token": token}
    return event
