"""Signed requests to one AWS service, repeated while what goes wrong may pass.

Seen, docs/performance.md: making a boto3 client takes 3.6 times the floor, most of it for reading service models; this one takes as long
as its connection.
"""

import json
import os
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, cast
from urllib.parse import urlsplit

from ossi.aws.lite.credentials import lambda_credentials
from ossi.aws.lite.signature import Scope, signed_headers
from ossi.runtime.https import MEGABYTE, ExchangeError, HttpAnswer, HttpClient

# What botocore's standard mode repeats (AWS SDKs and Tools Reference Guide, "Retry behavior").
_PASSING_STATUS = frozenset({500, 502, 503, 504})
_PASSING_CODES = frozenset(
    {
        *("RequestTimeout", "RequestTimeoutException", "PriorRequestNotComplete", "TransactionInProgressException"),
        *("Throttling", "ThrottlingException", "ThrottledException", "RequestThrottledException", "RequestThrottled"),
        *("TooManyRequestsException", "ProvisionedThroughputExceededException", "RequestLimitExceeded"),
        *("LimitExceededException", "BandwidthLimitExceeded", "SlowDown"),
    }
)


class AwsError(Exception):
    """AWS refused. response and operation_name: as botocore's ClientError has them. Its text holds the code, and nothing of a request."""

    def __init__(self, response: dict[str, Any], operation_name: str) -> None:
        self.response = response
        self.operation_name = operation_name
        super().__init__(f"{operation_name}: {response['Error']['Code']}")


class AwsUnreachable(Exception):
    """There was no answer in time, or none that could be read."""


def region() -> str:
    """The function's own, which Lambda sets. Raises KeyError."""
    return os.environ.get("AWS_REGION") or os.environ["AWS_DEFAULT_REGION"]


def endpoint(service: str, host: str) -> str:
    """Where the service is, without a path: at https://<host>, or where AWS_ENDPOINT_URL_<SERVICE> or AWS_ENDPOINT_URL says."""
    configured = os.environ.get(f"AWS_ENDPOINT_URL_{service}") or os.environ.get("AWS_ENDPOINT_URL")
    return (configured or f"https://{host}").rstrip("/")


def regional_host(service: str) -> str:
    """The service's host in the function's region: dynamodb.eu-north-1.amazonaws.com."""
    here = region()
    return f"{service}.{here}.amazonaws.com{'.cn' if here.startswith('cn-') else ''}"


class AwsClient:
    """One service in the function's region.

    service: as in its host and in signatures. id: as in the names of environment variables. attempts: how often a request is sent at
    most. connect_timeout_s and timeout_s: of connecting, and of a whole exchange. longest: of an answer, in bytes.

    The credentials are read for each request: Lambda's environment has new ones in good time. A request that got lost may be sent
    again: its operation has to stand it.
    """

    def __init__(
        self,
        service: str,
        id: str,  # noqa: A002 AWS's name for it
        *,
        attempts: int = 3,
        connect_timeout_s: float = 1,
        timeout_s: float = 2,
        longest: int = MEGABYTE,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._service = service
        url = endpoint(id, regional_host(service))
        self._host = urlsplit(url).netloc
        self._http = HttpClient(url, connect_timeout_s=connect_timeout_s, timeout_s=timeout_s, longest=longest)
        self._attempts = attempts
        self._sleep = sleep

    def connect_ahead(self) -> None:
        """Connects while the caller does something else."""
        self._http.connect_ahead()

    def send(self, operation: str, path: str, body: bytes, headers: dict[str, str]) -> HttpAnswer:
        """The answer to a POST request. path: encoded. Raises AwsError or AwsUnreachable."""
        attempt = 1
        while True:
            try:
                return self._send_once(operation, path, body, headers)
            except (AwsError, AwsUnreachable) as error:
                if attempt == self._attempts or not _passes(error):
                    raise
            self._sleep(_pause_s(attempt))
            attempt += 1

    def _send_once(self, operation: str, path: str, body: bytes, headers: dict[str, str]) -> HttpAnswer:
        scope = Scope(self._service, region(), datetime.now(UTC))
        try:
            signed = signed_headers(path, {**headers, "Host": self._host}, body, scope, lambda_credentials())
            answer = self._http.post(path, body, signed, repeatable=True)
        except ExchangeError as error:
            raise AwsUnreachable(f"{operation}: {error.reason}") from error
        if answer.status >= 300:
            raise _refusal(answer, operation)
        return answer


class JsonClient(AwsClient):
    """A service whose operations are named in a header. target: what stands before their names; version: of the protocol."""

    target: str
    version: str

    def call(self, operation: str, parameters: dict[str, Any]) -> dict[str, Any]:
        """The answer of that operation. Raises AwsError or AwsUnreachable."""
        headers = {
            "Content-Type": f"application/x-amz-json-{self.version}",
            "X-Amz-Target": f"{self.target}.{operation}",
        }
        answer = self.send(operation, "/", json.dumps(parameters).encode(), headers)
        said = _object(answer.body)
        if said is None:
            raise AwsUnreachable(f"{operation}: an answer that is not JSON")
        return said


def _object(body: bytes) -> dict[str, Any] | None:
    """The JSON object; None: it is none."""
    try:
        said: object = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return cast("dict[str, Any]", said) if isinstance(said, dict) else None


def _refusal(answer: HttpAnswer, operation: str) -> AwsError:
    said = _object(answer.body) or {}  # where it isn't AWS's own words, something on the way answered in its place
    # com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException, or the name with a URL behind a colon.
    name = str(answer.headers.get("x-amzn-errortype") or said.get("__type") or said.get("code") or answer.status)
    code = name.partition(":")[0].rpartition("#")[2]
    message = str(said.get("message") or said.get("Message") or "")
    return AwsError(
        {
            **said,
            "Error": {"Code": code, "Message": message},
            "ResponseMetadata": {
                "HTTPStatusCode": answer.status,
                "RequestId": answer.headers.get("x-amzn-requestid", ""),
            },
        },
        operation,
    )


def _passes(error: AwsError | AwsUnreachable) -> bool:
    if isinstance(error, AwsUnreachable):
        return True
    response = error.response
    return (
        response["ResponseMetadata"]["HTTPStatusCode"] in _PASSING_STATUS or response["Error"]["Code"] in _PASSING_CODES
    )


def _pause_s(attempt: int) -> float:
    """Up to 1, 2, 4 ... 20 seconds, at random, so that many that failed at once do not come again at once."""
    from random import random  # takes 3 ms to import, and is hardly ever needed

    return random() * min(2 ** (attempt - 1), 20)  # noqa: S311 keeps nothing secret
