"""POST /slash: verify, parse, one call, answer. Every answer is ephemeral (R15), and given within Slack's three seconds."""

import logging
from typing import Any

from ossi.ports import Message
from ossi.runtime.api_gateway import Answer, Event, answer, is_ssl_check, refused, signed_form
from ossi.runtime.errors import RequestRefused
from ossi.runtime.invocation import FAILED, invocation
from ossi.runtime.logs import add_log_fields
from ossi_slash.bootstrap import App, app
from ossi_slash.command_line import read_command_line
from ossi_slash.commands import COMMANDS
from ossi_slash.request import CommandSent

_logger = logging.getLogger("ossi.slash")


@invocation("slash")
def handler(event: Event, _context: Any) -> Answer:
    """The Lambda's entry. event: API Gateway's payload format 2.0."""
    application = app()
    try:
        sent = CommandSent.read(signed_form(event, application.is_from_slack))
    except RequestRefused as refusal:
        if is_ssl_check(event):
            return answer()
        add_log_fields(outcome="refused")
        _logger.warning("refused", extra={"why": str(refusal), "metric": "Refused"})
        return refused()
    return respond_to_slack_within_3_seconds(sent, application)


def respond_to_slack_within_3_seconds(sent: CommandSent, application: App) -> Answer:
    """Does what the command says. What isn't a command is answered with the help."""
    line = read_command_line(sent.text, COMMANDS)
    add_log_fields(command=line.word or "unknown")
    try:
        message = COMMANDS[line.word or "help"]()(line, sent, application)
    except Exception:  # whatever it was, the person gets an answer and the log the trace
        add_log_fields(outcome=FAILED)
        _logger.exception("a command failed", extra={"metric": "Failed"})
        from ossi.slack.messages import problems

        message = problems.something_broke()
    return answer(_ephemeral(message)) if message else answer()


def _ephemeral(message: Message) -> dict[str, Any]:
    body: dict[str, Any] = {"response_type": "ephemeral", "text": message.text}
    return body | {"blocks": list(message.blocks)} if message.blocks else body
