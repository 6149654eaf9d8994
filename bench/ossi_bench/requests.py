"""The events that the functions are measured with, signed as Slack signs them."""

import base64
import hashlib
import hmac
import json
import time
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from ossi_bench.stubs import SIGNING_SECRET

Event = dict[str, Any]
ZONE = "Europe/Helsinki"
DESCRIPTION = "Fixed the pagination of the search results, with tests, and wrote the part of the manual about it."


def command(text: str) -> Event:
    """/ossi and that text."""
    form = {
        "token": "bench",
        "team_id": "T0OSSI001",
        "channel_id": "C0OPENSRC",
        "user_id": "U0AINO001",
        "user_name": "aino",
        "command": "/ossi",
        "text": text,
        "api_app_id": "A0OSSI001",
        "response_url": "https://localhost/response",
        "trigger_id": "1234567890123.9876543210987.0123456789abcdef",
    }
    return _signed("/slash", urlencode(form))


def unsigned(length: int) -> Event:
    """A command that a stranger sends, of so many bytes: as many fields as fit."""
    event = forged(length)
    del event["headers"]["x-slack-signature"]
    return event


def forged(length: int) -> Event:
    """The same, signed just now with a secret that isn't Slack's."""
    return _signed("/slash", ("%41=%41&" * (length // 8 + 1))[:length], "somebody else's")


def form_sent(number: int = 0) -> Event:
    """A filled form. number: of the opened modal, for each is stored once."""
    month = f"{datetime.now(ZoneInfo(ZONE)):%Y-%m}"
    values = {
        "description": {"type": "plain_text_input", "value": DESCRIPTION},
        "url": {"type": "url_text_input", "value": "https://github.com/owner/project/pull/1"},
        "month": {"type": "static_select", "selected_option": {"value": month}},
        "level": {"type": "static_select", "selected_option": {"value": "SMALL"}},
    }
    payload: Event = {
        "type": "view_submission",
        "team": {"id": "T0OSSI001", "domain": "bench"},
        "user": {"id": "U0AINO001", "username": "aino", "name": "aino", "team_id": "T0OSSI001"},
        "api_app_id": "A0OSSI001",
        "trigger_id": "1234567890123.9876543210987.0123456789abcdef",
        "view": {
            "id": f"V0BENCH{number}",
            "type": "modal",
            "callback_id": "contribution_form",
            "private_metadata": json.dumps({"openedAt": int(time.time() * 1000)}),
            "blocks": [],
            "state": {"values": {name: {name: value} for name, value in values.items()}},
        },
    }
    return _signed("/interactions", urlencode({"payload": json.dumps(payload)}))


def stream_batch(first: int, size: int) -> Event:
    """So many new contributions, each of another person."""
    return {"Records": [_inserted(number) for number in range(first, first + size)]}


def stored_row(number: int, user: str) -> Event:
    """A contribution as DynamoDB hands it over."""
    return {
        "userId": {"S": user},
        "timestamp": {"N": str(1_792_994_700_000 + number)},
        "status": {"S": "PENDING"},
        "size": {"S": "SMALL"},
        "text": {"S": f"{number}: {DESCRIPTION}"},
        "name": {"S": f"Person {number}"},
        "url": {"S": f"https://github.com/owner/project/pull/{number}"},
        "contributionMonth": {"S": "2026-10"},
        "submissionId": {"S": f"V{number}"},
    }


def _inserted(number: int) -> Event:
    row = stored_row(number, f"U0BENCH{number:05d}")
    return {
        "eventID": f"{number:032x}",
        "eventName": "INSERT",
        "eventVersion": "1.1",
        "eventSource": "aws:dynamodb",
        "awsRegion": "eu-north-1",
        "dynamodb": {
            "Keys": {name: row[name] for name in ("userId", "timestamp")},
            "NewImage": row,
            "SequenceNumber": f"{number + 1:021d}",
            "SizeBytes": 500,
            "StreamViewType": "NEW_AND_OLD_IMAGES",
        },
    }


def _signed(path: str, body: str, secret: str = SIGNING_SECRET) -> Event:
    """As API Gateway hands it over (payload format 2.0): names of headers in lower case, the body as base64."""
    timestamp = str(int(time.time()))
    digest = hmac.new(secret.encode(), f"v0:{timestamp}:{body}".encode(), hashlib.sha256).hexdigest()
    return {
        "version": "2.0",
        "routeKey": f"POST {path}",
        "rawPath": path,
        "rawQueryString": "",
        "headers": {
            "content-type": "application/x-www-form-urlencoded",
            "user-agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
            "x-slack-request-timestamp": timestamp,
            "x-slack-signature": f"v0={digest}",
        },
        "requestContext": {
            "requestId": "bench",
            "stage": "$default",
            "http": {"method": "POST", "path": path, "protocol": "HTTP/1.1", "sourceIp": "192.0.2.10"},
        },
        "body": base64.b64encode(body.encode()).decode(),
        "isBase64Encoded": True,
    }
