"""Lambda functions, each with a role, a policy and a log group of its own."""

from collections.abc import Mapping, Sequence
from typing import Literal

import pulumi
import pulumi_aws as aws

from components.deployment import Deployment
from components.policies import Grant, policy_of, trust_in
from components.queue import FailureQueue

ColdStarts = Literal["plain", "snapStart", "provisioned"]
"""How an execution environment comes to be: on demand; on demand from a snapshot of a started one; one is always there."""

LIVE = "live"
"""The alias by which everything calls a function. It names the published version that is in use."""


class Function(pulumi.ComponentResource):
    """A function that may do what it is granted, write its own log, and nothing else.

    Each change of its code or settings is published as a version, which nothing calls before `go_live`.
    """

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
        cold_starts: ColdStarts = "plain",
        after: Sequence["Function"] = (),
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declares the function `ossi-<stack>-<name>`, whose handler is `ossi_<name>.handler.handler` in its artifact.

        `timeout` is in seconds and `memory` in MB. `failure_queue` takes what an asynchronous invoke could not do in
        three tries; without one, Lambda's own retries end in nothing. `retried`: whether Lambda tries an asynchronous
        invoke again at all, and keeps one that is throttled for longer than a minute. `after` names functions that have to be
        up to date before this one is: those that read what it writes.
        """
        super().__init__("ossi:compute:Function", name, None, opts)
        settings = deployment.settings
        physical = deployment.name(name)
        child = pulumi.ResourceOptions(parent=self)

        log_group = aws.cloudwatch.LogGroup(
            name,
            name=f"/aws/lambda/{physical}",
            retention_in_days=settings.log_retention_days,
            kms_key_id=settings.kms_key_arn,
            tags=deployment.tags(),
            # What went wrong before a stack was taken down is still to be read afterwards.
            opts=pulumi.ResourceOptions(parent=self, retain_on_delete=deployment.protected),
        )
        role = aws.iam.Role(
            name,
            name=deployment.role_name(name),
            description=f"What the function {physical} may do",
            assume_role_policy=trust_in("lambda.amazonaws.com"),
            permissions_boundary=settings.permissions_boundary,
            tags=deployment.tags(),
            opts=child,
        )
        own_log = Grant(
            "WriteOwnLog", ("logs:CreateLogStream", "logs:PutLogEvents"), pulumi.Output.concat(log_group.arn, ":*")
        )
        failures = [failure_queue.grant_sending()] if failure_queue else []
        policy = aws.iam.RolePolicy(
            name,
            name=physical,
            role=role.name,
            policy=policy_of([own_log, *grants, *failures], settings.kms_key_arn),
            opts=child,
        )
        function = aws.lambda_.Function(
            name,
            name=physical,
            description=description,
            role=role.arn,
            runtime=f"python{settings.python}",
            architectures=[settings.architecture],
            handler=f"ossi_{name}.handler.handler",
            code=deployment.artifacts[name].archive,
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
            publish=True,
            snap_start=(
                aws.lambda_.FunctionSnapStartArgs(apply_on="PublishedVersions") if cold_starts == "snapStart" else None
            ),
            tags=deployment.tags(),
            # Else the first invoke could find itself without rights, or make a log group that is kept for ever.
            opts=pulumi.ResourceOptions(
                parent=self,
                depends_on=[
                    log_group,
                    policy,
                    *(resource for grant in grants for resource in grant.after),
                    *(each.resource for each in after),
                ],
            ),
        )
        self.key = name
        self._policy = policy
        self._failure_queue = failure_queue
        self._retried = retried
        self._cold_starts = cold_starts
        self._alias: aws.lambda_.Alias | None = None
        self.after = after
        self.physical = physical
        self.resource: pulumi.Resource = function
        self.name = function.name
        self.arn = function.arn
        self.version = function.version
        """The version that was published last."""
        self.live_arn: pulumi.Output[str] = pulumi.Output.concat(function.arn, ":", LIVE)
        """The ARN by which everything calls the function: that of its alias."""

    def go_live(self, release: pulumi.Output[str]) -> pulumi.Resource:
        """Declares the alias `live` of the last version, and what belongs to it; returns the alias.

        `release` describes the versions of all functions, so it's known once all are published: the alias moves after that,
        and after those of the functions that this one comes after. An update that fails while it publishes changes nothing
        of what runs.
        """
        alias = aws.lambda_.Alias(
            self.key,
            name=LIVE,
            function_name=self.name,
            function_version=self.version,
            description=release,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[each.alias for each in self.after]),
        )
        self._alias = alias
        if self._failure_queue:
            aws.lambda_.FunctionEventInvokeConfig(
                self.key,
                function_name=self.name,
                qualifier=alias.name,
                maximum_retry_attempts=2,
                destination_config=aws.lambda_.FunctionEventInvokeConfigDestinationConfigArgs(
                    on_failure=aws.lambda_.FunctionEventInvokeConfigDestinationConfigOnFailureArgs(
                        destination=self._failure_queue.arn
                    )
                ),
                opts=pulumi.ResourceOptions(parent=self, depends_on=[self._policy]),
            )
        elif not self._retried:
            aws.lambda_.FunctionEventInvokeConfig(
                self.key,
                function_name=self.name,
                qualifier=alias.name,
                maximum_event_age_in_seconds=60,
                maximum_retry_attempts=0,
                opts=pulumi.ResourceOptions(parent=self),
            )
        if self._cold_starts == "provisioned":
            aws.lambda_.ProvisionedConcurrencyConfig(
                self.key,
                function_name=self.name,
                qualifier=alias.name,
                provisioned_concurrent_executions=1,
                opts=pulumi.ResourceOptions(parent=self),
            )
        self.register_outputs({"arn": self.live_arn, "version": self.version})
        return alias

    @property
    def alias(self) -> pulumi.Resource:
        """The alias `live`. Raises RuntimeError before `go_live`."""
        if self._alias is None:
            raise RuntimeError(f"{self.key} has not gone live")
        return self._alias

    @property
    def ready(self) -> Sequence[pulumi.Resource]:
        """What has to exist before something outside invokes the function. Raises RuntimeError before `go_live`."""
        return (self._policy, self.alias)

    def grant_invoking(self, sid: str) -> Grant:
        """Returns the right to invoke the function."""
        return Grant(sid, ("lambda:InvokeFunction",), self.live_arn)
