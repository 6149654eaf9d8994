"""The report function's process is killed, again and again: the managers learn of it, and what to do."""

import os
import signal

from e2e.chaos.test_worker_dies import workers
from e2e.driving import MAIJA, Ossi
from local_slack.traffic import TrafficEntry


def test_a_report_whose_attempts_die_is_told_to_the_managers(ossi: Ossi) -> None:
    # Slack holds the line of the announcement, so that there is time to kill.
    ossi.slack.fail("chat.postMessage", "timeout")
    ossi.slack.command(MAIJA, "report 2021-03")
    ossi.wait(lambda: posts(ossi), "the announcement")
    victims = workers(ossi, "report")
    assert victims, "the report function has a process"
    for pid in victims:
        os.kill(pid, signal.SIGKILL)

    # The attempts that follow find the claim of the dead, and the last of them says so.
    (told,) = ossi.wait(ossi.requests, "a word about it")
    assert "I was stopped while I made the report of March 2021" in told.rendered
    assert "/ossi report 2021-03" in told.rendered

    # The request is kept, as that of every report that failed three times; other tests look there too.
    queue, url = ossi.aws.client("sqs"), ossi.ready.report_queue_url
    (kept,) = ossi.wait(lambda: queue.receive_message(QueueUrl=url).get("Messages"), "the failed request")
    assert "2021-03" in kept.get("Body", "")
    queue.delete_message(QueueUrl=url, ReceiptHandle=kept.get("ReceiptHandle", ""))

    # What it says works: a new request is a new run.
    ossi.slack.command(MAIJA, "report 2021-03")
    ossi.wait(lambda: len(ossi.requests()) == 2, "the report")
    assert "no accepted contributions for March 2021" in ossi.requests()[1].rendered


def posts(ossi: Ossi) -> list[TrafficEntry]:
    """The calls that would post a message."""
    return [entry for entry in ossi.slack.traffic() if entry.kind == "chat.postMessage"]
