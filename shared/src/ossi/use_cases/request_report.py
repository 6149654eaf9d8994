"""A manager requests a month's report: checks who asks, then starts the report function (R11)."""

from dataclasses import dataclass
from enum import Enum, auto
from typing import Protocol

from ossi.domain.months import Month
from ossi.ports import Chat, Clock, ReportRequests
from ossi.slack.errors import SlackError


class ReportingWorld(Protocol):
    """What requesting a report needs. management_channel: the id of the channel whose members may."""

    @property
    def chat(self) -> Chat: ...
    @property
    def report_requests(self) -> ReportRequests: ...
    @property
    def clock(self) -> Clock: ...
    @property
    def management_channel(self) -> str: ...


@dataclass(frozen=True)
class Requested:
    """The report is on its way. running: the month isn't over yet, so the report is provisional."""

    month: Month
    running: bool


class Refusal(Enum):
    """Why someone gets no report."""

    NOT_A_MANAGER = auto()
    MEMBERSHIP_UNKNOWN = auto()
    """Slack didn't say who is in the management channel; nobody is let in on trust."""


def refusal(user_id: str, world: ReportingWorld) -> Refusal | None:
    """Why this person may not have reports; None: they may."""
    try:
        return None if world.chat.is_member(world.management_channel, user_id) else Refusal.NOT_A_MANAGER
    except SlackError:
        return Refusal.MEMBERSHIP_UNKNOWN


def request_report(month: Month, user_id: str, request_id: str, world: ReportingWorld) -> Requested | Refusal:
    """Starts the report of a month that has begun. request_id: the same for a repetition of this very request."""
    refused = refusal(user_id, world)
    if refused is not None:
        return refused
    world.report_requests.request(month, user_id, request_id)
    return Requested(month, running=month == Month.of(world.clock()))
