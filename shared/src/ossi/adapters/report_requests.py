"""Starts the report function by an asynchronous Lambda invocation."""

import json
from typing import Any

import boto3
from botocore.config import Config

from ossi.domain.months import Month


class LambdaReportRequests:
    """ports.ReportRequests: InvocationType Event, which Lambda repeats by itself should the function fail."""

    def __init__(self, function_name: str, client: Any = None) -> None:
        self._function_name = function_name
        self._client = client

    def request(self, month: Month, requested_by: str, request_id: str) -> None:
        """See ports.ReportRequests. Raises botocore's ClientError."""
        if self._client is None:
            config = Config(connect_timeout=1, read_timeout=2, retries={"mode": "standard", "total_max_attempts": 2})
            self._client = boto3.client("lambda", config=config)
        event = {"source": "slash", "month": str(month), "requestedBy": requested_by, "requestId": request_id}
        self._client.invoke(
            FunctionName=self._function_name, InvocationType="Event", Payload=json.dumps(event).encode()
        )
