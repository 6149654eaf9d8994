"""What the workspace holds, as models that can be saved and loaded."""

from pydantic import BaseModel, Field

from local_slack.jsonish import JsonObject
from local_slack.seed import Seed


class User(BaseModel):
    """A person, or the bot."""

    id: str
    name: str
    real_name: str = ""
    role: str = ""
    is_bot: bool = False
    deleted: bool = False


class Channel(BaseModel):
    """A conversation. `im_user` is the person of a direct message with the bot."""

    id: str
    name: str
    is_private: bool = False
    im_user: str | None = None
    members: list[str] = Field(default_factory=list)
    is_archived: bool = False


class Message(BaseModel):
    """A message as it stands now. `visible_to` names the one who sees an ephemeral message.

    `origin` is the id of the interaction (command, press ...) whose answer or response_url brought it.
    """

    channel: str
    ts: str
    user: str
    text: str = ""
    blocks: list[JsonObject] = Field(default_factory=list[JsonObject])
    visible_to: str | None = None
    thread_ts: str | None = None
    edited_ts: str | None = None
    origin: str = ""


class View(BaseModel):
    """A modal that was opened for a person, or a person's home tab.

    `typed` holds what stands in the fields, by block_id and action_id, in the shape of Slack's `state.values`.
    """

    id: str
    user: str
    payload: JsonObject
    hash: str
    root_view_id: str
    previous_view_id: str | None = None
    typed: dict[str, JsonObject] = Field(default_factory=dict[str, JsonObject])
    is_open: bool = True


class ResponseUrl(BaseModel):
    """The way back from an interaction; `source_ts` is the message that was pressed, if one was."""

    key: str
    origin: str
    user: str
    channel: str
    created: float
    source_ts: str | None = None
    uses: int = 0


class State(BaseModel):
    """The whole workspace."""

    users: dict[str, User] = Field(default_factory=dict[str, User])
    channels: dict[str, Channel] = Field(default_factory=dict[str, Channel])
    messages: dict[str, list[Message]] = Field(default_factory=dict[str, list[Message]])
    views: dict[str, View] = Field(default_factory=dict[str, View])
    homes: dict[str, str] = Field(default_factory=dict[str, str])
    response_urls: dict[str, ResponseUrl] = Field(default_factory=dict[str, ResponseUrl])
    last_ts: int = 0
    counter: int = 0


def state_from_seed(seed: Seed) -> State:
    """The workspace as the seed describes it, without a single message."""
    bot = User(id=seed.app.bot_user_id, name=seed.app.bot_name, real_name=seed.app.bot_name, role="bot", is_bot=True)
    people = [User(id=each.id, name=each.name, real_name=each.real_name, role=each.role) for each in seed.users]
    channels = [
        Channel(id=each.id, name=each.name, is_private=each.is_private, members=list(each.members))
        for each in seed.channels
    ]
    return State(users={each.id: each for each in [*people, bot]}, channels={each.id: each for each in channels})
