"""Lambda functions, who may invoke them, and what does."""

from __future__ import annotations

import base64
import contextlib
import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pulumi

from local_aws.arns import unqualified
from local_aws.event_filters import EventFilter
from local_aws.resources.registry import Cloud, InputError, Inputs, Outputs, given, resource
from local_aws.resources.wait import wait_for

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient


@resource("aws:lambda/function:Function")
def function(cloud: Cloud, logical: str, inputs: Inputs) -> Outputs:
    """Creates a function or updates its code and settings, and publishes a version; returns when it can be invoked."""
    client = cloud.clients.client("lambda")
    name = cloud.physical_name(logical, inputs)
    code = _zip_file(inputs.raw("code"))
    inputs.maybe_text("sourceCodeHash")  # tells the provider when to upload; we compare the code itself
    publish = inputs.flag("publish")
    inputs.flag("skipDestroy")  # says how to delete
    architectures = inputs.texts("architectures")
    settings = _settings(inputs)
    reserved = inputs.maybe_number("reservedConcurrentExecutions")
    try:
        found = client.get_function_configuration(FunctionName=name)
    except client.exceptions.ResourceNotFoundException:
        client.create_function(
            FunctionName=name, Code={"ZipFile": code}, **given(Architectures=architectures or None), **settings
        )
    else:
        # An update without a change would be published as another version.
        if _differs(settings, cast("dict[str, Any]", found)):
            client.update_function_configuration(FunctionName=name, **settings)
            _wait_until_ready(client, name)
        if found.get("CodeSha256") != _sha256(code):
            client.update_function_code(FunctionName=name, ZipFile=code, **given(Architectures=architectures or None))
    _wait_until_ready(client, name)
    # -1 is the provider's word for no reservation.
    if reserved is not None and reserved >= 0:
        client.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=reserved)
    version = client.publish_version(FunctionName=name)["Version"] if publish else "$LATEST"
    made = client.get_function_configuration(FunctionName=name)
    arn = cloud.arn("lambda", f"function:{name}")
    return {
        "id": name,
        "name": name,
        "arn": arn,
        "invokeArn": _invoke_arn(cloud, arn),
        "qualifiedArn": f"{arn}:{version}",
        "qualifiedInvokeArn": _invoke_arn(cloud, f"{arn}:{version}"),
        "version": version,
        "lastModified": made.get("LastModified", ""),
        "codeSha256": made.get("CodeSha256", ""),
        "sourceCodeHash": made.get("CodeSha256", ""),
        "sourceCodeSize": made.get("CodeSize", 0),
    }


def _differs(wanted: object, found: object) -> bool:
    """Tells whether something in `wanted` is otherwise in `found`, which may hold more."""
    if isinstance(wanted, dict):
        there = cast("dict[str, object]", found) if isinstance(found, dict) else {}
        return any(_differs(value, there.get(key)) for key, value in cast("dict[str, object]", wanted).items())
    return wanted != found


def _settings(inputs: Inputs) -> dict[str, Any]:
    environment, logging = inputs.group("environment"), inputs.group("loggingConfig")
    tracing, storage = inputs.group("tracingConfig"), inputs.group("ephemeralStorage")
    dead_letter = inputs.group("deadLetterConfig")
    return given(
        Role=inputs.text("role"),
        Handler=inputs.text("handler"),
        Runtime=inputs.text("runtime"),
        Timeout=inputs.maybe_number("timeout"),
        MemorySize=inputs.maybe_number("memorySize"),
        Description=inputs.maybe_text("description"),
        Layers=inputs.texts("layers") or None,
        Environment=environment and {"Variables": environment.mapping("variables")},
        LoggingConfig=logging
        and given(
            LogFormat=logging.text("logFormat"),
            LogGroup=logging.maybe_text("logGroup"),
            ApplicationLogLevel=logging.maybe_text("applicationLogLevel"),
            SystemLogLevel=logging.maybe_text("systemLogLevel"),
        ),
        TracingConfig=tracing and {"Mode": tracing.text("mode")},
        EphemeralStorage=storage and given(Size=storage.maybe_number("size")),
        DeadLetterConfig=dead_letter and {"TargetArn": dead_letter.text("targetArn")},
    )


def _zip_file(code: object) -> bytes:
    if not isinstance(code, pulumi.FileArchive):
        raise InputError(f"the input code must be a FileArchive of a zip file, not {type(code).__name__}")
    path = Path(code.path)
    if not path.is_file():
        raise InputError(f"the artifact {path.resolve()} is not there; build it first")
    return path.read_bytes()


def _sha256(code: bytes) -> str:
    return base64.b64encode(hashlib.sha256(code).digest()).decode()


def _wait_until_ready(client: LambdaClient, name: str) -> None:
    def ready() -> bool:
        made = client.get_function_configuration(FunctionName=name)
        return made.get("State", "Active") == "Active" and made.get("LastUpdateStatus", "Successful") == "Successful"

    wait_for(ready, f"the function {name} to become active")


def _invoke_arn(cloud: Cloud, arn: str) -> str:
    return f"arn:aws:apigateway:{cloud.region}:lambda:path/2015-03-31/functions/{arn}/invocations"


