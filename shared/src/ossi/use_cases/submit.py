"""A submitted form becomes a PENDING row, once (R4, R5). The stream function tells people about it."""

import logging
import secrets
from dataclasses import dataclass

from ossi.domain.contribution import Contribution, Status
from ossi.domain.form import SubmittedForm, check
from ossi.domain.levels import CompensationLevels
from ossi.domain.lifecycle import submitted
from ossi.ports import Chat, Clock, Submissions
from ossi.slack.errors import SlackError

_logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Submitter:
    """Who submitted, as Slack's payload says."""

    user_id: str
    user_name: str


def submit(
    form: SubmittedForm,
    submitter: Submitter,
    submission_id: str,
    *,
    submissions: Submissions,
    chat: Chat,
    clock: Clock,
    grace_days: int,
    levels: CompensationLevels,
) -> bool:
    """Stores the form as a PENDING contribution. submission_id: the view's id, the same however often one form is sent.

    Answers whether it was stored now (False: it had been before). Raises InvalidSubmission.
    """
    now = clock()
    submission = check(form, now, grace_days, levels)
    contribution = Contribution(
        user_id=submitter.user_id,
        timestamp=int(now.timestamp() * 1000),
        status=Status.PENDING,
        size=submission.level,
        text=submission.description,
        name=_name_of(submitter, chat),
        url=submission.url,
        contribution_month=str(submission.month),
        submission_id=submission_id,
    )
    return submissions.add_once(submitted(contribution, secrets.token_hex(6)), submission_id)


def _name_of(submitter: Submitter, chat: Chat) -> str:
    try:
        return chat.user_name(submitter.user_id) or submitter.user_name
    except SlackError as error:
        _logger.warning("the name was not to be had from Slack", extra={"why": error.code})
        return submitter.user_name
