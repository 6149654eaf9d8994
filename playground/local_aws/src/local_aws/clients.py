"""boto3 clients that talk with the local AWS and with nothing else."""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING, Any, Literal, cast, overload

import boto3
import botocore.session
from botocore.awsrequest import AWSPreparedRequest
from botocore.config import Config

if TYPE_CHECKING:
    from mypy_boto3_apigatewayv2 import ApiGatewayV2Client
    from mypy_boto3_cloudwatch import CloudWatchClient
    from mypy_boto3_dynamodb import DynamoDBClient, DynamoDBServiceResource
    from mypy_boto3_dynamodbstreams import DynamoDBStreamsClient
    from mypy_boto3_iam import IAMClient
    from mypy_boto3_kms import KMSClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_logs import CloudWatchLogsClient
    from mypy_boto3_s3 import S3Client, S3ServiceResource
    from mypy_boto3_scheduler import EventBridgeSchedulerClient
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_sns import SNSClient
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sts import STSClient

DEFAULT_REGION = "eu-north-1"
ACCOUNT_ID = "000000000000"  # the emulator's own default
ACCESS_KEY = "test"  # the emulator's administrator; a placeholder that opens nothing else
SECRET_KEY = "test"

# A Lambda may run for 15 minutes, and a synchronous invoke waits for it; everything else answers at once.
_LAMBDA_READ_TIMEOUT_SECONDS = 15 * 60 + 5
_READ_TIMEOUT_SECONDS = 30
_ATTEMPTS = 3


class Clients:
    """Makes typed boto3 clients for one endpoint; each is made once and may be shared by threads."""

    def __init__(self, endpoint_url: str, region: str = DEFAULT_REGION) -> None:
        """Takes the emulator's address, `http://127.0.0.1:<port>`, and the region that requests are signed for."""
        self.endpoint_url = endpoint_url
        self.region = region
        self._lock = threading.Lock()
        self._clients: dict[str, object] = {}
        self._session = isolated_session(ACCESS_KEY, SECRET_KEY, None, region)

    def _point_at(self, endpoint_url: str) -> None:
        with self._lock:
            self.endpoint_url = endpoint_url
            self._clients.clear()

    @overload
    def client(self, service: Literal["apigatewayv2"]) -> ApiGatewayV2Client: ...
    @overload
    def client(self, service: Literal["cloudwatch"]) -> CloudWatchClient: ...
    @overload
    def client(self, service: Literal["dynamodb"]) -> DynamoDBClient: ...
    @overload
    def client(self, service: Literal["dynamodbstreams"]) -> DynamoDBStreamsClient: ...
    @overload
    def client(self, service: Literal["iam"]) -> IAMClient: ...
    @overload
    def client(self, service: Literal["kms"]) -> KMSClient: ...
    @overload
    def client(self, service: Literal["lambda"]) -> LambdaClient: ...
    @overload
    def client(self, service: Literal["logs"]) -> CloudWatchLogsClient: ...
    @overload
    def client(self, service: Literal["s3"]) -> S3Client: ...
    @overload
    def client(self, service: Literal["scheduler"]) -> EventBridgeSchedulerClient: ...
    @overload
    def client(self, service: Literal["secretsmanager"]) -> SecretsManagerClient: ...
    @overload
    def client(self, service: Literal["sns"]) -> SNSClient: ...
    @overload
    def client(self, service: Literal["sqs"]) -> SQSClient: ...
    @overload
    def client(self, service: Literal["sts"]) -> STSClient: ...
    def client(self, service: str) -> object:
        """Returns the client of a service, by boto3's name for it."""
        with self._lock:
            if service not in self._clients:
                make = cast("Any", self._session.client)
                client = make(service, endpoint_url=self.endpoint_url, config=config_for(service))
                # botocore makes the classes of a client's errors at their first use, and two threads at once get
                # two sets of them, of which `except client.exceptions...` catches only one.
                _ = client.exceptions
                self._clients[service] = client
            return self._clients[service]

    @overload
    def resource(self, service: Literal["dynamodb"]) -> DynamoDBServiceResource: ...
    @overload
    def resource(self, service: Literal["s3"]) -> S3ServiceResource: ...
    def resource(self, service: str) -> object:
        """Returns a new boto3 resource of a service. Resources, unlike clients, are not for sharing between threads."""
        make = cast("Any", self._session.resource)
        return make(service, endpoint_url=self.endpoint_url, config=config_for(service))


def isolated_session(access_key: str, secret_key: str, token: str | None, region: str) -> boto3.Session:
    """Returns a session that knows these credentials and nothing of this machine's AWS profiles and configuration."""
    session = botocore.session.Session(
        session_vars={
            "profile": (None, None, None, None),
            "config_file": (None, None, os.devnull, None),
            "credentials_file": (None, None, os.devnull, None),
            "ca_bundle": (None, None, None, None),
        }
    )
    register = cast("Any", session.register)  # its stub knows no handlers that answer
    register("needs-retry.lambda.Invoke", _do_not_repeat)
    register("before-send.lambda", _keep_no_connection)
    return boto3.Session(access_key, secret_key, token, region, session)


def _do_not_repeat(**_event: object) -> bool:
    """Comes before botocore's own handler: a repeated invoke would run a function twice behind the caller's back."""
    return False


def _keep_no_connection(request: AWSPreparedRequest, **_event: object) -> None:
    """An invoke isn't repeated, so it mustn't go out on a kept connection, which the server may be closing just then."""
    request.headers["Connection"] = "close"


def config_for(service: str) -> Config:
    """Returns how clients of a service connect: straight to the emulator, whatever proxy is set, and impatiently."""
    return Config(
        proxies={},
        connect_timeout=2,
        read_timeout=_LAMBDA_READ_TIMEOUT_SECONDS if service == "lambda" else _READ_TIMEOUT_SECONDS,
        # A kept connection may be closed before it brings an answer; all but Lambda's Invoke may then be repeated.
        retries={"total_max_attempts": _ATTEMPTS, "mode": "standard"},
        max_pool_connections=32,
        # A bucket in the host name would need a name server that knows it.
        s3={"addressing_style": "path"},
        signature_version="s3v4" if service == "s3" else None,
    )
