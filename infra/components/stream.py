"""What feeds a table's changes to a function."""

import json

import pulumi
import pulumi_aws as aws

from components.deployment import Deployment
from components.function import Function
from components.queue import FailureQueue
from components.table import Table

# A stream keeps a record for 24 hours; an hour earlier there is still time to note where it was.
OLDEST_RECORD_SECONDS = 23 * 3600
# Lambda waits longer and longer between attempts, up to about a minute: enough for an outage of an hour, and a record
# that can never be handled does not hold up the others for a day.
MOST_RETRIES = 100


# The changes of so many people at a time: enough for ten messages a second at Slack's usual 0.3 s, and less than the ten functions that
# a new AWS account may run at once, of which the answers to Slack need some.
PARALLELIZATION = 4


class StreamSubscription(pulumi.ComponentResource):
    """Inserted and modified rows go to the function in order; what fails again and again goes to the queue."""

    def __init__(
        self,
        name: str,
        deployment: Deployment,
        *,
        table: Table,
        function: Function,
        failure_queue: FailureQueue,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declares the mapping; the function's role needs the rights to read the stream and to send to the queue.

        The rows of one person stay in order. While the stack is paused, the mapping reads nothing; afterwards it goes on
        where it was.
        """
        super().__init__("ossi:messaging:StreamSubscription", name, None, opts)
        mapping = aws.lambda_.EventSourceMapping(
            name,
            event_source_arn=table.stream_arn,
            # Another function, or another alias of it, changes the mapping in its place: it keeps its position in the stream
            # (Lambda API reference, UpdateEventSourceMapping).
            function_name=function.live_arn,
            enabled=not deployment.settings.paused,
            starting_position="TRIM_HORIZON",
            batch_size=25,
            maximum_batching_window_in_seconds=0,
            parallelization_factor=PARALLELIZATION,
            function_response_types=["ReportBatchItemFailures"],
            bisect_batch_on_function_error=True,
            maximum_retry_attempts=MOST_RETRIES,
            maximum_record_age_in_seconds=OLDEST_RECORD_SECONDS,
            filter_criteria=aws.lambda_.EventSourceMappingFilterCriteriaArgs(
                filters=[
                    aws.lambda_.EventSourceMappingFilterCriteriaFilterArgs(
                        pattern=json.dumps({"eventName": ["INSERT", "MODIFY"]})
                    )
                ]
            ),
            destination_config=aws.lambda_.EventSourceMappingDestinationConfigArgs(
                on_failure=aws.lambda_.EventSourceMappingDestinationConfigOnFailureArgs(
                    destination_arn=failure_queue.arn
                )
            ),
            tags=deployment.tags(),
            opts=pulumi.ResourceOptions(parent=self, depends_on=list(function.ready)),
        )
        self.register_outputs({"id": mapping.id})
