"""What happens to one batch: AWS's rules for failures, retries, splitting, age and giving up."""

from __future__ import annotations

import pytest

from integration.playground_aws.streams import (
    ERROR,
    FUNCTION,
    OK,
    QUEUE,
    STREAM,
    Answer,
    Stage,
    failing,
    mapping,
    record,
    records,
)
from local_aws.stream_batches import Invocation, NotInvokedError


def answers(*given: Invocation) -> Answer:
    """A function that gives these answers, and then the last one for ever."""
    left = list(given)
    return lambda _numbers: left.pop(0) if len(left) > 1 else left[0]


def poison(*bad: str, partial: bool = False) -> Answer:
    """A function that fails for some records: as a whole, or by naming them."""

    def answer(numbers: list[str]) -> Invocation:
        found = [number for number in numbers if number in bad]
        if not found:
            return OK
        return failing(*found) if partial else ERROR

    return answer


@pytest.mark.parametrize(
    "response",
    [
        None,
        {},
        {"batchItemFailures": None},
        {"batchItemFailures": []},
        {"anything": "else"},
    ],
)
def test_a_response_without_failures_is_a_success(response: object) -> None:
    stage = Stage(answers(Invocation(response)))
    stage.run(mapping(partial_responses=True), records(1, 2))
    assert (stage.sent, stage.done) == ([["001", "002"]], ["001", "002"])


@pytest.mark.parametrize(
    "response",
    [
        failing(""),
        failing(None),
        failing("002", key="id"),
        failing("999"),
        failing("002", "999"),
        failing("002", ""),
        Invocation({"batchItemFailures": "002"}),
        Invocation({"batchItemFailures": ["002"]}),
        Invocation("done"),
        Invocation([]),
    ],
)
def test_a_response_that_cannot_be_read_fails_the_whole_batch(response: Invocation) -> None:
    stage = Stage(answers(response, OK))
    stage.run(mapping(partial_responses=True), records(1, 2, 3))
    assert stage.sent == [["001", "002", "003"]] * 2
    assert stage.done == ["001", "002", "003"]


def test_without_report_batch_item_failures_a_response_means_nothing() -> None:
    stage = Stage(answers(failing("001")))
    stage.run(mapping(), records(1, 2))
    assert stage.sent == [["001", "002"]]
    assert stage.done == ["001", "002"]


def test_the_lowest_failure_is_the_checkpoint_and_all_from_it_is_sent_again() -> None:
    stage = Stage(answers(failing("004", "002"), OK))
    stage.run(mapping(partial_responses=True), records(1, 2, 3, 4))
    assert stage.sent == [["001", "002", "003", "004"], ["002", "003", "004"]]
    assert stage.done == ["001", "002", "003", "004"]
    assert [item.outcome for item in stage.deliveries] == ["partly failed", "succeeded"]


def test_a_function_error_sends_the_whole_batch_again_and_waits_longer_each_time() -> None:
    stage = Stage(answers(*[ERROR] * 5, OK))
    stage.run(mapping(partial_responses=True), records(1, 2))
    assert stage.sent == [["001", "002"]] * 6
    assert stage.pauses == [1, 2, 4, 5, 5]
    assert stage.deliveries[0].detail == "Unhandled: boom"


def test_retries_are_limited_and_the_batch_is_then_given_up_with_a_message() -> None:
    stage = Stage(answers(ERROR), now=1573690429.717)
    batch = [record(1, created=1573690399), record(2, created=1573690400)]
    stage.run(mapping(max_retries=2, on_failure_arn=QUEUE), batch)
    assert stage.sent == [["001", "002"]] * 3
    assert stage.done == ["001", "002"]
    ((arn, message),) = stage.messages
    assert arn == QUEUE
    context = message.pop("requestContext")
    assert isinstance(context, dict)
    assert context.pop("requestId")  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType]  # any id
    assert context == {"functionArn": FUNCTION, "condition": "RetryAttemptsExhausted", "approximateInvokeCount": 3}
    assert message == {
        "responseContext": {"statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled"},
        "version": "1.0",
        "timestamp": "2019-11-14T00:13:49.717Z",
        "DDBStreamBatchInfo": {
            "shardId": "shard-1",
            "startSequenceNumber": "001",
            "endSequenceNumber": "002",
            "approximateArrivalOfFirstRecord": "2019-11-14T00:13:19Z",
            "approximateArrivalOfLastRecord": "2019-11-14T00:13:20Z",
            "batchSize": 2,
            "streamArn": STREAM,
        },
    }


