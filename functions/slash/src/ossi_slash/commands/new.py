"""/ossi new: opens the form (R1). The text behind the word becomes the description."""

import logging

from ossi.ports import Message
from ossi.runtime.invocation import FAILED
from ossi.runtime.logs import add_log_fields
from ossi.slack.errors import SlackError, log_failure, needs_an_admin
from ossi.slack.messages.form import contribution_form
from ossi_slash.bootstrap import App
from ossi_slash.command_line import CommandLine
from ossi_slash.request import CommandSent

_logger = logging.getLogger("ossi.slash")


def answer(line: CommandLine, sent: CommandSent, app: App) -> Message | None:
    """See commands.Answer."""
    form = contribution_form(line.argument, app.clock(), app.grace_days, app.levels)
    try:
        app.chat.open_view(sent.trigger_id, form)
    except SlackError as error:
        add_log_fields(outcome=FAILED)
        log_failure(_logger, "the form was not opened", error, answer=True)
        from ossi.slack.messages import problems

        return problems.form_not_opened(line.argument, set_up=error.code if needs_an_admin(error) else "")
    return None
