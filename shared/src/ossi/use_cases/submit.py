"""A submitted form becomes a PENDING row, once (R4, R5). The stream function tells people about it."""

import logging
import secrets
from dataclasses import dataclass
from typing import Protocol

from ossi.domain.contribution import Contribution, Status
from ossi.domain.form import InvalidForm, SubmittedForm, check
from ossi.domain.levels import CompensationLevels
from ossi.domain.lifecycle import submitted
from ossi.domain.typed_text import cleaned_line
from ossi.ports import Chat, Clock, Submissions
from ossi.slack.errors import SlackError, log_failure

_logger = logging.getLogger(__name__)


class SubmittingWorld(Protocol):
    """What submitting needs. grace_days: for how many days of a month the previous one may be chosen too."""

    @property
    def submissions(self) -> Submissions: ...
    @property
    def chat(self) -> Chat: ...
    @property
    def clock(self) -> Clock: ...
    @property
    def grace_days(self) -> int: ...
    @property
    def levels(self) -> CompensationLevels: ...


@dataclass(frozen=True)
class Submitter:
    """Who submitted, as Slack's payload says."""

    user_id: str
    user_name: str


@dataclass(frozen=True)
class Stored:
    """It is stored now, as this row."""

    contribution: Contribution


@dataclass(frozen=True)
class AlreadyStored:
    """This very form was stored before: it was sent twice."""


def submit(
    form: SubmittedForm, submitter: Submitter, submission_id: str, world: SubmittingWorld
) -> Stored | AlreadyStored | InvalidForm:
    """Stores the form as a PENDING contribution. submission_id: the view's id, the same however often one form is sent."""
    now = world.clock()
    submission = check(form, now, world.grace_days, world.levels)
    if isinstance(submission, InvalidForm):
        return submission
    contribution = Contribution(
        user_id=submitter.user_id,
        timestamp=int(now.timestamp() * 1000),
        status=Status.PENDING,
        level=submission.level,
        text=submission.description,
        name=_name_of(submitter, world.chat),
        url=submission.url,
        contribution_month=str(submission.month),
        submission_id=submission_id,
    )
    stored = world.submissions.add_once(submitted(contribution, secrets.token_hex(6)), submission_id)
    return AlreadyStored() if stored is None else Stored(stored)


def _name_of(submitter: Submitter, chat: Chat) -> str:
    """A name that can be seen: Slack's, else the payload's, else the id."""
    try:
        name = chat.user_name(submitter.user_id) or ""
    except SlackError as error:
        log_failure(_logger, "could not fetch the user's name from Slack", error, answer=False)
        name = ""
    return cleaned_line(name) or cleaned_line(submitter.user_name) or submitter.user_id
