"""`ossi reconcile` and `ossi redrive`: have a deployment send what was not sent, and say what came of it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import click
from pydantic import TypeAdapter, ValidationError

from ossi.contracts import ReconcileAnswer, ReconcileAsked, ReconcileFinding, to_wire
from ossi.delivery.deliver import Result
from ossi.delivery.effects import EFFECTS
from ossi.domain.contribution import ContributionKey
from ossi.domain.errors import UnknownContribution
from ossi_cli.deployed_function import DeployedFunction, deployment_options, find_function

_ANSWER = TypeAdapter(ReconcileAnswer)

# What came of a message -> what people read.
_WORDS: dict[str, str] = {
    Result.SENT: "sent",
    Result.DUE: "will be sent",
    Result.FAILED: "failed for now",
    Result.SET_ASIDE: "set aside",
    Result.HELD: "is being sent",
    Result.UNKNOWN: "may have arrived",
}


def _contribution(_context: click.Context, _parameter: click.Parameter, value: str | None) -> str | None:
    if value is None:
        return None
    try:
        return str(ContributionKey.parse(value))
    except UnknownContribution as error:
        raise click.BadParameter("please give it as USER#MILLISECONDS, such as U0123456789#1792994700000") from error


def _options(command: Callable[..., None]) -> Callable[..., None]:
    """The options that both commands have."""
    for option in reversed(
        [
            deployment_options("reconcile"),
            click.option("--dry-run", is_flag=True, help="Only say what would be sent."),
            click.option(
                "--effect",
                type=click.Choice(list(dict.fromkeys(effect.name for effect in EFFECTS))),
                help="Only the messages of this name.",
            ),
            click.option(
                "--contribution",
                metavar="KEY",
                callback=_contribution,
                help="Only those of this contribution: USER#MILLISECONDS, as the logs have it.",
            ),
        ]
    ):
        command = option(command)
    return command


@click.command()
@_options
@click.option(
    "--older-than",
    type=click.FloatRange(min=0),
    default=5,
    show_default=True,
    metavar="MINUTES",
    help="Leave what changed since to the stream.",
)
def reconcile(
    stack: str | None,
    function: str | None,
    region: str | None,
    endpoint_url: str | None,
    older_than: float,
    **task: Any,
) -> None:
    """Compare the table with what was delivered, and send the messages that are missing.

    Ossi does this by itself, in a large table once a day. What was set aside goes out when it was last tried long enough ago; `ossi
    redrive` sends it at once.
    """
    deployed = find_function("reconcile", stack, function, region, endpoint_url)
    _run(deployed, ReconcileAsked(older_than_seconds=older_than * 60, **task))


@click.command()
@_options
def redrive(stack: str | None, function: str | None, region: str | None, endpoint_url: str | None, **task: Any) -> None:
    """Send again the messages that were set aside, once what stood in their way is gone.

    Such as a channel that was archived, or that the bot had not been invited to.
    """
    deployed = find_function("reconcile", stack, function, region, endpoint_url)
    _run(deployed, ReconcileAsked(redrive=True, older_than_seconds=0, **task))


@dataclass
class _Total:
    looked_at: int = 0
    halted: bool = False


def _run(function: DeployedFunction, request: ReconcileAsked) -> None:
    total = _Total()
    counts: dict[str, int] = {}
    for finding in _findings(function, request, total):
        would_be_sent = request.dry_run and finding.outcome == Result.DUE
        words = "would be sent" if would_be_sent else _WORDS.get(finding.outcome, finding.outcome)
        counts[words] = counts.get(words, 0) + 1
        reason = f"  ({finding.reason})" if finding.reason else ""
        click.echo(f"{finding.contribution:<26}  {finding.effect:<18}  {words}{reason}")
    _progress(None)
    click.echo(f"Looked at {total.looked_at} contribution{'' if total.looked_at == 1 else 's'}: {_counted(counts)}.")
    if total.halted:
        raise click.ClickException(
            "Several messages in a row failed for now, so the rest was not tried. Ossi goes on trying by itself; "
            "or run this again later."
        )


def _findings(function: DeployedFunction, request: ReconcileAsked, total: _Total) -> Iterator[ReconcileFinding]:
    """One invocation after the other, each for some seconds, until all of the table was looked at."""
    after: str | None = None
    while True:
        answer = _answered(function, replace(request, after=after))
        total.looked_at += answer.looked_at
        total.halted = answer.halted
        _progress(None)
        yield from answer.findings
        if answer.done or answer.halted:
            return
        if answer.next == after:
            raise click.ClickException(
                f"{function.name} has too little time to look at a single contribution: raise its time-out."
            )
        after = answer.next
        _progress(f"Looked at {total.looked_at} contributions ...")


def _answered(function: DeployedFunction, request: ReconcileAsked) -> ReconcileAnswer:
    try:
        return _ANSWER.validate_python(function.invoke(to_wire(request)))
    except ValidationError as error:
        raise click.ClickException(
            f"{function.name} gave an answer that this version of ossi can't read: deploy the same version."
        ) from error


def _progress(line: str | None) -> None:
    """A line that the next one overwrites, where somebody sees it; None takes it away."""
    if sys.stderr.isatty():
        click.echo(f"\r\x1b[K{line or ''}", nl=False, err=True)


def _counted(counts: dict[str, int]) -> str:
    return ", ".join(f"{count} {words}" for words, count in counts.items()) or "nothing is missing"
