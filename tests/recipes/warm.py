"""What AWS's client and the emulator load at their first use, loaded once for all copies: the source isn't among it."""

from functools import cache

import boto3
from moto import mock_aws


@cache
def warm_session() -> boto3.Session:
    """A session that has read the models of its services from disk."""
    session = boto3.Session(region_name="eu-north-1")
    with mock_aws():
        session.client("dynamodb").list_tables()
        session.client("dynamodbstreams").list_streams()
        session.client("s3").list_buckets()
        session.client("secretsmanager").list_secrets()
    return session
