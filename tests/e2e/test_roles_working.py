"""The functions that nobody waits for, each without one of its rights: nothing is lost, and nothing is said twice."""

import json
import time
from collections.abc import Mapping

import pytest

from e2e.driving import ACCEPT, MAIJA, Ossi, Row, accepted_row, now_ms
from e2e.rights import (
    CLOSE_PLACE,
    COUNT_CLOSING,
    DESCRIBE_STREAM,
    FIND_MESSAGE,
    FIND_RUN,
    FIND_UNSETTLED,
    FINISH_REPORT,
    GET_BOOKMARK,
    GET_ITERATOR,
    GET_LEDGER,
    GET_RECORDS,
    GET_ROW,
    LOOK_AGAIN,
    LOOK_AT_NEW,
    LOOK_UP_COUNTED,
    LOOK_UP_ROWS,
    NOTE_BY_HAND,
    NOTE_MISSED,
    READ_CLOSINGS,
    READ_COUNTED,
    READ_MONTH,
    READS_LINK_KEY,
    READS_SECRET,
    RECORD,
    RECORD_MISSING,
    RECORD_RUN,
    SCAN,
    STORE_REPORT,
    TAKE_TURNS,
    Right,
    refusal_logged,
    without,
)
from e2e.workbooks import announcement, fetch, link_in
from local_slack.control_models import MessageRead

# stream


def assert_told_once(ossi: Ossi, row: Row) -> MessageRead:
    """Waits for the messages of a new contribution; answers the one with the buttons."""
    request = ossi.request(row)
    assert ossi.delivered(row) == {"confirm_submission": "SENT", "ask_management": "SENT"}
    assert len(ossi.told(row)) == 1
    assert len(ossi.requests()) == 1
    return request


def test_the_stream_sends_only_what_it_can_record_and_nothing_is_lost(ossi: Ossi) -> None:
    ella, started = ossi.employee(), time.time()

    with without(ossi, RECORD):
        row = ossi.submit(ella)
        assert refusal_logged(ossi, RECORD, started)
        assert ossi.posts() == []

    assert_told_once(ossi, row)


def test_the_stream_sends_only_with_the_right_to_read_the_secret_and_nothing_is_lost(ossi: Ossi) -> None:
    ella, started, right = ossi.employee(), time.time(), READS_SECRET["stream"]

    with without(ossi, right):
        ossi.make_cold("stream")
        row = ossi.submit(ella)
        assert refusal_logged(ossi, right, started)
        assert ossi.posts() == []

        ossi.wait(lambda: set(ossi.delivered(row).values()) == {"DUE"}, "that it is owed")

    ossi.hurry(row)
    assert_told_once(ossi, row)


def test_a_place_is_closed_to_others_only_with_the_right_to_update(ossi: Ossi) -> None:
    ella, started = ossi.employee(), time.time()
    ossi.slack.fail("chat.postMessage", "ratelimited", when={"channel": ella})

    with without(ossi, CLOSE_PLACE):
        row = ossi.submit(ella)
        assert refusal_logged(ossi, CLOSE_PLACE, started)

    ossi.wait(lambda: ossi.told(row) or (ossi.hurry(row) and None), "the message")
    assert_told_once(ossi, row)


def test_the_message_to_redraw_is_found_only_with_the_right_to_get(ossi: Ossi) -> None:
    row, request = ossi.submitted(ossi.employee())
    started = time.time()

    with without(ossi, FIND_MESSAGE):
        # Decided by hand: the row does not say which message is meant, the ledger does.
        ossi.write([{**row, "status": "DECLINED"}])
        assert refusal_logged(ossi, FIND_MESSAGE, started)
        # The neighbour is not held up.
        ossi.wait(lambda: ossi.delivered(row).get("tell_declined") == "SENT")
        assert ossi.requests() == [request]

    assert_redrawn_by_hand(ossi, row, request)


