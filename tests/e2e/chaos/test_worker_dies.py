"""A function's process is killed between two messages: the second is sent, the first is not repeated (N1, N2)."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import threading
from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import pytest

from e2e.chaos.life import (
    ASK,
    CONFIRM,
    PUBLISH,
    REDRAW,
    TELL,
    TROUBLES,
    UNRECORDED,
    Decision,
    Life,
    Moment,
    Remains,
    Trouble,
    remains_of,
)
from e2e.chaos.test_slack_fails import REDRIVE
from e2e.driving import Ossi
from e2e.running import descendants
from local_aws.arns import function_name

_SUBMITTED = (CONFIRM, ASK)
# Slack holds the line, so that there is time to kill.
HOLDS_THE_LINE = Trouble("timeout")


def workers(ossi: Ossi, function: str) -> set[int]:
    """The processes in which the local AWS runs a function."""
    name = function_name(ossi.ready.functions[function])
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
    life.fail_at(second, HOLDS_THE_LINE, before_or_after=before_or_after)
    if second in _SUBMITTED:
        life.submit()
    else:
        life.decide()
    ossi.wait(lambda: len(life.calls(second)) > calls_before, "the second message")
    assert first is None or life.record(first).get("state") == "SENT"
    kill_the_worker(ossi, life, second, "stream")
    ossi.work_off()
    if second in _SUBMITTED:
        life.wait_for_request(hurry=True)
        life.decide()
    return remains_of(ossi, life)


def kill_the_worker(ossi: Ossi, life: Life, moment: Moment, function: str) -> None:
    """Kills the function's worker at that send. Then its claim lapses."""
    assert life.record(moment)["state"] == "CLAIMED"
    victims = workers(ossi, function)
    assert victims, "the function has a process"
    for pid in victims:
        os.kill(pid, signal.SIGKILL)

    ossi.wait(lambda: not victims & workers(ossi, function), "the end of the process")
    claim = life.record(moment)
    assert claim["state"] == "CLAIMED", "a claim is nobody else's before its time"
    # It outlives the dead by a minute; nobody waits for that here.
    ossi.let_its_time_come(claim)


@contextmanager
def running(ossi: Ossi, event: dict[str, Any]) -> Generator[None]:
    """The reconciler runs meanwhile, whatever comes of it: it is killed."""

    def invoke() -> None:
        ossi.aws.client("lambda").invoke(FunctionName=ossi.ready.functions["reconcile"], Payload=json.dumps(event))

    run = threading.Thread(target=invoke)
    run.start()
    try:
        yield
    finally:
        run.join()


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
    # Slack takes two requests, and holds the line at the third.
    ossi.slack.fail("chat.postMessage", "timeout", after=2, when={"channel": ossi.ready.channels.management})
    for number, life in enumerate(lives, start=1):
        life.submit()
        ossi.wait(lambda number=number: len(first.calls(ASK)) == number, "the request")
    for life in (first, second):
        ossi.wait(lambda life=life: life.record(ASK)["state"] == "SENT", "the record")
    kill_the_worker(ossi, third, ASK, "stream")
    ossi.work_off()
    for life in lives:
        life.wait_for_request(hurry=True)
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


def test_every_process_is_killed_before_it_records_what_slack_did(ossi: Ossi) -> None:
    """The stream's, and the reconciler's each time that it tries: three copies, and then an operator decides."""
    life = Life(ossi)
    life.fail_at(CONFIRM, HOLDS_THE_LINE, times=None, before_or_after="after")
    life.submit()
    ossi.wait(lambda: len(life.calls(CONFIRM)) == 1, "the first copy")
    kill_the_worker(ossi, life, CONFIRM, "stream")
    for copies in (2, 3):
        with running(ossi, ossi.scheduled_event()):
            ossi.wait(lambda copies=copies: len(life.calls(CONFIRM)) == copies, "another copy")
            kill_the_worker(ossi, life, CONFIRM, "reconcile")
        let_the_lease_lapse(ossi)

    ossi.work_off()

    assert life.record(CONFIRM)["state"] == "UNKNOWN"
    life_goes_on = {CONFIRM.effect: "UNKNOWN", ASK.effect: "SENT"}
    ossi.wait(lambda: ossi.delivered(life.row) == life_goes_on, "the request, which waits for nothing")
    assert len(ossi.told(life.row)) == len(life.calls(CONFIRM)) == 3
    ossi.slack.heal()
    (decided,) = ossi.invoke("reconcile", REDRIVE)["findings"]
    assert (decided["effect"], decided["outcome"]) == (CONFIRM.effect, "sent")


def test_the_reconciler_is_killed_while_it_works_off_what_is_due(ossi: Ossi, usual: dict[Decision, Remains]) -> None:
    life = Life(ossi)
    life.fail_at(ASK, TROUBLES["service_unavailable"])
    life.submit()
    ossi.let_its_time_come(life.wait_until_it_failed(ASK, 1))
    life.fail_at(ASK, HOLDS_THE_LINE)
    with running(ossi, ossi.scheduled_event()):
        ossi.wait(lambda: len(life.calls(ASK)) == 2, "the second attempt")
        kill_the_worker(ossi, life, ASK, "reconcile")
    assert ossi.invoke("reconcile", ossi.scheduled_event())["due"]["idle"], "the dead one's turn is not over"
    let_the_lease_lapse(ossi)

    ossi.work_off()
    life.wait_for_request()
    life.decide()

    assert remains_of(ossi, life) == usual["ACCEPTED"]


def let_the_lease_lapse(ossi: Ossi) -> None:
    """The turn of a reconciler that was killed lasts for a minute and a half; nobody waits for that here."""
    ossi.aws.client("dynamodb").update_item(
        TableName=ossi.ready.ledger_table,
        Key={"id": {"S": "lease#deliveries"}, "effect": {"S": "holder"}},
        UpdateExpression="SET leaseUntil = :past",
        ExpressionAttributeValues={":past": {"N": "1"}},
    )
