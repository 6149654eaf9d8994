"""Modals and home tabs: opened by a trigger within its three seconds, stacked, updated, closed."""

import secrets
from dataclasses import dataclass

from local_slack.blocks import check_view
from local_slack.errors import SlackError
from local_slack.forms import field_values
from local_slack.jsonish import Json, JsonObject, as_list, as_objects, as_text
from local_slack.limits import limit
from local_slack.state import View
from local_slack.workspace import Workspace, with_ids


@dataclass
class Trigger:
    """What a trigger_id stands for: who did something, when, and in which modal (if in one)."""

    id: str
    user: str
    issued: float
    view_id: str | None = None
    opened_view: str | None = None
    exchanged: bool = False


class Views:
    """All views and triggers of the workspace; errors are `SlackError`s with Slack's own codes."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._triggers: dict[str, Trigger] = {}

    # triggers

    def issue_trigger(self, user: str, view_id: str | None = None) -> Trigger:
        """A new trigger for what this person just did."""
        now = self._workspace.clock()
        # Those that have long expired are only kept to be told apart from invented ones; a minute is plenty.
        self._triggers = {key: each for key, each in self._triggers.items() if now - each.issued < 60}
        trigger = Trigger(f"{int(now * 1000)}.{secrets.randbelow(10**10)}.{secrets.token_hex(16)}", user, now, view_id)
        self._triggers[trigger.id] = trigger
        return trigger

    def _usable(self, trigger_id: str) -> Trigger:
        parts = trigger_id.split(".")
        if len(parts) != 3 or not parts[0].isdigit() or not parts[1].isdigit():
            raise SlackError("invalid_arguments", ["invalid `trigger_id` [json-pointer:/trigger_id]"])
        trigger = self._triggers.get(trigger_id)
        if trigger is None:
            raise SlackError("invalid_trigger_id")
        if trigger.exchanged:
            raise SlackError("exchanged_trigger_id")
        if self._workspace.clock() - trigger.issued > limit("trigger.seconds"):
            raise SlackError("expired_trigger_id")
        return trigger

    # what the bot does

    def open(self, trigger_id: str, view: Json) -> View:
        """views.open: a new modal on a stack of its own."""
        checked = check_view(view, "modal")
        trigger = self._usable(trigger_id)
        opened = self._new_view(trigger.user, checked, None)
        trigger.exchanged, trigger.opened_view = True, opened.id
        return opened

    def push(self, trigger_id: str, view: Json) -> View:
        """views.push: a modal on top of the one in which the trigger arose."""
        checked = check_view(view, "modal")
        trigger = self._usable(trigger_id)
        if trigger.view_id is None:
            raise SlackError("not_found")
        pushed = self.push_onto(self.open_view(trigger.view_id), checked)
        trigger.exchanged, trigger.opened_view = True, pushed.id
        return pushed

    def push_onto(self, below: View, checked: JsonObject) -> View:
        """A checked modal on top of the stack that holds `below`; raises `push_limit_reached`."""
        stack = self.stack_of(below)
        if len(stack) >= limit("view.stack.max_items"):
            raise SlackError("push_limit_reached")
        return self._new_view(below.user, checked, stack[-1])

    def update(self, view_id: str, external_id: str, view: Json, expected_hash: str) -> View:
        """views.update: other content in an open modal (or home tab); what was typed in fields that stay is kept."""
        found = self._by_id(view_id, external_id)
        checked = check_view(view, as_text(found.payload.get("type")))
        if expected_hash and expected_hash != found.hash:
            raise SlackError("hash_conflict")
        self.replace(found, checked)
        return found

    def publish(self, user_id: str, view: Json, expected_hash: str) -> View:
        """views.publish: a person's home tab."""
        self._workspace.user(user_id)
        checked = check_view(view, "home")
        known = self.home_of(user_id)
        if known is None:
            published = self._new_view(user_id, checked, None)
            self._workspace.state.homes[user_id] = published.id
            return published
        if expected_hash and expected_hash != known.hash:
            raise SlackError("hash_conflict")
        self.replace(known, checked)
        return known

    # what people see

    def find(self, view_id: str) -> View | None:
        """The view, open or closed."""
        return self._workspace.state.views.get(view_id)

    def open_view(self, view_id: str) -> View:
        """The view, if it is open; raises `not_found`."""
        found = self.find(view_id)
        if found is None or not found.is_open:
            raise SlackError("not_found")
        return found

    def home_of(self, user_id: str) -> View | None:
        """The home tab that was published for this person."""
        return self.find(self._workspace.state.homes.get(user_id, ""))

    def stack_of(self, view: View) -> list[View]:
        """The open modals of a stack, the lowest first."""
        return [
            each
            for each in self._workspace.state.views.values()
            if each.is_open and each.root_view_id == view.root_view_id
        ]

    def of_user(self, user_id: str) -> list[View]:
        """The modals that this person has before their eyes, the lowest first."""
        return [
            each
            for each in self._workspace.state.views.values()
            if each.user == user_id and each.is_open and each.payload.get("type") == "modal"
        ]

    def replace(self, view: View, checked: JsonObject) -> None:
        """Other, checked, content in a view's place."""
        view.payload = self._stored(checked)
        view.hash = self._new_hash()
        view.typed = field_values(as_objects(view.payload.get("blocks")), view.typed)
        self._workspace.bus.publish("view_changed", view=view.id, user=view.user)

    def fill(self, view: View, values: dict[str, JsonObject]) -> None:
        """Remember what stands in the fields."""
        view.typed = values
        self._workspace.bus.publish("view_filled", view=view.id, user=view.user)

    def close(self, view: View) -> None:
        """Close one modal; the one below it is seen again."""
        view.is_open = False
        self._workspace.bus.publish("view_closed", view=view.id, user=view.user)

    def close_stack(self, view: View) -> None:
        """Close a modal and all that stand above or below it."""
        for each in self.stack_of(view):
            self.close(each)

    def as_slack_sends_it(self, view: View) -> JsonObject:
        """The view object of answers and interactions."""
        app = self._workspace.seed.app
        optional: JsonObject = {
            "title": None,
            "submit": None,
            "close": None,
            "callback_id": "",
            "private_metadata": "",
            "external_id": "",
            "clear_on_close": False,
            "notify_on_close": False,
        }
        return {
            **optional,
            **view.payload,
            "id": view.id,
            "team_id": self._workspace.seed.team.id,
            "state": {"values": {key: {**value} for key, value in view.typed.items()}},
            "hash": view.hash,
            "previous_view_id": view.previous_view_id,
            "root_view_id": view.root_view_id,
            "app_id": app.id,
            "app_installed_team_id": self._workspace.seed.team.id,
            "bot_id": app.bot_id,
        }

    # inside

    def _by_id(self, view_id: str, external_id: str) -> View:
        if view_id:
            return self.open_view(view_id)
        for view in self._workspace.state.views.values():
            if external_id and view.is_open and view.payload.get("external_id") == external_id:
                return view
        raise SlackError("not_found")

    def _new_view(self, user: str, checked: JsonObject, below: View | None) -> View:
        external_id = checked.get("external_id")
        if external_id and any(
            each.is_open and each.payload.get("external_id") == external_id
            for each in self._workspace.state.views.values()
        ):
            raise SlackError("duplicate_external_id")
        payload = self._stored(checked)
        view_id = self._workspace.new_id("V")
        view = View(
            id=view_id,
            user=user,
            payload=payload,
            hash=self._new_hash(),
            root_view_id=below.root_view_id if below else view_id,
            previous_view_id=below.id if below else None,
            typed=field_values(as_objects(payload.get("blocks")), {}),
        )
        self._workspace.state.views[view_id] = view
        self._workspace.bus.publish("view_opened", view=view_id, user=user)
        return view

    @staticmethod
    def _stored(checked: JsonObject) -> JsonObject:
        return {**checked, "blocks": as_list(with_ids(as_objects(checked.get("blocks"))))}

    def _new_hash(self) -> str:
        return f"{int(self._workspace.clock())}.{secrets.token_hex(4)}"
