"""Starts the report function by an asynchronous Lambda invocation."""

import json
from typing import Any

from ossi.contracts import MANAGER, CloseAsked, ReportAsked, ReportDue, to_wire
from ossi.domain.months import Month
from ossi.ports import Asking


class LambdaReportRequests:
    """ports.ReportRequests: InvocationType Event, which Lambda repeats by itself should the function fail. client: boto3's or ours."""

    def __init__(self, function_name: str, client: Any) -> None:
        self._function_name = function_name
        self._client = client

    def read(self, month: Month, asking: Asking) -> None:
        """See ports.ReportRequests. Raises the client's errors."""
        self._invoke(
            ReportAsked(
                month=str(month),
                requested_by=asking.user_id,
                request_id=asking.request_id,
                response_url=asking.response_url,
            )
        )

    def close(self, month: Month, asking: Asking) -> None:
        """See ports.ReportRequests. Raises the client's errors."""
        self._invoke(
            CloseAsked(
                month=str(month),
                by=MANAGER,
                requested_by=asking.user_id,
                request_id=asking.request_id,
                response_url=asking.response_url,
            )
        )

    def finish(self, run: str, effect: str) -> None:
        """Asks for a delivery of a report's run that isn't settled. Raises the client's errors."""
        self._invoke(ReportDue(run=run, effect=effect))

    def _invoke(self, event: ReportAsked | CloseAsked | ReportDue) -> None:
        payload = json.dumps(to_wire(event)).encode()
        self._client.invoke(FunctionName=self._function_name, InvocationType="Event", Payload=payload)
