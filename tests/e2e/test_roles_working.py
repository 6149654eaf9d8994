"""The functions that nobody waits for, each without one of its rights: nothing is lost, and nothing is said twice."""

import json
import time

import pytest

from e2e.driving import ACCEPT, MAIJA, Ossi, Row, accepted_row, now_ms
from e2e.rights import (
    COUNT_CLOSINGS,
    DESCRIBE_STREAM,
    FIND_MESSAGE,
    FIND_UNSETTLED,
    GET_BOOKMARK,
    GET_ITERATOR,
    GET_LEDGER,
    GET_RECORDS,
    GET_ROW,
    LANES,
    LOOK_UP_COUNTED,
    LOOK_UP_ROWS,
    READ_COUNTED,
    READ_MONTH,
    READS_SECRET,
    RECORD,
    RECORD_COUNTED,
    RECORD_MISSING,
    RECORD_RUN,
    SCAN,
    SECRET,
    STORE_REPORT,
    Right,
    refusal_logged,
    without,
)
from e2e.workbooks import announcement, fetch, link_in
from local_slack.control_models import MessageRead

# stream

each_lane = pytest.mark.parametrize("lane", LANES)


def assert_told_once(ossi: Ossi, row: Row) -> MessageRead:
    """Waits for the messages of a new contribution; answers the one with the buttons."""
    request = ossi.request(row)
    assert ossi.delivered(row) == {"confirm_submission": "SENT", "ask_management": "SENT"}
    assert len(ossi.told(row)) == 1
    assert len(ossi.requests()) == 1
    return request


@pytest.mark.parametrize("right", [rights[lane] for lane in LANES for rights in (RECORD, READS_SECRET)], ids=str)
def test_a_lane_sends_only_what_it_can_record_and_sign_and_nothing_is_lost(ossi: Ossi, right: Right) -> None:
    ella, started = ossi.employee(), time.time()

    with without(ossi, right):
        ossi.make_cold(right.function)
        row = ossi.submit(ella)
        assert refusal_logged(ossi, right, started)
        # The other lane is not held up.
        sent = {"stream": "ask_management", "channels": "confirm_submission"}[right.function]
        ossi.wait(lambda: ossi.delivered(row).get(sent) == "SENT")
        assert len(ossi.posts()) == 1

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

    _, redrawn = ossi.settled(row, request)
    assert redrawn.actions == []
    assert len(ossi.told(row)) == 2


def poller_refused(ossi: Ossi, right: Right, before: int) -> bool:
    """Waits until the poller, which reads the stream in the function's role, tells that it was refused the action."""
    sentence = f"is not authorized to perform: {right.action}"
    return ossi.wait(lambda: sentence in ossi.running.log[before:], f"the refusal of {right}")


@each_lane
def test_the_stream_is_read_only_with_the_right_to_get_records(ossi: Ossi, lane: str) -> None:
    before = len(ossi.running.log)

    with without(ossi, GET_RECORDS[lane]):
        assert poller_refused(ossi, GET_RECORDS[lane], before)
        row = ossi.submit(ossi.employee())

    assert_told_once(ossi, row)


@each_lane
def test_the_stream_is_read_on_only_with_the_right_to_get_an_iterator(ossi: Ossi, lane: str) -> None:
    before = len(ossi.running.log)

    with without(ossi, GET_ITERATOR[lane]):
        # An iterator lasts until a read fails: only then a new one is needed.
        with without(ossi, GET_RECORDS[lane]):
            assert poller_refused(ossi, GET_RECORDS[lane], before)
        assert poller_refused(ossi, GET_ITERATOR[lane], before)
        row = ossi.submit(ossi.employee())

    assert_told_once(ossi, row)


@each_lane
def test_new_shards_are_found_only_with_the_right_to_describe_the_stream(ossi: Ossi, lane: str) -> None:
    before = len(ossi.running.log)

    with without(ossi, DESCRIBE_STREAM[lane]):
        assert poller_refused(ossi, DESCRIBE_STREAM[lane], before)

    assert_told_once(ossi, ossi.submit(ossi.employee()))


# report


