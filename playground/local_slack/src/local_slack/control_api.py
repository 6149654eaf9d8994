"""The control API under /_control: act as people, look at everything, order failures. For tests and the browser page.

It asks for no authorization, which is why the server listens on the loopback address alone.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final, TypeAlias, TypeVar

from pydantic import BaseModel, ValidationError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from local_slack.control_models import (
    AppRequest,
    ChannelRead,
    ChannelRequest,
    CommandRequest,
    CompletionRead,
    ConversationList,
    Done,
    FailureList,
    MessageList,
    MessageRead,
    MessageShortcutRequest,
    NewUserRequest,
    PressRequest,
    RateLimitRequest,
    Refusal,
    RoleRead,
    SayRequest,
    ShortcutRead,
    ShortcutRequest,
    StepRead,
    SubmitRequest,
    TrafficList,
    UserRead,
    UserRequest,
    ViewList,
    ViewRead,
    WorkspaceRead,
)
from local_slack.errors import ControlError, SlackError
from local_slack.failures import FailureRule, Failures, RateLimiter
from local_slack.outbound import BotLine
from local_slack.queries import Queries, channel_read, user_read
from local_slack.state import Channel, User
from local_slack.submitting import Submitting
from local_slack.traffic import Traffic
from local_slack.user_actions import UserActions
from local_slack.views import Views
from local_slack.workspace import Workspace

_Handler: TypeAlias = Callable[[Request], Awaitable[BaseModel]]
_Model = TypeVar("_Model", bound=BaseModel)
_PREFIX: Final = "/_control"


def _json(model: BaseModel, status: int = 200) -> Response:
    return Response(model.model_dump_json(), status, media_type="application/json")


async def _parsed(request: Request, shape: type[_Model]) -> _Model:
    try:
        return shape.model_validate_json(await request.body() or b"{}")
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, each['loc'])) or 'body'}: {each['msg']}" for each in error.errors())
        raise ControlError(f"the request does not fit {shape.__name__}: {wrong}") from error


def _endpoint(handler: _Handler) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        try:
            return _json(await handler(request))
        except ControlError as refused:
            return _json(Refusal(error=refused.sentence), refused.status)
        except SlackError as refused:
            return _json(Refusal(error=f"Slack refuses: {refused}"), 400)

    return answer


@dataclass(frozen=True)
class ControlApi:
    """Answers tests and the browser page."""

    workspace: Workspace
    views: Views
    line: BotLine
    queries: Queries
    user_actions: UserActions
    submitting: Submitting
    traffic: Traffic
    failures: Failures
    rate: RateLimiter
    has_inspector: bool = False

    def routes(self) -> list[Route]:
        """All routes, in the order of the documentation."""
        post: dict[str, _Handler] = {
            "/app": self._app,
            "/command": self._command,
            "/views/{view_id}/submit": self._submit,
            "/views/{view_id}/close": self._close,
            "/press": self._press,
            "/home": self._home,
            "/shortcut": self._shortcut,
            "/message_shortcut": self._message_shortcut,
            "/failures": self._fail,
            "/rate_limit": self._rate_limit,
            "/channels": self._add_channel,
            "/channels/{channel_id}/archive": self._archive,
            "/channels/{channel_id}/unarchive": self._unarchive,
            "/channels/{channel_id}/invite": self._invite,
            "/channels/{channel_id}/kick": self._kick,
            "/channels/{channel_id}/say": self._say,
            "/users": self._add_user,
            "/reset": self._reset,
        }
        get: dict[str, _Handler] = {
            "/workspace": self._workspace,
            "/channels/{channel_id}/messages": self._channel_messages,
            "/users/{user_id}/messages": self._direct_messages,
            "/users/{user_id}/ephemeral": self._ephemeral,
            "/users/{user_id}/conversations": self._conversations,
            "/users/{user_id}/views": self._user_views,
            "/views/{view_id}": self._view,
            "/traffic": self._traffic,
            "/failures": self._failures,
        }
        delete: dict[str, _Handler] = {"/failures": self._heal}
        tables = (("POST", post), ("GET", get), ("DELETE", delete))
        return [
            Route(_PREFIX + path, _endpoint(handler), methods=[verb])
            for verb, table in tables
            for path, handler in table.items()
        ]

    # the app and the workspace

    async def _app(self, request: Request) -> WorkspaceRead:
        wanted = await _parsed(request, AppRequest)
        self.line.slash_url = wanted.slash_url or self.line.slash_url
        self.line.interactions_url = wanted.interactions_url or self.line.interactions_url
        self.line.events_url = wanted.events_url or self.line.events_url
        self.workspace.bus.publish("app_changed")
        return await self._workspace(request)

    async def _workspace(self, _request: Request) -> WorkspaceRead:
        seed = self.workspace.seed
        facts = WorkspaceRead(
            team_id=seed.team.id,
            team_name=seed.team.name,
            app_id=seed.app.id,
            bot_user_id=seed.app.bot_user_id,
            commands=list(seed.app.commands),
            scopes=list(seed.app.scopes),
            completions=[CompletionRead(**each.model_dump()) for each in seed.app.completions],
            shortcuts=[ShortcutRead(**each.model_dump()) for each in seed.app.shortcuts],
            has_inspector=self.has_inspector,
            slash_url=self.line.slash_url,
            interactions_url=self.line.interactions_url,
            events_url=self.line.events_url,
            roles=[RoleRead(**each.model_dump()) for each in seed.roles],
            first_steps=[StepRead(**each.model_dump()) for each in seed.first_steps],
            users=[user_read(each) for each in self.workspace.state.users.values()],
            channels=[channel_read(each) for each in self.workspace.state.channels.values()],
        )
        named = {name: each for name, each in seed.named_channels.items() if name not in WorkspaceRead.model_fields}
        return facts.model_copy(update=named)

    async def _add_channel(self, request: Request) -> ChannelRead:
        wanted = await _parsed(request, ChannelRequest)
        if wanted.id in self.workspace.state.channels:
            raise ControlError(f"there is a channel {wanted.id} already", 409)
        members = [self.queries.known_user(each).id for each in wanted.members]
        channel = Channel(id=wanted.id, name=wanted.name, is_private=wanted.is_private, members=members)
        self.workspace.put_channel(channel)
        return channel_read(channel)

    async def _add_user(self, request: Request) -> UserRead:
        wanted = await _parsed(request, NewUserRequest)
        if wanted.id in self.workspace.state.users:
            raise ControlError(f"there is a user {wanted.id} already", 409)
        roles = [role.id for role in self.workspace.seed.roles]
        role = wanted.role or next(iter(roles), "")
        if role and role not in roles:
            raise ControlError(f"there is no role {role}; there are {', '.join(roles) or 'none'}")
        user = User(id=wanted.id, name=wanted.name, real_name=wanted.real_name, role=role)
        self.workspace.add_user(user)
        return user_read(user)

    def _changed(self, request: Request, *, archived: bool) -> ChannelRead:
        channel = self.queries.known_channel(str(request.path_params["channel_id"]))
        channel.is_archived = archived
        self.workspace.put_channel(channel)
        return channel_read(channel)

    async def _archive(self, request: Request) -> ChannelRead:
        return self._changed(request, archived=True)

    async def _unarchive(self, request: Request) -> ChannelRead:
        return self._changed(request, archived=False)

    async def _invite(self, request: Request) -> ChannelRead:
        channel = self.queries.known_channel(str(request.path_params["channel_id"]))
        user = self.queries.known_user((await _parsed(request, UserRequest)).user)
        if user.id not in channel.members:
            channel.members.append(user.id)
            self.workspace.put_channel(channel)
        return channel_read(channel)

    async def _kick(self, request: Request) -> ChannelRead:
        channel = self.queries.known_channel(str(request.path_params["channel_id"]))
        user = self.queries.known_user((await _parsed(request, UserRequest)).user)
        if user.id not in channel.members:
            raise ControlError(f"{user.id} is not in {channel.name}", 409)
        channel.members.remove(user.id)
        self.workspace.put_channel(channel)
        return channel_read(channel)

    async def _reset(self, _request: Request) -> Done:
        self.workspace.reset()
        self.traffic.clear()
        self.failures.rules.clear()
        self.rate.set(None)
        return Done()

    # acting

    async def _command(self, request: Request) -> BaseModel:
        return await self.user_actions.command(await _parsed(request, CommandRequest))

    async def _submit(self, request: Request) -> BaseModel:
        wanted = await _parsed(request, SubmitRequest)
        return await self.submitting.submit(str(request.path_params["view_id"]), wanted)

    async def _close(self, request: Request) -> BaseModel:
        wanted = await _parsed(request, UserRequest)
        return await self.submitting.close(str(request.path_params["view_id"]), wanted)

    async def _press(self, request: Request) -> BaseModel:
        return await self.user_actions.press(await _parsed(request, PressRequest))

    async def _home(self, request: Request) -> BaseModel:
        return await self.user_actions.home(await _parsed(request, UserRequest))

    async def _shortcut(self, request: Request) -> BaseModel:
        return await self.user_actions.shortcut(await _parsed(request, ShortcutRequest))

    async def _message_shortcut(self, request: Request) -> BaseModel:
        return await self.user_actions.message_shortcut(await _parsed(request, MessageShortcutRequest))

    async def _say(self, request: Request) -> MessageRead:
        wanted = await _parsed(request, SayRequest)
        channel = self.queries.known_channel(str(request.path_params["channel_id"]))
        if self.queries.known_user(wanted.user).id not in channel.members:
            raise ControlError(f"{wanted.user} is not in {channel.name}", 403)
        return self.queries.message(self.workspace.post(channel, wanted.text, [], user=wanted.user))

    # reading

    async def _channel_messages(self, request: Request) -> MessageList:
        viewer = request.query_params.get("user")
        ephemeral = request.query_params.get("ephemeral") in ("1", "true")
        channel_id = str(request.path_params["channel_id"])
        return MessageList(messages=self.queries.in_channel(channel_id, viewer, ephemeral=ephemeral))

    async def _conversations(self, request: Request) -> ConversationList:
        return ConversationList(conversations=self.queries.conversations(str(request.path_params["user_id"])))

    async def _direct_messages(self, request: Request) -> MessageList:
        user = self.queries.known_user(str(request.path_params["user_id"]))
        return MessageList(messages=self.queries.in_channel(self.workspace.direct_message(user.id).id))

    async def _ephemeral(self, request: Request) -> MessageList:
        user = self.queries.known_user(str(request.path_params["user_id"]))
        return MessageList(messages=[self.queries.message(each) for each in self.workspace.ephemeral_for(user.id)])

    async def _user_views(self, request: Request) -> ViewList:
        user = self.queries.known_user(str(request.path_params["user_id"]))
        home = self.views.home_of(user.id)
        return ViewList(
            views=[self.queries.view(each) for each in self.views.of_user(user.id)],
            home=self.queries.view(home) if home else None,
        )

    async def _view(self, request: Request) -> ViewRead:
        view = self.views.find(str(request.path_params["view_id"]))
        if view is None:
            raise ControlError(f"there is no view {request.path_params['view_id']}", 404)
        return self.queries.view(view)

    async def _traffic(self, request: Request) -> TrafficList:
        since = request.query_params.get("since", "0")
        if not since.isdigit():
            raise ControlError("since is the seq of an entry: a whole number")
        return TrafficList(traffic=self.traffic.since(int(since)))

    # failures

    async def _fail(self, request: Request) -> FailureList:
        self.failures.rules.append(await _parsed(request, FailureRule))
        self.workspace.bus.publish("failures_changed")
        return await self._failures(request)

    async def _failures(self, _request: Request) -> FailureList:
        return FailureList(failures=self.failures.rules, messages_per_second=self.rate.per_second)

    async def _heal(self, request: Request) -> FailureList:
        self.failures.rules.clear()
        self.workspace.bus.publish("failures_changed")
        return await self._failures(request)

    async def _rate_limit(self, request: Request) -> FailureList:
        self.rate.set((await _parsed(request, RateLimitRequest)).messages_per_second)
        self.workspace.bus.publish("failures_changed")
        return await self._failures(request)
