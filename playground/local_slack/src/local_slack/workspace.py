"""The workspace: its people, channels, messages and response URLs, and the rules for changing them.

Used only in the server's event loop, and nothing here awaits, so each change is whole before the next one begins.
Every change is told to the event bus.
"""

import secrets
from collections.abc import Callable, Iterable
from typing import TypeAlias

from local_slack.blocks import check_message_blocks, interactive_elements
from local_slack.errors import SlackError
from local_slack.event_bus import EventBus
from local_slack.jsonish import JsonObject, as_list
from local_slack.limits import limit
from local_slack.seed import Seed
from local_slack.state import Channel, Message, ResponseUrl, State, User, state_from_seed

Clock: TypeAlias = Callable[[], float]
"""Seconds since the epoch."""


def with_ids(blocks: Iterable[JsonObject]) -> list[JsonObject]:
    """The blocks as Slack stores them: whatever has no block_id or action_id gets one."""
    stored: list[JsonObject] = []
    for block in blocks:
        copy: JsonObject = {**block}
        copy.setdefault("block_id", secrets.token_urlsafe(4))
        for _place, element in interactive_elements(copy):
            # The elements are the caller's parsed JSON, which nobody else holds.
            element.setdefault("action_id", secrets.token_urlsafe(4))
        stored.append(copy)
    return stored


class Workspace:
    """The state and what can be done to it; errors are `SlackError`s with Slack's own codes."""

    def __init__(self, seed: Seed, clock: Clock, bus: EventBus, state: State | None = None) -> None:
        self.seed = seed
        self.clock = clock
        self.bus = bus
        self.state = state or state_from_seed(seed)

    def reset(self) -> None:
        """Back to the seed: no message, no view, nobody new."""
        last_ts, counter = self.state.last_ts, self.state.counter
        self.state = state_from_seed(self.seed)
        # Timestamps and ids go on from where they were, so that none ever names two things.
        self.state.last_ts, self.state.counter = last_ts, counter
        self.bus.publish("reset")

    @property
    def bot_id(self) -> str:
        """The user id of the bot."""
        return self.seed.app.bot_user_id

    def new_id(self, prefix: str) -> str:
        """An id that was not used before."""
        self.state.counter += 1
        return f"{prefix}0{self.state.counter:07d}"

    def next_ts(self) -> str:
        """A message timestamp: the time in microseconds, and always later than the one before."""
        self.state.last_ts = max(self.state.last_ts + 1, int(self.clock() * 1_000_000))
        return f"{self.state.last_ts // 1_000_000}.{self.state.last_ts % 1_000_000:06d}"

    # people and channels

    def user(self, user_id: str) -> User:
        """The person; raises `user_not_found`."""
        found = self.state.users.get(user_id)
        if found is None:
            raise SlackError("user_not_found")
        return found

    def channel(self, channel_id: str) -> Channel:
        """The conversation; raises `channel_not_found`."""
        found = self.state.channels.get(channel_id)
        if found is None:
            raise SlackError("channel_not_found")
        return found

    def channel_for_bot(self, channel_id: str) -> Channel:
        """The conversation, if the bot may know of it (a private one: only as a member); raises `channel_not_found`."""
        found = self.channel(channel_id)
        if found.is_private and self.bot_id not in found.members:
            raise SlackError("channel_not_found")
        return found

    def direct_message(self, user_id: str) -> Channel:
        """The direct message of the bot and a person, opened if it was not; raises `user_not_found`."""
        user = self.user(user_id)
        for channel in self.state.channels.values():
            if channel.im_user == user.id:
                return channel
        opened = Channel(id=self.new_id("D"), name="directmessage", im_user=user.id, members=[user.id, self.bot_id])
        self.state.channels[opened.id] = opened
        self.bus.publish("channel_created", channel=opened.id)
        return opened

    def add_user(self, user: User) -> None:
        """A new person (or other facts about a known one)."""
        self.state.users[user.id] = user
        self.bus.publish("user_changed", user=user.id)

    def put_channel(self, channel: Channel) -> None:
        """A new channel, or a changed one."""
        self.state.channels[channel.id] = channel
        self.bus.publish("channel_changed", channel=channel.id)

    # messages

    def post(
        self,
        channel: Channel,
        text: str,
        blocks: list[JsonObject],
        *,
        visible_to: str | None = None,
        user: str | None = None,
        thread_ts: str | None = None,
        origin: str = "",
    ) -> Message:
        """A new message, of the bot unless another user is named; the caller has checked text and blocks."""
        message = Message(
            channel=channel.id,
            ts=self.next_ts(),
            user=user or self.bot_id,
            text=text,
            blocks=with_ids(blocks),
            visible_to=visible_to,
            thread_ts=thread_ts,
            origin=origin,
        )
        self.state.messages.setdefault(channel.id, []).append(message)
        self.bus.publish("message_posted", channel=channel.id, ts=message.ts, visible_to=visible_to)
        return message

    def find_message(self, channel_id: str, ts: str) -> Message | None:
        """The message with this ts in this channel, ephemeral ones included."""
        # From the end: what is looked for is nearly always recent.
        for message in reversed(self.state.messages.get(channel_id, [])):
            if message.ts == ts:
                return message
        return None

    def lasting_message(self, channel: Channel, ts: str) -> Message:
        """A message that is not ephemeral; raises `message_not_found`."""
        found = self.find_message(channel.id, ts)
        if found is None or found.visible_to is not None:
            raise SlackError("message_not_found")
        return found

    def rewrite(self, message: Message, text: str, blocks: list[JsonObject]) -> None:
        """Put other content in a message's place."""
        message.text = text
        message.blocks = with_ids(blocks)
        message.edited_ts = self.next_ts()
        self.bus.publish("message_changed", channel=message.channel, ts=message.ts, visible_to=message.visible_to)

    def delete(self, message: Message) -> None:
        """Take a message away."""
        self.state.messages[message.channel].remove(message)
        self.bus.publish("message_deleted", channel=message.channel, ts=message.ts, visible_to=message.visible_to)

    def ephemeral_for(self, user_id: str) -> list[Message]:
        """The messages that only this person sees, oldest first."""
        return sorted(
            (each for messages in self.state.messages.values() for each in messages if each.visible_to == user_id),
            key=lambda each: each.ts,
        )

    # response URLs

    def issue_response_url(self, user: str, channel: str, origin: str, source_ts: str | None = None) -> ResponseUrl:
        """A new response URL for an interaction."""
        issued = ResponseUrl(
            key=secrets.token_urlsafe(18),
            origin=origin,
            user=user,
            channel=channel,
            created=self.clock(),
            source_ts=source_ts,
        )
        self.state.response_urls[issued.key] = issued
        self.bus.publish("response_url_issued")
        return issued

    def usable_response_url(self, key: str) -> ResponseUrl:
        """The response URL, if it may be used once more; raises `invalid_url`, `expired_url` or `used_url`."""
        found = self.state.response_urls.get(key)
        if found is None:
            raise SlackError("invalid_url")
        if self.clock() - found.created > limit("response_url.seconds"):
            raise SlackError("expired_url")
        if found.uses >= limit("response_url.uses"):
            raise SlackError("used_url")
        return found


def check_content(text: str, blocks: list[JsonObject], *, longest_text: int | None = None) -> None:
    """Whether Slack would take this as a message; raises `no_text`, `msg_too_long`, `invalid_blocks` and the like."""
    if not text and not blocks:
        raise SlackError("no_text")
    if len(text) > (longest_text or limit("message.text.max_length")):
        raise SlackError("msg_too_long")
    check_message_blocks(as_list(blocks))
