"""boto3's clients, for the functions that nobody waits for."""

from typing import Any, Literal


def aws_client(service: Literal["dynamodb", "lambda", "secretsmanager"]) -> Any:
    """The client of that service (boto3's name for it). Short time-outs (seconds): nothing that Ossi asks for takes long."""
    import boto3
    from botocore.config import Config

    config = Config(connect_timeout=1, read_timeout=2, retries={"mode": "standard", "total_max_attempts": 3})
    return boto3.client(service, config=config)
