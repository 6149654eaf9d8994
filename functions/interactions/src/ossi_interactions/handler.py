"""POST /interactions: verify, parse, one call, answer. Modals and buttons, within Slack's three seconds."""

import json
import logging
from typing import Any, cast

from ossi.domain.errors import InvalidSubmission, RequestRefused
from ossi.http import Answer, Event, answer, refused, signed_form
from ossi.invocation import FAILED, invocation
from ossi.logs import note
from ossi.slack_ui import problems
from ossi.slack_ui.form import CALLBACK_ID, field_errors, read_form
from ossi.use_cases.submit import Submitter, submit
from ossi_interactions.actions import act
from ossi_interactions.bootstrap import App, app

_logger = logging.getLogger("ossi.interactions")


@invocation("interactions")
def handler(event: Event, _context: Any) -> Answer:
    """The Lambda's entry. event: API Gateway's payload format 2.0."""
    application = app()
    try:
        payload = _payload(signed_form(event, application.is_from_slack))
    except RequestRefused as refusal:
        note(outcome="refused")
        _logger.warning("refused", extra={"why": str(refusal), "metric": "Refused"})
        return refused()
    return respond_to_slack_within_3_seconds(payload, application)


def respond_to_slack_within_3_seconds(payload: dict[str, Any], application: App) -> Answer:
    """Does what the interaction asks for. Kinds that Ossi has no use for are acknowledged."""
    kind = payload.get("type")
    note(command=str(kind)[:80])
    if kind == "view_submission":
        return _submitted(payload, application)
    if kind == "block_actions":
        act(payload, application)
    return answer()


def _payload(form: dict[str, str]) -> dict[str, Any]:
    try:
        payload: object = json.loads(form.get("payload", ""))
    except ValueError as error:
        raise RequestRefused("a payload that is not JSON") from error
    if not isinstance(payload, dict):
        raise RequestRefused("a payload that is no object")
    return cast("dict[str, Any]", payload)


def _submitted(payload: dict[str, Any], application: App) -> Answer:
    settings = application.settings
    try:
        view, user = payload["view"], payload["user"]
        if view["callback_id"] != CALLBACK_ID:
            _logger.warning("an unknown form", extra={"callback_id": str(view["callback_id"])[:80]})
            return answer()
        submit(
            read_form(view, settings.time_zone),
            Submitter(user["id"], user.get("username") or user.get("name") or user["id"]),
            view["id"],
            submissions=application.submissions,
            chat=application.chat,
            clock=application.clock,
            grace_days=settings.grace_days,
            levels=settings.compensation_levels,
        )
    except InvalidSubmission as error:
        note(outcome="invalid")
        return answer(field_errors(error))
    except Exception:  # whatever it was, the form stays open with everything that was typed, and the log has the trace
        note(outcome=FAILED)
        _logger.exception("a form was not stored", extra={"metric": "Failed"})
        return answer(problems.not_stored())
    return answer()
