"""SQS queues."""

import pulumi
import pulumi_aws as aws

from components.deployment import Deployment
from components.policies import Grant

# SQS keeps a message for 14 days at most.
LONGEST_RETENTION_SECONDS = 14 * 24 * 3600


class FailureQueue(pulumi.ComponentResource):
    """An encrypted queue for what could not be delivered; somebody has to look at each message within 14 days."""

    def __init__(self, name: str, deployment: Deployment) -> None:
        """Declares the queue `ossi-<stack>-<name>`."""
        super().__init__("ossi:messaging:FailureQueue", name)
        queue = aws.sqs.Queue(
            name,
            name=deployment.name(name),
            message_retention_seconds=LONGEST_RETENTION_SECONDS,
            sqs_managed_sse_enabled=True,
            tags=deployment.tags(),
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.name = queue.name
        self.arn = queue.arn
        self.url = queue.url
        self.register_outputs({"url": self.url})

    def grant_sending(self) -> Grant:
        """Returns the right to put messages into the queue."""
        return Grant("KeepFailures", ("sqs:SendMessage",), self.arn)
