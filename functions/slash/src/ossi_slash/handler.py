"""POST /slash: verify, parse, one call, answer. Every answer is ephemeral (R15), and given within Slack's three seconds.

What a command needs is imported when the command comes: nobody who opens a form waits for what a list or a report needs.
"""

import logging
from typing import Any

from ossi.domain.commands import Command, parse_command
from ossi.ports import Message
from ossi.runtime.api_gateway import Answer, Event, answer, is_ssl_check, refused, signed_form
from ossi.runtime.errors import RequestRefused
from ossi.runtime.invocation import FAILED, invocation
from ossi.runtime.logs import add_log_fields
from ossi.slack.errors import SlackError
from ossi_slash.bootstrap import App, app
from ossi_slash.request import CommandSent

_logger = logging.getLogger("ossi.slash")


@invocation("slash")
def handler(event: Event, _context: Any) -> Answer:
    """The Lambda's entry. event: API Gateway's payload format 2.0."""
    if is_ssl_check(event):
        return answer()
    application = app()
    try:
        sent = CommandSent.read(signed_form(event, application.is_from_slack))
    except RequestRefused as refusal:
        add_log_fields(outcome="refused")
        _logger.warning("refused", extra={"why": str(refusal), "metric": "Refused"})
        return refused()
    return respond_to_slack_within_3_seconds(sent, application)


def respond_to_slack_within_3_seconds(sent: CommandSent, application: App) -> Answer:
    """Does what the command says."""
    command = parse_command(sent.text)
    add_log_fields(command=command.word if command.known else "unknown")
    try:
        message = _COMMANDS.get(command.word, _help)(command, sent, application)
    except Exception:  # whatever it was, the person gets an answer and the log the trace
        add_log_fields(outcome=FAILED)
        _logger.exception("a command failed", extra={"metric": "Failed"})
        from ossi.slack.messages import problems

        message = problems.something_broke()
    return answer(_ephemeral(message)) if message else answer()


def _new(command: Command, sent: CommandSent, application: App) -> Message | None:
    from ossi.use_cases.open_form import open_form

    settings = application.settings
    try:
        open_form(
            application.chat,
            application.clock,
            sent.trigger_id,
            command.argument,
            grace_days=settings.grace_days,
            levels=settings.compensation_levels,
        )
    except SlackError as error:
        add_log_fields(outcome=FAILED)
        _logger.warning("the form was not opened", extra={"why": error.code, "metric": "Failed"})
        from ossi.slack.messages import problems

        return problems.form_not_opened(command.argument)
    return None


def _list(_command: Command, sent: CommandSent, application: App) -> Message:
    from ossi.use_cases.list_contributions import list_contributions

    settings = application.settings
    return list_contributions(sent.user_id, application.contributions, settings.time_zone, settings.compensation_levels)


def _report(command: Command, sent: CommandSent, application: App) -> Message:
    from ossi.use_cases.report import request_report

    return request_report(
        command.argument,
        sent.user_id,
        sent.trigger_id,
        chat=application.chat,
        requests=application.report_requests,
        clock=application.clock,
        management_channel=application.settings.management_channel,
    )


def _help(command: Command, _sent: CommandSent, application: App) -> Message:
    from ossi.runtime.clock import any_of
    from ossi.slack.messages.help import help_message

    return help_message(command, application.settings.version, application.settings.stack, any_of)


_COMMANDS = {"new": _new, "list": _list, "report": _report, "help": _help}


def _ephemeral(message: Message) -> dict[str, Any]:
    body: dict[str, Any] = {"response_type": "ephemeral", "text": message.text}
    return body | {"blocks": list(message.blocks)} if message.blocks else body
