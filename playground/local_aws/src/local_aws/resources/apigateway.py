"""HTTP APIs of API Gateway: API, integration, route, stage."""

from typing import Literal

from local_aws.resources.registry import Cloud, InputError, Inputs, Outputs, given, resource


def api_url(cloud: Cloud, api_id: str) -> str:
    """Returns an API's address without a stage; names under `.localhost` would need a resolver that knows them."""
    return f"{cloud.clients.endpoint_url}/_aws/execute-api/{api_id}"


@resource("aws:apigatewayv2/api:Api")
def api(cloud: Cloud, logical: str, inputs: Inputs) -> Outputs:
    """Creates an HTTP API or updates the one of the same name."""
    client = cloud.clients.client("apigatewayv2")
    name = cloud.physical_name(logical, inputs, limit=128)
    protocol = inputs.text("protocolType")
    settings = given(
        Description=inputs.maybe_text("description"),
        Version=inputs.maybe_text("version"),
        DisableExecuteApiEndpoint=inputs.maybe_flag("disableExecuteApiEndpoint"),
        RouteSelectionExpression=inputs.maybe_text("routeSelectionExpression"),
        IpAddressType=inputs.maybe_text("ipAddressType"),
    )
    found = [item for item in client.get_apis()["Items"] if item.get("Name") == name]
    if found:
        api_id = found[0].get("ApiId", "")
        client.update_api(ApiId=api_id, Name=name, **settings)
    else:
        api_id = client.create_api(Name=name, ProtocolType=_http(protocol), **settings)["ApiId"]
    return {
        "id": api_id,
        "name": name,
        "apiEndpoint": api_url(cloud, api_id),
        "arn": f"arn:aws:apigateway:{cloud.region}::/apis/{api_id}",
        "executionArn": cloud.arn("execute-api", api_id),
    }


def _http(protocol: str) -> Literal["HTTP"]:
    if protocol != "HTTP":
        raise InputError(f"the local AWS makes HTTP APIs, not {protocol}")
    return "HTTP"


@resource("aws:apigatewayv2/integration:Integration")
def integration(cloud: Cloud, _logical: str, inputs: Inputs) -> Outputs:
    """Creates an integration or updates the one with the same target."""
    client = cloud.clients.client("apigatewayv2")
    api_id, kind = inputs.text("apiId"), inputs.text("integrationType")
    if kind != "AWS_PROXY":
        raise InputError(f"the local AWS makes integrations with functions (AWS_PROXY), not {kind}")
    uri = inputs.text("integrationUri")
    settings = given(
        IntegrationUri=uri,
        IntegrationMethod=inputs.maybe_text("integrationMethod"),
        PayloadFormatVersion=inputs.maybe_text("payloadFormatVersion"),
        TimeoutInMillis=inputs.maybe_number("timeoutMilliseconds"),
        ConnectionType=inputs.maybe_text("connectionType"),
        Description=inputs.maybe_text("description"),
    )
    existing = client.get_integrations(ApiId=api_id)["Items"]
    found = [item for item in existing if item.get("IntegrationUri") == uri]
    if found:
        integration_id = found[0].get("IntegrationId", "")
        client.update_integration(ApiId=api_id, IntegrationId=integration_id, **settings)
    else:
        integration_id = client.create_integration(ApiId=api_id, IntegrationType="AWS_PROXY", **settings)[
            "IntegrationId"
        ]
    return {"id": integration_id}


@resource("aws:apigatewayv2/route:Route")
def route(cloud: Cloud, _logical: str, inputs: Inputs) -> Outputs:
    """Creates a route or updates the one with the same key."""
    client = cloud.clients.client("apigatewayv2")
    api_id, key = inputs.text("apiId"), inputs.text("routeKey")
    settings = given(
        Target=inputs.maybe_text("target"),
        AuthorizationType=inputs.maybe_text("authorizationType"),
        ApiKeyRequired=inputs.maybe_flag("apiKeyRequired"),
        OperationName=inputs.maybe_text("operationName"),
    )
    found = [item for item in client.get_routes(ApiId=api_id)["Items"] if item.get("RouteKey") == key]
    if found:
        route_id = found[0].get("RouteId", "")
        client.update_route(ApiId=api_id, RouteId=route_id, **settings)
    else:
        route_id = client.create_route(ApiId=api_id, RouteKey=key, **settings)["RouteId"]
    return {"id": route_id}


@resource("aws:apigatewayv2/stage:Stage")
def stage(cloud: Cloud, logical: str, inputs: Inputs) -> Outputs:
    """Creates or updates a stage."""
    client = cloud.clients.client("apigatewayv2")
    api_id = inputs.text("apiId")
    name = cloud.physical_name(logical, inputs, limit=128)
    logging, defaults = inputs.group("accessLogSettings"), inputs.group("defaultRouteSettings")
    settings = given(
        AutoDeploy=inputs.maybe_flag("autoDeploy"),
        Description=inputs.maybe_text("description"),
        AccessLogSettings=logging
        and given(DestinationArn=logging.text("destinationArn"), Format=logging.text("format")),
        DefaultRouteSettings=defaults and _route_settings(defaults),
        RouteSettings={item.text("routeKey"): _route_settings(item) for item in inputs.groups("routeSettings")} or None,
        StageVariables=inputs.mapping("stageVariables") or None,
    )
    if any(item.get("StageName") == name for item in client.get_stages(ApiId=api_id)["Items"]):
        client.update_stage(ApiId=api_id, StageName=name, **settings)
    else:
        client.create_stage(ApiId=api_id, StageName=name, **settings)
    # As on AWS, the default stage does not appear in the address.
    address = f"{api_url(cloud, api_id)}/" if name == "$default" else f"{api_url(cloud, api_id)}/{name}"
    return {
        "id": name,
        "name": name,
        "arn": f"arn:aws:apigateway:{cloud.region}::/apis/{api_id}/stages/{name}",
        "executionArn": cloud.arn("execute-api", f"{api_id}/{name}"),
        "invokeUrl": address,
    }


def _route_settings(group: Inputs) -> dict[str, object]:
    return given(
        ThrottlingRateLimit=group.raw("throttlingRateLimit"),
        ThrottlingBurstLimit=group.maybe_number("throttlingBurstLimit"),
        DetailedMetricsEnabled=group.maybe_flag("detailedMetricsEnabled"),
        # Both are of WebSocket APIs; the provider sends false for an HTTP API.
        DataTraceEnabled=group.maybe_flag("dataTraceEnabled") or None,
        LoggingLevel=group.maybe_text("loggingLevel"),
    )
