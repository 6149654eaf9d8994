"""The server itself: where it listens, how it starts and stops, and what it keeps."""

import asyncio
import socket
import stat
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from pydantic import ValidationError

from integration.playground_slack.blocks import AINO, PUBLIC, button, input_block, modal, text_input
from integration.playground_slack.bot import FakeBot
from integration.playground_slack.web import Web
from local_slack.client import SlackControl
from local_slack.errors import LocalSlackError, PortInUseError, StateFileError
from local_slack.event_bus import EventBus
from local_slack.seed import Seed
from local_slack.server import SlackServer
from local_slack.workspace import Workspace
from ossi_playground.seed import load_seed


def test_it_listens_on_the_loopback_address_alone(server: SlackServer) -> None:
    host, port = server.url.removeprefix("http://").split(":")
    assert host == "127.0.0.1"
    listening = [line.split()[1] for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    assert f"0100007F:{int(port):04X}" in listening
    assert f"00000000:{int(port):04X}" not in listening


def test_a_port_in_use_is_a_sentence() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(PortInUseError, match=f"port {port} on 127.0.0.1 is in use: name another one"):
            SlackServer(load_seed(), port=port).start()


def test_it_starts_and_stops_more_than_once_and_leaves_no_thread() -> None:
    server = SlackServer(load_seed())
    with pytest.raises(LocalSlackError, match="does not run"):
        server.configure_app(slash_url="http://127.0.0.1:9/")

    def running() -> int:
        return sum(thread.name == "local-slack" for thread in threading.enumerate())

    before = running()
    for _ in range(2):
        with server:
            assert httpx.get(f"{server.control_url}/workspace", trust_env=False).status_code == 200
            with pytest.raises(LocalSlackError, match="runs already"):
                server.start()
        assert running() == before
    server.stop()
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{server.control_url}/workspace", trust_env=False)


def test_it_stops_quickly_while_somebody_waits_for_an_answer() -> None:
    server = SlackServer(load_seed()).start()
    with SlackControl(server.url) as control:
        control.fail("auth.test", "timeout")
        failed: list[Exception] = []

        def ask() -> None:
            try:
                httpx.post(f"{server.api_url}auth.test", trust_env=False, timeout=30)
            except httpx.HTTPError as error:
                failed.append(error)

        asking = threading.Thread(target=ask)
        asking.start()
        control.wait_for(lambda: [entry for entry in control.traffic() if entry.kind == "auth.test"])
    started = time.monotonic()
    server.stop()
    asking.join()
    assert time.monotonic() - started < 1.5
    assert len(failed) == 1


def test_the_workspace_is_kept_between_runs(tmp_path: Path) -> None:
    kept = tmp_path / "slack" / "workspace.json"
    with SlackServer(load_seed(), state_file=kept) as server, SlackControl(server.url) as control:
        web = Web(server.seed.bot_token, server.api_url)
        with FakeBot(server.seed.signing_secret) as bot:
            server.configure_app(slash_url=bot.url)
            trigger = control.command(AINO).trigger_id
        view = web("views.open", trigger_id=trigger, view=modal(input_block(text_input()), block_with_button()))["view"]
        web("chat.postMessage", channel=AINO, text="one")
        last = web("chat.postMessage", channel=PUBLIC, text="two")["ts"]
        # It is written before a change is answered, not only at the end.
        assert '"two"' in kept.read_text()
    with SlackServer(load_seed(), state_file=kept) as server, SlackControl(server.url) as control:
        assert [message.text for message in control.dm(AINO)] == ["one"]
        assert [message.text for message in control.messages(PUBLIC)] == ["two"]
        assert [each.id for each in control.views(AINO)] == [view["id"]]
        web = Web(server.seed.bot_token, server.api_url)
        assert float(web("chat.postMessage", channel=PUBLIC, text="three")["ts"]) > float(last)
        web("chat.update", channel=PUBLIC, ts=last, text="changed")
    assert [each.name for each in kept.parent.iterdir()] == ["workspace.json"]
    with SlackServer(load_seed(), state_file=kept) as server, SlackControl(server.url) as control:
        assert [message.text for message in control.messages(PUBLIC)] == ["changed", "three"]


def block_with_button() -> dict[str, object]:
    return {"type": "actions", "elements": [button()]}


def test_a_kill_loses_nothing_that_was_answered_and_only_the_owner_may_read_it(tmp_path: Path) -> None:
    workspace, kept = tmp_path / "seed.json", tmp_path / "workspace.json"
    seed = load_seed()
    workspace.write_text(seed.model_dump_json())
    (tmp_path / "workspace.json.new").write_text("half of one that was killed")
    command = [sys.executable, "-m", "local_slack", str(workspace), "--port", "0", "--state-file", str(kept)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        url = next(line.split()[1] for line in process.stdout if line.startswith("Slack:"))
        web = Web(seed.bot_token, f"{url}/api/")

        def post(number: int) -> str:
            return web("chat.postMessage", channel=PUBLIC, text=f"number {number}")["ts"]

        with ThreadPoolExecutor(8) as pool:
            posted = list(pool.map(post, range(40)))
        process.kill()
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    with SlackServer(seed, state_file=kept) as server, SlackControl(server.url) as control:
        assert {message.ts for message in control.messages(PUBLIC)} == set(posted)
        assert {message.text for message in control.messages(PUBLIC)} == {f"number {n}" for n in range(40)}


def test_a_file_that_holds_something_else_is_a_sentence(tmp_path: Path) -> None:
    kept = tmp_path / "workspace.json"
    kept.write_text("no workspace")
    server = SlackServer(load_seed(), state_file=kept)
    with pytest.raises(StateFileError, match="does not hold a saved workspace"):
        server.start()
    kept.unlink()
    with server:
        assert server.url


def test_a_control_call_costs_a_few_milliseconds(server: SlackServer, control: SlackControl, bot: FakeBot) -> None:
    control.command(AINO)
    took: list[float] = []
    for _ in range(20):
        started = time.perf_counter()
        control.command(AINO)
        took.append(time.perf_counter() - started)
    # The quickest of them: what else the machine does meanwhile is not its cost.
    assert min(took) < 0.05
    assert len(bot.received) == 21
    assert server.url


def test_every_change_is_told_on_the_bus() -> None:
    async def changes() -> list[str]:
        bus = EventBus()
        workspace = Workspace(load_seed(), time.time, bus)
        with bus.subscribe() as queue:
            channel = workspace.direct_message(AINO)
            message = workspace.post(channel, "x", [])
            workspace.rewrite(message, "y", [])
            workspace.delete(message)
            workspace.reset()
            return [queue.get_nowait().kind for _ in range(queue.qsize())]

    told = asyncio.run(changes())
    assert told == ["channel_created", "message_posted", "message_changed", "message_deleted", "reset"]


def test_a_seed_must_make_sense() -> None:
    seed = load_seed().model_dump()
    changes: tuple[tuple[dict[str, object], str], ...] = (
        ({"named_channels": {"public_channel": "C0NOWHERE"}}, "channel C0NOWHERE is not among the channels"),
        ({"users": [*seed["users"], seed["users"][0]]}, "an id is used twice"),
        ({"users": seed["users"][1:]}, "has unknown members: U0AINO001"),
        ({"roles": []}, "the role employee of U0AINO001 is not among the roles"),
        ({"first_steps": [{"text": "x", "button": "y", "go_to": "C0NOWHERE"}]}, "channel C0NOWHERE is not among"),
        ({"first_steps": [{"text": "x", "button": "y", "act_as": "U0NOBODY"}]}, "user U0NOBODY is not among the users"),
        ({"colour": "red"}, "Extra inputs are not permitted"),
    )
    for change, complaint in changes:
        with pytest.raises(ValidationError, match=complaint):
            Seed.model_validate(seed | change)