def test_what_is_done_by_hand_is_told_only_once_it_can_be_noted(ossi: Ossi) -> None:
    row, request = ossi.submitted(ossi.employee())
    started = time.time()

    with without(ossi, NOTE_BY_HAND):
        ossi.write([{**row, "status": "DECLINED"}])
        assert refusal_logged(ossi, NOTE_BY_HAND, started)
        assert len(ossi.told(row)) == 1
        assert ossi.requests() == [request]

    assert_redrawn_by_hand(ossi, row, request)


def assert_redrawn_by_hand(ossi: Ossi, row: Row, request: MessageRead) -> None:
    """Waits for what follows from a refusal that someone wrote into the row."""
    expected = {"confirm_submission", "ask_management", "redraw_other_request", "tell_declined"}
    ossi.wait(lambda: ossi.delivered(row) == dict.fromkeys(expected, "SENT"), "what follows from the decision")
    (redrawn,) = ossi.requests()
    assert (redrawn.ts, redrawn.actions) == (request.ts, [])
    assert len(ossi.told(row)) == 2
    (stored,) = ossi.rows(row["userId"])
    assert [event["kind"] for event in stored["events"]] == ["submitted", "declined"]


def test_a_redrawing_is_looked_at_again_only_with_the_right_to_get(ossi: Ossi) -> None:
    row, request = ossi.submitted(ossi.employee())
    started = time.time()

    with without(ossi, LOOK_AGAIN):
        ossi.decide(request, MAIJA, ACCEPT)
        assert refusal_logged(ossi, LOOK_AGAIN, started)
        # The neighbours are not held up.
        ossi.wait(lambda: ossi.delivered(row).get("publish") == "SENT")

    ossi.settled(row, request)
    assert len(ossi.told(row)) == 2
    assert len(ossi.requests()) == len(ossi.published()) == 1


def poller_refused(ossi: Ossi, right: Right, before: int) -> bool:
    """Waits until the poller, which reads the stream in the function's role, tells that it was refused the action."""
    sentence = f"is not authorized to perform: {right.action}"
    return ossi.wait(lambda: sentence in ossi.running.log[before:], f"the refusal of {right}")


def test_the_stream_is_read_only_with_the_right_to_get_records(ossi: Ossi) -> None:
    before = len(ossi.running.log)

    with without(ossi, GET_RECORDS):
        assert poller_refused(ossi, GET_RECORDS, before)
        row = ossi.submit(ossi.employee())

    assert_told_once(ossi, row)


def test_the_stream_is_read_on_only_with_the_right_to_get_an_iterator(ossi: Ossi) -> None:
    before = len(ossi.running.log)

    with without(ossi, GET_ITERATOR):
        # An iterator lasts until a read fails: only then a new one is needed.
        with without(ossi, GET_RECORDS):
            assert poller_refused(ossi, GET_RECORDS, before)
        assert poller_refused(ossi, GET_ITERATOR, before)
        row = ossi.submit(ossi.employee())

    assert_told_once(ossi, row)


def test_new_shards_are_found_only_with_the_right_to_describe_the_stream(ossi: Ossi) -> None:
    before = len(ossi.running.log)

    with without(ossi, DESCRIBE_STREAM):
        assert poller_refused(ossi, DESCRIBE_STREAM, before)

    assert_told_once(ossi, ossi.submit(ossi.employee()))


# report


REPORTING = (
    FIND_RUN, RECORD_RUN, COUNT_CLOSING, READ_CLOSINGS, READ_COUNTED, STORE_REPORT, READS_LINK_KEY["report"],
)  # fmt: skip


