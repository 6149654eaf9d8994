"""/ossi help, and whatever isn't a command (R13)."""

from ossi.ports import Message
from ossi.runtime.clock import any_of
from ossi.slack.messages.help import help_message
from ossi_slash.bootstrap import App
from ossi_slash.command_line import CommandLine
from ossi_slash.request import CommandSent


def answer(line: CommandLine, _sent: CommandSent, app: App) -> Message:
    """See commands.Answer."""
    settings = app.settings
    return help_message(settings.version, settings.stack, any_of, unknown=line.unknown, nearest=line.nearest)
