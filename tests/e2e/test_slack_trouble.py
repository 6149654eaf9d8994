"""Slack is slow, busy, broken or refuses: nothing is lost, nothing is said twice, and people learn what happened (N1 to N3)."""

import pytest

from e2e.driving import ACCEPT, DECLINE, MAIJA, MATTI, TEXT, URL, Ossi, Row
from local_slack.client import FailureKind

# How often each happens: of sends that may have arrived, three are made at most. A rate limit is waited for.
PASSING: dict[FailureKind, int] = {"ratelimited": 1, "http_500": 2, "cut": 2}


def test_messages_that_slack_does_not_take_are_sent_later(ossi: Ossi) -> None:
    people: dict[FailureKind, str] = {kind: ossi.employee() for kind in PASSING}
    for kind, times in PASSING.items():
        ossi.slack.fail("chat.postMessage", kind, times=times, when={"channel": people[kind]})

    rows = [ossi.submit(user) for user in people.values()]

    # Nobody's request waits for what fails elsewhere.
    ossi.wait(lambda: len(ossi.requests()) == len(rows))
    for row in rows:
        ossi.wait(lambda row=row: ossi.told(row) or (ossi.hurry(row) and None), "the message")
        ossi.request(row)
        assert len(ossi.told(row)) == 1
    assert ossi.slack.failures() == []
    assert len(ossi.requests()) == len(rows)


def test_redrawings_that_fail_are_done_later(ossi: Ossi) -> None:
    rows = {kind: ossi.submit(ossi.employee()) for kind in PASSING}
    requests = {kind: ossi.request(row) for kind, row in rows.items()}
    for kind, times in PASSING.items():
        ossi.slack.fail("chat.update", kind, times=times, when={"ts": requests[kind].ts})

    for request in requests.values():
        ossi.decide(request, MAIJA, ACCEPT)

    # Nobody waits for what fails elsewhere.
    ossi.wait(lambda: len(ossi.published()) == len(rows))
    for kind, request in requests.items():
        row = rows[kind]
        ossi.wait(lambda row=row: _is_redrawn(ossi, row) or (ossi.hurry(row) and None), "the redrawing")
        _, redrawn = ossi.settled(rows[kind], request)
        assert redrawn.actions == []
        assert len(ossi.told(rows[kind])) == 2
    assert ossi.slack.failures() == []
    assert len(ossi.requests()) == len(ossi.published()) == len(rows)


def _is_redrawn(ossi: Ossi, row: Row) -> bool:
    return ossi.delivered(row).get("redraw_request") == "SENT"


def test_a_message_that_slack_does_not_answer_is_sent_later(ossi: Ossi) -> None:
    ella = ossi.employee()
    ossi.slack.fail("chat.postMessage", "timeout", when={"channel": ossi.ready.channels.management})

    row = ossi.submit(ella)

    # The submitter need not wait for the management channel.
    ossi.wait(lambda: ossi.told(row))
    assert ossi.requests() == []
    ossi.wait(lambda: ossi.delivered(row) == {"confirm_submission": "SENT", "ask_management": "DUE"}, "what is owed")
    ossi.hurry(row)
    ossi.request(row)
    assert (len(ossi.told(row)), len(ossi.requests())) == (1, 1)


def test_a_rate_limit_delays_messages_and_loses_none(ossi: Ossi) -> None:
    people = [ossi.employee() for _ in range(3)]
    ossi.slack.rate_limit(2)  # a second, in each channel

    rows = [ossi.submit(user) for user in people]

    # What the stream did not wait for is worked off by the reconciler, at the channel's pace.
    for row in rows:
        ossi.wait(lambda row=row: "DUE" not in ossi.delivered(row).values() or (ossi.work_off() and None))
        ossi.request(row)
        assert len(ossi.told(row)) == 1
    assert len(ossi.requests()) == len(rows)


def test_an_archived_channel_is_recorded_and_holds_up_nobody(ossi: Ossi) -> None:
    first, second = ossi.employee(), ossi.employee()
    rows = [ossi.submitted(user) for user in (first, second)]
    ossi.slack.archive(ossi.ready.channels.public)

    for (row, request), button in zip(rows, (ACCEPT, DECLINE), strict=True):
        ossi.decide(request, MATTI, button)
        ossi.wait(lambda row=row: len(ossi.told(row)) == 2)

    (accepted, _), (declined, _) = rows
    states = {
        "confirm_submission": "SENT", "ask_management": "SENT", "redraw_request": "SENT", "tell_accepted": "SENT",
        "redraw_other_request": "SENT", "publish": "FAILED",
    }  # fmt: skip
    ossi.wait(lambda: ossi.delivered(accepted) == states, "what is owed for the accepted one")
    assert ossi.ledger(accepted)["publish"]["reason"] == "is_archived"
    ossi.wait(lambda: ossi.delivered(declined).get("tell_declined") == "SENT")
    ossi.wait(lambda: all(request.actions == [] for request in ossi.requests()), "both requests without buttons")
    # Trying again would not help: it was tried once.
    tried = [
        each for each in ossi.posts() if isinstance(each.answer, dict) and each.answer.get("error") == "is_archived"
    ]
    assert len(tried) == 1


@pytest.mark.parametrize("kind", ["ratelimited", "http_500", "timeout", "cut"])
def test_a_name_that_slack_does_not_give_is_replaced_by_the_user_name(ossi: Ossi, kind: FailureKind) -> None:
    ella = ossi.employee("Ella Esimerkki")
    view = ossi.open_form(ella)
    ossi.slack.fail("users.info", kind)

    done = ossi.slack.submit(view, ella, {"url": URL, "level": "SMALL"})

    assert done.result == "closed"
    assert done.ms < 3000
    (row,) = ossi.rows(ella)
    assert row["name"] == next(each.name for each in ossi.slack.workspace().users if each.id == ella)


@pytest.mark.parametrize("kind", ["ratelimited", "http_500", "timeout", "cut"])
def test_a_form_that_slack_does_not_open_gives_back_what_was_typed(ossi: Ossi, kind: FailureKind) -> None:
    ella = ossi.employee()
    ossi.slack.fail("views.open", kind)

    result = ossi.slack.command(ella, f"new {TEXT}")

    assert (result.status, result.error, result.view) == (200, None, None)
    assert result.ms < 3000
    (answer,) = result.ephemeral
    assert "nothing was saved" in answer.rendered
    assert TEXT in answer.rendered


def test_a_decision_stands_when_the_loser_cannot_be_told(ossi: Ossi) -> None:
    row, request = ossi.submitted(ossi.employee())
    ossi.slack.fail("chat.update", "ratelimited", when={"ts": request.ts})  # or the second finds no button any more
    ossi.decide(request, MAIJA, ACCEPT)
    ossi.slack.fail("response_url", "http_500")

    result = ossi.decide(request, MATTI, DECLINE)

    assert (result.status, result.ephemeral) == (200, [])
    decided, _ = ossi.settled(row, request, hurry=True)
    assert (decided["status"], decided["decidedBy"]) == ("ACCEPTED", MAIJA)
