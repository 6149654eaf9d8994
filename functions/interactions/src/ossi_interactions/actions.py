"""What the buttons do. A new button is one function and one line of _ACTIONS."""

import logging
import re
from collections.abc import Callable

from ossi.domain.errors import AlreadyDecided, UnknownContribution, UnreadableContribution
from ossi.domain.history import EventKind
from ossi.ports import Message
from ossi.runtime.invocation import FAILED
from ossi.runtime.logs import add_log_fields
from ossi.slack.errors import SlackError
from ossi.slack.messages import problems
from ossi.slack.messages.listing import NEWER_ACTION, OLDER_ACTION
from ossi.slack.messages.notifications import ACCEPT_ACTION, DECLINE_ACTION
from ossi.use_cases.decide import decide
from ossi.use_cases.list_contributions import list_contributions
from ossi_interactions.bootstrap import App
from ossi_interactions.payloads import Action, ButtonsPressed

_logger = logging.getLogger("ossi.interactions")

_EDGE = re.compile(r"[0-9]{1,15}")  # of a page: milliseconds

_Act = Callable[[Action, ButtonsPressed, App], None]


def act(payload: ButtonsPressed, application: App) -> None:
    """Does what the pressed buttons say. A click is never answered with silence: what goes wrong is told to the one who pressed."""
    for action in payload.actions:
        add_log_fields(action=action.action_id[:80])
        try:
            _ACTIONS.get(action.action_id, _unknown)(action, payload, application)
        except Exception:  # whatever it was, the person is told and the log has the trace
            add_log_fields(outcome=FAILED)
            _logger.exception("a button failed", extra={"metric": "Failed"})
            _tell(payload, application, problems.something_broke())


def _decide(kind: EventKind) -> _Act:
    def decision(action: Action, payload: ButtonsPressed, application: App) -> None:
        seen_in = payload.seen_in
        if seen_in is None or seen_in.channel != application.settings.management_channel:
            _tell(payload, application, problems.not_here())
            return
        manager_id = payload.user.id
        try:
            decide(
                action.value,
                kind,
                manager_id,
                seen_in,
                contributions=application.contributions,
                clock=application.clock,
            )
        except UnreadableContribution as error:
            add_log_fields(outcome="unreadable")
            why = {"why": str(error), "contribution": action.value, "metric": "Unreadable"}
            _logger.error("a stored row cannot be read", extra=why)
            _tell(payload, application, problems.decision_refused(error, application.words, manager_id))
        except (AlreadyDecided, UnknownContribution) as error:
            add_log_fields(outcome="too late")
            _logger.info("a decision came too late", extra={"why": type(error).__name__})
            _tell(payload, application, problems.decision_refused(error, application.words, manager_id))

    return decision


def _turn_page(edge: str) -> _Act:
    def turn(action: Action, payload: ButtonsPressed, application: App) -> None:
        if not _EDGE.fullmatch(action.value):
            _unknown(action, payload, application)
            return
        settings = application.settings
        message = list_contributions(
            payload.user.id,
            application.contributions,
            settings.time_zone,
            settings.compensation_levels,
            **{edge: int(action.value)},
        )
        _tell(payload, application, message, replace_original=True)

    return turn


def _unknown(_action: Action, payload: ButtonsPressed, application: App) -> None:
    _logger.warning("an unknown button")
    _tell(payload, application, problems.not_here())


_ACTIONS: dict[str, _Act] = {
    ACCEPT_ACTION: _decide(EventKind.ACCEPTED),
    DECLINE_ACTION: _decide(EventKind.DECLINED),
    NEWER_ACTION: _turn_page("after"),
    OLDER_ACTION: _turn_page("before"),
}


def _tell(payload: ButtonsPressed, application: App, message: Message, *, replace_original: bool = False) -> None:
    if not payload.response_url.startswith(("https://", "http://")):
        _logger.warning("no way to answer a click")
        return
    try:
        application.chat.respond(payload.response_url, message, replace_original=replace_original)
    except SlackError as error:
        _logger.warning("a click could not be answered", extra={"why": error.code})
