"""Where the poller reads and whom it calls: the stream, the functions and the queues, by their APIs.

The stream is read and the failures are sent in the function's own role, as Lambda does: a role without the right to
read its stream gets nothing here either.
"""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from local_aws.clients import config_for, isolated_session
from local_aws.stream_batches import Invocation, NotInvokedError
from local_aws.stream_events import Record, StreamRecord, from_api

if TYPE_CHECKING:
    from mypy_boto3_dynamodbstreams import DynamoDBStreamsClient

    from local_aws.clients import Clients

logger = logging.getLogger(__name__)

# Sessions of a role last an hour.
_SESSION_SECONDS = 45 * 60
_PAGE = 1000
_SEND_ATTEMPTS = 3


@dataclass(frozen=True)
class Shard:
    """A shard and the one it came from, which has to be read first."""

    id: str
    parent: str | None


class SourceError(Exception):
    """The stream could not be read just now."""


class IteratorError(SourceError):
    """The iterator has expired: take a new one at the last record that was read."""


class TrimmedError(SourceError):
    """The position is older than what the stream keeps."""


class StreamSource(Protocol):
    """A stream. All methods raise SourceError when it cannot be read."""

    def shards(self) -> list[Shard]:
        """Returns the shards."""
        ...

    def hash_key(self) -> str:
        """Returns the name of the table's partition key."""
        ...

    def iterator(self, shard_id: str, after: str | None) -> str:
        """Returns an iterator behind a sequence number, or at the oldest record; raises TrimmedError."""
        ...

    def read(self, shard_id: str, iterator: str) -> tuple[list[StreamRecord], str | None]:
        """Returns records and the next iterator, None at the end of a closed shard; raises IteratorError."""
        ...


class RoleSession:
    """boto3 clients in the role of a function."""

    def __init__(self, emulator: Clients, function_arn: str) -> None:
        """Takes the function by ARN; its role is looked up at the first use."""
        self._emulator = emulator
        self._function_arn = function_arn
        self._lock = threading.Lock()
        self._clients: dict[str, Any] = {}
        self._until = 0.0

    def client(self, service: str) -> Any:
        """Returns the client of a service, with fresh credentials when the old ones are about to end."""
        with self._lock:
            if time.monotonic() > self._until:
                self._clients.clear()
                self._session = self._assume()
                self._until = time.monotonic() + _SESSION_SECONDS
            if service not in self._clients:
                make: Any = getattr(self._session, "client")  # noqa: B009  # its overloads list every service
                self._clients[service] = make(
                    service, endpoint_url=self._emulator.endpoint_url, config=config_for(service)
                )
            return self._clients[service]

    def _assume(self) -> boto3.Session:
        function = self._emulator.client("lambda").get_function_configuration(FunctionName=self._function_arn)
        credentials = self._emulator.client("sts").assume_role(
            RoleArn=function.get("Role", ""), RoleSessionName="stream-poller"
        )["Credentials"]
        return isolated_session(
            credentials["AccessKeyId"],
            credentials["SecretAccessKey"],
            credentials["SessionToken"],
            self._emulator.region,
        )


class ApiStream:
    """A stream of the emulator."""

    def __init__(self, session: RoleSession, stream_arn: str) -> None:
        """Reads the stream `stream_arn` in the role of `session`."""
        self._session = session
        self._arn = stream_arn

    def shards(self) -> list[Shard]:
        """See StreamSource."""
        found: list[Shard] = []
        position: dict[str, Any] = {}
        while True:
            page = self._call(lambda client, p=position: client.describe_stream(StreamArn=self._arn, **p))
            description = page["StreamDescription"]
            found.extend(Shard(item["ShardId"], item.get("ParentShardId")) for item in description["Shards"])
            last = description.get("LastEvaluatedShardId")
            if last is None:
                return found
            position = {"ExclusiveStartShardId": last}

    def hash_key(self) -> str:
        """See StreamSource."""
        page = self._call(lambda client: client.describe_stream(StreamArn=self._arn))
        schema: list[dict[str, str]] = page["StreamDescription"]["KeySchema"]
        return next(item["AttributeName"] for item in schema if item["KeyType"] == "HASH")

    def iterator(self, shard_id: str, after: str | None) -> str:
        """See StreamSource."""
        place: dict[str, Any] = (
            {"ShardIteratorType": "TRIM_HORIZON"}
            if after is None
            else {"ShardIteratorType": "AFTER_SEQUENCE_NUMBER", "SequenceNumber": after}
        )
        return str(
            self._call(lambda client: client.get_shard_iterator(StreamArn=self._arn, ShardId=shard_id, **place))[
                "ShardIterator"
            ]
        )

    def read(self, shard_id: str, iterator: str) -> tuple[list[StreamRecord], str | None]:
        """See StreamSource."""
        page = self._call(lambda client: client.get_records(ShardIterator=iterator, Limit=_PAGE))
        return [from_api(item, self._arn, shard_id) for item in page["Records"]], page.get("NextShardIterator")

    def _call(self, ask: Callable[[DynamoDBStreamsClient], Any]) -> Any:
        try:
            return ask(self._session.client("dynamodbstreams"))
        except ClientError as error:
            code = error.response.get("Error", {}).get("Code", "")
            if code == "TrimmedDataAccessException":
                raise TrimmedError(str(error)) from error
            if code == "ExpiredIteratorException":
                raise IteratorError(str(error)) from error
            raise SourceError(str(error)) from error
        except BotoCoreError as error:
            raise SourceError(str(error)) from error


def invoke_function(emulator: Clients, function_arn: str, event: dict[str, list[Record]]) -> Invocation:
    """Invokes a function synchronously. Raises NotInvokedError for throttles and for errors before the function ran."""
    try:
        response = emulator.client("lambda").invoke(
            FunctionName=function_arn, InvocationType="RequestResponse", Payload=json.dumps(event)
        )
        body = response["Payload"].read()
    except (BotoCoreError, ClientError) as error:
        raise NotInvokedError(str(error)) from error
    try:
        payload = json.loads(body) if body else None
    except json.JSONDecodeError:
        payload = body.decode(errors="replace")
    return Invocation(payload, response.get("FunctionError"), response.get("ExecutedVersion", "$LATEST"))


def send_to_queue(session: RoleSession, queue_arn: str, message: dict[str, object]) -> None:
    """Sends an on-failure message to a queue; like Lambda, gives up after a few attempts, and says so in the log."""
    for _ in range(_SEND_ATTEMPTS):
        try:
            queue = session.client("sqs")
            # The address needs no right of its own: it follows from the ARN.
            account, name = queue_arn.split(":")[4:6]
            url = f"{queue.meta.endpoint_url}/{account}/{name}"
            queue.send_message(QueueUrl=url, MessageBody=json.dumps(message))
        except (BotoCoreError, ClientError) as error:
            logger.error("An on-failure message could not be sent to %s: %s", queue_arn, error)
        else:
            return
