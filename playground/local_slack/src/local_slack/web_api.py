"""The endpoints that the bot calls: the Web API and the response URLs, with failures and rate limits where ordered."""

import asyncio
import hmac
import time
from dataclasses import dataclass
from typing import Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import RequestResponseCycle

from local_slack.calls import Call, form_fields, read_arguments
from local_slack.content import Content, content_of
from local_slack.errors import SlackError
from local_slack.failures import FailureRule, Failures, RateLimiter
from local_slack.jsonish import Json, JsonObject, as_text, parse
from local_slack.methods import METHODS
from local_slack.queries import Queries
from local_slack.state import ResponseUrl
from local_slack.traffic import Traffic
from local_slack.views import Views
from local_slack.workspace import Workspace

_LIMITED: Final = ("chat.postMessage", "chat.postEphemeral")
"""The methods that count against the messages a second of a channel."""

TRANSPORT: Final = "local_slack.cycle"
"""The key of the ASGI scope under which the outermost layer leaves uvicorn's connection."""


class BrokenResponse(Response):
    """An answer that never comes: the connection is held until the caller gives up, or cut at once."""

    def __init__(self, stopping: asyncio.Event, *, cut: bool) -> None:
        super().__init__(status_code=500)
        self._stopping = stopping
        self._cut = cut

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - nothing is sent
        """Hold or cut the connection; returns once it is gone."""
        cycle: object = scope.get(TRANSPORT)
        if not isinstance(cycle, RequestResponseCycle):
            raise TypeError("the connection is not one of uvicorn's h11 server, so it cannot be cut")
        gone = asyncio.ensure_future(_disconnected(receive))
        if not self._cut:
            stopped = asyncio.ensure_future(self._stopping.wait())
            await asyncio.wait((gone, stopped), return_when=asyncio.FIRST_COMPLETED)
            stopped.cancel()
        cycle.transport.abort()
        await gone


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        continue


