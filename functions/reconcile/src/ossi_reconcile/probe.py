"""Asks Slack something harmless, before what may have arrived is sent again."""

import logging

from ossi.delivery.deliver import Office
from ossi.slack.errors import FailureKind, SlackError

_logger = logging.getLogger("ossi.reconcile")

_DOWN = frozenset({FailureKind.NOT_DONE, FailureKind.AMBIGUOUS, FailureKind.REFUSED_FOR_NOW})


def slack_answers(office: Office) -> bool:
    """Whether Slack answers. A refusal for good, or of too many, is an answer: it says nothing of other messages."""
    try:
        office.sender.chat.test_auth()
    except SlackError as error:
        if error.kind in _DOWN:
            _logger.warning("Slack does not answer: everything waits", extra={"why": error.code})
            return False
    return True
