"""Slack's answers with something wrong in them: what was asked for may fail, nothing else does, and nothing odd is kept."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from http_server import Handler, Server
from integration.functions.cloud import Cloud
from integration.functions.events import Context, signed, slash_body
from integration.functions.world import AINO, MAIJA, MANAGEMENT, a_row
from integration.fuzz.conftest import Logged
from integration.fuzz.shapes import JUNK, fuzzed, spoiled
from integration.fuzz.test_payloads import click, opened_anew, send, submission
from integration.fuzz.test_requests import nothing_failed
from ossi.delivery.record import State
from ossi.domain.names import NAME_MAX
from ossi_interactions import bootstrap as interactions
from ossi_slash import bootstrap as slash
from ossi_slash.handler import handler as slash_handler
from ossi_stream import bootstrap as stream
from ossi_stream.handler import handler as stream_handler

_USER = {
    "id": AINO, "name": "aino", "real_name": "Aino Virtanen", "deleted": False, "is_bot": False,
    "profile": {"real_name": "Aino Virtanen", "display_name": "aino", "email": "aino@example.com"},
}  # fmt: skip
GOOD: dict[str, dict[str, Any]] = {
    "users.info": {"ok": True, "user": _USER},
    "views.open": {"ok": True, "view": {"id": "V1", "type": "modal"}, "response_metadata": {"messages": []}},
    "conversations.members": {"ok": True, "members": [MAIJA], "response_metadata": {"next_cursor": ""}},
    "chat.postMessage": {"ok": True, "channel": MANAGEMENT, "ts": "1792994700.000100", "message": {"text": "hello"}},
    "auth.test": {"ok": True, "user_id": "U0OSSIBOT"},
    "response": {"ok": True},
}
_STATUSES = st.sampled_from([200, 200, 200, 200, 202, 302, 404, 500, 503])
_NAMES = st.sampled_from(
    ["x" * 500_000, "\ud800", "a\ud83d", "\x00\x07", "Aino\n\u2028Virtanen", " ", {"name": "Aino"}, ["Aino"], 7, True]
)
_RAW = st.sampled_from(
    [
        b"", b"ok", b"null", b"{", b"\xff\xfe", b"<html>Please log in</html>", b"[" * 200_000, b'{"ok":' * 200_000,
        b'{"ok": true, "user": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", b'{"ok": true, "ok": false}', b"1" * 5_000,
        b'{"ok": true, "user": {"real_name": ' + b"1" * 5_000 + b"}}", b" " * 1_000_001, b'{"ok": NaN}',
    ]
)  # fmt: skip


class OddSlack:
    """A Slack whose answers a test makes up. What it says nothing about is answered well."""

    def __init__(self) -> None:
        self.answers: dict[str, tuple[int, bytes]] = {}
        self.asked: list[str] = []
        odd = self

        class Request(Handler):
            def respond(self) -> None:
                self.body()
                method = urlsplit(self.path).path.rpartition("/")[2]
                odd.asked.append(method)
                status, body = odd.answers.get(method, (200, json.dumps(GOOD[method]).encode()))
                # A redirect would lead here again.
                self.answer(status, body, {"Location": f"{odd.server.url}/api/auth.test"} if status == 302 else None)

        self.server = Server(Request)

    def says(self, method: str, answer: tuple[int, bytes]) -> None:
        """To every call of that method from now on, and nothing else remains of what it said before."""
        self.asked.clear()
        self.answers = {method: answer}


@pytest.fixture(scope="module")
def running_odd_slack() -> Iterator[OddSlack]:
    odd = OddSlack()
    with odd.server:
        yield odd


@pytest.fixture
def odd_slack(running_odd_slack: OddSlack, cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> OddSlack:
    """In the place of the local Slack."""
    assert cloud.rows() == []
    monkeypatch.setenv("OSSI_SLACK_API_URL", f"{running_odd_slack.server.url}/api/")
    for bootstrap in (slash, interactions, stream):
        bootstrap.app.cache_clear()
    return running_odd_slack


def answers(method: str) -> st.SearchStrategy[tuple[int, bytes]]:
    """Real answers with something wrong in them, junk, and what is no JSON: a status and a body."""
    junk = JUNK | _NAMES
    bodies = spoiled(GOOD[method], junk) | st.fixed_dictionaries({"ok": st.just(True), "user": junk}) | JUNK
    return st.tuples(_STATUSES, bodies.map(lambda body: json.dumps(body).encode()) | _RAW)


@fuzzed(40)
@given(
    answer=answers("users.info")
    | _NAMES.map(lambda name: (200, json.dumps({"ok": True, "user": {"real_name": name}}).encode()))
)
def test_a_form_is_stored_whatever_slack_says_of_its_sender(
    cloud: Cloud, odd_slack: OddSlack, logged: Logged, answer: tuple[int, bytes]
) -> None:
    odd_slack.says("users.info", answer)
    answered = send(opened_anew(submission()))
    nothing_failed(answered, logged, slack_refuses=True)
    assert answered == {"statusCode": 200, "body": ""}
    (row,) = cloud.rows()
    assert 1 <= len(row.name) <= NAME_MAX
    assert row.name == " ".join(row.name.split())
    row.name.encode()
    cloud.remove(row)


@fuzzed(20)
@given(answer=answers("views.open"))
@pytest.mark.usefixtures("cloud")
def test_a_command_is_answered_whatever_slack_says_of_its_form(
    odd_slack: OddSlack, logged: Logged, answer: tuple[int, bytes]
) -> None:
    odd_slack.says("views.open", answer)
    answered = slash_handler(signed("/slash", slash_body(text="new I fixed a race")), Context())
    nothing_failed(answered, logged, slack_refuses=True)
    assert answered["statusCode"] == 200
    assert odd_slack.asked == ["views.open"]
    if answered["body"]:
        assert "I fixed a race" in answered["body"]


def _names_maija(answer: tuple[int, bytes]) -> bool:
    """Whether that is a list of members with her in it."""
    try:
        said: Any = json.loads(answer[1])
    except (ValueError, RecursionError):
        return False
    return (
        200 <= answer[0] < 300
        and isinstance(said, dict)
        and said.get("ok") is True
        and isinstance(said.get("members"), list)
        and MAIJA in said["members"]
    )


@fuzzed(40)
@given(answer=answers("conversations.members"))
def test_only_who_slack_clearly_says_is_a_manager_gets_a_report(
    cloud: Cloud, odd_slack: OddSlack, logged: Logged, answer: tuple[int, bytes]
) -> None:
    odd_slack.says("conversations.members", answer)
    slash.app.cache_clear()  # it remembers who is a member
    cloud.invoked.clear()
    body = slash_body(text="report 2026-10", user_id=MAIJA)
    answered = slash_handler(signed("/slash", body), Context())
    nothing_failed(answered, logged, slack_refuses=True)
    assert answered["statusCode"] == 200
    assert json.loads(answered["body"])["text"]
    assert len(odd_slack.asked) <= 2, "a cursor that comes again is not followed"
    if cloud.invoked:
        assert _names_maija(answer)


@fuzzed(6)
@given(answer=answers("chat.postMessage"))
def test_a_change_is_recorded_whatever_slack_says_to_its_messages(
    cloud: Cloud, odd_slack: OddSlack, logged: Logged, answer: tuple[int, bytes]
) -> None:
    cloud.empty()
    cloud.changes()
    cloud.put(a_row())
    odd_slack.says("chat.postMessage", answer)
    answered = stream_handler({"Records": cloud.changes()}, Context(left_ms=60_000))
    assert answered == {"batchItemFailures": []}
    failed = {line["message"] for line in logged() if line["level"] in {"ERROR", "CRITICAL"}}
    assert failed <= {"parked: Slack refused it for good"}
    records = {effect: record for (_, effect), record in cloud.ledger().items() if "state" in record}
    assert {"confirm_submission", "ask_management"} <= set(records)
    assert {record["state"] for record in records.values()} <= {State.SENT, State.DUE, State.PARKED, State.UNKNOWN}


@fuzzed(20)
@given(answer=answers("response"))
def test_a_click_is_acknowledged_whatever_slack_says_to_its_answer(
    cloud: Cloud, odd_slack: OddSlack, logged: Logged, answer: tuple[int, bytes]
) -> None:
    assert cloud.rows() == []
    odd_slack.says("response", answer)
    payload = click() | {"response_url": f"{odd_slack.server.url}/response"}
    answered = send(payload)
    nothing_failed(answered, logged, slack_refuses=True)
    assert answered == {"statusCode": 200, "body": ""}
    assert odd_slack.asked == ["response"]


@pytest.mark.usefixtures("cloud")
def test_the_address_of_a_click_leads_to_no_other_host(odd_slack: OddSlack, logged: Logged) -> None:
    odd_slack.asked.clear()
    for address in ("https://example.com/response", "http://169.254.169.254/latest", "http://localhost:1/response"):
        answered = send(click() | {"response_url": address})
        lines = nothing_failed(answered, logged, slack_refuses=True)
        assert [line["why"] for line in lines if line["message"] == "a click could not be answered"] == [
            "unusable_response_url"
        ]
    assert odd_slack.asked == []
