"""Runs the Pulumi program without Pulumi's engine, and records each resource as the engine would have got it.

All inputs are resolved before they are recorded, so tests assert on plain values: an assertion inside `Output.apply`
would pass silently.
"""

import asyncio
import json
import logging
import runpy
import warnings
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import grpc
import pulumi
import pulumi.runtime.mocks
import pulumi.runtime.rpc
import pulumi.runtime.settings
import pulumi.runtime.stack
import pulumi_aws
from google.protobuf import empty_pb2, json_format

with warnings.catch_warnings():
    # Loading these modules, which happens on first use, warns of each old class in them, used or not.
    warnings.simplefilter("ignore", DeprecationWarning)
    LOADED = (pulumi_aws.s3.Bucket, pulumi_aws.lambda_.Function)

PROGRAM = Path(__file__).parents[2] / "infra" / "__main__.py"
ACCOUNT = "111122223333"
REGION = "eu-north-1"
API_URL = f"https://a1b2c3.execute-api.{REGION}.amazonaws.com"

KEY_ID = "5f3a0000-0000-4000-8000-000000000000"
# The customer's own, by setting.
KEY_ARN = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/77770000-0000-4000-8000-000000000000"
BOUNDARY = f"arn:aws:iam::{ACCOUNT}:policy/boundary"

CONFIG = {"managementChannel": "C01MANAGERS", "publicChannel": "C01OPENSRC"}
# Not required, but without them the program warns.
TOLD_ELSEWHERE = {"alarmEmail": "none", "monthlyBudget": "0"}
SECRETS = {
    "slackBotToken": "xoxb-not-a-real-token",
    "slackSigningSecret": "not-a-real-signing-secret",
    "linkSigningKey": "not-a-real-key-but-long-enough-for-one",
}
ENCRYPTED = (*SECRETS, "slackSigningSecretPrevious")
FUNCTIONS = ("slash", "interactions", "stream", "report", "download", "reconcile")


@dataclass(frozen=True)
class Recorded:
    """A resource as it was registered."""

    type: str
    name: str
    urn: str
    parent: str
    inputs: dict[str, Any]
    secret_inputs: frozenset[str]
    """Names of the inputs that Pulumi keeps encrypted in its state."""
    protect: bool
    retained: bool
    """Whether it stays in the cloud when it goes from the stack."""
    depends_on: frozenset[str]
    """URNs of what has to exist before: named explicitly, or through an input."""
    inputs_from: frozenset[str]
    """URNs of what an input comes from: where that one changes, this one may."""
    custom: bool

    def __str__(self) -> str:
        return f"{self.type} '{self.name}'"


@dataclass
class Program:
    """What one run of the program registered."""

    resources: list[Recorded] = field(default_factory=list[Recorded])
    outputs: dict[str, Any] = field(default_factory=dict[str, Any])
    component_outputs: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])
    """By the URNs of the components."""
    warnings: list[str] = field(default_factory=list[str])

    def all(self, type_: str) -> dict[str, Recorded]:
        """Returns the resources of a type such as `lambda:Function` by their logical names."""
        return {item.name: item for item in self.resources if item.custom and _short(item.type) == type_}

    def one(self, type_: str, name: str) -> Recorded:
        """Returns the one resource of a type and a logical name."""
        return self.all(type_)[name]

    def statements(self, role: str) -> list[dict[str, Any]]:
        """Returns the statements of all policies of a role, by the role's physical name."""
        policies = [item for item in self.all("iam:RolePolicy").values() if item.inputs["role"] == role]
        return [statement for item in policies for statement in json.loads(item.inputs["policy"])["Statement"]]