def test_report_is_made_only_with_all_rights(ossi: Ossi) -> None:
    row = accepted_row("U0AINO001", now_ms(), "2022-07")
    ossi.write([row])
    event = {"source": "schedule", "scheduledTime": "2022-08-03T03:00:00Z"}
    client, name = ossi.aws.client("lambda"), ossi.ready.functions["report"]

    # In the order in which they are needed: what was done once is not done again, and the secret is remembered.
    ossi.make_cold("report")
    counting = (COUNT_CLOSINGS, READ_COUNTED, RECORD_COUNTED)
    for right in (RECORD_RUN, *counting, STORE_REPORT, READS_SECRET["report"]):
        started = time.time()
        with without(ossi, right):
            response = client.invoke(FunctionName=name, Payload=json.dumps(event))
            assert "FunctionError" in response  # so that Lambda tries again
            assert refusal_logged(ossi, right, started)
        assert ossi.requests() == []

    assert ossi.invoke("report", event) == {"month": "2022-07", "announced": True}
    (report,) = ossi.requests()
    assert fetch(link_in(report)).status_code == 200

    # What was counted and is not in the month any more is looked up by its key.
    ossi.delete(row)
    again = {"source": "slash", "month": "2022-07", "requestedBy": MAIJA, "requestId": "1.2.3"}
    started = time.time()
    with without(ossi, LOOK_UP_COUNTED):
        assert "FunctionError" in client.invoke(FunctionName=name, Payload=json.dumps(again))
        assert refusal_logged(ossi, LOOK_UP_COUNTED, started)
    assert ossi.invoke("report", again)["announced"]
    assert "1 removed" in ossi.requests()[-1].rendered


def test_a_report_that_was_asked_for_is_tried_again_and_then_kept_in_the_queue(ossi: Ossi) -> None:
    queue, url, started = ossi.aws.client("sqs"), ossi.ready.report_queue_url, time.time()

    with without(ossi, READ_MONTH):
        ossi.slack.command(MAIJA, "report 2022-08")
        (kept,) = ossi.wait(lambda: queue.receive_message(QueueUrl=url).get("Messages"), "the failed request")

    assert refusal_logged(ossi, READ_MONTH, started)
    assert json.loads(kept.get("Body", ""))["requestPayload"]["month"] == "2022-08"
    # After the last attempt, and not before, the managers read what happened and what to do.
    (told,) = ossi.requests()
    assert "I could not make the report of August 2022." in told.rendered
    assert "/ossi report 2022-08" in told.rendered
    queue.delete_message(QueueUrl=url, ReceiptHandle=kept.get("ReceiptHandle", ""))
    # What the queue holds can be done by hand: it is the very request.
    assert ossi.invoke("report", json.loads(kept.get("Body", ""))["requestPayload"])["announced"]
    assert "August 2022 is closed" in announcement(ossi, 1).rendered


# reconcile


def test_what_was_not_sent_is_found_and_sent_only_with_all_rights(ossi: Ossi) -> None:
    row, request = ossi.submitted(ossi.employee())
    ossi.slack.archive(ossi.ready.channels.public)
    ossi.decide(request, MAIJA, ACCEPT)
    ossi.wait(lambda: ossi.delivered(row).get("publish") == "FAILED")
    ossi.slack.unarchive(ossi.ready.channels.public)
    everything = {"source": "command", "olderThanSeconds": 0}
    again = {**everything, "redrive": True}
    client, name = ossi.aws.client("lambda"), ossi.ready.functions["reconcile"]

    events = {
        SCAN: everything, FIND_UNSETTLED: again, LOOK_UP_ROWS: again, GET_ROW: again, GET_LEDGER: again,
        GET_BOOKMARK: {"source": "schedule"}, RECORD_MISSING: again, READS_SECRET["reconcile"]: again,
    }  # fmt: skip
    for right, event in events.items():
        started = time.time()
        with without(ossi, right):
            if right.action == SECRET:
                ossi.make_cold("reconcile")
            client.invoke(FunctionName=name, Payload=json.dumps(event))
            assert refusal_logged(ossi, right, started)
        assert ossi.published() == []

    found = ossi.invoke("reconcile", everything)
    assert [(each["effect"], each["outcome"]) for each in found["findings"]] == [("publish", "sent")]
    assert len(ossi.published()) == 1
    scheduled = ossi.invoke("reconcile", {"source": "schedule"})
    assert scheduled["unsettled"] == {"lookedAt": 0, "findings": [], "done": True, "halted": False, "next": None}
    assert scheduled["rows"]["findings"] == []
    assert len(ossi.told(row)) == 2
    assert len(ossi.requests()) == 1
