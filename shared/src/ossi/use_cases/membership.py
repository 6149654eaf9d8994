"""Who is a manager: a member of the management channel, as Slack says (R11)."""

import logging
from dataclasses import dataclass
from enum import Enum, auto
from typing import Protocol

from ossi.ports import Chat
from ossi.slack.errors import SlackError, log_failure, needs_an_admin

_logger = logging.getLogger(__name__)


class ManagedWorld(Protocol):
    """What knowing managers needs. management_channel: the id of the channel whose members they are."""

    @property
    def chat(self) -> Chat: ...
    @property
    def management_channel(self) -> str: ...


class Refusal(Enum):
    """Why someone may not do what managers do."""

    NOT_A_MANAGER = auto()
    MEMBERSHIP_UNKNOWN = auto()
    """Slack didn't say who is in the management channel; nobody is let in on trust."""


@dataclass(frozen=True)
class SetUpBroken:
    """Slack won't say who is in the management channel until someone changes Ossi's set-up. code: Slack's."""

    code: str


def refusal(user_id: str, world: ManagedWorld) -> Refusal | SetUpBroken | None:
    """Why this person may not do what managers do; None: they may."""
    try:
        return None if world.chat.is_member(world.management_channel, user_id) else Refusal.NOT_A_MANAGER
    except SlackError as error:
        log_failure(_logger, "could not ask Slack who is a manager", error, answer=True)
        return SetUpBroken(error.code) if needs_an_admin(error) else Refusal.MEMBERSHIP_UNKNOWN
