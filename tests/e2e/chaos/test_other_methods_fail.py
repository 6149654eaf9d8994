"""The methods of Slack that are not messages to people fail: what people do next leaves no trace of it (N1, N2)."""

from functools import reduce
from operator import add

import pytest

from e2e.chaos.life import Decision, Life, Remains, remains_of
from e2e.driving import MAIJA, TEXT, Ossi
from e2e.signing import warm_up
from local_slack.client import FailureKind

KINDS: tuple[FailureKind, ...] = ("ratelimited", "http_500", "timeout", "cut")


def test_forms_that_do_not_open_and_names_that_do_not_come_leave_no_trace(
    ossi: Ossi, usual: dict[Decision, Remains]
) -> None:
    lives: list[Life] = []
    for kind in KINDS:
        # Slack does not open the form: the person types the command again. (A cut connection the bot tries again itself.)
        ossi.slack.fail("views.open", kind)
        lives.append(life := Life(ossi))
        assert kind == "cut" or ossi.slack.command(life.user, f"new {TEXT}").view is None
        life.submit()
        # Slack does not tell the name: another one serves.
        ossi.slack.fail("users.info", kind)
        lives.append(life := Life(ossi))
        life.submit()
        assert ossi.slack.failures() == [], "each went wrong"
    for life in lives:
        life.wait_for_request()
        life.decide()

    assert remains_of(ossi, *lives) == reduce(add, [usual["ACCEPTED"]] * len(lives))


@pytest.mark.parametrize("kind", KINDS)
def test_a_manager_whom_slack_does_not_vouch_for_asks_again(ossi: Ossi, kind: FailureKind) -> None:
    ossi.make_cold("slash")  # a warm one remembers for five minutes who is a member
    warm_up(ossi)
    ossi.slack.fail("conversations.members", kind)
    month = f"2020-{KINDS.index(kind) + 1:02}"

    (answer,) = ossi.slack.command(MAIJA, f"report {month}").ephemeral
    assert "I could not check with Slack" in answer.rendered
    (answer,) = ossi.slack.command(MAIJA, f"report {month}").ephemeral
    assert "I am making the report" in answer.rendered

    ossi.wait(ossi.requests, "the report")
    assert_one_report(ossi, month)


@pytest.mark.parametrize(("kind", "times"), [("ratelimited", 2), ("http_500", 4), ("timeout", 1), ("cut", 2)])
def test_a_report_that_slack_does_not_take_is_announced_once(ossi: Ossi, kind: FailureKind, times: int) -> None:
    """More often than one call tries, where it tries again: so that Lambda has to."""
    month = f"2019-{KINDS.index(kind) + 1:02}"
    ossi.slack.fail("chat.postMessage", kind, times=times)

    ossi.slack.command(MAIJA, f"report {month}")

    ossi.wait(ossi.requests, "the report")
    assert ossi.slack.failures() == [], "it went wrong as often as it should"
    assert_one_report(ossi, month)


def assert_one_report(ossi: Ossi, month: str) -> None:
    """No attempt of Lambda's is to come: the ledger has seen the run through, and a later report comes alone."""
    (run,) = {row["id"] for row in ossi.scan(ossi.ready.ledger_table) if row["id"].startswith(f"report#{month}#")}
    ossi.wait(lambda: _state_of(ossi, run) == "SENT", "that the report is recorded")
    ossi.slack.command(MAIJA, "report 2018-01")
    ossi.wait(lambda: len(ossi.requests()) == 2, "the other report")


def _state_of(ossi: Ossi, run: str) -> str:
    rows = ossi.scan(ossi.ready.ledger_table)
    return next(row["state"] for row in rows if (row["id"], row["effect"]) == (run, "announce_report"))
