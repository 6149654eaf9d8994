"""The same thing at the same moment, or twice: once."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any, TypeVar

from e2e.driving import ACCEPT, DECLINE, MAIJA, MATTI, TEXT, URL, Ossi, Row, accepted_row, key_of, now_ms
from e2e.signing import send_signed, sent_by_slack, submission
from e2e.workbooks import announcement
from local_aws.stream_events import Record, from_api

NAMES = {MAIJA: "Maija Salo", MATTI: "Matti Koski"}

_T = TypeVar("_T")


def at_once(*actions: Callable[[], _T]) -> list[_T]:
    """Does all of it at the same moment, each in a thread of its own; answers what they answered."""
    start = threading.Barrier(len(actions))

    def act(action: Callable[[], _T]) -> _T:
        start.wait(10)
        return action()

    with ThreadPoolExecutor(len(actions)) as pool:
        return list(pool.map(act, actions))


def stream_records(ossi: Ossi, user: str) -> list[Record]:
    """Every change of a person's rows, from the table's stream, as Lambda hands them to a function."""
    client = ossi.aws.client("dynamodbstreams")
    (stream,) = client.list_streams(TableName=ossi.ready.table)["Streams"]
    arn = stream.get("StreamArn", "")
    found: list[Record] = []
    for shard in client.describe_stream(StreamArn=arn)["StreamDescription"].get("Shards", []):
        shard_id = shard.get("ShardId", "")
        iterator = client.get_shard_iterator(StreamArn=arn, ShardId=shard_id, ShardIteratorType="TRIM_HORIZON").get(
            "ShardIterator"
        )
        while iterator:
            page = client.get_records(ShardIterator=iterator)
            found += [from_api(each, arn, shard_id).event for each in page["Records"]]
            iterator = page.get("NextShardIterator") if page["Records"] else None
    return [each for each in found if each["dynamodb"]["Keys"]["userId"] == {"S": user}]


def test_of_two_managers_who_decide_at_the_same_moment_one_wins(ossi: Ossi) -> None:
    rows = [ossi.submit(ossi.employee()) for _ in range(10)]
    requests = [ossi.request(row) for row in rows]
    for request in requests:  # else the buttons could be gone before the slower finger comes down
        ossi.slack.fail("chat.update", "ratelimited", when={"ts": request.ts})
    results = [
        at_once(lambda each=each: ossi.decide(each, MAIJA, ACCEPT), lambda each=each: ossi.decide(each, MATTI, DECLINE))
        for each in requests
    ]

    accepted = 0
    for row, request, (maijas, mattis) in zip(rows, requests, results, strict=True):
        decided, redrawn = ossi.settled(row, request, hurry=True)
        if decided["decidedBy"] == MAIJA:
            accepted, winner, loser, word = accepted + 1, maijas, mattis, "Accepted"
        else:
            winner, loser, word = mattis, maijas, "Declined"
        name = NAMES[decided["decidedBy"]]
        assert decided["status"] == word.upper()
        assert f"{word} by @{name}" in redrawn.rendered
        assert winner.ephemeral == []
        (told,) = loser.ephemeral
        assert told.rendered.startswith(f"Somebody was quicker. {word} by @{name} on ")
        assert len(ossi.told(row)) == 2
    assert len(ossi.requests()) == len(rows)
    assert len(ossi.published()) == accepted
    kinds = [each.kind for each in ossi.posts() if each.status == 200]
    assert kinds.count("chat.update") == len(rows)
    assert kinds.count("chat.postMessage") == 3 * len(rows) + accepted


def assert_one_set_of_messages(ossi: Ossi, row: Row, *, accepted: bool) -> None:
    assert len(ossi.told(row)) == 2
    assert len(ossi.requests()) == 1
    assert len(ossi.published()) == (1 if accepted else 0)
    kinds = [each.kind for each in ossi.posts() if each.status == 200]
    assert sorted(kinds) == ["chat.postMessage"] * (4 if accepted else 3) + ["chat.update"]


def test_one_manager_who_presses_twice_decides_once(ossi: Ossi) -> None:
    row, request = ossi.submitted(ossi.employee())
    # Else the buttons could be gone before the last finger comes down.
    ossi.slack.fail("chat.update", "ratelimited", when={"ts": request.ts})

    results = at_once(*[lambda: ossi.decide(request, MAIJA, ACCEPT)] * 3)

    ossi.settled(row, request, hurry=True)
    assert_one_set_of_messages(ossi, row, accepted=True)
    said = sorted(message.rendered.split(".")[0] for result in results for message in result.ephemeral)
    assert said == ["You have decided on this one before"] * 2


def test_a_form_that_is_sent_many_times_at_once_is_stored_once(ossi: Ossi) -> None:
    ella = ossi.employee()
    body = submission(ossi.open_form(ella), ella, TEXT, URL)

    answers = at_once(*[lambda: send_signed(ossi, ossi.ready.interactions_url, body)] * 6)

    assert [(answer.status_code, answer.text) for answer in answers] == [(200, "")] * 6
    (row,) = ossi.rows(ella)
    ossi.request(row)
    assert len(ossi.told(row)) == 1
    assert len(ossi.requests()) == 1


def test_a_form_that_is_sent_again_later_is_stored_once(ossi: Ossi) -> None:
    ella = ossi.employee()
    row, request = ossi.submitted(ella)
    ossi.decide(request, MAIJA, DECLINE)
    decided, _ = ossi.settled(row, request)

    again = send_signed(ossi, ossi.ready.interactions_url, sent_by_slack(ossi, "view_submission"))

    assert (again.status_code, again.text) == (200, "")
    assert ossi.rows(ella) == [decided]


def test_two_forms_of_one_person_at_the_same_moment_are_two_contributions(ossi: Ossi) -> None:
    ella = ossi.employee()
    bodies = [submission(ossi.open_form(ella), ella, f"{TEXT} {number}", URL) for number in range(4)]

    at_once(*[lambda body=body: send_signed(ossi, ossi.ready.interactions_url, body) for body in bodies])

    rows = ossi.rows(ella)
    assert sorted(row["text"] for row in rows) == [f"{TEXT} {number}" for number in range(4)]
    for row in rows:
        ossi.request(row)
    assert len(ossi.requests()) == 4


def test_the_same_stream_batch_twice_sends_one_set_of_messages(ossi: Ossi) -> None:
    row, request = ossi.submitted(ossi.employee())
    ossi.decide(request, MAIJA, ACCEPT)
    ossi.settled(row, request)
    sent = ossi.posts()
    event = {"Records": stream_records(ossi, row["userId"])}
    assert [record["eventName"] for record in event["Records"]] == ["INSERT", "MODIFY"]

    answers = [ossi.invoke("stream", event), *at_once(*[lambda: ossi.invoke("stream", event)] * 2)]
    assert answers == [{"batchItemFailures": []}] * 3

    assert ossi.posts() == sent
    assert_one_set_of_messages(ossi, row, accepted=True)


def test_a_stream_batch_that_runs_twice_at_the_same_moment_sends_one_set_of_messages(ossi: Ossi) -> None:
    ella = ossi.employee()
    event = {"Records": [inserted({**accepted_row(ella, now_ms(), "2026-11"), "status": "PENDING"})]}

    answers = at_once(*[lambda: ossi.invoke("stream", event)] * 4)

    # Whoever finds another at it need not be called again: what another holds is recorded, and due should that one fail.
    assert answers == [{"batchItemFailures": []}] * 4
    assert len(ossi.slack.dm(ella)) == 1
    assert len(ossi.requests()) == 1
    assert ossi.invoke("stream", event) == {"batchItemFailures": []}
    assert len(ossi.posts()) == 2


def inserted(row: Row) -> Record:
    """The stream's record of a row that was put."""
    keys = {"userId": {"S": row["userId"]}, "timestamp": {"N": str(row["timestamp"])}}
    image: dict[str, Any] = {name: {"S": str(value)} for name, value in row.items()} | keys
    return {
        "eventID": key_of(row), "eventName": "INSERT", "eventVersion": "1.1", "eventSource": "aws:dynamodb",
        "awsRegion": "eu-north-1",
        "dynamodb": {
            "Keys": keys, "NewImage": image, "SequenceNumber": "111", "SizeBytes": 1, "StreamViewType": "NEW_AND_OLD_IMAGES",
        },
    }  # fmt: skip


def test_the_same_scheduled_report_delivered_twice_is_made_once(ossi: Ossi) -> None:
    ossi.write([accepted_row("U0AINO001", now_ms(), "2023-12", name="Aino Lahti")])
    # The 3rd of January, 06:00 in Helsinki.
    event = {"source": "schedule", "scheduledTime": datetime(2024, 1, 3, 4, tzinfo=UTC).strftime("%Y-%m-%dT%H:%M:%SZ")}
    client = ossi.aws.client("lambda")

    def deliver() -> None:
        client.invoke(FunctionName=ossi.ready.functions["report"], InvocationType="Event", Payload=json.dumps(event))

    started = time.time()
    at_once(deliver, deliver)

    assert "Contributions of December 2023" in announcement(ossi).rendered
    # The other found it being done, or done.
    ossi.wait(lambda: len([line for line in ossi.logged("report", started).splitlines() if "handled" in line]) == 2)
    assert ossi.invoke("report", event) == {"month": "2023-12", "announced": False}
    assert len(ossi.requests()) == 1
