"""What invokes a function by the clock."""

import json

import pulumi
import pulumi_aws as aws

from components.deployment import Deployment
from components.function import Function
from components.policies import policy_of, trust_in
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
        retry_seconds: int = LONGEST_RETRY_SECONDS,
    ) -> None:
        """Declares the schedule `ossi-<stack>-<name>` with a role that may invoke the function and nothing else.

        `retry_seconds`: for how long the scheduler goes on trying to get rid of a run, at most a day.
        """
        super().__init__("ossi:messaging:Schedule", name)
        physical = deployment.name(name)
        child = pulumi.ResourceOptions(parent=self)
        group = aws.scheduler.ScheduleGroup(name, name=physical, tags=deployment.tags(), opts=child)
        role = aws.iam.Role(
            name,
            name=physical,
            description=f"What the schedule {physical} may do",
            assume_role_policy=trust_in(
                "scheduler.amazonaws.com",
                {"aws:SourceAccount": aws.get_caller_identity_output().account_id, "aws:SourceArn": group.arn},
            ),
            tags=deployment.tags(),
            opts=child,
        )
        policy = aws.iam.RolePolicy(
            name,
            name=physical,
            role=role.name,
            policy=policy_of([function.grant_invoking("InvokeTheFunction")]),
            opts=child,
        )
        aws.scheduler.Schedule(
            name,
            name=physical,
            group_name=group.name,
            description=description,
            schedule_expression=expression,
            schedule_expression_timezone=deployment.settings.time_zone,
            flexible_time_window=aws.scheduler.ScheduleFlexibleTimeWindowArgs(mode="OFF"),
            target=aws.scheduler.ScheduleTargetArgs(
                arn=function.arn,
                role_arn=role.arn,
                input=json.dumps(to_wire(Scheduled(scheduled_time=SCHEDULED_TIME))),
                retry_policy=aws.scheduler.ScheduleTargetRetryPolicyArgs(
                    maximum_event_age_in_seconds=retry_seconds, maximum_retry_attempts=MOST_RETRIES
                ),
            ),
            opts=pulumi.ResourceOptions(parent=self, depends_on=[policy, *function.ready]),
        )
        self.group = group.name
        self.register_outputs({})