@pytest.mark.parametrize("right", REPORTING, ids=str)
def test_a_report_is_made_only_with_all_rights(ossi: Ossi, right: Right) -> None:
    ossi.write([accepted_row("U0AINO001", now_ms(), "2022-07")])
    event = {"source": "schedule", "scheduledTime": "2022-08-03T03:00:00Z"}
    started = time.time()

    with without(ossi, right):
        ossi.make_cold("report")  # a warm one remembers the secret
        assert "FunctionError" in call(ossi, "report", event)  # so that Lambda tries again
        assert refusal_logged(ossi, right, started)
        assert ossi.requests() == []

    assert ossi.invoke("report", event) == {"month": "2022-07", "announced": True}
    (report,) = ossi.requests()
    assert fetch(link_in(report)).status_code == 200


def test_a_report_is_announced_only_with_the_right_to_read_the_bot_token_and_is_made_without(ossi: Ossi) -> None:
    ossi.write([accepted_row("U0AINO001", now_ms(), "2022-07")])
    event = {"source": "schedule", "scheduledTime": "2022-08-03T03:00:00Z"}
    started, right = time.time(), READS_SECRET["report"]

    with without(ossi, right):
        ossi.make_cold("report")  # a warm one remembers the secret
        assert ossi.invoke("report", event) == {"month": "2022-07", "announced": False}
        assert refusal_logged(ossi, right, started)
        assert ossi.requests() == []

    assert ossi.invoke("report", event) == {"month": "2022-07", "announced": True}


def test_what_was_counted_and_is_gone_is_looked_up_only_with_the_right_to_get_it(ossi: Ossi) -> None:
    row = accepted_row("U0AINO001", now_ms(), "2022-07")
    ossi.write([row])
    assert ossi.invoke("report", {"source": "schedule", "scheduledTime": "2022-08-03T03:00:00Z"})["announced"]
    ossi.delete(row)
    again = {"source": "slash", "month": "2022-07", "requestedBy": MAIJA, "requestId": "1.2.3"}
    started = time.time()

    with without(ossi, LOOK_UP_COUNTED):
        assert "FunctionError" in call(ossi, "report", again)
        assert refusal_logged(ossi, LOOK_UP_COUNTED, started)

    assert ossi.invoke("report", again)["announced"]
    assert "1 removed" in ossi.requests()[-1].rendered


def call(ossi: Ossi, function: str, event: Mapping[str, object]) -> Mapping[str, object]:
    """Invokes a function that may fail; answers what Lambda says."""
    client = ossi.aws.client("lambda")
    return {**client.invoke(FunctionName=ossi.ready.functions[function], Payload=json.dumps(event))}


def test_a_report_that_was_asked_for_is_tried_again_and_then_kept_in_the_queue(ossi: Ossi) -> None:
    queue, url, started = ossi.aws.client("sqs"), ossi.ready.report_queue_url, time.time()

    with without(ossi, READ_MONTH):
        ossi.slack.command(MAIJA, "report 2022-08")
        (kept,) = ossi.wait(lambda: queue.receive_message(QueueUrl=url).get("Messages"), "the failed request")

    assert refusal_logged(ossi, READ_MONTH, started)
    assert json.loads(kept.get("Body", ""))["requestPayload"]["month"] == "2022-08"
    # After the last attempt, and not before, the managers read what happened and what to do.
    (told,) = ossi.requests()
    assert "I couldn't create the August 2022 report." in told.rendered
    assert "/ossi report 2022-08" in told.rendered
    queue.delete_message(QueueUrl=url, ReceiptHandle=kept.get("ReceiptHandle", ""))
    # What the queue holds can be done by hand: it is the very request.
    assert ossi.invoke("report", json.loads(kept.get("Body", ""))["requestPayload"])["announced"]
    assert "no accepted contributions for August 2022" in announcement(ossi, 1).rendered


# reconcile