@dataclass(frozen=True)
class WebApi:
    """Answers the bot."""

    workspace: Workspace
    views: Views
    queries: Queries
    traffic: Traffic
    failures: Failures
    rate: RateLimiter
    stopping: asyncio.Event

    def routes(self) -> list[Route]:
        """The routes of the Web API and the response URLs."""
        return [
            Route("/api/{method}", self._api, methods=["GET", "POST"]),
            Route("/response/{key}", self._response_url, methods=["POST"]),
        ]

    # the Web API

    async def _api(self, request: Request) -> Response:
        name = str(request.path_params["method"])
        at, started = self.workspace.clock(), time.perf_counter()
        arguments: JsonObject = {}
        shown: Response | None = None
        try:
            arguments = await read_arguments(request)
            shown = self._call(name, arguments, request)
        except SlackError as refused:
            shown = self._answer(refused.answer())
        self.traffic.record(
            at=at,
            direction="from_bot",
            kind=name,
            method=request.method,
            url=str(request.url.path),
            payload={key: value for key, value in arguments.items() if key != "token"},
            status=None if isinstance(shown, BrokenResponse) else shown.status_code,
            answer=_body_of(shown),
            ms=(time.perf_counter() - started) * 1000,
        )
        return shown

    def _call(self, name: str, arguments: JsonObject, request: Request) -> Response:
        channel = as_text(arguments.get("channel"))
        rule = self.failures.take(name, arguments, self._aliases(channel))
        if rule is not None and rule.before_or_after == "before":
            return self._failure(rule)
        if name in _LIMITED:
            # A direct message has two names, and counts as one channel; the person's id is known before it is opened.
            known = self.workspace.state.channels.get(channel)
            wait = self.rate.retry_after((known.im_user if known else None) or channel)
            if wait is not None:
                return self._rate_limited(wait)
        method = METHODS.get(name)
        if method is None:
            raise SlackError("unknown_method", extra={"req_method": name})
        self._authenticate(request, arguments)
        call = Call(arguments, self.workspace, self.views, self.queries)
        call.need_scope(*method.scopes)
        answer = method.handle(call)
        if rule is not None:
            return self._failure(rule)
        return self._answer({"ok": True, **answer})

    def _aliases(self, channel: str) -> dict[str, str]:
        """The other name of a direct message: the person's id for the channel's, and the other way round."""
        for known in self.workspace.state.channels.values():
            if known.im_user is not None and channel in (known.id, known.im_user):
                return {"channel": known.im_user if channel == known.id else known.id}
        return {}

    def _authenticate(self, request: Request, arguments: JsonObject) -> None:
        scheme, _, header = request.headers.get("authorization", "").partition(" ")
        token = header.strip() if scheme.lower() == "bearer" else as_text(arguments.get("token"))
        if not token:
            raise SlackError("not_authed")
        if not hmac.compare_digest(token.encode(), self.workspace.seed.bot_token.encode()):
            raise SlackError("invalid_auth")

    def _answer(self, body: JsonObject) -> Response:
        scopes = ",".join(self.workspace.seed.app.scopes)
        return JSONResponse(body, headers={"x-oauth-scopes": scopes}, media_type="application/json; charset=utf-8")

    @staticmethod
    def _rate_limited(seconds: int) -> Response:
        return JSONResponse({"ok": False, "error": "ratelimited"}, 429, headers={"Retry-After": str(seconds)})

    def _failure(self, rule: FailureRule) -> Response:
        if rule.kind == "ratelimited":
            return self._rate_limited(rule.retry_after)
        if rule.kind == "slack_error":
            return self._answer(SlackError(rule.error or "fatal_error").answer())
        if rule.kind in ("timeout", "cut"):
            return BrokenResponse(self.stopping, cut=rule.kind == "cut")
        return Response("upstream failure", 500 if rule.kind == "http_500" else 503, media_type="text/html")

    # response URLs

    async def _response_url(self, request: Request) -> Response:
        at, started = self.workspace.clock(), time.perf_counter()
        arguments: JsonObject = {}
        try:
            arguments = await _response_arguments(request)
            shown = self._respond(str(request.path_params["key"]), arguments)
        except SlackError as refused:
            status = 404 if refused.code in ("used_url", "expired_url", "invalid_url") else 400
            shown = JSONResponse(refused.answer(), status)
        self.traffic.record(
            at=at,
            direction="from_bot",
            kind="response_url",
            url=request.url.path,
            payload=arguments,
            status=None if isinstance(shown, BrokenResponse) else shown.status_code,
            answer=_body_of(shown),
            ms=(time.perf_counter() - started) * 1000,
        )
        return shown

    def _respond(self, key: str, arguments: JsonObject) -> Response:
        url = self.workspace.state.response_urls.get(key)
        context: JsonObject = {"channel": url.channel if url else None}
        rule = self.failures.take("response_url", context, self._aliases(as_text(context["channel"])))
        if rule is not None and rule.before_or_after == "before":
            return self._failure(rule)
        usable = self.workspace.usable_response_url(key)
        self._use(usable, arguments)
        usable.uses += 1
        self.workspace.bus.publish("response_url_used", channel=usable.channel)
        return self._failure(rule) if rule is not None else JSONResponse({"ok": True})

    def _use(self, url: ResponseUrl, arguments: JsonObject) -> None:
        source = self.workspace.find_message(url.channel, url.source_ts) if url.source_ts else None
        if arguments.get("delete_original") is True:
            if source is None:
                raise SlackError("message_not_found")
            self.workspace.delete(source)
            return
        response_type = arguments.get("response_type", "ephemeral")
        if response_type not in ("ephemeral", "in_channel"):
            raise SlackError("invalid_arguments", ["must be a valid enum value [json-pointer:/response_type]"])
        content = content_of(arguments)
        if arguments.get("replace_original") is True and url.source_ts is not None:
            if source is None:
                raise SlackError("message_not_found")
            self.workspace.rewrite(source, content.text, content.blocks or [])
            return
        self._post(url, content, None if response_type == "in_channel" else url.user)

    def _post(self, url: ResponseUrl, content: Content, visible_to: str | None) -> None:
        channel = self.workspace.channel(url.channel)
        if channel.is_archived:
            raise SlackError("is_archived")
        self.workspace.post(channel, content.text, content.blocks or [], visible_to=visible_to, origin=url.origin)


async def _response_arguments(request: Request) -> JsonObject:
    body = await request.body()
    if request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        body = as_text(form_fields(body).get("payload")).encode()
    try:
        value = parse(body)
    except ValueError as error:
        raise SlackError("invalid_payload") from error
    if not isinstance(value, dict):
        raise SlackError("invalid_payload")
    return value


def _body_of(response: Response) -> Json:
    if isinstance(response, BrokenResponse):
        return None
    body = bytes(response.body)
    return parse(body) if isinstance(response, JSONResponse) else body.decode()
