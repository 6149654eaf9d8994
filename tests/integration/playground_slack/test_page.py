"""The page and its files, the stream of events, and the inspector's part of the control API."""

import json
from collections.abc import Callable, Generator
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest

from integration.playground_slack.web import Web
from local_slack.client import SlackControl
from local_slack.inspector import DeliveryRead, InspectorError, LogLine, TableRead
from local_slack.server import SlackServer
from ossi.domain.contribution import Status
from ossi.domain.form import DESCRIPTION_MIN
from ossi.domain.levels import CompensationLevels
from ossi.domain.months import Month
from ossi_playground.demo_data import MONTHS, decided_rows, load_demo_data, overlooked_rows
from ossi_playground.seed import load_seed
from ossi_slash.commands import COMMANDS

AINO, MAIJA = "U0AINO001", "U0MAIJA01"
PUBLIC, MANAGEMENT = "C0OPENSRC", "C0MANAGERS"
Event = tuple[str, dict[str, Any]]


@contextmanager
def events_of(server: SlackServer, user: str) -> Generator[Callable[[], Event]]:
    """The events that this person's page gets; the returned function waits for the next one."""
    with (
        httpx.Client(trust_env=False, timeout=5) as client,
        client.stream("GET", f"{server.control_url}/events", params={"user": user}) as response,
    ):
        assert response.headers["content-type"].startswith("text/event-stream")
        lines = response.iter_lines()

        def following() -> Event:
            kind = next(line for line in lines if line.startswith("event: "))
            return kind.removeprefix("event: "), json.loads(next(lines).removeprefix("data: "))

        assert following()[0] == "hello"
        yield following


def test_the_page_runs_nothing_but_its_own_scripts(server: SlackServer) -> None:
    page = httpx.get(f"{server.url}/", trust_env=False)
    assert page.status_code == 200
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy
    assert "<script>" not in page.text
    assert "style=" not in page.text
    script = httpx.get(f"{server.url}/static/js/app.js", trust_env=False)
    assert script.headers["content-type"].startswith("text/javascript")
    assert script.headers["content-security-policy"] == policy
    assert httpx.get(f"{server.url}/static/../server.py", trust_env=False).status_code == 404


def test_the_address_of_a_message_leads_to_the_page(web: Web) -> None:
    posted = web("chat.postMessage", channel=PUBLIC, text="hello")
    link = web("chat.getPermalink", channel=PUBLIC, message_ts=posted["ts"])["permalink"]
    assert "<title>" in httpx.get(link, trust_env=False).text


def test_everyone_is_told_only_what_they_may_see(server: SlackServer, web: Web, control: SlackControl) -> None:
    with events_of(server, AINO) as aino, events_of(server, MAIJA) as maija:
        web("chat.postMessage", channel=MANAGEMENT, text="for managers")
        web("chat.postEphemeral", channel=PUBLIC, user=MAIJA, text="for Maija")
        web("chat.postMessage", channel=PUBLIC, text="for all")
        control.say(PUBLIC, AINO, "from Aino")

        def texts(following: Callable[[], Event], last: str) -> list[str]:
            heard: list[str] = []
            while last not in heard:
                kind, about = following()
                if kind == "message_posted":
                    heard.append(about["message"]["text"])
            return heard

        assert texts(aino, "from Aino") == ["for all", "from Aino"]
        assert texts(maija, "from Aino") == ["for managers", "for Maija", "for all", "from Aino"]


def test_changes_and_deletions_are_told(server: SlackServer, web: Web) -> None:
    posted = web("chat.postMessage", channel=PUBLIC, text="before")
    with events_of(server, AINO) as following:
        web("chat.update", channel=PUBLIC, ts=posted["ts"], text="after")
        web("chat.delete", channel=PUBLIC, ts=posted["ts"])
        told = [event for event in (following() for _ in range(4)) if event[0].startswith("message")]
    assert [kind for kind, _about in told] == ["message_changed", "message_deleted"]
    assert told[1][1]["message"] is None
    assert told[1][1]["ts"] == posted["ts"]


