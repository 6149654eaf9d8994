"""AWS, asked with the credentials of whoever calls; what it refuses, put into sentences."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from contextlib import contextmanager
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

_NOT_ALLOWED = {"AccessDeniedException", "UnrecognizedClientException", "ExpiredTokenException"}


def aws_client(
    service: str, *, region: str | None, endpoint_url: str | None, read_timeout: int = 60, attempts: int = 3
) -> Any:
    """A boto3 client; `read_timeout` in seconds. Raises click.ClickException with a sentence where AWS cannot be asked."""
    config = Config(connect_timeout=5, read_timeout=read_timeout, retries={"total_max_attempts": attempts})
    try:
        session: Any = boto3.Session(region_name=region)
        return session.client(service, endpoint_url=endpoint_url, config=config)
    except NoRegionError as error:
        raise click.ClickException("Which AWS region? Give --region, or set AWS_REGION.") from error
    except (BotoCoreError, ValueError) as error:  # ValueError: an endpoint that is no URL
        raise click.ClickException(f"AWS cannot be asked: {error}") from error


@contextmanager
def in_sentences(action: str, expected: Mapping[str, str]) -> Generator[None]:
    """Turns what boto3 raises in the body into click.ClickException.

    `action` completes "These AWS credentials may not ..."; `expected` has a sentence for each error code that means something
    here.
    """
    try:
        yield
    except NoCredentialsError as error:
        raise click.ClickException(
            "There are no AWS credentials: log in as for `pulumi up`. The local AWS takes AWS_ACCESS_KEY_ID=test and "
            "AWS_SECRET_ACCESS_KEY=test."
        ) from error
    except EndpointConnectionError as error:
        raise click.ClickException(f"AWS does not answer: {error}") from error
    except ClientError as error:
        raise click.ClickException(_explained(error, action, expected)) from error
    except BotoCoreError as error:
        raise click.ClickException(f"AWS cannot be asked: {error}") from error


def _explained(error: ClientError, action: str, expected: Mapping[str, str]) -> str:
    details = error.response.get("Error", {})
    code = details.get("Code", "")
    if code in expected:
        return expected[code]
    if code in _NOT_ALLOWED:
        return f"These AWS credentials may not {action}: {details.get('Message', code)}"
    return f"AWS refused: {details.get('Message', code)}"
