"""A deployed Lambda function, invoked with the credentials of whoever calls; its failures put into sentences."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import boto3
import click
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    EndpointConnectionError,
    NoCredentialsError,
    NoRegionError,
)

# Lambda keeps the connection open until the function has answered, 300 seconds at most.
_READ_TIMEOUT_S = 310


class DeployedFunction:
    """The function of that name or ARN. Raises click.ClickException with a sentence where AWS cannot be asked."""

    def __init__(self, name: str, *, region: str | None = None, endpoint_url: str | None = None) -> None:
        self.name = name
        # An answer that got lost is no reason to do it all again at once: whoever calls decides.
        config = Config(connect_timeout=5, read_timeout=_READ_TIMEOUT_S, retries={"total_max_attempts": 1})
        try:
            session = boto3.Session(region_name=region)
            self._client: Any = session.client("lambda", endpoint_url=endpoint_url, config=config)
        except NoRegionError as error:
            raise click.ClickException("Which AWS region? Give --region, or set AWS_REGION.") from error
        except (BotoCoreError, ValueError) as error:  # ValueError: an endpoint that is no URL
            raise click.ClickException(f"AWS cannot be asked: {error}") from error

    def invoke(self, request: dict[str, object]) -> dict[str, Any]:
        """The function's answer. Raises click.ClickException with a sentence where there is none."""
        try:
            response = self._client.invoke(FunctionName=self.name, Payload=json.dumps(request))
        except NoCredentialsError as error:
            raise click.ClickException(
                "There are no AWS credentials: log in as for `pulumi up`. The local AWS takes AWS_ACCESS_KEY_ID=test and "
                "AWS_SECRET_ACCESS_KEY=test."
            ) from error
        except EndpointConnectionError as error:
            raise click.ClickException(f"AWS does not answer: {error}") from error
        except ClientError as error:
            raise click.ClickException(self._explain(error)) from error
        except BotoCoreError as error:
            raise click.ClickException(f"AWS cannot be asked: {error}") from error
        answer = json.loads(response["Payload"].read() or b"null")
        if "FunctionError" in response or not isinstance(answer, dict):
            raise click.ClickException(
                f"{self.name} failed{_what_failed(answer)}; its log, /aws/lambda/{self.name.split(':')[-1]}, says more."
            )
        return answer  # pyright: ignore[reportUnknownVariableType]  # JSON

    def _explain(self, error: ClientError) -> str:
        details = error.response.get("Error", {})
        code = details.get("Code", "")
        if code == "ResourceNotFoundException":
            return f"There is no function {self.name} in {self._client.meta.region_name}: is it this stack and region?"
        if code in {"AccessDeniedException", "UnrecognizedClientException", "ExpiredTokenException"}:
            return f"These AWS credentials may not invoke {self.name} (lambda:InvokeFunction): {details.get('Message', code)}"
        return f"AWS refused: {details.get('Message', code)}"


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
    return DeployedFunction(function or f"ossi-{stack}-{name}", region=region, endpoint_url=endpoint_url)


def _what_failed(answer: object) -> str:
    if not isinstance(answer, dict):
        return ""
    said: dict[str, object] = answer  # pyright: ignore[reportUnknownVariableType]  # JSON
    words = [str(said[key]) for key in ("errorType", "errorMessage") if said.get(key)]
    return f" ({': '.join(words)})" if words else ""
