"""/ossi list: a person's own contributions (R10)."""

from ossi.ports import Message
from ossi.slack.messages.listing import listing
from ossi.use_cases.list_contributions import list_contributions
from ossi_slash.bootstrap import App
from ossi_slash.command_line import CommandLine
from ossi_slash.request import CommandSent


def answer(_line: CommandLine, sent: CommandSent, app: App) -> Message:
    """See commands.Answer."""
    return listing(list_contributions(sent.user_id, app), app.zone, app.levels)
