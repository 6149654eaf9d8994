"""Accept and Decline, in the management channel (R7)."""

import logging
from typing import assert_never

from ossi.domain.history import EventKind
from ossi.runtime.logs import add_log_fields
from ossi.slack.messages import problems
from ossi.use_cases.decide import AlreadyDecided, Decided, UnknownContribution, UnreadableContribution, decide
from ossi_interactions.answering import tell
from ossi_interactions.bootstrap import App
from ossi_interactions.payloads import Action, ButtonsPressed

_logger = logging.getLogger("ossi.interactions")


def accept(action: Action, pressed: ButtonsPressed, app: App) -> None:
    """See buttons.Press. The button's value is the contribution's key."""
    _decide(EventKind.ACCEPTED, action, pressed, app)


def decline(action: Action, pressed: ButtonsPressed, app: App) -> None:
    """See buttons.Press. The button's value is the contribution's key."""
    _decide(EventKind.DECLINED, action, pressed, app)


def _decide(kind: EventKind, action: Action, pressed: ButtonsPressed, app: App) -> None:
    """Whoever decided sees it in the message, which the stream function redraws; only who could not is told."""
    seen_in, manager_id = pressed.seen_in, pressed.user.id
    if seen_in is None or seen_in.channel != app.management_channel:
        tell(pressed, app, problems.not_here())
        return
    result = decide(action.value, kind, manager_id, seen_in, app)
    match result:
        case Decided():
            pass
        case AlreadyDecided(contribution):
            _note_too_late(result)
            tell(pressed, app, problems.already_decided(contribution, app.words, manager_id))
        case UnknownContribution():
            _note_too_late(result)
            tell(pressed, app, problems.contribution_gone())
        case UnreadableContribution(why):
            add_log_fields(outcome="unreadable")
            about = {"why": why, "contribution": action.value, "metric": "Unreadable"}
            _logger.error("a stored row cannot be read", extra=about)
            tell(pressed, app, problems.contribution_unreadable(why))
        case _:
            assert_never(result)


def _note_too_late(result: AlreadyDecided | UnknownContribution) -> None:
    add_log_fields(outcome="too late")
    _logger.info("a decision came too late", extra={"why": type(result).__name__})
