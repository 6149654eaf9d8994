"""The methods of Slack that are not messages to people fail: what people do next leaves no trace of it (N1, N2)."""

from functools import reduce
from operator import add

import pytest

from e2e.chaos.life import TROUBLES, Decision, Life, Remains, remains_of
from e2e.driving import MAIJA, TEXT, Ossi, Row
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
    ossi.make_cold("slash")  # a warm one remembers for a minute who is a member
    warm_up(ossi)
    ossi.slack.fail("conversations.members", kind)
    month = f"2020-{KINDS.index(kind) + 1:02}"

    (answer,) = ossi.slack.command(MAIJA, f"report {month}").ephemeral
    assert "I couldn't check with Slack" in answer.rendered
    (answer,) = ossi.slack.command(MAIJA, f"report {month}").ephemeral
    assert "report is on its way to" in answer.rendered

    ossi.wait(ossi.requests, "the report")
    assert_one_report(ossi, month)


@pytest.mark.parametrize("name", TROUBLES)
def test_a_report_that_slack_does_not_take_is_announced_once(ossi: Ossi, name: str) -> None:
    trouble = TROUBLES[name]
    month = f"2019-{list(TROUBLES).index(name) + 1:02}"
    ossi.slack.fail("chat.postMessage", trouble.kind, error=trouble.error, times=trouble.times)

    ossi.slack.command(MAIJA, f"report {month}")

    for attempts in range(1, trouble.times + 1):
        finish(ossi, month, attempts)
    ossi.wait(ossi.requests, "the report")
    assert ossi.slack.failures() == [], "it went wrong as often as it should"
    assert_one_report(ossi, month)


def test_a_report_that_slack_never_says_it_has_taken_is_told_three_times_at_most(ossi: Ossi) -> None:
    """And nobody reads that it could not be made, since it could: an operator knows, and decides."""
    ossi.slack.fail("chat.postMessage", "http_500", times=None, before_or_after="after")

    ossi.slack.command(MAIJA, "report 2019-12")

    for attempts in (1, 2):
        finish(ossi, "2019-12", attempts)
    ossi.wait(lambda: announced(ossi, "2019-12").get("state") == "UNKNOWN", "that it is given up")
    assert ossi.work_off()["due"]["outcomes"] == {}
    copies = [message.rendered for message in ossi.requests()]
    assert len(copies) == 3
    assert all("no accepted contributions for December 2019" in copy for copy in copies)
    ossi.slack.heal()
    ossi.invoke("reconcile", {"source": "command", "redrive": True, "olderThanSeconds": 0})
    ossi.wait(lambda: announced(ossi, "2019-12").get("state") == "SENT", "that it is sent once more")
    assert len(ossi.requests()) == 4


def finish(ossi: Ossi, month: str, attempts: int) -> None:
    """Waits until the announcement has failed so often, and has the reconciler see to it."""

    def failed() -> Row | None:
        record = announced(ossi, month)
        return record if (record.get("state"), record.get("attempts")) == ("DUE", attempts) else None

    ossi.let_its_time_come(ossi.wait(failed, f"that it has failed {attempts} times"))
    ossi.work_off()


def assert_one_report(ossi: Ossi, month: str) -> None:
    """No attempt of Lambda's is to come: the ledger has seen the run through, and a later report comes alone."""
    ossi.wait(lambda: announced(ossi, month).get("state") == "SENT", "that the report is recorded")
    another = f"{int(month[:4]) - 2}{month[4:]}"  # that nobody has asked for: the channel gets no copy of a report
    ossi.slack.command(MAIJA, f"report {another}")
    ossi.wait(lambda: len(ossi.requests()) == 2, "the other report")


def announced(ossi: Ossi, month: str) -> Row:
    """What is recorded of the announcement of a month's only report."""
    records = ossi.ledger_of_reports().items()
    found = [
        each for (run, effect), each in records if run.startswith(f"report#{month}#") and effect == "announce_report"
    ]
    return found[0] if found else {}
