"""Starts the report function by an asynchronous Lambda invocation."""

import json
from typing import Any

from ossi.contracts import ReportAsked, ReportDue, to_wire
from ossi.domain.months import Month


class LambdaReportRequests:
    """ports.ReportRequests: InvocationType Event, which Lambda repeats by itself should the function fail. client: boto3's or ours."""

    def __init__(self, function_name: str, client: Any) -> None:
        self._function_name = function_name
        self._client = client

    def request(self, month: Month, requested_by: str, request_id: str) -> None:
        """See ports.ReportRequests. Raises the client's errors."""
        self._invoke(ReportAsked(month=str(month), requested_by=requested_by, request_id=request_id))

    def finish(self, run: str, effect: str) -> None:
        """Asks for a delivery of a report's run that isn't settled. Raises the client's errors."""
        self._invoke(ReportDue(run=run, effect=effect))

    def _invoke(self, event: ReportAsked | ReportDue) -> None:
        payload = json.dumps(to_wire(event)).encode()
        self._client.invoke(FunctionName=self._function_name, InvocationType="Event", Payload=payload)
