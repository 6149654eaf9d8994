"""What the buttons do. A new button is one function and one line of _ACTIONS."""

import logging
from collections.abc import Callable
from typing import Any

from ossi.domain.contribution import MessageRef, Status
from ossi.domain.errors import AlreadyDecided, ChatError, UnknownContribution, UnreadableContribution
from ossi.invocation import FAILED
from ossi.logs import note
from ossi.ports import Message
from ossi.slack_ui import problems
from ossi.slack_ui.listing import NEWER_ACTION, OLDER_ACTION
from ossi.slack_ui.notifications import ACCEPT_ACTION, DECLINE_ACTION
from ossi.use_cases.decide import decide
from ossi.use_cases.list_contributions import list_contributions
from ossi_interactions.bootstrap import App

_logger = logging.getLogger("ossi.interactions")


def act(payload: dict[str, Any], application: App) -> None:
    """Does what the pressed buttons say. A click is never answered with silence: what goes wrong is told to the one who pressed."""
    for action in payload.get("actions", []):
        note(action=str(action.get("action_id"))[:80])
        try:
            _ACTIONS.get(action.get("action_id", ""), _unknown)(action, payload, application)
        except Exception:  # whatever it was, the person is told and the log has the trace
            note(outcome=FAILED)
            _logger.exception("a button failed", extra={"metric": "Failed"})
            _tell(payload, application, problems.something_broke())


def _decide(status: Status) -> Callable[[dict[str, Any], dict[str, Any], App], None]:
    def decision(action: dict[str, Any], payload: dict[str, Any], application: App) -> None:
        seen_in = _message(payload)
        if seen_in is None or seen_in.channel != application.settings.management_channel:
            _tell(payload, application, problems.not_here())
            return
        manager_id = payload["user"]["id"]
        try:
            decide(
                action["value"],
                status,
                manager_id,
                seen_in,
                contributions=application.contributions,
                clock=application.clock,
            )
        except (AlreadyDecided, UnknownContribution, UnreadableContribution) as error:
            note(outcome="too late")
            _logger.info("a decision came too late", extra={"why": type(error).__name__})
            _tell(payload, application, problems.decision_refused(error, application.words, manager_id))

    return decision


def _turn_page(edge: str) -> Callable[[dict[str, Any], dict[str, Any], App], None]:
    def turn(action: dict[str, Any], payload: dict[str, Any], application: App) -> None:
        settings = application.settings
        message = list_contributions(
            payload["user"]["id"],
            application.contributions,
            settings.time_zone,
            settings.compensation_levels,
            **{edge: int(action["value"])},
        )
        _tell(payload, application, message, replace_original=True)

    return turn


def _unknown(_action: dict[str, Any], payload: dict[str, Any], application: App) -> None:
    _logger.warning("an unknown button")
    _tell(payload, application, problems.not_here())


_ACTIONS: dict[str, Callable[[dict[str, Any], dict[str, Any], App], None]] = {
    ACCEPT_ACTION: _decide(Status.ACCEPTED),
    DECLINE_ACTION: _decide(Status.DECLINED),
    NEWER_ACTION: _turn_page("after"),
    OLDER_ACTION: _turn_page("before"),
}


def _message(payload: dict[str, Any]) -> MessageRef | None:
    container: dict[str, Any] = payload.get("container") or {}
    channel_object: dict[str, Any] = payload.get("channel") or {}
    channel = container.get("channel_id") or channel_object.get("id")
    message_object: dict[str, Any] = payload.get("message") or {}
    ts = container.get("message_ts") or message_object.get("ts")
    return MessageRef(channel=channel, ts=ts) if isinstance(channel, str) and isinstance(ts, str) else None


def _tell(payload: dict[str, Any], application: App, message: Message, *, replace_original: bool = False) -> None:
    response_url = payload.get("response_url")
    if not isinstance(response_url, str) or not response_url.startswith(("https://", "http://")):
        _logger.warning("no way to answer a click")
        return
    try:
        application.chat.respond(response_url, message, replace_original=replace_original)
    except ChatError as error:
        _logger.warning("a click could not be answered", extra={"why": error.code})