def test_what_was_not_sent_is_found_and_sent_only_with_all_rights(ossi: Ossi) -> None:
    row, request = ossi.submitted(ossi.employee())
    ossi.slack.archive(ossi.ready.channels.public)
    ossi.decide(request, MAIJA, ACCEPT)
    ossi.wait(lambda: ossi.delivered(row).get("publish") == "FAILED")
    ossi.slack.unarchive(ossi.ready.channels.public)
    everything = {"source": "command", "olderThanSeconds": 0}
    again = {**everything, "redrive": True}
    alone = {**again, "contribution": f"{row['userId']}#{row['timestamp']}"}

    events = {
        SCAN: everything, FIND_UNSETTLED: again, LOOK_UP_ROWS: again, GET_ROW: alone, GET_LEDGER: again,
        GET_BOOKMARK: ossi.scheduled_event(), LOOK_AT_NEW: ossi.scheduled_event(), RECORD_MISSING: again,
    }  # fmt: skip
    for right, event in events.items():
        started = time.time()
        with without(ossi, right):
            call(ossi, "reconcile", event)
            assert refusal_logged(ossi, right, started)
        assert ossi.published() == []

    (found,) = ossi.invoke("reconcile", again)["findings"]
    assert (found["effect"], found["outcome"]) == ("publish", "sent")
    assert len(ossi.published()) == 1
    assert ossi.work_off()["due"] == {"outcomes": {}, "idle": False, "halted": False}
    assert len(ossi.told(row)) == 2
    assert len(ossi.requests()) == 1


@pytest.mark.parametrize("right", [TAKE_TURNS, READS_SECRET["reconcile"]], ids=str)
def test_what_is_due_is_worked_off_only_with_all_rights(ossi: Ossi, right: Right) -> None:
    ella, started = ossi.employee(), time.time()
    ossi.slack.fail("chat.postMessage", "slack_error", error="service_unavailable", when={"channel": ella})
    row = ossi.submit(ella)
    ossi.wait(lambda: ossi.delivered(row) == {"confirm_submission": "DUE", "ask_management": "SENT"}, "what is owed")

    with without(ossi, right):
        ossi.make_cold("reconcile")  # a warm one remembers the secret
        ossi.let_its_time_come(ossi.ledger(row)["confirm_submission"])
        call(ossi, "reconcile", ossi.scheduled_event())
        assert refusal_logged(ossi, right, started)
        assert ossi.told(row) == []

    ossi.hurry(row)
    assert_told_once(ossi, row)


def test_what_was_done_by_hand_and_missed_is_told_only_once_it_can_be_noted(ossi: Ossi) -> None:
    row, request = ossi.submitted(ossi.employee())
    everything = {"source": "command", "olderThanSeconds": 0}
    before, started = len(ossi.running.log), time.time()

    with without(ossi, GET_RECORDS):
        assert poller_refused(ossi, GET_RECORDS, before)
        ossi.write([{**row, "status": "DECLINED"}])
        with without(ossi, NOTE_MISSED):
            (failed,) = ossi.invoke("reconcile", everything)["findings"]
            assert (failed["effect"], failed["outcome"]) == ("look", "failed")
            assert refusal_logged(ossi, NOTE_MISSED, started)
            assert len(ossi.told(row)) == 1
        found = ossi.invoke("reconcile", everything)["findings"]
        assert [(each["effect"], each["outcome"]) for each in found] == [
            ("redraw_other_request", "sent"),
            ("tell_declined", "sent"),
        ]

    assert_redrawn_by_hand(ossi, row, request)


def test_the_report_function_is_asked_only_with_the_right_to_invoke_it(ossi: Ossi) -> None:
    started = time.time()
    ossi.slack.fail("chat.postMessage", "slack_error", error="service_unavailable")
    ossi.slack.command(MAIJA, "report 2022-11")
    (owed,) = ossi.wait(lambda: [each for each in ossi.ledger_of_reports().values() if each.get("reason")], "a failure")

    with without(ossi, FINISH_REPORT):
        ossi.let_its_time_come(owed)
        ossi.work_off()
        assert refusal_logged(ossi, FINISH_REPORT, started)
        assert ossi.requests() == []

    ossi.work_off()
    assert "November 2022" in announcement(ossi).rendered
    assert len(ossi.requests()) == 1
