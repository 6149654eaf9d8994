"""`make bench`: Ossi beside a bot as a person would write it with Slack's Bolt, and beside the least that Python can do."""

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from ossi_bench import artifacts, cold, end_to_end, growth, instructions, machine, memory, sizes, warm
from ossi_bench.findings import Finding, conclude, table
from ossi_bench.stubs import Stubs

_PARTS = ("cold", "instructions", "memory", "warm", "growth", "sizes", "whole")


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--only", type=click.Choice(_PARTS), multiple=True, help="Only this part; may be given more than once.")
@click.option("--rounds", type=click.IntRange(3), default=15, show_default=True, help="Of cold starts.")
def bench(only: tuple[str, ...], rounds: int) -> None:
    """Measure and print a table. Exit code 1 where a goal is missed. Leave the machine alone meanwhile: about four minutes."""
    click.echo(f"{machine.describe()}\n")
    subjects = artifacts.prepare()
    found: list[Finding] = []
    with TemporaryDirectory() as directory, Stubs(Path(directory)) as stubs:
        parts: dict[str, tuple[str, Callable[[], list[Finding]]]] = {
            "cold": ("Cold starts", lambda: cold.measure(subjects, stubs, rounds)),
            "instructions": ("Cold starts in instructions", lambda: instructions.measure(subjects, stubs)),
            "memory": ("Cold starts by memory", lambda: memory.measure(subjects, stubs)),
            "warm": ("Warm answers", lambda: warm.measure(subjects, stubs)),
            "growth": ("Growth with the work", lambda: growth.measure(subjects, stubs)),
            "sizes": ("Sizes", sizes.measure),
            "whole": ("The whole bot on the local AWS", end_to_end.measure),
        }
        for name in only or _PARTS:
            title, measure = parts[name]
            findings = measure()
            found += findings
            click.echo("\n".join(table(title, findings)))
    conclude(found)


if __name__ == "__main__":
    bench()
