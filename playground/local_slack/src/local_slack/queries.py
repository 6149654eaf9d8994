"""The workspace as the control API shows it."""

from dataclasses import dataclass
from typing import Final

from local_slack.blocks import interactive_elements
from local_slack.control_models import ActionRead, ChannelRead, ConversationRead, MessageRead, UserRead, ViewRead
from local_slack.drawing import drawn
from local_slack.elements import all_options
from local_slack.errors import ControlError
from local_slack.jsonish import JsonObject, as_list, as_object, as_objects, as_text
from local_slack.mrkdwn import read_block, read_message
from local_slack.state import Channel, Message, User, View
from local_slack.views import Views
from local_slack.workspace import Workspace

_SHOWN_OF_VIEWS: Final = ("title", "submit", "close", "blocks")
_COUNTED: Final = 200
"""Messages of a conversation that are looked at for what is unread: more than anybody counts."""


@dataclass(frozen=True)
class Queries:
    """Looks at the workspace and changes nothing, except that a direct message is opened when one looks into it."""

    workspace: Workspace
    views: Views
    base_url: str

    def name_of(self, some_id: str) -> str:
        """The name of a user or channel; the id itself where there is none."""
        user, channel = self.workspace.state.users.get(some_id), self.workspace.state.channels.get(some_id)
        if user is not None:
            return user.real_name or user.name
        return channel.name if channel is not None else some_id

    def permalink(self, channel: str, ts: str) -> str:
        """The address of a message."""
        return f"{self.base_url}/archives/{channel}/p{ts.replace('.', '')}"

    def message(self, message: Message) -> MessageRead:
        """A message."""
        reading = read_message(message.text, message.blocks, self.name_of)
        text: JsonObject = {} if message.blocks else {"text": {"type": "mrkdwn", "text": message.text}}
        return MessageRead(
            channel=message.channel,
            ts=message.ts,
            user=message.user,
            text=message.text,
            blocks=message.blocks,
            drawn=drawn({**text, "blocks": as_list(message.blocks)}),
            rendered=reading.text,
            acts=reading.acts,
            actions=_actions(message.blocks),
            is_ephemeral=message.visible_to is not None,
            visible_to=message.visible_to,
            edited=message.edited_ts is not None,
            thread_ts=message.thread_ts,
            permalink=self.permalink(message.channel, message.ts),
        )

    def view(self, view: View) -> ViewRead:
        """A view."""
        blocks = as_objects(view.payload.get("blocks"))
        parts = [read_block(block, self.name_of) for block in blocks]
        return ViewRead(
            id=view.id,
            user=view.user,
            type=as_text(view.payload.get("type")),
            title=as_text(as_object(view.payload.get("title")).get("text")),
            callback_id=as_text(view.payload.get("callback_id")),
            private_metadata=as_text(view.payload.get("private_metadata")),
            hash=view.hash,
            is_open=view.is_open,
            blocks=blocks,
            drawn=drawn({key: view.payload[key] for key in _SHOWN_OF_VIEWS if key in view.payload}),
            values=view.typed,
            rendered="\n".join(part.text for part in parts if part.text),
            acts=[act for part in parts for act in part.acts],
            actions=_actions(blocks),
            view=self.views.as_slack_sends_it(view),
        )

    def in_channel(self, channel_id: str, viewer: str | None = None, *, ephemeral: bool = False) -> list[MessageRead]:
        """The messages of a channel, oldest first; with a viewer: only what that person may see.

        Raises `ControlError` where the viewer is not in the channel.
        """
        channel = self.known_channel(channel_id)
        if viewer is not None and self.known_user(viewer).id not in channel.members:
            raise ControlError(f"{viewer} is not in {channel.name} and sees nothing of it", 403)
        return [
            self.message(each)
            for each in self.workspace.state.messages.get(channel.id, [])
            if each.visible_to is None or (ephemeral and viewer in (None, each.visible_to))
        ]

    def conversations(self, user_id: str) -> list[ConversationRead]:
        """What stands in a person's sidebar: the channels they are in by name, then their direct message with the bot.

        Raises `ControlError` (404) for somebody unknown.
        """
        user = self.known_user(user_id)
        direct = self.workspace.direct_message(user.id)
        channels = [each for each in self.workspace.state.channels.values() if each.im_user is None]
        mine = sorted((each for each in channels if user.id in each.members), key=lambda each: each.name)
        return [self._conversation(each, user.id) for each in [*mine, direct]]

    def _conversation(self, channel: Channel, user_id: str) -> ConversationRead:
        messages = self.workspace.state.messages.get(channel.id, [])[-_COUNTED:]
        seen = [each.ts for each in messages if each.visible_to in (None, user_id) and each.user != user_id]
        return ConversationRead(channel=channel_read(channel), from_others=seen)

    def known_channel(self, channel_id: str) -> Channel:
        """The channel; raises `ControlError` (404)."""
        found = self.workspace.state.channels.get(channel_id)
        if found is None:
            raise ControlError(f"there is no channel {channel_id}", 404)
        return found

    def known_user(self, user_id: str) -> User:
        """The person; raises `ControlError` (404)."""
        found = self.workspace.state.users.get(user_id)
        if found is None:
            raise ControlError(f"there is no user {user_id}", 404)
        return found


def channel_read(channel: Channel) -> ChannelRead:
    """A conversation."""
    return ChannelRead(
        id=channel.id,
        name=channel.name,
        is_private=channel.is_private,
        is_im=channel.im_user is not None,
        im_user=channel.im_user,
        is_archived=channel.is_archived,
        members=channel.members,
    )


def user_read(user: User) -> UserRead:
    """A person."""
    return UserRead(id=user.id, name=user.name, real_name=user.real_name, role=user.role, is_bot=user.is_bot)


def _actions(blocks: list[JsonObject]) -> list[ActionRead]:
    return [
        ActionRead(
            action_id=as_text(element.get("action_id")),
            block_id=as_text(block.get("block_id")),
            type=as_text(element.get("type")),
            text=as_text(as_object(element.get("text")).get("text")),
            value=as_text(element.get("value")) if "value" in element else None,
            options=[as_text(each.get("value")) for each in all_options(element)],
        )
        for block in blocks
        for _place, element in interactive_elements(block)
    ]
