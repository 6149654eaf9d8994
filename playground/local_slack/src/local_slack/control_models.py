"""The shapes of the control API: what a request holds and what an answer holds. Server and client share them."""

from typing import Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

from local_slack.failures import FailureRule
from local_slack.jsonish import JsonObject
from local_slack.mrkdwn import Act
from local_slack.traffic import TrafficEntry


class _Request(BaseModel):
    model_config = ConfigDict(extra="forbid")


class AppRequest(_Request):
    """Where the bot can be reached; what is not given stays as it was."""

    slash_url: str | None = None
    interactions_url: str | None = None
    events_url: str | None = None


class CommandRequest(_Request):
    """A person types a slash command, in a channel they are in (default: their direct message with the bot).

    Without `command` it is the first of the app's commands.
    """

    user: str
    text: str = ""
    channel: str | None = None
    command: str | None = None


class SubmitRequest(_Request):
    """A person fills the fields of a modal and submits it.

    `skip_client_checks` also allows options that are not offered and whole `state.values` entries (objects), and
    `even_if_closed` sends a modal that is no longer open: both are things that no client of Slack does.
    """

    user: str
    values: JsonObject = Field(default_factory=dict)
    skip_client_checks: bool = False
    even_if_closed: bool = False


class UserRequest(_Request):
    """Something that needs no more than a person."""

    user: str


class PressRequest(_Request):
    """A person uses a button, menu or other element of a message or a view.

    Without `ts` and `view_id` the latest message with that action_id is meant, in `channel` or wherever the person sees
    it. `values` fills fields beforehand; `value` is the chosen option, or tells two buttons with one action_id apart.
    """

    user: str
    action_id: str
    block_id: str | None = None
    value: str | list[str] | None = None
    channel: str | None = None
    ts: str | None = None
    view_id: str | None = None
    values: JsonObject = Field(default_factory=dict)


class ShortcutRequest(_Request):
    """A person uses a global shortcut."""

    user: str
    callback_id: str


class MessageShortcutRequest(_Request):
    """A person uses a message shortcut."""

    user: str
    channel: str
    ts: str
    callback_id: str


class SayRequest(_Request):
    """A person writes a message."""

    user: str
    text: str


class RateLimitRequest(_Request):
    """How many messages a second each channel takes; None: as many as come."""

    messages_per_second: float | None = Field(default=None, gt=0)


class ChannelRequest(_Request):
    """A new channel."""

    id: str
    name: str
    is_private: bool = False
    members: list[str] = Field(default_factory=list)


class NewUserRequest(_Request):
    """A new person; without a role they get the first of the seed's."""

    id: str
    name: str
    real_name: str = ""
    role: str = ""


class ActionRead(BaseModel):
    """An element that can be used: its ids, its kind, what stands on it, and its value or the values it offers."""

    action_id: str
    block_id: str
    type: str
    text: str = ""
    value: str | None = None
    options: list[str] = Field(default_factory=list)


class MessageRead(BaseModel):
    """A message. `rendered` is what a reader sees, `acts` whatever in it acts instead of being shown as typed.

    `drawn` is what the page draws (see `drawing.drawn`): `blocks`, and `text` where the message has no blocks.
    """

    channel: str
    ts: str
    user: str
    text: str
    blocks: list[JsonObject]
    drawn: JsonObject
    rendered: str
    acts: list[Act]
    actions: list[ActionRead]
    is_ephemeral: bool
    visible_to: str | None
    edited: bool
    thread_ts: str | None
    permalink: str


class ViewRead(BaseModel):
    """A modal or home tab; `view` is Slack's view object with the present `state.values`.

    `drawn` is what the page draws (see `drawing.drawn`): `title`, `submit`, `close` and `blocks`, as far as it has them.
    """

    id: str
    user: str
    type: str
    title: str
    callback_id: str
    private_metadata: str
    hash: str
    is_open: bool
    blocks: list[JsonObject]
    drawn: JsonObject
    values: dict[str, JsonObject]
    rendered: str
    acts: list[Act]
    actions: list[ActionRead]
    view: JsonObject


