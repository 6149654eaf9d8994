"""SQS queues."""

import pulumi
import pulumi_aws as aws

from components.deployment import Deployment
from components.policies import KEY_FOR_WRITING, Grant

# SQS keeps a message for 14 days at most.
LONGEST_RETENTION_SECONDS = 14 * 24 * 3600


class FailureQueue(pulumi.ComponentResource):
    """An encrypted queue for what could not be delivered; someone has to look at each message within 14 days."""

    def __init__(self, name: str, deployment: Deployment, opts: pulumi.ResourceOptions | None = None) -> None:
        """Declares the queue `ossi-<stack>-<name>`."""
        super().__init__("ossi:messaging:FailureQueue", name, None, opts)
        key = deployment.settings.kms_key_arn
        queue = aws.sqs.Queue(
            name,
            name=deployment.name(name),
            message_retention_seconds=LONGEST_RETENTION_SECONDS,
            sqs_managed_sse_enabled=None if key else True,
            kms_master_key_id=key,
            tags=deployment.tags(),
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.name = queue.name
        self.arn = queue.arn
        self.url = queue.url
        self.register_outputs({"url": self.url, "arn": self.arn})

    def grant_sending(self) -> Grant:
        """Returns the right to put messages into the queue."""
        return Grant("KeepFailures", ("sqs:SendMessage",), self.arn, key_actions=KEY_FOR_WRITING)
