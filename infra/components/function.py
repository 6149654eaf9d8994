"""Lambda functions, each with a role, a policy and a log group of its own."""

from collections.abc import Mapping, Sequence
from typing import Literal

import pulumi
import pulumi_aws as aws

from components.artifact import archive_of
from components.deployment import Deployment
from components.policies import Grant, policy_of, trust_in
from components.queue import FailureQueue

ColdStarts = Literal["plain", "snapStart", "provisioned"]
"""How an execution environment comes to be: on demand; on demand from a snapshot of a started one; one is always there."""


class Function(pulumi.ComponentResource):
    """A function that may do what it is granted, write its own log, and nothing else."""

    def __init__(
        self,
        name: str,
        deployment: Deployment,
        *,
        description: str,
        timeout: int,
        memory: int,
        environment: Mapping[str, pulumi.Input[str]],
        grants: Sequence[Grant],
        failure_queue: FailureQueue | None = None,
        retried: bool = True,
        artifact: str | None = None,
        cold_starts: ColdStarts = "plain",
        after: Sequence["Function"] = (),
    ) -> None:
        """Declares the function `ossi-<stack>-<name>`, whose handler is `ossi_<artifact>.handler.handler` in <artifact>.zip.

        `artifact` is the function's name, unless it shares another one's code and differs in its environment.
        `timeout` is in seconds and `memory` in MB. `failure_queue` takes what an asynchronous invoke could not do in
        three tries; without one, Lambda's own retries end in nothing. `retried`: whether Lambda tries an asynchronous
        invoke again at all, and keeps one that is throttled for longer than a minute. `cold_starts` other than plain are of
        a published version, which the API reaches by the alias `live`. `after` names functions that have to be up to date
        before this one is: those that read what it writes. Raises MissingArtifactError.
        """
        super().__init__("ossi:compute:Function", name)
        settings = deployment.settings
        physical = deployment.name(name)
        child = pulumi.ResourceOptions(parent=self)

        log_group = aws.cloudwatch.LogGroup(
            name,
            name=f"/aws/lambda/{physical}",
            retention_in_days=settings.log_retention_days,
            tags=deployment.tags(),
            opts=child,
        )
        role = aws.iam.Role(
            name,
            name=physical,
            description=f"What the function {physical} may do",
            assume_role_policy=trust_in("lambda.amazonaws.com"),
            tags=deployment.tags(),
            opts=child,
        )
        own_log = Grant(
            "WriteOwnLog", ("logs:CreateLogStream", "logs:PutLogEvents"), pulumi.Output.concat(log_group.arn, ":*")
        )
        failures = [failure_queue.grant_sending()] if failure_queue else []
        policy = aws.iam.RolePolicy(
            name, name=physical, role=role.name, policy=policy_of([own_log, *grants, *failures]), opts=child
        )
        function = aws.lambda_.Function(
            name,
            name=physical,
            description=description,
            role=role.arn,
            runtime=aws.lambda_.Runtime.PYTHON3D13,
            architectures=[settings.architecture],
            handler=f"ossi_{artifact or name}.handler.handler",
            code=archive_of(artifact or name, deployment.artifacts),
            timeout=timeout,
            memory_size=memory,
            reserved_concurrent_executions=settings.reserved_concurrency,
            environment=aws.lambda_.FunctionEnvironmentArgs(
                variables={**environment, "OSSI_STACK": deployment.stack, "OSSI_LOG_LEVEL": settings.log_level}
            ),
            logging_config=aws.lambda_.FunctionLoggingConfigArgs(
                log_format="JSON",
                log_group=log_group.name,
                # The lines that carry metrics are of level INFO, whatever the stack's level is: that one is kept to by
                # the functions themselves.
                application_log_level="DEBUG" if settings.log_level == "DEBUG" else "INFO",
                # Duration and memory of each invoke are of this level.
                system_log_level="INFO",
            ),
            tracing_config=aws.lambda_.FunctionTracingConfigArgs(mode="PassThrough"),
            publish=cold_starts != "plain",
            snap_start=(
                aws.lambda_.FunctionSnapStartArgs(apply_on="PublishedVersions") if cold_starts == "snapStart" else None
            ),
            tags=deployment.tags(),
            # Else the first invoke could find itself without rights, or make a log group that is kept for ever.
            opts=pulumi.ResourceOptions(
                parent=self, depends_on=[log_group, policy, *(each.resource for each in after)]
            ),
        )
        if failure_queue:
            aws.lambda_.FunctionEventInvokeConfig(
                name,
                function_name=function.name,
                maximum_retry_attempts=2,
                destination_config=aws.lambda_.FunctionEventInvokeConfigDestinationConfigArgs(
                    on_failure=aws.lambda_.FunctionEventInvokeConfigDestinationConfigOnFailureArgs(
                        destination=failure_queue.arn
                    )
                ),
                opts=pulumi.ResourceOptions(parent=self, depends_on=[policy]),
            )
        elif not retried:
            aws.lambda_.FunctionEventInvokeConfig(
                name,
                function_name=function.name,
                maximum_event_age_in_seconds=60,
                maximum_retry_attempts=0,
                opts=child,
            )
        self.resource: pulumi.Resource = function
        self.name = function.name
        self.arn = function.arn
        self.entry: pulumi.Output[str] = function.arn
        """The ARN by which the API invokes the function."""
        self.qualifier: pulumi.Output[str] | None = None
        """The alias in that ARN."""
        self.ready: Sequence[pulumi.Resource] = (function, policy)
        """What has to exist before something outside invokes the function."""
        if cold_starts != "plain":
            alias = aws.lambda_.Alias(
                name,
                name="live",
                function_name=function.name,
                function_version=function.version,
                description="What the API invokes",
                opts=child,
            )
            self.entry, self.qualifier, self.ready = alias.arn, alias.name, (*self.ready, alias)
            if cold_starts == "provisioned":
                aws.lambda_.ProvisionedConcurrencyConfig(
                    name,
                    function_name=function.name,
                    qualifier=alias.name,
                    provisioned_concurrent_executions=1,
                    opts=child,
                )
        self.register_outputs({"arn": self.arn})

    def grant_invoking(self, sid: str) -> Grant:
        """Returns the right to invoke the function."""
        return Grant(sid, ("lambda:InvokeFunction",), self.arn)
