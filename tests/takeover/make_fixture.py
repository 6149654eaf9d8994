"""Makes `table_of_822731b.json`: both tables as the version of commit 822731b leaves them, in every state that they can be in.

Run it with `.venv/bin/python tests/takeover/make_fixture.py` from the top of the repository. It takes a minute of processor time and
needs no network, but a clone that has the commit. The commit is unpacked into a temporary directory and its own functions run there, in
a process of their own, against moto and a fake Slack (`old_world.py`) that fails in the right way at the right moment (`story.py`). Time
stands still unless the story moves it and nothing is left to chance, so that the same commit gives the same file.

The file is the fixture. Tests read it and never run this script: what the old code wrote doesn't change any more. It holds

- `now`: the moment of the takeover, in milliseconds since the epoch, and `settings`: the environment of the old functions
- `contributions` and `ledger`: every item of both tables, as DynamoDB's JSON, without those whose time to live is over
- `cases`: for each contribution of the story, under its name: its key, what was done (`what`), the `state` of the row and of each
  message (see `old_world.state_of`), what Slack has `received` for it (effect -> channel and ts of each message or redrawing), which
  of these were `unheard` (the bot got no answer), and the stream records that a lane has not acknowledged yet (`unacknowledged`;
  `old` and `new` hold the attributes of that image that differ from the row as it is stored, null for one that isn't there)
- `reports`: the same for each run of the report function
- `expect`, in each case and run: what the old version went on to send when its reconciler ran to the end on these tables with a
  healthy Slack (`sent`), whether Slack had that message before (`repeats`), and the messages that it never settled (`left`)
- `expected_reports`: what the old version then reported for each month: how many of each status, and what is to be paid
"""

import argparse
import io
import os
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

COMMIT = "822731b81eaaa14a1fa904823fc49dc4159270b8"
HERE = Path(__file__).parent
ROOT = HERE.parents[1]
FIXTURE = HERE / "table_of_822731b.json"


def check_out(commit: str, into: Path) -> None:
    """Unpacks the tree of that commit."""
    archive = subprocess.run(["git", "archive", commit], cwd=ROOT, check=True, capture_output=True).stdout
    with tarfile.open(fileobj=io.BytesIO(archive)) as tree:
        tree.extractall(into, filter="data")


def sources_of(checkout: Path) -> list[Path]:
    """The directories with the packages of that tree."""
    packages = [
        *sorted(checkout.glob("functions/*/src")),
        *(checkout / f"{name}/src" for name in ("shared", "playground")),
    ]
    return [*packages, checkout / "infra", checkout / "tests"]


def run_story(checkout: Path, output: Path) -> None:
    """Runs the story with the packages of the checkout, which hide the installed ones. Raises CalledProcessError if it fails."""
    path = os.pathsep.join(map(str, sources_of(checkout)))
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("OSSI_", "AWS_", "PYTHON"))}
    subprocess.run(
        [sys.executable, HERE / "story.py", checkout, output],
        env={**kept, "PYTHONPATH": path, "PYTHONHASHSEED": "0", "TZ": "UTC"},
        stdout=subprocess.DEVNULL,  # the log of the functions
        check=True,
    )


def main() -> None:
    """Writes the fixture, or the file that is named."""
    parser = argparse.ArgumentParser(description="Record both tables as commit 822731b leaves them.")
    parser.add_argument("output", type=Path, nargs="?", default=FIXTURE, help="default: the fixture beside this script")
    output: Path = parser.parse_args().output.resolve()
    with tempfile.TemporaryDirectory() as directory:
        check_out(COMMIT, Path(directory))
        run_story(Path(directory), output)


if __name__ == "__main__":
    main()
