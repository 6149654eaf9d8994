"""What does not come from Slack, or not now, or not whole: nothing is stored and nothing is sent (N4)."""

import time
from collections.abc import Callable
from dataclasses import dataclass

import httpx
import pytest

from e2e.driving import ACCEPT, DECLINE, MAIJA, MATTI, TEXT, URL, Ossi, accepted_row, key_of, now_ms
from e2e.signing import command, decision, form, interaction, send, send_signed, sent_by_slack, signature, submission
from e2e.workbooks import announcement


@dataclass(frozen=True)
class Genuine:
    """A request that would do something, and how to see that it did."""

    url: str
    body: bytes
    worked: Callable[[httpx.Response], bool]


def new(ossi: Ossi) -> Genuine:
    # The trigger is not one of Slack's, so that views.open is tried and refused: the trace of a request that got through.
    def tried(_answer: httpx.Response) -> bool:
        return [entry.kind for entry in ossi.slack.traffic()] == ["views.open"]

    return Genuine(ossi.ready.slash_url, command(MAIJA, f"new {TEXT}"), tried)


def listing(ossi: Ossi) -> Genuine:
    ossi.write([accepted_row(MAIJA, now_ms(), "2026-01", text="seen by nobody else")])
    return Genuine(ossi.ready.slash_url, command(MAIJA, "list"), lambda answer: "seen by nobody else" in answer.text)


def report(ossi: Ossi) -> Genuine:
    return Genuine(ossi.ready.slash_url, command(MAIJA, "report 2019-03"), lambda _answer: bool(announcement(ossi)))


def form_sent(ossi: Ossi) -> Genuine:
    ella = ossi.employee()
    body = submission(ossi.open_form(ella), ella, TEXT, URL)

    def stored(_answer: httpx.Response) -> bool:
        (row,) = ossi.rows(ella)
        ossi.request(row)
        return row["status"] == "PENDING"

    return Genuine(ossi.ready.interactions_url, body, stored)


def button(ossi: Ossi) -> Genuine:
    row, request = ossi.submitted(ossi.employee())

    def decided(_answer: httpx.Response) -> bool:
        return ossi.settled(row, request)[0]["decidedBy"] == MAIJA

    return Genuine(ossi.ready.interactions_url, decision(request, MAIJA, ACCEPT, key_of(row)), decided)