def test_a_partial_failure_that_never_ends_is_given_up_without_a_function_error() -> None:
    stage = Stage(poison("002", partial=True))
    stage.run(mapping(partial_responses=True, max_retries=1, on_failure_arn=QUEUE), records(1, 2, 3))
    assert stage.sent == [["001", "002", "003"], ["002", "003"]]
    assert stage.done == ["001", "002", "003"]
    assert stage.messages[0][1]["responseContext"] == {"statusCode": 200, "executedVersion": "$LATEST"}


def test_without_a_limit_it_is_sent_until_it_succeeds() -> None:
    stage = Stage(answers(*[ERROR] * 50, OK))
    stage.run(mapping(), records(1))
    assert len(stage.sent) == 51


def test_bisecting_isolates_the_bad_record_in_order_and_splits_count_as_no_retries() -> None:
    stage = Stage(poison("003"))
    stage.run(mapping(bisect=True, max_retries=1, on_failure_arn=QUEUE), records(1, 2, 3, 4))
    assert stage.sent == [
        ["001", "002", "003", "004"],
        ["001", "002"],
        ["003", "004"],
        ["003"],
        ["003"],  # its one retry
        ["004"],
    ]
    assert stage.done == ["001", "002", "003", "004"]
    info = stage.messages[0][1]["DDBStreamBatchInfo"]
    assert isinstance(info, dict)
    assert info["batchSize"] == 1


def test_with_bisect_a_partial_response_splits_at_the_reported_record_and_is_no_retry() -> None:
    stage = Stage(answers(failing("002"), failing("003"), failing("003"), failing("003")))
    stage.run(mapping(partial_responses=True, bisect=True, max_retries=1, on_failure_arn=QUEUE), records(1, 2, 3))
    assert stage.sent == [["001", "002", "003"], ["002", "003"], ["003"], ["003"]]
    assert len(stage.messages) == 1


def test_a_throttle_is_no_retry_and_sends_the_whole_batch_again() -> None:
    refusals = iter([True, True, True, False])

    def answer(_numbers: list[str]) -> Invocation:
        if next(refusals):
            raise NotInvokedError("TooManyRequestsException")
        return OK

    stage = Stage(answer)
    stage.run(mapping(max_retries=0, bisect=True), records(1, 2))
    assert stage.sent == [["001", "002"]] * 4
    assert [item.outcome for item in stage.deliveries] == ["not invoked"] * 3 + ["succeeded"]
    assert stage.done == ["001", "002"]


def test_records_that_are_too_old_are_never_sent_and_reported_together() -> None:
    stage = Stage(answers(OK), now=200)
    batch = [record(1, created=10), record(2, created=20), record(3, created=150)]
    stage.run(mapping(max_age_seconds=100, on_failure_arn=QUEUE), batch)
    assert stage.sent == [["003"]]
    assert stage.done == ["001", "002", "003"]
    ((_, message),) = stage.messages
    context, info = message["requestContext"], message["DDBStreamBatchInfo"]
    assert isinstance(context, dict)
    assert isinstance(info, dict)
    assert (context["condition"], context["approximateInvokeCount"]) == ("RecordAgeExceeded", 0)
    assert (info["startSequenceNumber"], info["endSequenceNumber"]) == ("001", "002")
    assert "responseContext" not in message


def test_a_batch_that_grows_old_while_it_fails_is_given_up() -> None:
    def fail_and_age(_numbers: list[str]) -> Invocation:
        stage.now += 40
        return ERROR

    stage = Stage(fail_and_age, now=1000)
    stage.run(mapping(max_age_seconds=60, on_failure_arn=QUEUE), records(1))
    assert len(stage.sent) == 2
    context = stage.messages[0][1]["requestContext"]
    assert isinstance(context, dict)
    assert context["condition"] == "RecordAgeExceeded"


def test_without_a_destination_records_are_given_up_in_silence() -> None:
    stage = Stage(answers(ERROR))
    stage.run(mapping(max_retries=0), records(1))
    assert (stage.done, stage.messages) == (["001"], [])
    assert stage.deliveries[-1].outcome == "discarded"
