"""What a program may ask the provider: who and where it is, and IAM policy documents."""

import json
from collections.abc import Callable, Mapping

from local_aws.resources.registry import Cloud, InputError, Inputs, Outputs

_Caller = Callable[[Cloud, Inputs], Outputs]


def call(cloud: Cloud, token: str, arguments: Mapping[str, object]) -> Outputs:
    """Answers a provider function. Raises InputError for an unknown one and for arguments that are not understood."""
    caller = _CALLERS.get(token)
    if caller is None:
        raise InputError("the local AWS does not know this provider function")
    inputs = Inputs(arguments)
    outputs = caller(cloud, inputs)
    left = inputs.leftovers()
    if left:
        raise InputError(f"the local AWS does not understand the arguments {', '.join(left)}")
    return outputs


def _caller_identity(cloud: Cloud, _inputs: Inputs) -> Outputs:
    arn = f"arn:aws:iam::{cloud.account}:root"
    return {"id": cloud.account, "accountId": cloud.account, "arn": arn, "userId": cloud.account}


def _region(cloud: Cloud, inputs: Inputs) -> Outputs:
    wanted = inputs.maybe_text("region") or inputs.maybe_text("name") or cloud.region
    if wanted != cloud.region:
        raise InputError(f"the local AWS has the region {cloud.region} only, not {wanted}")
    name = cloud.region
    return {
        "id": name,
        "name": name,
        "region": name,
        "description": name,
        "endpoint": f"ec2.{name}.amazonaws.com",
    }


def _partition(_cloud: Cloud, _inputs: Inputs) -> Outputs:
    return {"id": "aws", "partition": "aws", "dnsSuffix": "amazonaws.com", "reverseDnsPrefix": "com.amazonaws"}


def _service_quota(cloud: Cloud, inputs: Inputs) -> Outputs:
    asked = (inputs.text("serviceCode"), inputs.text("quotaCode"))
    if asked != ("lambda", "L-B99A9384"):
        raise InputError(f"the local AWS knows the quota of concurrent executions only, not {' '.join(asked)}")
    limit = cloud.clients.client("lambda").get_account_settings().get("AccountLimit", {})
    return {"id": "/".join(asked), "quotaName": "Concurrent executions", "value": limit.get("ConcurrentExecutions", 0)}


def _policy_document(_cloud: Cloud, inputs: Inputs) -> Outputs:
    document: dict[str, object] = {"Version": inputs.maybe_text("version") or "2012-10-17"}
    policy_id = inputs.maybe_text("policyId")
    if policy_id:
        document["Id"] = policy_id
    document["Statement"] = [_statement(item) for item in inputs.groups("statements")]
    text, small = json.dumps(document, indent=2), json.dumps(document, separators=(",", ":"))
    return {"id": "policy", "json": text, "minifiedJson": small, "version": document["Version"]}


def _statement(item: Inputs) -> dict[str, object]:
    statement: dict[str, object] = {"Effect": item.maybe_text("effect") or "Allow"}
    sid = item.maybe_text("sid")
    if sid:
        statement["Sid"] = sid
    for key in ("actions", "notActions", "resources", "notResources"):
        values = item.texts(key)
        if values:
            statement[key[0].upper() + key[1:-1]] = values
    for key in ("principals", "notPrincipals"):
        principals = {group.text("type"): group.texts("identifiers") for group in item.groups(key)}
        if principals:
            everybody = principals == {"*": ["*"]}
            statement[key[0].upper() + key[1:-1]] = "*" if everybody else principals
    conditions: dict[str, dict[str, list[str]]] = {}
    for group in item.groups("conditions"):
        conditions.setdefault(group.text("test"), {})[group.text("variable")] = group.texts("values")
    if conditions:
        statement["Condition"] = conditions
    return statement


_CALLERS: dict[str, _Caller] = {
    "aws:index/getCallerIdentity:getCallerIdentity": _caller_identity,
    "aws:index/getRegion:getRegion": _region,
    "aws:index/getPartition:getPartition": _partition,
    "aws:servicequotas/getServiceQuota:getServiceQuota": _service_quota,
    "aws:iam/getPolicyDocument:getPolicyDocument": _policy_document,
}
