"""POST /interactions: verify, parse, one call, answer. Modals and buttons, within Slack's three seconds.

What only some of them need is imported when they come: whoever sends a form does not wait for what a button needs.
"""

import logging
from typing import Any

from ossi.domain.errors import InvalidSubmission
from ossi.runtime.api_gateway import Answer, Event, answer, refused, signed_form
from ossi.runtime.errors import RequestRefused
from ossi.runtime.invocation import FAILED, invocation
from ossi.runtime.logs import add_log_fields
from ossi.slack.errors import UnreadableView
from ossi.slack.messages.form import CALLBACK_ID, field_errors, read_form
from ossi.use_cases.submit import Submitter, submit
from ossi_interactions.bootstrap import App, app
from ossi_interactions.payloads import ButtonsPressed, FormSent, Payload, UnreadableForm, read_payload

_logger = logging.getLogger("ossi.interactions")


@invocation("interactions")
def handler(event: Event, _context: Any) -> Answer:
    """The Lambda's entry. event: API Gateway's payload format 2.0."""
    application = app()
    try:
        form = signed_form(event, application.is_from_slack)
        return respond_to_slack_within_3_seconds(read_payload(form.get("payload", "")), application)
    except RequestRefused as refusal:
        add_log_fields(outcome="refused")
        _logger.warning("refused", extra={"why": str(refusal), "metric": "Refused"})
        # Whoever sent a form keeps it open, with everything that was typed.
        return _kept_open() if isinstance(refusal, UnreadableForm) else refused()


def respond_to_slack_within_3_seconds(payload: Payload, application: App) -> Answer:
    """Does what the interaction asks for. Kinds that Ossi has no use for are acknowledged. Raises RequestRefused."""
    add_log_fields(command=payload.type)
    if isinstance(payload, FormSent):
        return _submitted(payload, application)
    if isinstance(payload, ButtonsPressed):
        from ossi_interactions.actions import act

        act(payload, application)
    return answer()


def _submitted(payload: FormSent, application: App) -> Answer:
    settings, view, user = application.settings, payload.view, payload.user
    if view.callback_id != CALLBACK_ID:
        _logger.warning("an unknown form", extra={"callback_id": view.callback_id[:80]})
        return answer()
    try:
        form = read_form(view.model_dump(), settings.time_zone)
    except UnreadableView as error:
        raise UnreadableForm(str(error)) from error
    try:
        submit(
            form,
            Submitter(user.id, user.username or user.name or user.id),
            view.id,
            submissions=application.submissions,
            chat=application.chat,
            clock=application.clock,
            grace_days=settings.grace_days,
            levels=settings.compensation_levels,
        )
    except InvalidSubmission as error:
        add_log_fields(outcome="invalid")
        return answer(field_errors(error))
    except Exception:  # whatever it was, the form stays open with everything that was typed, and the log has the trace
        add_log_fields(outcome=FAILED)
        _logger.exception("a form was not stored", extra={"metric": "Failed"})
        return _kept_open()
    return answer()


def _kept_open() -> Answer:
    from ossi.slack.messages import problems

    return answer(problems.not_stored())
