"""The report function's process is killed, again and again: the report comes once, or the managers learn of it, and what to do."""

import os
import signal
import time

from e2e.chaos.test_worker_dies import workers
from e2e.driving import MAIJA, TEXT, Ossi, Row, accepted_row, now_ms
from e2e.workbooks import announcement
from local_slack.traffic import TrafficEntry


def test_a_report_whose_announcement_dies_is_announced_by_the_next(ossi: Ossi) -> None:
    # Slack holds the line of the announcement, so that there is time to kill.
    ossi.slack.fail("chat.postMessage", "timeout")
    ossi.slack.command(MAIJA, "report 2021-02")
    ossi.wait(lambda: posts(ossi), "the announcement")
    killed = time.time()
    kill_the_report(ossi)
    claim = announcement_owed(ossi, "2021-02")
    assert claim["state"] == "CLAIMED"

    # Lambda's own repetition leaves it alone, since it may have arrived: the reconciler has it finished.
    ossi.wait(lambda: "someone else is announcing this run" in ossi.logged("report", killed), "Lambda's second attempt")
    ossi.let_its_time_come(claim)
    ossi.work_off()

    assert "no accepted contributions for February 2021" in announcement(ossi).rendered
    ossi.wait(lambda: announcement_owed(ossi, "2021-02")["state"] == "SENT", "the record")
    assert len(ossi.requests()) == 1
    assert len(posts(ossi)) == 2


def test_a_report_whose_attempts_die_is_told_to_the_managers(ossi: Ossi) -> None:
    # So many that there is time to kill.
    started = now_ms()
    ossi.write(accepted_row("U0AINO001", started + number, "2021-03", text=TEXT * 20) for number in range(1500))
    ossi.slack.command(MAIJA, "report 2021-03")
    for attempt in (1, 2, 3):
        ossi.wait(lambda attempt=attempt: begun(ossi, "2021-03") == attempt, "the attempt")
        if attempt == 3:  # the last of Lambda's attempts says so before it begins
            ossi.wait(ossi.requests, "a word about it")
        kill_the_report(ossi)
    (told,) = ossi.requests()
    assert "I was stopped while creating the March 2021 report" in told.rendered
    assert "/ossi report 2021-03" in told.rendered

    # The request is kept, as that of every report that failed three times; other tests look there too.
    queue, url = ossi.aws.client("sqs"), ossi.ready.report_queue_url

    def taken() -> str:
        for kept in queue.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", []):
            queue.delete_message(QueueUrl=url, ReceiptHandle=kept.get("ReceiptHandle", ""))
            if "2021-03" in kept.get("Body", ""):
                return kept.get("Body", "")
        return ""

    ossi.wait(taken, "the failed request")

    # And it is finished: nobody has to ask again.
    ossi.let_its_time_come(announcement_owed(ossi, "2021-03"))
    ossi.work_off()
    report = announcement(ossi, 1)
    assert "1500 accepted" in report.rendered
    ossi.wait(lambda: announcement_owed(ossi, "2021-03")["state"] == "SENT", "the record")
    assert ossi.requests() == [told, report]


def kill_the_report(ossi: Ossi) -> None:
    """Kills the report function's process."""
    victims = workers(ossi, "report")
    assert victims, "the report function has a process"
    for pid in victims:
        os.kill(pid, signal.SIGKILL)
    ossi.wait(lambda: not victims & workers(ossi, "report"), "the end of the process")


def announcement_owed(ossi: Ossi, month: str) -> Row:
    """What is recorded of the announcement of that month's only report; empty if nothing."""
    reports = ossi.ledger_of_reports().items()
    found = [record for (run, effect), record in reports if effect == "announce_report" and month in run]
    return found[0] if found else {}


def begun(ossi: Ossi, month: str) -> int:
    """How often making the report was begun."""
    return announcement_owed(ossi, month).get("begun", 0)


def posts(ossi: Ossi) -> list[TrafficEntry]:
    """The calls that would post a message."""
    return [entry for entry in ossi.slack.traffic() if entry.kind == "chat.postMessage"]
