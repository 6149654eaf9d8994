"""The command itself: what it says when it cannot run, what it keeps, and what it leaves behind."""

from __future__ import annotations

import json
import shutil
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from e2e.driving import ACCEPT, MAIJA, TEXT, Ossi
from e2e.running import ROOT, Running, listens, run_ossi
from e2e.signing import warm_up
from e2e.workbooks import announcement, fetch, link_in
from local_aws.clients import Clients
from local_slack.client import SlackControl
from local_slack.server import SlackServer
from ossi_playground.seed import load_seed

CONTRACT = {
    "slack_url", "control_url", "slash_url", "interactions_url", "aws_endpoint_url", "aws_region", "table",
    "report_bucket", "functions", "signing_secret", "bot_token", "channels", "users",
}  # fmt: skip


def assert_a_sentence(done: subprocess.CompletedProcess[str], *words: str) -> None:
    """It ended by itself and said why, in words."""
    assert done.returncode == 1, done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    (line,) = done.stderr.strip().splitlines()
    assert line.startswith("Error: ")
    for word in words:
        assert word in line


def driver(running: Running, slack: SlackControl) -> Ossi:
    """A bot that a test has started itself."""
    ossi = Ossi(running, slack, Clients(running.ready.aws_endpoint_url, running.ready.aws_region))
    warm_up(ossi)
    return ossi


def test_the_ready_file_says_where_everything_is(ossi: Ossi) -> None:
    ready = json.loads(ossi.running.ready_file.read_text())

    assert ready.keys() >= CONTRACT
    for url in ("slack_url", "control_url", "slash_url", "interactions_url", "aws_endpoint_url"):
        assert listens(ready[url])
    assert ready["channels"] == {"management": "C0MANAGERS", "public": "C0OPENSRC"}
    assert {user["role"] for user in ready["users"]} == {"employee", "manager"}
    assert {"slash", "interactions", "stream", "report"} <= ready["functions"].keys()
    assert ready["pid"] == ossi.running.pid


def test_a_port_in_use_is_said_in_a_sentence() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])

        done = run_ossi("--port", port)

    assert_a_sentence(done, port, "in use")


@pytest.mark.parametrize("url", ["not an address", "ftp://127.0.0.1/", "http://"])
def test_an_address_that_is_none_is_said_in_a_sentence(url: str) -> None:
    done = run_ossi("--slack-api-url", url)

    assert done.returncode == 2
    assert "please give a full address" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_state_directory_that_cannot_be_is_said_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    done = run_ossi("--port", "0", "--state-dir", tmp_path / "file" / "state")

    assert_a_sentence(done, str(tmp_path / "file"))


def test_the_ready_file_of_one_that_runs_is_left_alone(ossi: Ossi) -> None:
    before = ossi.running.ready_file.read_bytes()

    done = run_ossi("--port", "0", "--ready-file", ossi.running.ready_file)

    assert_a_sentence(done, "Another instance", str(ossi.running.ready_file))
    assert ossi.running.ready_file.read_bytes() == before


@pytest.mark.parametrize("left", ['{"pid": 1, "aws_endpoint_url": "http://127.0.0.1:1"}', "{}", "not JSON"])
def test_a_ready_file_that_was_left_behind_is_removed_before_anything_starts(tmp_path: Path, left: str) -> None:
    (tmp_path / "ready.json").write_text(left)
    (tmp_path / "file").touch()

    done = run_ossi("--port", "0", "--ready-file", tmp_path / "ready.json", "--state-dir", tmp_path / "file" / "state")

    assert_a_sentence(done, str(tmp_path / "file"))
    assert not (tmp_path / "ready.json").exists()


