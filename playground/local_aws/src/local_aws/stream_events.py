"""Stream records in the shape in which Lambda hands them to a function."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

Record = dict[str, Any]
"""One entry of `Records` in a function's event."""


@dataclass(frozen=True)
class StreamRecord:
    """A record with what the poller has to know of it."""

    event: Record
    """As the function gets it."""
    sequence_number: str
    created: float
    """Approximate creation, in epoch seconds."""
    shard_id: str = ""


def from_api(record: Mapping[str, Any], stream_arn: str, shard_id: str) -> StreamRecord:
    """Turns a record of the streams API, as boto3 gives it, into the one of a Lambda event.

    Shape: https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html; times are epoch seconds, binary is base64.
    """
    change = cast("dict[str, Any]", _plain(record["dynamodb"]))
    event = {
        "eventID": record["eventID"],
        "eventName": record["eventName"],
        "eventVersion": record.get("eventVersion", "1.1"),
        "eventSource": record.get("eventSource", "aws:dynamodb"),
        "awsRegion": record["awsRegion"],
        "dynamodb": change,
        "eventSourceARN": stream_arn,
    }
    if "userIdentity" in record:  # a deletion by TTL
        identity = record["userIdentity"]
        event["userIdentity"] = {"type": identity["Type"], "principalId": identity["PrincipalId"]}
    return StreamRecord(event, str(change["SequenceNumber"]), float(change["ApproximateCreationDateTime"]), shard_id)


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        seconds = value.timestamp()
        return int(seconds) if seconds.is_integer() else seconds
    if isinstance(value, bytes | bytearray):
        return base64.b64encode(value).decode()
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in cast("dict[str, object]", value).items()}
    if isinstance(value, list | set):
        return [_plain(item) for item in cast("list[object]", value)]
    return value
