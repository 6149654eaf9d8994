"""Our poller between a real stream, a real function and a real queue of the emulator."""

from __future__ import annotations

import json
import re
from collections.abc import Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from integration.playground_aws.helpers import add_function, eventually, make_table
from local_aws import Emulator, LocalAwsError, StreamPoller

if TYPE_CHECKING:
    from mypy_boto3_lambda.type_defs import EventSourceMappingConfigurationResponseTypeDef

# Notes each event; fails for rows marked `bad` until a row `cured` lies in the notes.
FUNCTION = """
import json, os, boto3

table = boto3.client("dynamodb")

def handler(event, context):
    table.put_item(TableName="notes", Item={"id": {"S": context.aws_request_id}, "event": {"S": json.dumps(event)}})
    if "Item" in table.get_item(TableName="notes", Key={"id": {"S": "cured"}}, ConsistentRead=True):
        return {"batchItemFailures": []}
    bad = [r for r in event["Records"] if "bad" in r["dynamodb"].get("NewImage", {})]
    if any(r["dynamodb"]["NewImage"]["bad"]["S"] == "error" for r in bad):
        raise ValueError("a bad row")
    return {"batchItemFailures": [{"itemIdentifier": r["dynamodb"]["SequenceNumber"]} for r in bad]}
"""


