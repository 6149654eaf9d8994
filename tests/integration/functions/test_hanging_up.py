"""What the servers of these tests go through is not in the log of the functions, which runs in the same process."""

import socket

import pytest

from integration.functions.world import World
from local_slack.server import SlackServer
from ossi.runtime import logs
from ossi_playground.seed import load_seed

REQUEST = b"POST %s HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"


def _ask_and_hang_up(url: str, path: bytes = b"/") -> None:
    """Sends half a request, and returns when the server has given the connection up."""
    host, port = url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), 10) as client:
        client.sendall(REQUEST % path)
        client.shutdown(socket.SHUT_WR)
        while client.recv(4096):
            """Until the server has ended the connection."""


def test_clients_that_hang_up(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    logs.set_up()
    capsys.readouterr()
    _ask_and_hang_up(world.cloud.endpoint_url)
    _ask_and_hang_up(world.gateway.url, b"/slash")
    with SlackServer(load_seed()) as slack:
        _ask_and_hang_up(slack.url, b"/api/chat.postMessage")
    assert capsys.readouterr() == ("", "")
