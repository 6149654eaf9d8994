"""The stream function's process is killed between two messages: the second is sent, the first is not repeated (N1, N2)."""

import os
import signal
import subprocess
from collections import Counter
from pathlib import Path
from typing import Literal

import pytest

from e2e.chaos.life import ASK, CONFIRM, PUBLISH, REDRAW, TELL, UNRECORDED, Decision, Life, Moment, Remains, remains_of
from e2e.driving import Ossi
from e2e.running import descendants

_SUBMITTED = (CONFIRM, ASK)


def workers(ossi: Ossi, function: str) -> set[int]:
    """The processes in which the local AWS runs a function."""
    name = ossi.ready.functions[function].rpartition(":")[2]
    return {pid for pid in descendants(ossi.ready.pid) if f"-{name}-" in _command_line(pid)}


def _command_line(pid: int) -> str:
    file = Path(f"/proc/{pid}/cmdline")
    if Path("/proc/self/cmdline").exists():
        try:
            return file.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except (FileNotFoundError, ProcessLookupError):  # it ended just now
            return ""
    shown = subprocess.run(["ps", "-ww", "-o", "args=", "-p", str(pid)], check=False, capture_output=True, text=True)
    return shown.stdout


def die_at(
    ossi: Ossi, life: Life, first: Moment | None, second: Moment, before_or_after: Literal["before", "after"]
) -> Remains:
    """The worker has sent the first message and is at the second when it is killed."""
    if second not in _SUBMITTED:
        life.submit()
        life.wait_for_request()
    calls_before = len(life.calls(second))
    # Slack holds the line, so that there is time to kill.
    life.fail_at(second, "timeout", before_or_after=before_or_after)
    if second in _SUBMITTED:
        life.submit()
    else:
        life.decide()
    ossi.wait(lambda: len(life.calls(second)) > calls_before, "the second message")
    assert first is None or life.record(first).get("state") == "SENT"
    kill_the_worker(ossi, life, second)
    if second in _SUBMITTED:
        life.wait_for_request()
        life.decide()
    return remains_of(ossi, life)


def kill_the_worker(ossi: Ossi, life: Life, moment: Moment, function: str | None = None) -> None:
    """Kills it at that send. Then the lease runs out. function: whose worker it is, if not the moment's own."""
    function = function or moment.function
    assert life.record(moment)["state"] == "CLAIMED"
    victims = workers(ossi, function)
    assert victims, "the function has a process"
    for pid in victims:
        os.kill(pid, signal.SIGKILL)

    # The claim of the dead outlives it by a minute; nobody waits for that here.
    ossi.wait(lambda: not victims & workers(ossi, function), "the end of the process")
    assert life.record(moment)["state"] == "CLAIMED", "a claim is nobody else's before its time"
    _let_the_lease_run_out(ossi, life, moment)


def _let_the_lease_run_out(ossi: Ossi, life: Life, moment: Moment) -> None:
    record = life.record(moment)
    ossi.aws.client("dynamodb").update_item(
        TableName=ossi.ready.ledger_table,
        Key={"id": {"S": record["id"]}, "effect": {"S": record["effect"]}},
        UpdateExpression="SET leaseUntil = :past",
        ConditionExpression="#state = :claimed",
        ExpressionAttributeNames={"#state": "state"},
        ExpressionAttributeValues={":past": {"N": "1"}, ":claimed": {"S": "CLAIMED"}},
    )


@pytest.mark.parametrize(
    ("first", "second"),
    [(None, CONFIRM), (None, ASK), (None, REDRAW), (REDRAW, TELL), (None, PUBLISH)],
    ids=lambda moment: moment.effect if moment else "nothing",
)
def test_the_worker_is_killed_between_two_messages(
    ossi: Ossi, usual: dict[Decision, Remains], first: Moment | None, second: Moment
) -> None:
    remains = die_at(ossi, Life(ossi), first, second, "before")

    assert remains == usual["ACCEPTED"]


def test_the_worker_is_killed_between_two_contributions(ossi: Ossi, usual: dict[Decision, Remains]) -> None:
    first, second, third = lives = [Life(ossi) for _ in range(3)]
    # Slack takes the first request a second later, so that the others gather; then it takes two, and holds the line at the third.
    first.fail_at(ASK, "ratelimited")
    first.fail_at(ASK, "timeout", after=2)
    for life in lives:
        life.submit()
    ossi.wait(lambda: len(third.calls(ASK)) == 4, "the third request")
    assert second.record(ASK)["state"] == "SENT"
    kill_the_worker(ossi, third, ASK)
    for life in lives:
        life.wait_for_request()
        life.decide()

    assert remains_of(ossi, *lives) == usual["ACCEPTED"] + usual["ACCEPTED"] + usual["ACCEPTED"]


@pytest.mark.parametrize("moment", [CONFIRM, ASK, TELL, PUBLISH], ids=lambda moment: moment.effect)
def test_the_worker_is_killed_before_it_records_what_slack_did(
    ossi: Ossi, usual: dict[Decision, Remains], moment: Moment
) -> None:
    """The one window, at its worst: Slack has the message, and nobody knows."""
    remains = die_at(ossi, Life(ossi), None, moment, "after")

    expected = usual["ACCEPTED"]
    assert remains.stored == expected.stored
    assert remains.by_place - expected.by_place == Counter({(moment.place, UNRECORDED): 1})
    assert not expected.by_place - remains.by_place
    # The button of the first copy was pressed: the second has lost its buttons too.
    assert remains.updates == expected.updates + (moment is ASK)
    assert all(not buttons for place, _, _, buttons in remains.messages if place == "management")
