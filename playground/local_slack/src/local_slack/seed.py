"""The workspace that the local Slack starts with: its app, channels and people, as typed models."""

from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from local_slack.errors import SeedFileError


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SeedTeam(_Strict):
    """The Slack workspace itself."""

    id: str
    domain: str
    name: str


class SeedCompletion(_Strict):
    """What the composer offers while a command is typed: the command with a word, what may follow, and what it does."""

    text: str
    argument: str = ""
    does: str


class SeedShortcut(_Strict):
    """A shortcut of the app: `global` ones stand in the composer's menu, `message` ones in a message's menu."""

    type: Literal["global", "message"]
    name: str
    callback_id: str


class SeedApp(_Strict):
    """The Slack app: its bot user, the slash commands and shortcuts it owns and the scopes of its token.

    `slash_text_escaped`: off, the text of a slash command arrives as it was typed, as Slack's documentation says; on,
    the three control characters arrive as entities, as they do in messages, so that a test can try that too.
    """

    id: str
    bot_user_id: str
    bot_id: str
    bot_name: str
    commands: tuple[str, ...]
    scopes: tuple[str, ...]
    completions: tuple[SeedCompletion, ...] = ()
    shortcuts: tuple[SeedShortcut, ...] = ()
    slash_text_escaped: bool = False


class SeedChannel(_Strict):
    """A channel and who is in it (the bot too, where it was invited)."""

    id: str
    name: str
    is_private: bool
    members: tuple[str, ...]


class SeedUser(_Strict):
    """A person.

    `real_name` may be empty, as it is for people who never filled in their profile. `role` is the id of one of the
    seed's roles, or empty.
    """

    id: str
    name: str
    real_name: str = ""
    role: str = ""


class SeedRole(_Strict):
    """A group that the page sorts people into: the id that users name, and the heading above them."""

    id: str
    heading: str


class SeedStep(_Strict):
    """One of the first steps that the page offers a newcomer: a sentence, and a button that does it.

    The button acts as the person `act_as`, goes to the channel `go_to` and puts `compose` into the composer, each where
    it is given. `{month}` in `compose` becomes the current month, as YYYY-MM.
    """

    text: str
    button: str
    act_as: str | None = None
    go_to: str | None = None
    compose: str | None = None


class Seed(_Strict):
    """Everything the local Slack knows before anyone does anything.

    `named_channels` holds the names by which the bot's own settings know some channels, each with the channel's id;
    /_control/workspace answers with them too. A person whom nobody gives a role gets the first of `roles`.

    Raises `pydantic.ValidationError` where something names a person, channel or role that does not exist, or an id is
    used twice.
    """

    team: SeedTeam
    app: SeedApp
    bot_token: str
    signing_secret: str
    verification_token: str
    channels: tuple[SeedChannel, ...]
    users: tuple[SeedUser, ...]
    roles: tuple[SeedRole, ...] = ()
    named_channels: dict[str, str] = Field(default_factory=dict[str, str])
    first_steps: tuple[SeedStep, ...] = ()

    @model_validator(mode="after")
    def _references_exist(self) -> Self:
        people = [user.id for user in self.users] + [self.app.bot_user_id]
        channels = [channel.id for channel in self.channels]
        ids = people + channels
        if len(ids) != len(set(ids)):
            raise ValueError("an id is used twice")
        for channel in self.channels:
            strangers = set(channel.members) - set(people)
            if strangers:
                raise ValueError(f"channel {channel.id} has unknown members: {', '.join(sorted(strangers))}")
        for wanted in (*self.named_channels.values(), *(step.go_to for step in self.first_steps)):
            if wanted is not None and wanted not in channels:
                raise ValueError(f"channel {wanted} is not among the channels")
        for step in self.first_steps:
            if step.act_as is not None and step.act_as not in people:
                raise ValueError(f"user {step.act_as} is not among the users")
        roles = [role.id for role in self.roles]
        for user in self.users:
            if user.role and user.role not in roles:
                raise ValueError(f"the role {user.role} of {user.id} is not among the roles")
        return self


def read_seed(path: Path) -> Seed:
    """Reads a seed from a JSON file. Raises `SeedFileError`, with a sentence, where the file holds none."""
    try:
        return Seed.model_validate_json(path.read_bytes())
    except OSError as error:
        raise SeedFileError(f"{path} can't be read: {error.strerror}.") from error
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, each['loc'])) or 'file'}: {each['msg']}" for each in error.errors())
        raise SeedFileError(f"{path} doesn't describe a workspace: {wrong}.") from error