def test_without_uv_it_says_what_to_do(tmp_path: Path) -> None:
    # A virtual environment like ours, but for uv: the packages are the same.
    environment = tmp_path / "venv"
    (environment / "bin").mkdir(parents=True)
    (environment / "lib").symlink_to(Path(sys.prefix) / "lib")
    shutil.copy(Path(sys.prefix) / "pyvenv.cfg", environment)
    python = environment / "bin" / "python"
    python.symlink_to(Path(sys.executable).resolve())

    done = subprocess.run(
        [python, "-c", "from ossi_cli.main import main; main()", "local", "--no-browser"],
        cwd=ROOT, env={"PATH": "/nowhere"}, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip

    assert_a_sentence(done, "uv", "make install")


def test_a_state_directory_keeps_all_and_is_for_one_at_a_time(tmp_path: Path) -> None:
    state = tmp_path / "state"
    (first, second) = (tmp_path / "first", tmp_path / "second")
    first.mkdir()
    second.mkdir()

    with Running(first, "--state-dir", str(state)) as running, SlackControl(running.ready.slack_url) as slack:
        ossi = driver(running, slack)
        decided, request = ossi.submitted("U0AINO001")
        ossi.decide(request, MAIJA, ACCEPT)
        ossi.settled(decided, request)
        pending, waiting = ossi.submitted("U0EINO001")
        ossi.wait(lambda: ossi.delivered(pending) == {"confirm_submission": "SENT", "ask_management": "SENT"})
        rows, requests, told, published = ossi.rows(), ossi.requests(), ossi.told(decided), ossi.published()

        saved = state / "slack.json"
        written = saved.read_text()  # of all that has happened: nothing more does
        other = run_ossi("--port", "0", "--state-dir", state)
        assert_a_sentence(other, "Another instance", str(state))
        assert saved.read_text() == written  # it leaves alone what is not its own

    with Running(second, "--state-dir", str(state)) as running, SlackControl(running.ready.slack_url) as slack:
        ossi = driver(running, slack)
        assert ossi.rows() == rows
        assert [each.rendered for each in ossi.requests()] == [each.rendered for each in requests]
        # What waited for a decision still does, and the stream goes on behind what it had delivered.
        ossi.decide(waiting, MAIJA, ACCEPT)
        ossi.settled(pending, waiting)
        assert [each.rendered for each in ossi.told(decided)] == [each.rendered for each in told]
        assert len(ossi.published()) == len(published) + 1
        assert len(ossi.posts()) == 3


@pytest.mark.timeout(400)
def test_a_kill_of_everything_loses_nothing_and_links_work_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    state, temporary = tmp_path / "state", tmp_path / "tmp"
    (first, second) = (tmp_path / "first", tmp_path / "second")
    for each in (first, second, temporary):
        each.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))

    with Running(first, "--state-dir", str(state)) as running, SlackControl(running.ready.slack_url) as slack:
        ossi = driver(running, slack)
        decided, request = ossi.submitted("U0AINO001")
        ossi.decide(request, MAIJA, ACCEPT)
        decided, _ = ossi.settled(decided, request)
        slack.command(MAIJA, f"report {decided['contributionMonth']}")
        link = link_in(announcement(ossi))
        workbook = fetch(link).content
        pending, waiting = ossi.submitted("U0EINO001")
        rows, requests, told = ossi.rows(), ossi.requests(), ossi.told(decided)
        records = [ossi.delivered(row) for row in (decided, pending)]
        (left_behind,) = temporary.glob("local-aws-*")
        assert stat.S_IMODE(running.ready_file.stat().st_mode) == 0o600
        running.kill()
    readable = {
        path for path in state.rglob("*") if not path.is_symlink() and stat.S_IMODE(path.stat().st_mode) & 0o077
    }
    assert readable == set()
    assert left_behind.exists()

    with Running(second, "--state-dir", str(state)) as running, SlackControl(running.ready.slack_url) as slack:
        assert not left_behind.exists()
        ossi = driver(running, slack)
        assert ossi.rows() == rows
        assert [ossi.delivered(row) for row in (decided, pending)] == records
        assert [each.rendered for each in ossi.requests()] == [each.rendered for each in requests]
        assert [each.rendered for each in ossi.told(decided)] == [each.rendered for each in told]
        assert fetch(link).content == workbook
        ossi.decide(waiting, MAIJA, ACCEPT)
        ossi.settled(pending, waiting)
        assert len(ossi.told(decided)) == len(told), "nothing was sent again"
    assert [*temporary.glob("local-aws-*")] == []


def test_another_server_can_take_the_place_of_the_local_slack(tmp_path: Path) -> None:
    with (
        SlackServer(load_seed()) as server,
        Running(tmp_path, "--slack-api-url", server.api_url) as running,
        SlackControl(server.url) as slack,
    ):
        assert running.ready.control_url is None
        server.configure_app(slash_url=running.ready.slash_url, interactions_url=running.ready.interactions_url)
        ossi = driver(running, slack)

        row, request = ossi.submitted("U0AINO001")
        ossi.decide(request, MAIJA, ACCEPT)

        ossi.settled(row, request)
        (public,) = ossi.published()
        assert TEXT in public.rendered
