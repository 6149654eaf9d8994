"""A deployed Lambda function, invoked with the credentials of whoever calls; its failures put into sentences."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import click

from ossi_cli.aws import aws_client, in_sentences

# Lambda keeps the connection open until the function has answered, 300 seconds at most.
_READ_TIMEOUT_S = 310


class DeployedFunction:
    """The function of that name or ARN. Raises click.ClickException with a sentence where AWS cannot be asked."""

    def __init__(self, name: str, *, region: str | None = None, endpoint_url: str | None = None) -> None:
        self.name = name
        # An answer that got lost is no reason to do it all again at once: whoever calls decides.
        self._client = aws_client(
            "lambda", region=region, endpoint_url=endpoint_url, read_timeout=_READ_TIMEOUT_S, attempts=1
        )

    def invoke(self, request: dict[str, object]) -> dict[str, Any]:
        """The function's answer. Raises click.ClickException with a sentence where there is none."""
        missing = (
            f"There is no function {self.name} in {self._client.meta.region_name}: is it this stack and region, and is it "
            "updated to this version of Ossi?"
        )
        with in_sentences(f"invoke {self.name} (lambda:InvokeFunction)", {"ResourceNotFoundException": missing}):
            response = self._client.invoke(FunctionName=self.name, Payload=json.dumps(request))
        answer = json.loads(response["Payload"].read() or b"null")
        if "FunctionError" in response or not isinstance(answer, dict):
            raise click.ClickException(
                f"{self.name} failed{_what_failed(answer)}; its log, /aws/lambda/{_plain(self.name)}, says more."
            )
        return answer  # pyright: ignore[reportUnknownVariableType]  # JSON


def _plain(name: str) -> str:
    """The function's name, from an ARN or a name with or without a version or alias: `arn:aws:lambda:…:function:<name>:live`."""
    parts = name.split(":")
    return parts[6] if len(parts) > 6 else parts[0]


def deployment_options(name: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """The options of a command that say which deployment's function of that name it calls."""

    def add(command: Callable[..., None]) -> Callable[..., None]:
        for option in reversed(
            [
                click.option("--stack", help=f"The Pulumi stack: its function is ossi-<stack>-{name}."),
                click.option("--function", help="The function's name or ARN, instead of --stack."),
                click.option("--region", help="The AWS region.  [default: as the AWS CLI]"),
                click.option("--endpoint-url", help="Of another AWS, such as the one that `ossi local` shows."),
            ]
        ):
            command = option(command)
        return command

    return add


def find_function(
    name: str, stack: str | None, function: str | None, region: str | None, endpoint_url: str | None
) -> DeployedFunction:
    """The function of that name that the options name. Raises click.UsageError unless they name one deployment."""
    if (stack is None) == (function is None):
        raise click.UsageError("Say which deployment: give either --stack or --function.")
    # What is live may be another version than the last one that was published: see `ossi rollback`.
    return DeployedFunction(function or f"ossi-{stack}-{name}:live", region=region, endpoint_url=endpoint_url)


def _what_failed(answer: object) -> str:
    if not isinstance(answer, dict):
        return ""
    said: dict[str, object] = answer  # pyright: ignore[reportUnknownVariableType]  # JSON
    words = [str(said[key]) for key in ("errorType", "errorMessage") if said.get(key)]
    return f" ({': '.join(words)})" if words else ""