def run_program(
    artifacts: Path,
    *,
    stack: str = "test",
    region: str = REGION,
    partition: str = "aws",
    concurrency: float | None = 1000,
    **config: str | None,
) -> Program:
    """Runs the program for a stack with the placeholders above, other settings on top; None leaves a setting out.

    `concurrency` is the account's quota of concurrent executions; None: whoever deploys may not read it. Raises what the
    program raises.
    """
    values = {**CONFIG, **TOLD_ELSEWHERE, **SECRETS, "artifacts": str(artifacts), **config}
    program = Program()
    monitor = _Monitor(program, _Cloud(region, partition, concurrency))
    logger = logging.Logger("program")  # one that nobody else listens to
    logger.addHandler(_Warnings(program))
    pulumi.runtime.set_all_config(
        {f"ossi:{key}": value for key, value in values.items() if value is not None},
        [f"ossi:{key}" for key in ENCRYPTED],
    )
    # Pulumi's mock gives each thread that registers resources an event loop, and closes none: one thread, one loop.
    loop, registering_loop = asyncio.new_event_loop(), asyncio.new_event_loop()
    registering = ThreadPoolExecutor(1, initializer=asyncio.set_event_loop, initargs=(registering_loop,))
    loop.set_default_executor(registering)
    asyncio.set_event_loop(loop)
    try:
        pulumi.runtime.set_mocks(monitor.mocks, project="ossi", stack=stack, logger=logger, monitor=monitor)
        # `set_mocks` makes a stack that is finished already: its outputs would be lost.
        pulumi.runtime.settings.set_root_resource(cast("Any", None))
        loop.run_until_complete(pulumi.runtime.stack.run_in_stack(_run_main))
    finally:
        pulumi.runtime.set_all_config({}, [])
        registering.shutdown()
        asyncio.set_event_loop(None)
        for each in (loop, registering_loop):
            each.close()
    return program


def _run_main() -> None:
    runpy.run_path(str(PROGRAM), run_name="__main__")


class _Warnings(logging.Handler):
    def __init__(self, program: Program) -> None:
        super().__init__(logging.WARNING)
        self._program = program

    def emit(self, record: logging.LogRecord) -> None:
        self._program.warnings.append(record.getMessage())


class _RefusedError(grpc.RpcError):
    """What the engine says where the provider may not do something."""

    def code(self) -> grpc.StatusCode:
        return grpc.StatusCode.UNKNOWN

    def details(self) -> str:
        return "not authorized to perform: servicequotas:GetServiceQuota"


