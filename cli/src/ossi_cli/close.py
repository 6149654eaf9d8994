"""`ossi close`: close a month of a deployment, with its report, and say what came of it (R11)."""

from __future__ import annotations

import secrets

import click
from pydantic import TypeAdapter, ValidationError

from ossi.contracts import ADMIN, CloseAnswer, CloseAsked, to_wire
from ossi.domain.errors import UnreadableMonth
from ossi.domain.months import Month
from ossi.domain.payroll import Obstacle
from ossi_cli.deployed_function import DeployedFunction, deployment_options, find_function

_ANSWER = TypeAdapter(CloseAnswer)
_WHY: dict[str, str] = {
    Obstacle.CLOSED: "is already closed",
    Obstacle.NOT_OVER: "can't be closed yet: people can still register contributions for it",
    Obstacle.HISTORY: "is before the first closed month, and closing it could pay people twice",
}


def _month(_context: click.Context, _parameter: click.Parameter, value: str) -> Month:
    try:
        return Month.parse(value)
    except UnreadableMonth as error:
        raise click.BadParameter("please write it as year and month, such as 2026-10") from error


@click.command()
@click.argument("month", callback=_month)
@deployment_options("report")
@click.option("--yes", is_flag=True, help="Don't ask for a confirmation.")
def close(
    month: Month, stack: str | None, function: str | None, region: str | None, endpoint_url: str | None, *, yes: bool
) -> None:
    """Close MONTH (such as 2026-10), and post its final report to the management channel.

    The schedule closes each month by itself, and managers close skipped ones from their reports. This is for what neither can do, such
    as choosing the first month that Ossi pays.
    """
    report = find_function("report", stack, function, region, endpoint_url)
    if not yes:
        click.confirm(
            f"Finance pays everything accepted so far for {month.label} from this report. Months before the first closed one are "
            "never closed. You can't undo this. Close it?",
            abort=True,
        )
    asked = CloseAsked(month=str(month), by=ADMIN, request_id=secrets.token_hex(8))
    answer = _answered(report, asked)
    if answer.obstacle:
        why = _WHY.get(answer.obstacle, f"can't be closed ({answer.obstacle})")
        raise click.ClickException(f"{month.label} {why}. Nothing changed.")
    click.echo(
        f"{month.label} is closed. Its report is in the management channel."
        if answer.announced
        else f"{month.label} is closed. Slack hasn't taken its report yet; Ossi keeps trying by itself."
    )


def _answered(function: DeployedFunction, asked: CloseAsked) -> CloseAnswer:
    try:
        return _ANSWER.validate_python(function.invoke(to_wire(asked)))
    except ValidationError as error:
        raise click.ClickException(
            f"{function.name} gave an answer that this version of ossi can't read: deploy the same version."
        ) from error
