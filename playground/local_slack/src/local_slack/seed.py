"""The workspace with which the playground starts: typed, and read from `seed.json`."""

from importlib import resources
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, model_validator


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
    """A person; `real_name` may be empty, as it is for people who never filled their profile."""

    id: str
    name: str
    real_name: str = ""
    role: Literal["employee", "manager"]


class Seed(_Strict):
    """Everything the local Slack knows before anyone does anything.

    Raises `pydantic.ValidationError` where a member or a named channel does not exist or an id is used twice.
    """

    team: SeedTeam
    app: SeedApp
    bot_token: str
    signing_secret: str
    verification_token: str
    channels: tuple[SeedChannel, ...]
    management_channel: str
    public_channel: str
    users: tuple[SeedUser, ...]

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
        for wanted in (self.management_channel, self.public_channel):
            if wanted not in channels:
                raise ValueError(f"channel {wanted} is not among the channels")
        return self


def load_seed(path: Path | None = None) -> Seed:
    """The seed from `path`, or the one that is shipped with the package."""
    if path is not None:
        return Seed.model_validate_json(path.read_text(encoding="utf-8"))
    return Seed.model_validate_json(
        resources.files("ossi_playground").joinpath("seed.json").read_text(encoding="utf-8")
    )
