"""Requests to the bot as Slack sends them, signed or not: for what no client of Slack would do."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from typing import Any
from urllib.parse import urlencode

import httpx

from e2e.driving import Ossi
from local_slack.control_models import MessageRead, ViewRead


def form(fields: dict[str, Any]) -> bytes:
    """A form body."""
    return urlencode(fields).encode()


def command(user: str, text: str, trigger: str = "1.2.3") -> bytes:
    """/ossi with that text."""
    return form(
        {
            "team_id": "T0OSSI001", "channel_id": "D0000", "user_id": user, "user_name": "somebody", "command": "/ossi",
            "text": text, "api_app_id": "A0OSSI001", "response_url": "http://127.0.0.1:9/none", "trigger_id": trigger,
        }
    )  # fmt: skip


def interaction(payload: dict[str, Any]) -> bytes:
    """Any interaction."""
    return form({"payload": json.dumps(payload)})


def submission(view: ViewRead, user: str, text: str, url: str) -> bytes:
    """The form, filled in and sent."""
    month = view.values["month"]
    values = {
        "description": {"description": {"type": "plain_text_input", "value": text}},
        "url": {"url": {"type": "url_text_input", "value": url}},
        "month": month,
        "level": {"level": {"type": "static_select", "selected_option": {"value": "SMALL"}}},
    }
    sent = {**view.view, "state": {"values": values}}
    return interaction({"type": "view_submission", "user": {"id": user, "username": "somebody"}, "view": sent})


def decision(request: MessageRead, user: str, button: str, value: str, response_url: str = "") -> bytes:
    """A pressed button of the management channel's message."""
    return interaction(
        {
            "type": "block_actions",
            "user": {"id": user, "username": "somebody"},
            "container": {"type": "message", "message_ts": request.ts, "channel_id": request.channel},
            "channel": {"id": request.channel},
            "response_url": response_url,
            "actions": [{"type": "button", "block_id": "decision", "action_id": button, "value": value}],
        }
    )


def signature(secret: str, body: bytes, age_seconds: float = 0) -> dict[str, str]:
    """Slack's two headers for a body that was sent so many seconds ago (Slack: "Verifying requests from Slack")."""
    timestamp = str(int(time.time() - age_seconds))
    signed = hmac.new(secret.encode(), f"v0:{timestamp}:".encode() + body, hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": timestamp, "X-Slack-Signature": f"v0={signed}"}


def send(url: str, body: bytes, headers: dict[str, str]) -> httpx.Response:
    """Posts a form."""
    return httpx.post(
        url,
        content=body,
        headers={"Content-Type": "application/x-www-form-urlencoded", **headers},
        trust_env=False,
        timeout=20,
    )


def send_signed(ossi: Ossi, url: str, body: bytes) -> httpx.Response:
    """Posts a form as Slack would."""
    return send(url, body, signature(ossi.ready.signing_secret, body))


def warm_up(ossi: Ossi) -> None:
    """Lets the two functions that answer Slack start: a cold start on a busy machine may take longer than Slack waits."""
    for url in (ossi.ready.slash_url, ossi.ready.interactions_url):
        ossi.wait(lambda url=url: send_signed(ossi, url, interaction({})).status_code < 500)


def sent_by_slack(ossi: Ossi, kind: str) -> bytes:
    """The body of the latest request of that kind that the local Slack sent, to be sent once more."""
    payload = next(each.payload for each in reversed(ossi.slack.traffic()) if each.kind == kind)
    assert isinstance(payload, dict)
    return form(payload) if kind == "slash_command" else interaction(payload)
