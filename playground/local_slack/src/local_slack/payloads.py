"""The payloads of commands, interactions and events, as Slack makes them."""

import time
from dataclasses import dataclass

from local_slack.jsonish import Json, JsonObject, as_list, as_object, as_text
from local_slack.state import Channel, Message, View
from local_slack.views import Trigger, Views
from local_slack.workspace import Workspace


@dataclass(frozen=True)
class Payloads:
    """Builds payloads from the state of the workspace."""

    workspace: Workspace
    views: Views

    def slash(self, command: str, text: str, channel: Channel, trigger: Trigger, response_url: str) -> dict[str, str]:
        """The form of a slash command."""
        seed = self.workspace.seed
        return {
            "token": seed.verification_token,
            "team_id": seed.team.id,
            "team_domain": seed.team.domain,
            "channel_id": channel.id,
            "channel_name": _name_for_commands(channel),
            "user_id": trigger.user,
            "user_name": self.workspace.user(trigger.user).name,
            "command": command,
            "text": text,
            "api_app_id": seed.app.id,
            "is_enterprise_install": "false",
            "response_url": response_url,
            "trigger_id": trigger.id,
        }

    def _interaction(self, kind: str, user_id: str) -> JsonObject:
        seed = self.workspace.seed
        user = self.workspace.user(user_id)
        return {
            "type": kind,
            "user": {"id": user.id, "username": user.name, "name": user.name, "team_id": seed.team.id},
            "team": {"id": seed.team.id, "domain": seed.team.domain},
            "api_app_id": seed.app.id,
            "token": seed.verification_token,
            "enterprise": None,
            "is_enterprise_install": False,
        }

    def message(self, message: Message) -> JsonObject:
        """A message as interactions and the Web API show it."""
        seed = self.workspace.seed
        shown: JsonObject = {
            "type": "message",
            "user": message.user,
            "ts": message.ts,
            "text": message.text,
            "team": seed.team.id,
        }
        if message.user == self.workspace.bot_id:
            shown["bot_id"], shown["app_id"] = seed.app.bot_id, seed.app.id
        if message.blocks:
            shown["blocks"] = as_list(message.blocks)
        if message.thread_ts:
            shown["thread_ts"] = message.thread_ts
        if message.edited_ts:
            shown["edited"] = {"user": seed.app.bot_id, "ts": message.edited_ts}
        return shown

    def press_in_message(
        self, action: JsonObject, message: Message, values: dict[str, JsonObject], trigger: Trigger, response_url: str
    ) -> JsonObject:
        """block_actions from a message; that of an ephemeral message does not carry the message."""
        channel = self.workspace.channel(message.channel)
        payload = self._interaction("block_actions", trigger.user)
        payload |= {
            "container": {
                "type": "message",
                "message_ts": message.ts,
                "channel_id": channel.id,
                "is_ephemeral": message.visible_to is not None,
            },
            "trigger_id": trigger.id,
            "channel": {"id": channel.id, "name": channel.name},
            "state": _state(values),
            "response_url": response_url,
            "actions": [action],
        }
        if message.visible_to is None:
            payload["message"] = self.message(message)
        return payload

    def press_in_view(self, action: JsonObject, view: View, trigger: Trigger) -> JsonObject:
        """block_actions from a modal or a home tab."""
        payload = self._interaction("block_actions", trigger.user)
        payload |= {
            "container": {"type": "view", "view_id": view.id},
            "trigger_id": trigger.id,
            "view": self.views.as_slack_sends_it(view),
            "actions": [action],
        }
        return payload

    def submission(self, view: View, values: dict[str, JsonObject], trigger: Trigger) -> JsonObject:
        """view_submission."""
        payload = self._interaction("view_submission", view.user)
        payload |= {
            "trigger_id": trigger.id,
            "view": {**self.views.as_slack_sends_it(view), "state": _state(values)},
            "response_urls": [],
        }
        return payload

    def view_closed(self, view: View, *, is_cleared: bool) -> JsonObject:
        """view_closed."""
        payload = self._interaction("view_closed", view.user)
        payload |= {"view": self.views.as_slack_sends_it(view), "is_cleared": is_cleared}
        return payload

    def shortcut(self, callback_id: str, trigger: Trigger) -> JsonObject:
        """A global shortcut."""
        payload = self._interaction("shortcut", trigger.user)
        payload |= {"callback_id": callback_id, "trigger_id": trigger.id, "action_ts": _action_ts()}
        return payload

    def message_shortcut(self, callback_id: str, message: Message, trigger: Trigger, response_url: str) -> JsonObject:
        """A message shortcut."""
        channel = self.workspace.channel(message.channel)
        payload = self._interaction("message_action", trigger.user)
        payload |= {
            "callback_id": callback_id,
            "trigger_id": trigger.id,
            "action_ts": _action_ts(),
            "message_ts": message.ts,
            "channel": {"id": channel.id, "name": channel.name},
            "message": self.message(message),
            "response_url": response_url,
        }
        return payload

    def home_opened(self, user_id: str) -> JsonObject:
        """The app_home_opened event."""
        seed = self.workspace.seed
        home = self.views.home_of(user_id)
        event: JsonObject = {
            "type": "app_home_opened",
            "user": user_id,
            "channel": self.workspace.direct_message(user_id).id,
            "event_ts": self.workspace.next_ts(),
            "tab": "home",
        }
        if home is not None:
            event["view"] = self.views.as_slack_sends_it(home)
        authorization: JsonObject = {
            "enterprise_id": None,
            "team_id": seed.team.id,
            "user_id": seed.app.bot_user_id,
            "is_bot": True,
            "is_enterprise_install": False,
        }
        return {
            "token": seed.verification_token,
            "team_id": seed.team.id,
            "api_app_id": seed.app.id,
            "event": event,
            "type": "event_callback",
            "event_id": self.workspace.new_id("Ev"),
            "event_time": int(self.workspace.clock()),
            "authorizations": [authorization],
            "is_ext_shared_channel": False,
        }


def action_of(block: JsonObject, element: JsonObject, entry: JsonObject) -> JsonObject:
    """One entry of `actions`: the element that was used, and what was chosen in it."""
    kind = as_text(element.get("type"))
    action: JsonObject = {"type": kind, "action_id": element.get("action_id"), "block_id": block.get("block_id")}
    for name in ("text", "value", "style", "placeholder") if kind == "button" else ("placeholder",):
        if name in element:
            action[name] = element[name]
    chosen: dict[str, Json] = {key: value for key, value in as_object(entry).items() if key != "type"}
    return {**action, **chosen, "action_ts": _action_ts()}


def _state(values: dict[str, JsonObject]) -> JsonObject:
    return {"values": {block_id: {**entries} for block_id, entries in values.items()}}


def _action_ts() -> str:
    return f"{time.time():.6f}"


def _name_for_commands(channel: Channel) -> str:
    # Slack names neither people nor private channels in the form of a command.
    if channel.im_user is not None:
        return "directmessage"
    return "privategroup" if channel.is_private else channel.name
