"""What people do: type a command, press a button, use a shortcut, open the home tab."""

from collections.abc import Iterator
from dataclasses import dataclass

from local_slack.blocks import interactive_elements
from local_slack.content import content_of
from local_slack.control_models import (
    CommandRequest,
    InteractionResult,
    MessageShortcutRequest,
    PressRequest,
    ShortcutRequest,
    UserRequest,
)
from local_slack.errors import ControlError, SlackError
from local_slack.forms import entry_for, field_values, fill
from local_slack.jsonish import Json, JsonObject, as_objects, as_text
from local_slack.outbound import BotAnswer, BotLine
from local_slack.payloads import Payloads, action_of
from local_slack.queries import Queries
from local_slack.state import Channel, Message, View
from local_slack.views import Trigger, Views
from local_slack.workspace import Workspace

SLACKBOT = "USLACKBOT"
"""The author of what Slack itself tells a person."""


@dataclass(frozen=True)
class _Target:
    """What is pressed: the element, its block, and the message or view in which it stands."""

    place: Message | View
    block: JsonObject
    element: JsonObject

    @property
    def blocks(self) -> list[JsonObject]:
        if isinstance(self.place, View):
            return as_objects(self.place.payload.get("blocks"))
        return self.place.blocks


@dataclass(frozen=True)
class UserActions:
    """Acts as a person; what people cannot do is refused with a `ControlError`."""

    workspace: Workspace
    views: Views
    payloads: Payloads
    line: BotLine
    queries: Queries

    async def command(self, request: CommandRequest) -> InteractionResult:
        """Type a slash command."""
        user = self.queries.known_user(request.user)
        app = self.workspace.seed.app
        command = request.command or next(iter(app.commands), "")
        if command not in app.commands or "commands" not in app.scopes:
            raise ControlError(f"{command} is not a command of the app (or the scope `commands` is missing)", 404)
        url = _configured(self.line.slash_url, "slash_url")
        channel = self._channel(request.channel, user.id)
        trigger = self.views.issue_trigger(user.id)
        since = self.workspace.next_ts()
        response_url = self.workspace.issue_response_url(user.id, channel.id, trigger.id)
        text = _escaped(request.text) if app.slash_text_escaped else request.text
        form = self.payloads.slash(command, text, channel, trigger, self._url_of(response_url.key))
        answer = await self.line.command(url, form)
        error = self._command_answered(answer, command, channel, trigger)
        return self._result(answer, trigger, since, error)

    def _command_answered(self, answer: BotAnswer, command: str, channel: Channel, trigger: Trigger) -> str | None:
        """Shows what the bot answered; returns what went wrong with it."""
        error: str | None = answer.error
        if error is None and answer.body.strip():
            try:
                self._show_answer(answer, channel, trigger)
            except SlackError as refused:
                error = str(refused)
        if error is not None:
            word = error.partition(":")[0]
            self.workspace.post(
                channel,
                f'{command} failed with the error "{word}"',
                [],
                visible_to=trigger.user,
                user=SLACKBOT,
                origin=trigger.id,
            )
        return error

    def _show_answer(self, answer: BotAnswer, channel: Channel, trigger: Trigger) -> None:
        content: JsonObject | None = {"text": answer.body}
        if answer.content_type.startswith("application/json"):
            content = answer.json_object()
            if content is None:
                raise SlackError("invalid_command_response", ["the body is declared as JSON and is no JSON object"])
        if not content.get("text") and not content.get("blocks"):
            return
        response_type = content.get("response_type", "ephemeral")
        if response_type not in ("ephemeral", "in_channel"):
            raise SlackError("invalid_command_response", [f"unknown response_type {response_type!r}"])
        text, blocks = content_of(content)
        seen_by = None if response_type == "in_channel" else trigger.user
        self.workspace.post(channel, text, blocks or [], visible_to=seen_by, origin=trigger.id)

    async def press(self, request: PressRequest) -> InteractionResult:
        """Use an element of a message or view."""
        self.queries.known_user(request.user)
        url = _configured(self.line.interactions_url, "interactions_url")
        target = self._target(request)
        kept = target.place.typed if isinstance(target.place, View) else {}
        values = fill(target.blocks, field_values(target.blocks, kept), request.values)
        entry = _chosen(target.element, request.value)
        if entry and as_text(target.element.get("type")) != "overflow":
            values[as_text(target.block.get("block_id"))][request.action_id] = entry
        since = self.workspace.next_ts()
        action = action_of(target.block, target.element, entry)
        if isinstance(target.place, View):
            view = target.place
            self.views.fill(view, values)
            in_modal = view.id if view.payload.get("type") == "modal" else None
            trigger = self.views.issue_trigger(request.user, in_modal)
            payload = self.payloads.press_in_view(action, view, trigger)
        else:
            message = target.place
            trigger = self.views.issue_trigger(request.user)
            way_back = self.workspace.issue_response_url(request.user, message.channel, trigger.id, message.ts)
            payload = self.payloads.press_in_message(action, message, values, trigger, self._url_of(way_back.key))
        answer = await self.line.interaction(url, payload)
        return self._result(answer, trigger, since, answer.error)

    async def shortcut(self, request: ShortcutRequest) -> InteractionResult:
        """Use a global shortcut."""
        user = self.queries.known_user(request.user)
        url = _configured(self.line.interactions_url, "interactions_url")
        trigger, since = self.views.issue_trigger(user.id), self.workspace.next_ts()
        answer = await self.line.interaction(url, self.payloads.shortcut(request.callback_id, trigger))
        return self._result(answer, trigger, since, answer.error)

    async def message_shortcut(self, request: MessageShortcutRequest) -> InteractionResult:
        """Use a message shortcut."""
        channel = self._channel(request.channel, self.queries.known_user(request.user).id)
        url = _configured(self.line.interactions_url, "interactions_url")
        message = self.workspace.find_message(channel.id, request.ts)
        if message is None or message.visible_to is not None:
            raise ControlError(f"there is no message {request.ts} in {channel.name}", 404)
        trigger, since = self.views.issue_trigger(request.user), self.workspace.next_ts()
        way_back = self.workspace.issue_response_url(request.user, channel.id, trigger.id, message.ts)
        payload = self.payloads.message_shortcut(request.callback_id, message, trigger, self._url_of(way_back.key))
        answer = await self.line.interaction(url, payload)
        return self._result(answer, trigger, since, answer.error)

    async def home(self, request: UserRequest) -> InteractionResult:
        """Open the app's home tab; the bot is only told where an events_url is configured."""
        user = self.queries.known_user(request.user)
        since, answer = self.workspace.next_ts(), BotAnswer(None, "", "", 0.0, None)
        if self.line.events_url is not None:
            answer = await self.line.event(self.line.events_url, self.payloads.home_opened(user.id))
        home = self.views.home_of(user.id)
        result = self._result(answer, None, since, answer.error, user.id)
        return result.model_copy(update={"view": self.queries.view(home) if home else None})

    # inside

    def _channel(self, channel_id: str | None, user_id: str) -> Channel:
        channel = (
            self.workspace.direct_message(user_id) if channel_id is None else self.queries.known_channel(channel_id)
        )
        if user_id not in channel.members:
            raise ControlError(f"{user_id} is not in {channel.name} and can do nothing there", 403)
        if channel.is_archived:
            raise ControlError(f"{channel.name} is archived: nothing can be done there", 409)
        return channel

    def _url_of(self, key: str) -> str:
        return f"{self.queries.base_url}/response/{key}"

    def _result(
        self, answer: BotAnswer, trigger: Trigger | None, since: str, error: str | None, user: str = ""
    ) -> InteractionResult:
        person = trigger.user if trigger else user
        origin = trigger.id if trigger else ""
        opened = self.views.find(trigger.opened_view or "") if trigger else None
        new = [
            self.queries.message(each)
            for each in self.workspace.ephemeral_for(person)
            # What came by the answer or response_url of another interaction belongs to that one.
            if each.ts > since and each.origin in ("", origin)
        ]
        return InteractionResult(
            status=answer.status,
            ms=round(answer.ms, 2),
            body=answer.body,
            error=error,
            trigger_id=trigger.id if trigger else None,
            view=self.queries.view(opened) if opened and opened.is_open else None,
            ephemeral=new,
        )

    def _places(self, request: PressRequest) -> Iterator[Message | View]:
        """Where the person could press, the most likely first."""
        if request.view_id is not None:
            view = self.views.find(request.view_id)
            if view is None or not view.is_open or view.user != request.user:
                raise ControlError(f"{request.user} has no open view {request.view_id}", 404)
            yield view
            return
        if request.channel is None and request.ts is None:
            yield from reversed(self.views.of_user(request.user))
        chosen = [self._channel(request.channel, request.user)] if request.channel is not None else None
        channels = chosen or [each for each in self.workspace.state.channels.values() if request.user in each.members]
        messages = [
            each
            for channel in channels
            for each in self.workspace.state.messages.get(channel.id, [])
            if each.visible_to in (None, request.user) and request.ts in (None, each.ts)
        ]
        yield from sorted(messages, key=lambda each: each.ts, reverse=True)
        home = self.views.home_of(request.user)
        if request.channel is None and request.ts is None and home is not None:
            yield home

    def _target(self, request: PressRequest) -> _Target:
        for place in self._places(request):
            blocks = as_objects(place.payload.get("blocks")) if isinstance(place, View) else place.blocks
            for block in blocks:
                for _pointer, element in interactive_elements(block):
                    if _is_meant(request, block, element):
                        return _Target(place, block, element)
        raise ControlError(f"{request.user} sees nothing with the action_id {request.action_id} there", 404)


def _is_meant(request: PressRequest, block: JsonObject, element: JsonObject) -> bool:
    if element.get("action_id") != request.action_id or request.block_id not in (None, block.get("block_id")):
        return False
    return element.get("type") != "button" or request.value in (None, element.get("value"))


def _chosen(element: JsonObject, value: str | list[str] | None) -> JsonObject:
    kind = as_text(element.get("type"))
    if kind == "button":
        return {}
    wanted: Json = [*value] if isinstance(value, list) else value
    if kind == "overflow":
        entry = entry_for({**element, "type": "static_select"}, wanted)
        return {**entry, "type": "overflow"}
    return entry_for(element, wanted)


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _configured(url: str | None, name: str) -> str:
    if url is None:
        raise ControlError(f"the app has no {name}: POST it to /_control/app first", 409)
    return url
