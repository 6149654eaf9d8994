"""The HTTP API in front of the functions."""

import json
import re
from collections.abc import Sequence

import pulumi
import pulumi_aws as aws

from components.deployment import Deployment
from components.function import LIVE, Function

STAGE = "$default"

STRANGERS_LIMIT = 5
"""Requests a second, and at the same moment, on a route that the internet uses and Slack does not: half of the ten executions that a
new account has, so that those who try links at random leave the others to Slack."""

# What an access log line says. No path and no query: they could tell who fetched which report; an address only if the stack says so.
ACCESS_LOG_FIELDS = {
    "requestId": "$context.requestId",
    "requestTime": "$context.requestTime",
    "routeKey": "$context.routeKey",
    "status": "$context.status",
    "responseLength": "$context.responseLength",
    "responseLatency": "$context.responseLatency",
    "integrationStatus": "$context.integrationStatus",
    "integrationLatency": "$context.integrationLatency",
    "integrationError": "$context.integrationErrorMessage",
}
SOURCE_IP_FIELD = {"sourceIp": "$context.identity.sourceIp"}


class HttpApi(pulumi.ComponentResource):
    """An HTTP API; Endpoint adds routes to it, and `open` lets requests in."""

    def __init__(self, name: str, deployment: Deployment, opts: pulumi.ResourceOptions | None = None) -> None:
        """Declares the API `ossi-<stack>-<name>`."""
        super().__init__("ossi:http:HttpApi", name, None, opts)
        self._name = name
        self._deployment = deployment
        physical = deployment.name(name)
        child = pulumi.ResourceOptions(parent=self)
        # Log groups of this prefix need no line each in CloudWatch's resource policy, which ends at 5,120 characters.
        self._log_group = aws.cloudwatch.LogGroup(
            name,
            name=f"/aws/vendedlogs/{physical}",
            retention_in_days=deployment.settings.log_retention_days,
            kms_key_id=deployment.settings.kms_key_arn,
            tags=deployment.tags(),
            opts=pulumi.ResourceOptions(parent=self, retain_on_delete=deployment.protected),
        )
        api = aws.apigatewayv2.Api(
            name,
            name=physical,
            protocol_type="HTTP",
            description="Slack's requests to Ossi, and the links to its reports",
            tags=deployment.tags(),
            opts=child,
        )
        self.id = api.id
        self.execution_arn = api.execution_arn
        # Of the default stage too.
        self.url = api.api_endpoint
        self.register_outputs({"url": self.url})

    def open(self, *, strangers: "Sequence[Endpoint]" = ()) -> None:
        """Declares the one stage, which throttles and logs.

        Each route has the stack's limits for itself. `strangers` are endpoints that Slack doesn't call: their routes have lower ones.
        """
        settings = self._deployment.settings
        fields = ACCESS_LOG_FIELDS | (SOURCE_IP_FIELD if settings.log_source_ip else {})
        aws.apigatewayv2.Stage(
            self._name,
            api_id=self.id,
            name=STAGE,
            auto_deploy=True,
            access_log_settings=aws.apigatewayv2.StageAccessLogSettingsArgs(
                destination_arn=self._log_group.arn, format=json.dumps(fields)
            ),
            default_route_settings=aws.apigatewayv2.StageDefaultRouteSettingsArgs(
                throttling_rate_limit=settings.throttling_rate_limit,
                throttling_burst_limit=settings.throttling_burst_limit,
            ),
            route_settings=[
                aws.apigatewayv2.StageRouteSettingArgs(
                    route_key=key,
                    throttling_rate_limit=min(STRANGERS_LIMIT, settings.throttling_rate_limit),
                    throttling_burst_limit=min(STRANGERS_LIMIT, settings.throttling_burst_limit),
                )
                for endpoint in strangers
                for key in endpoint.routes
            ],
            tags=self._deployment.tags(),
            # AWS takes the settings of a route only when the route is there.
            opts=pulumi.ResourceOptions(
                parent=self, depends_on=[route for endpoint in strangers for route in endpoint.routes.values()]
            ),
        )


class Endpoint(pulumi.ComponentResource):
    """Routes that lead to one function, and the permission that the API needs to invoke it for them."""

    def __init__(
        self,
        name: str,
        api: HttpApi,
        function: Function,
        *,
        methods: tuple[str, ...],
        path: str,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declares a route for each method on a path such as `/reports/{name}`."""
        super().__init__("ossi:http:Endpoint", name, None, opts)
        any_parameter = re.sub(r"\{[^}]*\}", "*", path)
        permission = aws.lambda_.Permission(
            name,
            action="lambda:InvokeFunction",
            function=function.name,
            qualifier=LIVE,
            principal="apigateway.amazonaws.com",
            source_arn=pulumi.Output.concat(
                api.execution_arn, "/*/", methods[0] if len(methods) == 1 else "*", any_parameter
            ),
            opts=pulumi.ResourceOptions(parent=self, depends_on=list(function.ready)),
        )
        # After the permission: the stage deploys itself, so a request may come by this way the moment it's there.
        integration = aws.apigatewayv2.Integration(
            name,
            api_id=api.id,
            integration_type="AWS_PROXY",
            integration_method="POST",  # how API Gateway calls Lambda, whatever the request's own method
            integration_uri=function.live_arn,
            payload_format_version="2.0",
            opts=pulumi.ResourceOptions(parent=self, depends_on=[permission]),
        )
        self.routes = {
            f"{method} {path}": aws.apigatewayv2.Route(
                f"{name}-{method.lower()}",
                api_id=api.id,
                route_key=f"{method} {path}",
                target=pulumi.Output.concat("integrations/", integration.id),
                opts=pulumi.ResourceOptions(parent=self, depends_on=[permission]),
            )
            for method in methods
        }
        """By their keys."""
        self.url = pulumi.Output.concat(api.url, path)
        self.register_outputs({"url": self.url})
