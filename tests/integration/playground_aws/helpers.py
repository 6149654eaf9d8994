"""Tiny functions and tables to put into the emulator."""

from __future__ import annotations

import io
import json
import textwrap
import zipfile
from typing import Any

from eventually import eventually
from local_aws import Emulator

TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}


def add_function(emulator: Emulator, name: str, source: str, *statements: dict[str, Any], timeout: int = 10) -> str:
    """Creates a function from the text of its handler module; returns its ARN when it can be invoked."""
    iam, functions = emulator.client("iam"), emulator.client("lambda")
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]["Arn"]
    if statements:
        policy = {"Version": "2012-10-17", "Statement": list(statements)}
        iam.put_role_policy(RoleName=name, PolicyName="rights", PolicyDocument=json.dumps(policy))
    functions.create_function(
        FunctionName=name,
        Role=role,
        Runtime="python3.13",
        Handler="handler.handler",
        Code={"ZipFile": zipped(source)},
        Timeout=timeout,
    )
    eventually(lambda: functions.get_function_configuration(FunctionName=name).get("State") == "Active")
    return functions.get_function_configuration(FunctionName=name).get("FunctionArn", "")


def make_table(emulator: Emulator, name: str) -> str:
    """A table with a stream, whose ARN is returned."""
    made = emulator.client("dynamodb").create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
    )
    return made["TableDescription"].get("LatestStreamArn", "")


def zipped(source: str, module: str = "handler.py") -> bytes:
    """A zip file with one module; the same bytes for the same source."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(zipfile.ZipInfo(module), textwrap.dedent(source))
    return packed.getvalue()


def invoke(emulator: Emulator, name: str, event: object) -> tuple[str | None, Any]:
    """Invokes a function; returns its error and its answer."""
    response = emulator.client("lambda").invoke(FunctionName=name, Payload=json.dumps(event))
    return response.get("FunctionError"), json.loads(response["Payload"].read() or b"null")
