"""The `ossi` command: a group whose subcommands are imported only when they are used."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module

import click
from typing_extensions import override


@dataclass(frozen=True)
class Subcommand:
    """Where a subcommand lives, and the line that `ossi --help` shows without importing it."""

    module: str
    attribute: str
    summary: str


# One line a subcommand; its module is imported when the subcommand is called, so that `ossi --help` stays quick.
SUBCOMMANDS = {
    "build": Subcommand("ossi_cli.build", "build", "Make the deployment artifact of each function."),
    "close": Subcommand("ossi_cli.close", "close", "Close a month, so that its report pays."),
    "reconcile": Subcommand("ossi_cli.reconcile", "reconcile", "Send the messages that were not sent."),
    "rollback": Subcommand("ossi_cli.rollback", "rollback", "Go back to the release before."),
    "redrive": Subcommand("ossi_cli.reconcile", "redrive", "Send again what was set aside."),
    "local": Subcommand("ossi_cli.local", "local", "Run the whole bot on this machine."),
}


class LazyGroup(click.Group):
    """A group that looks its subcommands up in a table."""

    @override
    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(SUBCOMMANDS)

    @override
    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        entry = SUBCOMMANDS.get(cmd_name)
        if entry is None:
            return None
        command = getattr(import_module(entry.module), entry.attribute)
        if not isinstance(command, click.Command):
            raise TypeError(f"{entry.module}.{entry.attribute} is not a click command")
        return command

    @override
    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, SUBCOMMANDS[name].summary) for name in self.list_commands(ctx)])


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="ossi-cli", prog_name="ossi")
def cli() -> None:
    """Ossi, the Slack bot for open source contributions: build it, run it on this machine."""


def main() -> None:
    """Entry point of the `ossi` script. Problems that are expected end as a sentence on stderr and exit code 1."""
    cli(prog_name="ossi")
