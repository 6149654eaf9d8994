"""The requests that Slack sends to the bot: signed, form-encoded, and with three seconds for the answer."""

import asyncio
import json
import time
from dataclasses import dataclass
from typing import Final, Literal
from urllib.parse import urlencode

import httpx
from slack_sdk.signature import SignatureVerifier

from local_slack.jsonish import Json, JsonObject, parse
from local_slack.limits import limit
from local_slack.traffic import Traffic
from local_slack.workspace import Clock

_USER_AGENT: Final = "Slackbot 1.0 (+https://api.slack.com/robots)"


@dataclass(frozen=True)
class BotAnswer:
    """What came back from the bot; `error` is Slack's word for what went wrong, `ms` the time it took."""

    status: int | None
    body: str
    content_type: str
    ms: float
    error: Literal["operation_timeout", "dispatch_failed"] | None

    def json_object(self) -> JsonObject | None:
        """The body if it is a JSON object, declared as JSON."""
        if not self.content_type.startswith("application/json"):
            return None
        try:
            value = parse(self.body)
        except ValueError:
            return None
        return value if isinstance(value, dict) else None


class BotLine:
    """The line to the bot. The addresses are what an app's configuration pages hold; None where nothing was entered."""

    def __init__(self, client: httpx.AsyncClient, signing_secret: str, traffic: Traffic, clock: Clock) -> None:
        self.slash_url: str | None = None
        self.interactions_url: str | None = None
        self.events_url: str | None = None
        self.answer_seconds: float = limit("answer.seconds")
        self._client = client
        self._signer = SignatureVerifier(signing_secret)
        self._traffic = traffic
        self._clock = clock

    async def command(self, url: str, fields: dict[str, str]) -> BotAnswer:
        """Send a slash command."""
        shown: JsonObject = dict(fields.items())
        return await self._send(url, urlencode(fields), "application/x-www-form-urlencoded", "slash_command", shown)

    async def interaction(self, url: str, payload: JsonObject) -> BotAnswer:
        """Send an interaction."""
        body = urlencode({"payload": json.dumps(payload, ensure_ascii=False, separators=(",", ":"))})
        return await self._send(url, body, "application/x-www-form-urlencoded", str(payload.get("type")), payload)

    async def event(self, url: str, payload: JsonObject) -> BotAnswer:
        """Send an event of the Events API."""
        body = json.dumps(payload, ensure_ascii=False, separators=(",", ":"))
        return await self._send(url, body, "application/json", str(payload.get("type")), payload)

    async def _send(self, url: str, body: str, content_type: str, kind: str, shown: Json) -> BotAnswer:
        timestamp = str(int(self._clock()))
        headers = {
            "Content-Type": content_type,
            "User-Agent": _USER_AGENT,
            "Accept": "application/json,*/*",
            "X-Slack-Request-Timestamp": timestamp,
            "X-Slack-Signature": self._signer.generate_signature(timestamp=timestamp, body=body) or "",
        }
        target = httpx.URL(url)
        if target.host.endswith(".localhost"):
            # RFC 6761: such names are always this machine, also where the resolver does not know it.
            headers["Host"] = target.netloc.decode()
            target = target.copy_with(host="127.0.0.1")
        at, started = self._clock(), time.perf_counter()
        answer = await self._exchange(target, body.encode(), headers, started)
        self._traffic.record(
            at=at,
            direction="to_bot",
            kind=kind,
            url=url,
            payload=shown,
            status=answer.status,
            answer=answer.json_object() or answer.body or answer.error,
            ms=answer.ms,
        )
        return answer

    async def _exchange(self, url: httpx.URL, body: bytes, headers: dict[str, str], started: float) -> BotAnswer:
        def took() -> float:
            return (time.perf_counter() - started) * 1000

        try:
            async with asyncio.timeout(self.answer_seconds):
                response = await self._client.post(url, content=body, headers=headers)
        except TimeoutError:
            return BotAnswer(None, "", "", took(), "operation_timeout")
        except httpx.HTTPError as error:
            return BotAnswer(None, str(error), "", took(), "dispatch_failed")
        failed = None if response.status_code == 200 else "dispatch_failed"
        return BotAnswer(
            response.status_code, response.text, response.headers.get("content-type", "").lower(), took(), failed
        )


def new_client() -> httpx.AsyncClient:
    """The HTTP client of the line: no proxy, no redirects, and a fresh connection for every request.

    A kept connection that the other side is just closing would look like a bot that failed.
    """
    return httpx.AsyncClient(
        timeout=httpx.Timeout(None),  # The time for the whole answer is kept by the caller.
        trust_env=False,
        follow_redirects=False,
        limits=httpx.Limits(max_connections=None, max_keepalive_connections=0),
    )