class _Cloud(pulumi.runtime.Mocks):
    """Returns ids and outputs of the shape that AWS gives them."""

    def __init__(self, region: str, partition: str, concurrency: float | None) -> None:
        self._region, self._partition, self._concurrency = region, partition, concurrency

    def new_resource(self, args: pulumi.runtime.MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        inputs = cast("dict[str, Any]", plain(cast("object", args.inputs)))
        outputs = _outputs(_short(args.typ), args.name, inputs)
        return str(outputs.pop("id", f"{args.name}-id")), {**inputs, **outputs}

    def call(self, args: pulumi.runtime.MockCallArgs) -> tuple[dict[str, Any], list[tuple[str, str]] | None]:
        answers: dict[str, dict[str, Any]] = {
            "aws:index/getRegion:getRegion": {"region": self._region, "id": self._region},
            "aws:index/getPartition:getPartition": {"partition": self._partition, "id": self._partition},
            "aws:index/getCallerIdentity:getCallerIdentity": {"accountId": ACCOUNT, "id": ACCOUNT},
        }
        if args.token == "aws:servicequotas/getServiceQuota:getServiceQuota":
            assert args.args == {"serviceCode": "lambda", "quotaCode": "L-B99A9384"}
            if self._concurrency is None:
                raise _RefusedError
            return {"value": self._concurrency}, []
        return answers[args.token], []


def _outputs(type_: str, name: str, inputs: Mapping[str, Any]) -> dict[str, Any]:
    physical = inputs.get("name", name)
    match type_:
        case "dynamodb:Table":
            arn = _arn("dynamodb", f"table/{physical}")
            stream = f"{arn}/stream/2026-01-01T00:00:00.000" if inputs["streamEnabled"] else ""
            return {"id": physical, "arn": arn, "streamArn": stream}
        case "sns:Topic":
            arn = _arn("sns", physical)
            return {"id": arn, "arn": arn}
        case "kms:Key":
            return {"id": KEY_ID, "keyId": KEY_ID, "arn": _arn("kms", f"key/{KEY_ID}")}
        case "iam:Role":
            return {"id": physical, "arn": f"arn:aws:iam::{ACCOUNT}:role/{physical}"}
        case "sqs:Queue":
            url = f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/{physical}"
            return {"id": url, "url": url, "arn": _arn("sqs", physical)}
        case "secretsmanager:Secret":
            arn = _arn("secretsmanager", f"secret:{physical}-AbCdEf")
            return {"id": arn, "arn": arn}
        case "s3:Bucket":
            bucket = f"{name}-1a2b3c4"
            return {"id": bucket, "bucket": bucket, "arn": f"arn:aws:s3:::{bucket}"}
        case "apigatewayv2:Api":
            return {"id": "a1b2c3", "apiEndpoint": API_URL, "executionArn": _arn("execute-api", "a1b2c3")}
        case "apigatewayv2:Stage":
            return {"id": physical, "invokeUrl": f"{API_URL}/"}
        case "lambda:Alias":
            arn = _arn("lambda", f"function:{inputs['functionName']}:{inputs['name']}")
            return {"id": arn, "arn": arn}
        case _ if type_ in _NAMED:
            service, kind = _NAMED[type_]
            version = {"version": "1"} if inputs.get("publish") else {}
            return {"id": physical, "arn": _arn(service, f"{kind}{physical}"), **version}
        case _:
            return {}


# What has its name for an id: type -> service, and what stands before the name in its ARN.
_NAMED = {
    "lambda:Function": ("lambda", "function:"),
    "cloudwatch:LogGroup": ("logs", "log-group:"),
    "cloudwatch:MetricAlarm": ("cloudwatch", "alarm:"),
    "scheduler:ScheduleGroup": ("scheduler", "schedule-group/"),
}


def _arn(service: str, resource: str) -> str:
    return f"arn:aws:{service}:{REGION}:{ACCOUNT}:{resource}"


def _short(type_: str) -> str:
    """`aws:lambda/function:Function` -> `lambda:Function`."""
    parts = type_.split(":")
    return f"{parts[1].split('/')[0]}:{parts[2]}" if len(parts) == 3 else type_


class _Monitor(pulumi.runtime.mocks.MockMonitor):
    """Pulumi's mock of its engine, which also keeps what the mock forgets: options, secrets, the stack's outputs."""

    def __init__(self, program: Program, cloud: _Cloud) -> None:
        super().__init__(cloud)
        self._program = program

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802  # the name is Pulumi's
        response = cast("Any", super()).RegisterResource(request)
        if request.type != "pulumi:pulumi:Stack":
            raw = json_format.MessageToDict(request.object)
            inputs = pulumi.runtime.rpc.deserialize_properties(request.object)
            self._program.resources.append(
                Recorded(
                    type=request.type,
                    name=request.name,
                    urn=response.urn,
                    parent=request.parent,
                    inputs=cast("dict[str, Any]", plain(inputs)),
                    secret_inputs=frozenset(key for key, value in raw.items() if _is_secret(value)),
                    protect=request.protect,
                    retained=request.retainOnDelete,
                    depends_on=frozenset(request.dependencies),
                    inputs_from=frozenset(urn for each in request.propertyDependencies.values() for urn in each.urns),
                    custom=request.custom,
                )
            )
        return response

    def RegisterResourceOutputs(self, request: Any) -> Any:  # noqa: N802  # the name is Pulumi's
        outputs = cast("dict[str, Any]", plain(pulumi.runtime.rpc.deserialize_properties(request.outputs)))
        if "pulumi:pulumi:Stack::" in request.urn:
            self._program.outputs = outputs
        else:
            self._program.component_outputs[request.urn] = outputs
        return empty_pb2.Empty()


def _is_secret(value: object) -> bool:
    return isinstance(value, dict) and pulumi.runtime.rpc.is_rpc_secret(cast("dict[str, Any]", value))


def plain(value: object) -> object:
    """Returns a value with every secret in it unwrapped, however deep."""
    if pulumi.runtime.rpc.is_rpc_secret(value):
        return plain(pulumi.runtime.rpc.unwrap_rpc_secret(value))
    if isinstance(value, dict):
        return {key: plain(item) for key, item in cast("dict[str, object]", value).items()}
    if isinstance(value, list):
        return [plain(item) for item in cast("list[object]", value)]
    return value