@resource("aws:lambda/alias:Alias")
def alias(cloud: Cloud, logical: str, inputs: Inputs) -> Outputs:
    """Creates an alias or lets it name another version."""
    client = cloud.clients.client("lambda")
    name, function_name = cloud.physical_name(logical, inputs, limit=128), inputs.text("functionName")
    settings: dict[str, Any] = {
        "FunctionName": function_name,
        "Name": name,
        "FunctionVersion": inputs.text("functionVersion"),
        "Description": inputs.maybe_text("description") or "",
    }
    try:
        client.get_alias(FunctionName=function_name, Name=name)
    except client.exceptions.ResourceNotFoundException:
        arn = client.create_alias(**settings)["AliasArn"]
    else:
        arn = client.update_alias(**settings)["AliasArn"]
    return {"id": arn, "arn": arn, "name": name, "invokeArn": _invoke_arn(cloud, arn)}


@resource("aws:lambda/permission:Permission")
def permission(cloud: Cloud, logical: str, inputs: Inputs) -> Outputs:
    """Lets a service invoke a function; replaces the statement of the same name."""
    client = cloud.clients.client("lambda")
    name, qualifier = inputs.text("function"), inputs.maybe_text("qualifier")
    statement = cloud.physical_name(logical, inputs, key="statementId", limit=100)
    settings = given(
        Action=inputs.text("action"),
        Principal=inputs.text("principal"),
        SourceArn=inputs.maybe_text("sourceArn"),
        SourceAccount=inputs.maybe_text("sourceAccount"),
        Qualifier=qualifier,
    )
    # The one that an earlier program gave may be the whole function's.
    for place in (qualifier, None):
        with contextlib.suppress(client.exceptions.ResourceNotFoundException):  # the first run
            client.remove_permission(FunctionName=name, StatementId=statement, **given(Qualifier=place))
    client.add_permission(FunctionName=name, StatementId=statement, **settings)
    return {"id": statement, "statementId": statement}


@resource("aws:lambda/eventSourceMapping:EventSourceMapping")
def event_source_mapping(cloud: Cloud, _logical: str, inputs: Inputs) -> Outputs:
    """Creates a mapping or updates the one with the same source and function, whatever alias of it was called before.

    The mapping is stored disabled, since the emulator's poller drops partial batch failures; ours reads its settings
    from there and serves it if the program wants it enabled.
    """
    client = cloud.clients.client("lambda")
    function_name, source = inputs.text("functionName"), inputs.text("eventSourceArn")
    enabled = inputs.flag("enabled", default=True)
    starting = inputs.maybe_text("startingPosition")
    settings = _mapping_settings(inputs)
    mappings = client.list_event_source_mappings(EventSourceArn=source)["EventSourceMappings"]
    found = [item for item in mappings if unqualified(item.get("FunctionArn", "")) == unqualified(function_name)]
    if found:
        mapping_id = found[0].get("UUID", "")
        made = client.update_event_source_mapping(
            UUID=mapping_id, FunctionName=function_name, Enabled=False, **settings
        )
    else:
        made = client.create_event_source_mapping(
            FunctionName=function_name,
            EventSourceArn=source,
            Enabled=False,
            **given(StartingPosition=starting),
            **settings,
        )
    mapping_id = made["UUID"]
    with cloud.lock:
        cloud.mapping_ids[mapping_id] = enabled
    return {
        "id": mapping_id,
        "uuid": mapping_id,
        "arn": cloud.arn("lambda", f"event-source-mapping:{mapping_id}"),
        "functionArn": made["FunctionArn"],
        "state": "Enabled" if enabled else "Disabled",
    }


def _mapping_settings(inputs: Inputs) -> dict[str, Any]:
    criteria, destination = inputs.group("filterCriteria"), inputs.group("destinationConfig")
    failure = destination.group("onFailure") if destination else None
    patterns = [item.text("pattern") for item in criteria.groups("filters")] if criteria else []
    EventFilter(patterns)  # refuses what the stream poller would filter otherwise than Lambda
    return given(
        BatchSize=inputs.maybe_number("batchSize"),
        MaximumBatchingWindowInSeconds=inputs.maybe_number("maximumBatchingWindowInSeconds"),
        FunctionResponseTypes=inputs.texts("functionResponseTypes"),
        BisectBatchOnFunctionError=inputs.flag("bisectBatchOnFunctionError"),
        MaximumRetryAttempts=inputs.maybe_number("maximumRetryAttempts"),
        MaximumRecordAgeInSeconds=inputs.maybe_number("maximumRecordAgeInSeconds"),
        ParallelizationFactor=inputs.maybe_number("parallelizationFactor"),
        DestinationConfig={"OnFailure": {"Destination": failure.text("destinationArn")}} if failure else {},
        FilterCriteria={"Filters": [{"Pattern": pattern} for pattern in patterns]},
    )


@resource("aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig")
def function_event_invoke_config(cloud: Cloud, _logical: str, inputs: Inputs) -> Outputs:
    """Sets retries, age and destinations of a function's asynchronous invokes."""
    name, qualifier = inputs.text("functionName"), inputs.maybe_text("qualifier")
    destination = inputs.group("destinationConfig")
    targets: dict[str, object] = {}
    if destination:
        for key, word in (("onFailure", "OnFailure"), ("onSuccess", "OnSuccess")):
            target = destination.group(key)
            if target:
                targets[word] = {"Destination": target.text("destination")}
    cloud.clients.client("lambda").put_function_event_invoke_config(
        FunctionName=name,
        **given(
            Qualifier=qualifier,
            MaximumRetryAttempts=inputs.maybe_number("maximumRetryAttempts"),
            MaximumEventAgeInSeconds=inputs.maybe_number("maximumEventAgeInSeconds"),
            DestinationConfig=targets or None,
        ),
    )
    return {"id": f"{name}:{qualifier}" if qualifier else name}
