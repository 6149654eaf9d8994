"""What AWS's client and the emulator load at their first use, loaded once for all copies: the source isn't among it."""

from functools import cache

import boto3
from moto import mock_aws

_SERVICES = ("dynamodb", "dynamodbstreams", "s3", "secretsmanager")


@cache
def warm_session() -> boto3.Session:
    """A session that has read the models of its services from disk."""
    session = boto3.Session(region_name="eu-north-1")
    with mock_aws():
        dynamodb, streams, s3, secrets = (session.client(service) for service in _SERVICES)
        dynamodb.list_tables()
        streams.list_streams()
        s3.list_buckets()
        secrets.list_secrets()
    return session
