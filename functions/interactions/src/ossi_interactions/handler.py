"""POST /interactions: verify, parse, one call, answer. Modals and buttons, within Slack's three seconds."""

import logging
from typing import Any

from ossi.runtime.api_gateway import Answer, Event, refused, signed_form
from ossi.runtime.errors import RequestRefused
from ossi.runtime.invocation import invocation
from ossi.runtime.logs import add_log_fields
from ossi_interactions.bootstrap import App, app
from ossi_interactions.dispatch import dispatch, kept_open
from ossi_interactions.payloads import Payload, UnreadableForm, read_payload

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
        return kept_open(refusal.first_field) if isinstance(refusal, UnreadableForm) else refused()


def respond_to_slack_within_3_seconds(payload: Payload, application: App) -> Answer:
    """Does what the interaction asks for. Raises RequestRefused."""
    add_log_fields(command=payload.type)
    return dispatch(payload, application)