class InteractionResult(BaseModel):
    """What came of an interaction.

    `status`, `ms`, `body`: the bot's answer (status None: none came). `error`: None, or Slack's word for what went
    wrong. `view`: the modal that was opened with this interaction's trigger, if still open. `ephemeral`: the messages
    that only this person sees and that came meanwhile.
    """

    status: int | None
    ms: float
    body: str
    error: str | None = None
    trigger_id: str | None = None
    view: ViewRead | None = None
    ephemeral: list[MessageRead] = Field(default_factory=list[MessageRead])


SubmitOutcome: TypeAlias = Literal["closed", "errors", "updated", "pushed", "timeout", "trouble", "client_errors"]


class SubmitResult(BaseModel):
    """What came of a submission.

    `errors` is by block_id; `message` is what stands at the top of the modal when something went wrong; `view` is the
    modal that the person then sees: the same, the updated, the pushed, the one below, or None.
    """

    status: int | None
    ms: float
    body: str
    result: SubmitOutcome
    errors: dict[str, str] = Field(default_factory=dict)
    message: str | None = None
    view: ViewRead | None = None


class ChannelRead(BaseModel):
    """A conversation."""

    id: str
    name: str
    is_private: bool
    is_im: bool
    im_user: str | None
    is_archived: bool
    members: list[str]


class UserRead(BaseModel):
    """A person, or the bot."""

    id: str
    name: str
    real_name: str
    role: str
    is_bot: bool


class CompletionRead(BaseModel):
    """A command with a word, what may follow it, and what it does."""

    text: str
    argument: str
    does: str


class ShortcutRead(BaseModel):
    """A shortcut that the app offers."""

    type: Literal["global", "message"]
    name: str
    callback_id: str


class RoleRead(BaseModel):
    """A group that people are sorted into."""

    id: str
    heading: str


class StepRead(BaseModel):
    """One of the first steps: what it says, what its button says, and what the button does."""

    text: str
    button: str
    act_as: str | None
    go_to: str | None
    compose: str | None


class WorkspaceRead(BaseModel):
    """The workspace as a whole: who and what there is, and how the app is connected.

    The seed's named channels are further fields, each the id of a channel.
    """

    model_config = ConfigDict(extra="allow")

    team_id: str
    team_name: str
    app_id: str
    bot_user_id: str
    commands: list[str]
    scopes: list[str]
    completions: list[CompletionRead]
    shortcuts: list[ShortcutRead]
    has_inspector: bool
    slash_url: str | None
    interactions_url: str | None
    events_url: str | None
    roles: list[RoleRead]
    first_steps: list[StepRead]
    users: list[UserRead]
    channels: list[ChannelRead]


class MessageList(BaseModel):
    """Messages, oldest first."""

    messages: list[MessageRead]


class ConversationRead(BaseModel):
    """A conversation that a person sees, and the ts of what the latest others wrote there, oldest first."""

    channel: ChannelRead
    from_others: list[str]


class ConversationList(BaseModel):
    """The conversations of a person: channels by name, then the direct message with the bot."""

    conversations: list[ConversationRead]


class ViewList(BaseModel):
    """The open modals, lowest first, and the home tab."""

    views: list[ViewRead]
    home: ViewRead | None


class TrafficList(BaseModel):
    """Requests to and from the bot, oldest first."""

    traffic: list[TrafficEntry]


class FailureList(BaseModel):
    """The failure rules that are in force, and the rate limit."""

    failures: list[FailureRule]
    messages_per_second: float | None


class Done(BaseModel):
    """It was done."""

    ok: Literal[True] = True


class Refusal(BaseModel):
    """The control API refused, and why."""

    ok: Literal[False] = False
    error: str
