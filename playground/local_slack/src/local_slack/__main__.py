"""`local-slack workspace.json`: the local Slack on its own, until Ctrl-C."""

from __future__ import annotations

import argparse
import signal
import sys
import threading
from pathlib import Path

from local_slack.errors import LocalSlackError
from local_slack.seed import read_seed
from local_slack.server import SlackServer

DEFAULT_PORT = 8300


def main() -> None:
    """Serves the workspace that the arguments name. An expected problem ends as a sentence on stderr and exit code 1."""
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda _number, _frame: stop.set())
    try:
        _serve(_arguments(), stop)
    except LocalSlackError as error:
        sys.exit(f"Error: {error}")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="local-slack", description="Run a local Slack for a bot, until Ctrl-C.")
    parser.add_argument("workspace", type=Path, help="JSON file that describes the app, its channels and people")
    parser.add_argument("--port", type=int, default=DEFAULT_PORT, help="0 takes a free one  [default: %(default)s]")
    parser.add_argument("--state-file", type=Path, help="file that keeps the messages between runs  [default: forget]")
    parser.add_argument("--slash-url", help="where the bot takes slash commands")
    parser.add_argument("--interactions-url", help="where the bot takes buttons, forms and shortcuts")
    parser.add_argument("--events-url", help="where the bot takes events")
    return parser.parse_args()


def _serve(wanted: argparse.Namespace, stop: threading.Event) -> None:
    with SlackServer(read_seed(wanted.workspace), port=wanted.port, state_file=wanted.state_file) as server:
        server.configure_app(
            slash_url=wanted.slash_url, interactions_url=wanted.interactions_url, events_url=wanted.events_url
        )
        lines = {
            "Slack": server.url,
            "Web API": server.api_url,
            "control API": server.control_url,
            "bot token": server.seed.bot_token,
            "signing secret": server.seed.signing_secret,
        }
        sys.stdout.writelines(f"{name + ':':<16}{value}\n" for name, value in lines.items())
        sys.stdout.write("Ctrl-C ends it.\n")
        sys.stdout.flush()
        # With a time-out, so that a signal is noticed on every platform.
        while not stop.wait(0.5):
            pass


if __name__ == "__main__":
    main()
