"""`ossi local`: the whole bot on this machine, until Ctrl-C."""

from __future__ import annotations

import json
import os
import signal
import socket
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

import click

from ossi_cli.build import build_for_local_aws
from ossi_cli.playground import require_playground

if TYPE_CHECKING:
    from ossi_playground.local import LocalOssi

DEFAULT_PORT = 8300
_ANSWER_SECONDS = 1.0


def _web_address(_context: click.Context, _parameter: click.Parameter, value: str | None) -> str | None:
    if value is not None and (urlsplit(value).scheme not in {"http", "https"} or not urlsplit(value).hostname):
        raise click.BadParameter("please give a full address, such as http://127.0.0.1:9000/api/")
    return value


@click.command()
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=DEFAULT_PORT,
    show_default=True,
    help="Of the local Slack; 0 takes a free one.",
)
@click.option(
    "--browser/--no-browser", default=True, help="Whether to open the local Slack in the browser, where there is one."
)
@click.option(
    "--state-dir",
    type=click.Path(file_okay=False, path_type=Path),
    help="Directory that keeps all data as it comes, even if the run is killed.  [default: forget]",
)
@click.option(
    "--ready-file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="File to write, as JSON, when all is up: the addresses and ids.",
)
@click.option(
    "--slack-api-url",
    callback=_web_address,
    help="Use another Slack-compatible server instead of the local Slack; its channels and users have the seed's ids.",
)
@click.option(
    "--seed",
    is_flag=True,
    help="Fill it with a dozen people and six months of their contributions, unless it holds some already.",
)
def local(
    port: int, browser: bool, state_dir: Path | None, ready_file: Path | None, slack_api_url: str | None, seed: bool
) -> None:
    """Run the whole bot on this machine: a local AWS, the Pulumi program applied to it, a local Slack. Ctrl-C ends all."""
    require_playground()
    # Imported here: without the playground the command still has its help, and says what is missing.
    from ossi_playground.local import FAILURES, LocalOssi, Options

    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda _number, _frame: stop.set())
    if ready_file is not None:
        _forget(ready_file)
    click.echo("Building the functions ...")
    artifacts = build_for_local_aws()
    click.echo("Starting the local AWS and the local Slack ...")
    ossi = LocalOssi(
        Options(
            artifacts=artifacts,
            port=port,
            state_dir=state_dir.resolve() if state_dir else None,
            slack_api_url=slack_api_url,
            demo_data=seed,
        )
    )
    try:
        with ossi:
            _run(ossi, ready_file, stop, browser=browser)
    except FAILURES as error:
        raise click.ClickException(str(error)) from error
    except OSError as error:
        raise click.ClickException(f"A file cannot be written: {error}.") from error
    finally:
        if ready_file is not None and _told_in(ready_file).get("pid") == os.getpid():
            ready_file.unlink(missing_ok=True)
    click.echo("Everything has been stopped.")


def _run(ossi: LocalOssi, ready_file: Path | None, stop: threading.Event, *, browser: bool) -> None:
    from ossi_playground.local import write_ready_file

    if stop.is_set():
        return
    ready = ossi.ready()
    for line in _addresses(ready):
        click.echo(line)
    if ready_file is not None:
        write_ready_file(ready_file, ready)
    if browser and ossi.slack is not None and _has_screen():
        click.launch(ossi.slack.url)
    # With a time-out, so that a signal is noticed on every platform.
    while not stop.wait(0.5):
        pass
    click.echo("\nStopping ...")


def _forget(ready_file: Path) -> None:
    """Removes what an earlier run left behind. Raises ClickException where that one still runs: the file is its own."""
    try:
        address = urlsplit(str(_told_in(ready_file).get("aws_endpoint_url", "")))
        with socket.create_connection((address.hostname or "", address.port or 0), timeout=_ANSWER_SECONDS):
            pass
    except (OSError, ValueError):
        ready_file.unlink(missing_ok=True)
        return
    raise click.ClickException(f"Another instance runs, and {ready_file} is its ready file: please name another.")


def _told_in(ready_file: Path) -> dict[str, Any]:
    """What a ready file says; nothing if there is none, or if it is none."""
    try:
        told: object = json.loads(ready_file.read_bytes())
    except (OSError, ValueError):
        return {}
    return cast("dict[str, Any]", told) if isinstance(told, dict) else {}


def _has_screen() -> bool:
    """Whether a browser would be seen: a server's openers only complain about the browsers that they lack."""
    return sys.platform in {"darwin", "win32"} or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _addresses(ready: dict[str, Any]) -> list[str]:
    rows = {
        "Slack": ready["slack_url"],
        "its control API": ready["control_url"],
        "/ossi answers at": ready["slash_url"],
        "buttons and forms at": ready["interactions_url"],
        "AWS": f"{ready['aws_endpoint_url']}  (region {ready['aws_region']}, keys test and test)",
        "table": ready["table"],
        "people": ", ".join(f"{user['name']} ({user['role']})" for user in ready["users"]),
    }
    lines = [f"  {name + ':':<22}{value}" for name, value in rows.items() if value]
    return ["Ossi runs on this machine.", *lines, "Ctrl-C ends it."]
