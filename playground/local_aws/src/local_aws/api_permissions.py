"""Checks what the emulator does not: that API Gateway may invoke the function behind each route.

AWS answers a route without such a permission with 500; the emulator would serve it.
"""

from __future__ import annotations

import fnmatch
import json
from typing import Any

from local_aws.clients import ACCOUNT_ID, Clients
from local_aws.errors import ApplyError


def check_api_permissions(clients: Clients) -> None:
    """Raises ApplyError, naming the route, for a route whose function does not let the API invoke it."""
    api = clients.client("apigatewayv2")
    for item in api.get_apis()["Items"]:
        api_id = item.get("ApiId", "")
        targets = {
            f"integrations/{one.get('IntegrationId')}": one.get("IntegrationUri", "")
            for one in api.get_integrations(ApiId=api_id)["Items"]
        }
        stages = [stage["StageName"] for stage in api.get_stages(ApiId=api_id)["Items"]]
        for route in api.get_routes(ApiId=api_id)["Items"]:
            function = _function_of(targets.get(route.get("Target", ""), ""))
            for stage in stages:
                source = _source_arn(clients.region, api_id, stage, route["RouteKey"])
                if function and not _allows(_statements(clients, function), source):
                    raise ApplyError(
                        f"The route '{route['RouteKey']}' may not invoke {function}: no permission fits {source}."
                    )


def _function_of(uri: str) -> str:
    """Returns the function's ARN from an integration's, which is the ARN itself or one that contains it."""
    _, found, rest = uri.partition(":lambda:path/2015-03-31/functions/")
    return rest.removesuffix("/invocations") if found else uri


def _source_arn(region: str, api_id: str, stage: str, route_key: str) -> str:
    method, _, path = route_key.partition(" ")
    wanted = f"{'*' if method == 'ANY' else method}{path}" if path else "$default"
    return f"arn:aws:execute-api:{region}:{ACCOUNT_ID}:{api_id}/{stage}/{wanted}"


def _statements(clients: Clients, function: str) -> list[dict[str, Any]]:
    client = clients.client("lambda")
    try:
        policy: dict[str, list[dict[str, Any]]] = json.loads(client.get_policy(FunctionName=function)["Policy"])
    except client.exceptions.ResourceNotFoundException:
        return []
    return policy["Statement"]


def _allows(statements: list[dict[str, Any]], source: str) -> bool:
    return any(
        statement["Effect"] == "Allow"
        and statement["Action"] == "lambda:InvokeFunction"
        and statement["Principal"] == {"Service": "apigateway.amazonaws.com"}
        and all(_matches(pattern, source) for pattern in _source_patterns(statement))
        for statement in statements
    )


def _source_patterns(statement: dict[str, Any]) -> list[str]:
    conditions: dict[str, dict[str, str]] = statement.get("Condition", {})
    return [value for rules in conditions.values() for key, value in rules.items() if key.lower() == "aws:sourcearn"]


def _matches(pattern: str, source: str) -> bool:
    # IAM's * also stands for slashes, as fnmatch's does; a bracket or brace means only itself.
    return fnmatch.fnmatchcase(source, pattern.replace("[", "[[]"))
