"""What invokes a function by the clock."""

import json

import pulumi
import pulumi_aws as aws

from components.deployment import Deployment
from components.function import Function
from components.policies import policy_of, trust_in
from components.queue import FailureQueue
from ossi.contracts import SCHEDULED_TIME, Scheduled, to_wire

# EventBridge Scheduler's own upper limits: it tries for a day.
LONGEST_RETRY_SECONDS = 24 * 3600
MOST_RETRIES = 185


class Schedule(pulumi.ComponentResource):
    """An EventBridge schedule in the stack's time zone. One run may arrive twice: its target has to be idempotent."""

    def __init__(
        self,
        name: str,
        deployment: Deployment,
        *,
        description: str,
        expression: str,
        function: Function,
        failure_queue: FailureQueue,
        retry_seconds: int = LONGEST_RETRY_SECONDS,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declares the schedule `ossi-<stack>-<name>` with a role that may invoke the function and nothing else.

        `failure_queue` takes the runs that the scheduler could not hand over, each with the reason. `retry_seconds`: for how
        long it goes on trying, at most a day. While the stack is paused, the schedule is there and does nothing.
        """
        super().__init__("ossi:messaging:Schedule", name, None, opts)
        settings = deployment.settings
        physical = deployment.name(name)
        child = pulumi.ResourceOptions(parent=self)
        group = aws.scheduler.ScheduleGroup(name, name=physical, tags=deployment.tags(), opts=child)
        role = aws.iam.Role(
            name,
            name=deployment.role_name(name),
            description=f"What the schedule {physical} may do",
            assume_role_policy=trust_in(
                "scheduler.amazonaws.com",
                {"aws:SourceAccount": aws.get_caller_identity_output().account_id, "aws:SourceArn": group.arn},
            ),
            permissions_boundary=settings.permissions_boundary,
            tags=deployment.tags(),
            opts=child,
        )
        policy = aws.iam.RolePolicy(
            name,
            name=physical,
            role=role.name,
            policy=policy_of(
                [function.grant_invoking("InvokeTheFunction"), failure_queue.grant_sending()], settings.kms_key_arn
            ),
            opts=child,
        )
        schedule = aws.scheduler.Schedule(
            name,
            name=physical,
            group_name=group.name,
            description=description,
            schedule_expression=expression,
            schedule_expression_timezone=settings.time_zone,
            state="DISABLED" if settings.paused else "ENABLED",
            flexible_time_window=aws.scheduler.ScheduleFlexibleTimeWindowArgs(mode="OFF"),
            target=aws.scheduler.ScheduleTargetArgs(
                arn=function.live_arn,
                role_arn=role.arn,
                input=json.dumps(to_wire(Scheduled(scheduled_time=SCHEDULED_TIME))),
                retry_policy=aws.scheduler.ScheduleTargetRetryPolicyArgs(
                    maximum_event_age_in_seconds=retry_seconds, maximum_retry_attempts=MOST_RETRIES
                ),
                dead_letter_config=aws.scheduler.ScheduleTargetDeadLetterConfigArgs(arn=failure_queue.arn),
            ),
            opts=pulumi.ResourceOptions(parent=self, depends_on=[policy, *function.ready]),
        )
        self.group = group.name
        self.register_outputs({"arn": schedule.arn, "group": self.group})