class Setting:
    """A table with a stream, a function with its own rights, a queue, and a mapping between them."""

    def __init__(self, emulator: Emulator, name: str, *, stream_rights: bool = True, **settings: Any) -> None:
        self.emulator = emulator
        self.table = name
        self.queue = emulator.client("sqs").create_queue(QueueName=name)["QueueUrl"]
        queue_arn = f"arn:aws:sqs:{emulator.region}:000000000000:{name}"
        self.stream = make_table(emulator, name)
        account = f"{emulator.region}:000000000000"
        notes = f"arn:aws:dynamodb:{account}:table/notes"
        reading = ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"]
        statements: list[dict[str, Any]] = [
            {"Effect": "Allow", "Action": ["dynamodb:PutItem", "dynamodb:GetItem"], "Resource": notes},
            {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": queue_arn},
        ]
        if stream_rights:
            statements.append({"Effect": "Allow", "Action": reading, "Resource": self.stream})
        arn = add_function(emulator, name, FUNCTION, *statements)
        made: EventSourceMappingConfigurationResponseTypeDef = emulator.client("lambda").create_event_source_mapping(
            FunctionName=arn,
            EventSourceArn=self.stream,
            StartingPosition="TRIM_HORIZON",
            Enabled=False,
            FunctionResponseTypes=["ReportBatchItemFailures"],
            DestinationConfig={"OnFailure": {"Destination": queue_arn}},
            **settings,
        )
        self.mapping_id = made["UUID"]

    @contextmanager
    def polling(self) -> Generator[StreamPoller]:
        poller = StreamPoller(self.emulator, [self.mapping_id], first_delay_seconds=0.02, longest_delay_seconds=0.1)
        poller.start()
        try:
            yield poller
        finally:
            poller.stop()

    def put(self, key: str, **attributes: Any) -> None:
        self.emulator.client("dynamodb").put_item(TableName=self.table, Item={"id": {"S": key}, **attributes})

    def message(self) -> dict[str, Any]:
        (found,) = self.emulator.client("sqs").receive_message(QueueUrl=self.queue).get("Messages", [])
        return json.loads(found.get("Body", ""))

    def events(self) -> list[dict[str, Any]]:
        """All records that functions were sent from this table."""
        rows = self.emulator.client("dynamodb").scan(TableName="notes")["Items"]
        noted = [row["event"].get("S", "") for row in rows if "event" in row]
        found = [record for event in noted for record in json.loads(event)["Records"]]
        return [record for record in found if record["eventSourceARN"] == self.stream]


@pytest.fixture(autouse=True)
def notes(emulator: Emulator) -> None:
    client = emulator.client("dynamodb")
    if "notes" not in client.list_tables()["TableNames"]:
        make_table(emulator, "notes")
    client.delete_item(TableName="notes", Key={"id": {"S": "cured"}})


def test_a_function_gets_the_event_that_aws_sends(emulator: Emulator) -> None:
    setting = Setting(emulator, "shape")
    setting.put("1", raw={"B": b"\x00\xff"}, raws={"BS": [b"a"]}, deep={"L": [{"M": {"n": {"N": "1.5"}}}]})
    setting.put("1", raw={"B": b"x"})
    emulator.client("dynamodb").delete_item(TableName="shape", Key={"id": {"S": "1"}})
    with setting.polling() as poller:
        poller.wait_idle(20)
    first, second, third = sorted(setting.events(), key=lambda item: item["dynamodb"]["SequenceNumber"])
    change = first.pop("dynamodb")
    assert first.pop("eventID")
    assert first == {
        "eventName": "INSERT",
        "eventVersion": "1.1",
        "eventSource": "aws:dynamodb",
        "awsRegion": "eu-north-1",
        "eventSourceARN": setting.stream,
    }
    assert isinstance(change.pop("ApproximateCreationDateTime"), int)
    assert change.pop("SequenceNumber")
    assert isinstance(change.pop("SizeBytes"), int)
    assert change == {
        "Keys": {"id": {"S": "1"}},
        "NewImage": {
            "id": {"S": "1"},
            "raw": {"B": "AP8="},
            "raws": {"BS": ["YQ=="]},
            "deep": {"L": [{"M": {"n": {"N": "1.5"}}}]},
        },
        "StreamViewType": "NEW_AND_OLD_IMAGES",
    }
    assert second["eventName"] == "MODIFY"
    assert second["dynamodb"]["OldImage"]["raw"] == {"B": "AP8="}
    assert third["eventName"] == "REMOVE"
    assert "NewImage" not in third["dynamodb"]


def complaint(poller: StreamPoller) -> str:
    """What the poller says of a stream that does not get through."""
    with pytest.raises(LocalAwsError) as error:
        poller.wait_idle(0.2)
    return str(error.value)


def test_a_reported_record_is_sent_again_until_it_succeeds(emulator: Emulator) -> None:
    setting = Setting(emulator, "partial")
    setting.put("1")
    setting.put("2", bad={"S": "report"})
    setting.put("3")
    with setting.polling() as poller:
        eventually(lambda: re.search(r"outcome='(partly )?failed'", complaint(poller)))
        emulator.client("dynamodb").put_item(TableName="notes", Item={"id": {"S": "cured"}})
        poller.wait_idle(20)
        outcomes = [item.outcome for item in poller.deliveries]
    assert outcomes[0] == "partly failed"
    assert outcomes[-1] == "succeeded"
    sent = [item["dynamodb"]["Keys"]["id"]["S"] for item in setting.events()]
    assert sent.count("1") == 1
    assert sent.count("2") == sent.count("3") > 1


def test_what_fails_too_often_goes_to_the_queue_and_the_rest_goes_on(emulator: Emulator) -> None:
    setting = Setting(emulator, "poison", MaximumRetryAttempts=2, BisectBatchOnFunctionError=True)
    setting.put("1")
    setting.put("2", bad={"S": "error"})
    setting.put("3")
    with setting.polling() as poller:
        poller.wait_idle(30)
        discarded = [item for item in poller.deliveries if item.outcome == "discarded"]
    assert len(discarded) == 1
    message = setting.message()
    assert message["requestContext"]["condition"] == "RetryAttemptsExhausted"
    assert message["responseContext"]["functionError"] == "Unhandled"
    assert message["DDBStreamBatchInfo"]["batchSize"] == 1
    assert message["DDBStreamBatchInfo"]["startSequenceNumber"] == discarded[0].sequence_numbers[0]
    assert {item["dynamodb"]["Keys"]["id"]["S"] for item in setting.events()} == {"1", "2", "3"}


def test_a_role_without_the_right_to_read_the_stream_gets_nothing(emulator: Emulator) -> None:
    setting = Setting(emulator, "blind", stream_rights=False)
    setting.put("1")
    with setting.polling() as poller:
        eventually(lambda: "not authorized to perform: dynamodb:DescribeStream" in complaint(poller))
    assert setting.events() == []


def test_a_throttled_function_is_tried_again_and_the_batch_is_not_given_up(emulator: Emulator) -> None:
    setting = Setting(emulator, "throttled", MaximumRetryAttempts=0)
    functions = emulator.client("lambda")
    with setting.polling() as poller:
        functions.put_function_concurrency(FunctionName="throttled", ReservedConcurrentExecutions=0)
        setting.put("1")
        eventually(lambda: "not invoked" in complaint(poller))
        functions.delete_function_concurrency(FunctionName="throttled")
        poller.wait_idle(20)
    assert [item["dynamodb"]["Keys"]["id"]["S"] for item in setting.events()] == ["1"]
