"""One call of a Web API method: its arguments as Slack reads them, and the caller's scopes."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias
from urllib.parse import parse_qsl

from starlette.requests import Request

from local_slack.errors import SlackError
from local_slack.jsonish import Json, JsonObject, as_text, parse
from local_slack.limits import limit
from local_slack.queries import Queries
from local_slack.state import Channel
from local_slack.views import Views
from local_slack.workspace import Workspace


@dataclass(frozen=True)
class Call:
    """The arguments of a call, and what it works on."""

    arguments: JsonObject
    workspace: Workspace
    views: Views
    queries: Queries

    def text(self, name: str) -> str:
        """An optional string argument; empty where it is missing."""
        return as_text(self.arguments.get(name))

    def required(self, name: str) -> str:
        """A string argument that must be there; raises `invalid_arguments`."""
        value = self.text(name)
        if not value:
            raise SlackError("invalid_arguments", [f"missing required field: {name}"])
        return value

    def flag(self, name: str) -> bool:
        """A boolean argument, also as `true` or `1` in a form."""
        return self.arguments.get(name) in (True, "true", "True", "1", 1)

    def json(self, name: str) -> Json:
        """An argument that is JSON, also as a string in a form; raises `invalid_arguments`."""
        value = self.arguments.get(name)
        if value is None:
            raise SlackError("invalid_arguments", [f"missing required field: {name}"])
        if isinstance(value, str):
            try:
                return parse(value)
            except ValueError as error:
                raise SlackError("invalid_arguments", [f"must be valid JSON [json-pointer:/{name}]"]) from error
        return value

    def need_scope(self, *any_of: str) -> None:
        """Raises `missing_scope` unless the token has one of these scopes."""
        provided = self.workspace.seed.app.scopes
        if any_of and not set(any_of) & set(provided):
            raise SlackError("missing_scope", extra={"needed": ",".join(any_of), "provided": ",".join(provided)})

    def need_scope_for(self, channel: Channel, verb: str) -> None:
        """Raises `missing_scope` unless the token may `read` (or `history`) this kind of conversation."""
        kind = "im" if channel.im_user is not None else "groups" if channel.is_private else "channels"
        self.need_scope(f"{kind}:{verb}")

    def page_of(self, items: list[JsonObject], name: str) -> JsonObject:
        """One page of a list, by `limit` and `cursor`; raises `invalid_limit` or `invalid_cursor`."""
        wanted = str(self.arguments.get("limit") or limit("page.default"))
        if not wanted.isdigit() or not 1 <= int(wanted) <= limit("page.max"):
            raise SlackError("invalid_limit")
        cursor = self.text("cursor")
        start = cursor.removeprefix("next:")
        if cursor and (not cursor.startswith("next:") or not start.isdigit() or int(start) >= len(items)):
            raise SlackError("invalid_cursor")
        first = int(start or "0")
        last = first + int(wanted)
        following = f"next:{last}" if last < len(items) else ""
        return {name: [*items[first:last]], "response_metadata": {"next_cursor": following}}


Handler: TypeAlias = Callable[[Call], JsonObject]


@dataclass(frozen=True)
class Method:
    """A Web API method: what it does, and the scopes one of which it needs whatever its arguments."""

    handle: Handler
    scopes: tuple[str, ...] = ()


async def read_arguments(request: Request) -> JsonObject:
    """The arguments of a call: the query's, and those of a form or JSON body.

    Raises `SlackError` with Slack's word for a body that cannot be read.
    """
    arguments: JsonObject = dict(request.query_params.items())
    body = await request.body()
    if request.method != "POST" or not body:
        return arguments
    content_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if content_type == "application/json":
        return {**arguments, **_json_body(body)}
    if content_type == "application/x-www-form-urlencoded":
        return {**arguments, **form_fields(body)}
    raise SlackError("invalid_post_type" if content_type else "missing_post_type")


def _json_body(body: bytes) -> JsonObject:
    try:
        value = parse(body)
    except ValueError as error:
        raise SlackError("invalid_json") from error
    if not isinstance(value, dict):
        raise SlackError("json_not_object")
    # Slack takes a token from a header or a form, never from a JSON body.
    return {key: item for key, item in value.items() if key != "token"}


def form_fields(body: bytes) -> JsonObject:
    """The fields of a form; raises `SlackError` `invalid_form_data`."""
    try:
        return dict(parse_qsl(body.decode(), keep_blank_values=True, strict_parsing=True))
    except ValueError as error:
        raise SlackError("invalid_form_data") from error
