"""What the page's inspector pane shows of the local AWS: tables, deliveries of the stream, logs."""

from __future__ import annotations

import threading
from collections import deque
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, cast

from boto3.dynamodb.types import Binary, TypeDeserializer
from botocore.exceptions import BotoCoreError, ClientError

from local_aws import Delivery
from local_aws.arns import function_name
from local_slack.inspector import DeliveryRead, InspectorError, LogLine, TableRead
from local_slack.jsonish import Json, JsonObject

if TYPE_CHECKING:
    from local_aws import LocalAws

_ROWS: Final = 300
_DELIVERIES: Final = 200
_LINES: Final = 200
_FIRST: Final = (
    *("userId", "name", "status", "contributionMonth", "size", "timestamp"),
    *("id", "effect", "state", "dueAt", "attempts", "reason"),
)


class AwsInspector:
    """Looks at the local AWS (local_slack.inspector.Inspector). Made before it; `connect` when it runs."""

    def __init__(self) -> None:
        self._aws: LocalAws | None = None
        self._lock = threading.Lock()
        self._deliveries: deque[Delivery] = deque(maxlen=_DELIVERIES)

    def connect(self, aws: LocalAws | None) -> None:
        """From now on `aws` is looked at; None: nothing."""
        self._aws = aws

    def delivered(self, delivery: Delivery) -> None:
        """The stream has delivered something, or tried to. Called by its threads."""
        with self._lock:
            self._deliveries.append(delivery)

    def tables(self) -> list[TableRead]:
        """Both tables; see local_slack.inspector.Inspector."""
        outputs = self._running().outputs
        return [
            self._table("Contributions", outputs["table"], "timestamp"),
            self._table("Ledger: what is owed, and what was delivered", outputs["ledgerTable"], "sentAt", "owedAt"),
        ]

    def deliveries(self) -> list[DeliveryRead]:
        """The latest deliveries; see local_slack.inspector.Inspector."""
        with self._lock:
            latest = list(self._deliveries)
        return [
            DeliveryRead(
                at=each.at,
                function=function_name(each.function_arn),
                records=len(each.sequence_numbers),
                attempt=each.attempt,
                outcome=each.outcome,
                detail=each.detail,
            )
            for each in reversed(latest)
        ]

    def functions(self) -> list[str]:
        """The functions of the stack, by their short names."""
        return sorted(self._running().outputs["functions"])

    def logs(self, function: str) -> list[LogLine]:
        """The latest lines; see local_slack.inspector.Inspector."""
        aws = self._running()
        arn = aws.outputs["functions"].get(function)
        if arn is None:
            return []
        try:
            configuration = aws.emulator.client("lambda").get_function_configuration(FunctionName=arn)
            group = configuration.get("LoggingConfig", {}).get("LogGroup", f"/aws/lambda/{function_name(arn)}")
            logs = aws.emulator.client("logs")
            lines: list[LogLine] = []
            for page in logs.get_paginator("filter_log_events").paginate(logGroupName=group):
                lines += [
                    LogLine(at=event.get("timestamp", 0) / 1000, text=event.get("message", ""))
                    for event in page["events"]
                ]
        except (ClientError, BotoCoreError) as error:
            raise InspectorError(f"The log of {function} cannot be read: {error}.") from error
        return sorted(lines, key=lambda line: line.at)[-_LINES:]

    def _table(self, title: str, name: str, *newest_by: str) -> TableRead:
        try:
            answer = self._running().emulator.client("dynamodb").scan(TableName=name, Limit=_ROWS)
        except (ClientError, BotoCoreError) as error:
            raise InspectorError(f"The table {name} cannot be read: {error}.") from error
        rows = [_row(item) for item in answer["Items"]]
        rows.sort(key=lambda row: max(_number(row.get(moment)) for moment in newest_by), reverse=True)
        return TableRead(title=title, name=name, rows=rows, more="LastEvaluatedKey" in answer, columns=list(_FIRST))

    def _running(self) -> LocalAws:
        if self._aws is None:
            raise InspectorError("The local AWS does not run yet.")
        return self._aws


def _number(value: Json) -> float:
    return float(value) if isinstance(value, int | float) else 0.0


def _row(item: dict[str, Any]) -> JsonObject:
    deserializer = TypeDeserializer()
    return {name: _json(deserializer.deserialize(value)) for name, value in item.items()}


def _json(value: Any) -> Json:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, dict):
        return {str(key): _json(each) for key, each in cast("dict[Any, Any]", value).items()}
    if isinstance(value, list | set):
        return [_json(each) for each in cast("list[Any]", value)]
    if isinstance(value, Binary | bytes):
        return "(binary)"
    return value
