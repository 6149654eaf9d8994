"""The words after /ossi. A new one is a module here, a line of COMMANDS, and a line of slack.messages.help.

Its module has `answer`, and is imported when the command comes: whoever opens a form doesn't wait for what a list needs.
"""

from collections.abc import Callable
from importlib import import_module

from ossi.ports import Message
from ossi_slash.bootstrap import App
from ossi_slash.command_line import CommandLine
from ossi_slash.request import CommandSent

Answer = Callable[[CommandLine, CommandSent, App], Message | None]
"""What a command does. It answers what the person who typed it reads, and only they; None: they see what it did."""

COMMANDS: dict[str, Callable[[], Answer]] = {
    "new": lambda: import_module("ossi_slash.commands.new").answer,
    "list": lambda: import_module("ossi_slash.commands.list").answer,
    "report": lambda: import_module("ossi_slash.commands.report").answer,
    "help": lambda: import_module("ossi_slash.commands.help").answer,
}