def test_a_sidebar_has_the_conversations_of_its_person(control: SlackControl, server: SlackServer, web: Web) -> None:
    posted = web("chat.postMessage", channel=PUBLIC, text="hello")
    control.say(PUBLIC, AINO, "my own")

    def sidebar(user: str) -> list[dict[str, Any]]:
        answer = httpx.get(f"{server.control_url}/users/{user}/conversations", trust_env=False)
        return answer.json()["conversations"]

    assert [each["channel"]["id"] for each in sidebar(AINO)][:-1] == [PUBLIC]
    assert [each["channel"]["id"] for each in sidebar(MAIJA)][:-1] == [PUBLIC, MANAGEMENT]
    assert sidebar(AINO)[-1]["channel"]["im_user"] == AINO
    assert sidebar(AINO)[0]["from_others"] == [posted["ts"]]
    assert httpx.get(f"{server.control_url}/users/U0NOBODY/conversations", trust_env=False).status_code == 404


class _Inspector:
    """Shows one of each, and fails on request."""

    def tables(self) -> list[TableRead]:
        return [TableRead(title="Rows", name="rows", rows=[{"id": "a", "number": 1}])]

    def deliveries(self) -> list[DeliveryRead]:
        return [DeliveryRead(at=1.0, function="stream", records=2, attempt=1, outcome="succeeded")]

    def functions(self) -> list[str]:
        return ["slash"]

    def logs(self, function: str) -> list[LogLine]:
        if function == "broken":
            raise InspectorError("The log of broken cannot be read.")
        return [LogLine(at=1.0, text=f"line of {function}")]


def test_the_inspector_is_what_was_handed_in() -> None:
    with SlackServer(load_seed(), inspector=_Inspector()) as server, SlackControl(server.url) as control:

        def read(path: str) -> httpx.Response:
            return httpx.get(f"{server.control_url}/inspector/{path}", trust_env=False)

        assert control.workspace().has_inspector
        assert read("tables").json()["tables"][0]["rows"] == [{"id": "a", "number": 1}]
        assert read("deliveries").json()["deliveries"][0]["outcome"] == "succeeded"
        assert read("logs").json()["lines"][0]["text"] == "line of slash"
        assert read("logs?function=broken").status_code == 503
        assert read("logs?function=broken").json()["error"] == "The log of broken cannot be read."
        with events_of(server, AINO) as following:
            server.tell("delivery")
            assert following()[0] == "delivery"


def test_without_an_inspector_there_is_none(server: SlackServer, control: SlackControl) -> None:
    assert not control.workspace().has_inspector
    assert httpx.get(f"{server.control_url}/inspector/tables", trust_env=False).status_code == 404


def test_the_composer_offers_every_word_of_the_bot() -> None:
    offered = [each.text.removeprefix("/ossi ") for each in load_seed().app.completions]
    assert sorted(offered) == sorted(COMMANDS)


@pytest.mark.parametrize("day", ["2026-11-24T10:00", "2026-03-01T00:05", "2027-01-31T23:59"])
def test_the_demonstration_data_is_believable_on_any_day(day: str) -> None:
    now = datetime.fromisoformat(day).replace(tzinfo=ZoneInfo("Europe/Helsinki"))
    data, seed = load_demo_data(), load_seed()
    rows = decided_rows(data, seed, now)
    assert rows == decided_rows(data, seed, now)
    assert len({row.key for row in rows}) == len(rows) == len(data.decided)
    assert len({row.user_id for row in rows}) >= 12
    assert len({row.contribution_month for row in rows}) == MONTHS
    assert max(row.contribution_month for row in rows) == f"{now:%Y-%m}"
    known = {level.key for level in CompensationLevels().offered}
    for row in rows:
        assert row.status in (Status.ACCEPTED, Status.DECLINED)
        assert row.level in known
        assert len(row.text) >= DESCRIPTION_MIN
        assert row.timestamp <= now.timestamp() * 1000
        assert row.decided_at is not None
        assert row.timestamp <= row.decided_at <= now.timestamp() * 1000
        assert row.decided_by not in (None, row.user_id)
        assert f"{datetime.fromtimestamp(row.timestamp / 1000, now.tzinfo):%Y-%m}" == row.contribution_month
    overlooked = overlooked_rows(data, seed, now)
    before_last = Month.of(now).previous().previous()
    assert {(row.status, row.contribution_month) for row in overlooked} == {(Status.PENDING, str(before_last))}
    for row in overlooked:
        assert row.level in known
        assert len(row.text) >= DESCRIPTION_MIN
        assert f"{datetime.fromtimestamp(row.timestamp / 1000, now.tzinfo):%Y-%m}" == row.contribution_month
    assert not {row.key for row in overlooked} & {row.key for row in rows}