def attacks(genuine: Genuine, secret: str) -> dict[str, tuple[bytes, dict[str, str]]]:
    """Each way of not being from Slack: a body and its headers."""
    body, good = genuine.body, signature(secret, genuine.body)
    timestamp, signed = good["X-Slack-Request-Timestamp"], good["X-Slack-Signature"]
    other_moment = {"X-Slack-Request-Timestamp": str(int(timestamp) + 1), "X-Slack-Signature": signed}
    return {
        "unsigned": (body, {}),
        "no timestamp": (body, {"X-Slack-Signature": signed}),
        "no signature": (body, {"X-Slack-Request-Timestamp": timestamp}),
        "signed with another secret": (body, signature("another-secret", body)),
        "stale": (body, signature(secret, body, age_seconds=302)),
        # Still so when it's sent, on a machine however slow; the edges are tested with a clock that stands still.
        "from the future": (body, signature(secret, body, age_seconds=-900)),
        "signed for another moment": (body, other_moment),
        "another body": (body + b"&more=1", good),
        "truncated": (body[: len(body) // 2], good),
        "without its body": (b"", good),
        "another version of signatures": (body, {**good, "X-Slack-Signature": signed.replace("v0=", "v1=")}),
        "an empty signature": (body, {**good, "X-Slack-Signature": ""}),
        "a timestamp that is no number": (body, {**good, "X-Slack-Request-Timestamp": "now"}),
    }


@pytest.mark.parametrize("kind", [new, listing, report, form_sent, button])
def test_a_request_that_slack_did_not_sign_just_now_does_nothing(ossi: Ossi, kind: Callable[[Ossi], Genuine]) -> None:
    genuine = kind(ossi)
    rows, ledger, traffic = ossi.rows(), ossi.scan(ossi.ready.ledger_table), ossi.slack.traffic()

    for attack, (body, headers) in attacks(genuine, ossi.ready.signing_secret).items():
        answer = send(genuine.url, body, headers)
        assert (answer.status_code, answer.json()) == (401, {"error": "unauthorized"}), attack

    assert ossi.rows() == rows
    assert ossi.scan(ossi.ready.ledger_table) == ledger
    assert ossi.slack.traffic() == traffic
    # It was the signature alone: the same request as Slack would send it works.
    if kind is new:
        ossi.slack.reset()
    assert genuine.worked(send_signed(ossi, genuine.url, genuine.body))


def form_with(**view: object) -> bytes:
    """A form that Maija sent."""
    return interaction({"type": "view_submission", "user": {"id": MAIJA}, "view": {"id": "V1", **view}})


def buttons(*actions: object) -> bytes:
    """Buttons that Maija pressed."""
    return interaction({"type": "block_actions", "user": {"id": MAIJA}, "actions": list(actions)})


OUR_FORM = "contribution_form"
GARBAGE = {
    "nothing": b"",
    "no text": bytes(range(256)),
    "not a form": b"hello",
    "an empty payload": form({"payload": ""}),
    "a payload that is no JSON": form({"payload": "{"}),
    "a payload that is a list": form({"payload": "[]"}),
    "an empty object": interaction({}),
    "an unknown kind": interaction({"type": "message_action"}),
    "a form without a view": interaction({"type": "view_submission"}),
    "somebody else's form": form_with(callback_id="other"),
    "a form without values": form_with(callback_id=OUR_FORM, state=None),
    "a form with odd values": form_with(callback_id=OUR_FORM, state={"values": {"url": {"url": {"value": 7}}}}),
    "no button": buttons(),
    "an unknown button": buttons({"action_id": "x"}),
    "a button without a value": buttons({"action_id": ACCEPT}),
    "a button of nobody": interaction({"type": "block_actions", "actions": [{"action_id": ACCEPT, "value": "U1#1"}]}),
    "a command without a text": form({"user_id": MAIJA}),
    "a list for nobody": form({"text": "list"}),
    "a report for nobody": form({"text": "report"}),
}


@pytest.mark.parametrize("what", GARBAGE)
def test_nonsense_does_nothing_even_when_it_is_signed(ossi: Ossi, what: str) -> None:
    for url in (ossi.ready.slash_url, ossi.ready.interactions_url):
        assert send_signed(ossi, url, GARBAGE[what]).status_code in {200, 401}

    assert ossi.rows() == []
    assert ossi.scan(ossi.ready.ledger_table) == []
    assert ossi.posts() == []


def test_a_decision_about_what_does_not_exist_changes_nothing(ossi: Ossi) -> None:
    row, request = ossi.submitted(ossi.employee())
    keys = ["U0NOBODY#1", f"{row['userId']}#1", row["userId"], f"{key_of(row)}x", "", "#", "x" * 2000]

    for key in keys:
        body = decision(request, MAIJA, ACCEPT, key)
        assert send_signed(ossi, ossi.ready.interactions_url, body).status_code == 200

    assert ossi.rows() == [row]


def test_a_decision_from_outside_the_management_channel_changes_nothing(ossi: Ossi) -> None:
    ella = ossi.employee()
    row, _ = ossi.submitted(ella)
    (confirmation,) = ossi.told(row)

    body = decision(confirmation, ella, ACCEPT, key_of(row))

    assert send_signed(ossi, ossi.ready.interactions_url, body).status_code == 200
    assert ossi.rows() == [row]


def test_a_replayed_command_opens_no_second_form(ossi: Ossi) -> None:
    ella = ossi.employee()
    ossi.open_form(ella)

    again = send_signed(ossi, ossi.ready.slash_url, sent_by_slack(ossi, "slash_command"))

    assert "let me open the form, so nothing was saved" in again.text
    assert len(ossi.slack.views(ella)) == 1
    assert ossi.rows() == []


def test_a_replayed_report_is_made_once(ossi: Ossi) -> None:
    ossi.slack.command(MAIJA, "report 2019-04")
    announcement(ossi)

    started = time.time()
    again = send_signed(ossi, ossi.ready.slash_url, sent_by_slack(ossi, "slash_command"))

    assert again.status_code == 200
    ossi.wait(lambda: "has been announced before" in ossi.logged("report", started))
    assert len(ossi.requests()) == 1


def test_a_replayed_form_is_stored_once(ossi: Ossi) -> None:
    ella = ossi.employee()
    row, request = ossi.submitted(ella)

    again = send_signed(ossi, ossi.ready.interactions_url, sent_by_slack(ossi, "view_submission"))

    assert (again.status_code, again.text) == (200, "")
    assert ossi.rows() == [row]
    assert ossi.requests() == [request]


def test_replayed_decisions_change_nothing(ossi: Ossi) -> None:
    row, request = ossi.submitted(ossi.employee())
    ossi.decide(request, MAIJA, ACCEPT)
    decided, redrawn = ossi.settled(row, request)
    sent = ossi.posts()

    bodies = [
        sent_by_slack(ossi, "block_actions"),
        decision(request, MAIJA, DECLINE, key_of(row)),
        decision(request, MATTI, DECLINE, key_of(row)),
    ]
    for body in bodies:
        assert send_signed(ossi, ossi.ready.interactions_url, body).status_code == 200

    assert ossi.rows() == [decided]
    assert ossi.requests() == [redrawn]
    assert ossi.posts() == sent
    assert [each.rendered.split(".")[0] for each in ossi.slack.ephemeral(MAIJA)] == [
        "You have decided on this one before"
    ]
