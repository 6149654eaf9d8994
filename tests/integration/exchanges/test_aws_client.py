"""Our client of AWS: where it asks, what it repeats, and what it tells of a refusal."""

import json
from collections.abc import Callable
from contextlib import closing, suppress
from datetime import UTC, datetime
from typing import Any, Literal, cast
from urllib.parse import parse_qs, urlsplit

import boto3
import pytest
from botocore import auth
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from integration.exchanges.servers import HANG_UP, Answer, Pieces, Reply, ScriptedServer
from ossi.aws.dynamodb import is_conditional_check_failure, item_found
from ossi.aws.lite import client
from ossi.aws.lite.client import AwsError, AwsUnreachable, endpoint, regional_host
from ossi.aws.lite.credentials import Credentials, LambdaCredentials
from ossi.aws.lite.services import DynamoDbClient, LambdaClient, SecretsManagerClient
from ossi.aws.sdk import aws_client
from ossi_download.downloads import S3Downloads

ENVIRONMENT = {
    "AWS_REGION": "eu-north-1",
    "AWS_ACCESS_KEY_ID": "AKID",
    "AWS_SECRET_ACCESS_KEY": "secret",
    "AWS_SESSION_TOKEN": "token",
}
SECRET = Reply(body=b'{"SecretString": "{}"}')


@pytest.fixture(autouse=True)
def as_on_lambda(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def pauses() -> list[float]:
    return []


def refusal(code: str, status: int = 400, **more: Any) -> Reply:
    return Reply(status, json.dumps({"__type": f"com.amazonaws.x#{code}", "message": "no", **more}).encode())


def secrets_at(server: ScriptedServer, monkeypatch: pytest.MonkeyPatch, pauses: list[float]) -> SecretsManagerClient:
    monkeypatch.setenv("AWS_ENDPOINT_URL_SECRETS_MANAGER", server.url)
    return SecretsManagerClient(attempts=3, sleep=pauses.append)


def test_a_request(monkeypatch: pytest.MonkeyPatch, pauses: list[float]) -> None:
    with ScriptedServer(SECRET) as server:
        assert secrets_at(server, monkeypatch, pauses).get_secret_value(SecretId="ossi") == {"SecretString": "{}"}
        (request,) = server.requests
    assert request.line == "POST / HTTP/1.1"
    assert json.loads(request.body) == {"SecretId": "ossi"}
    assert request.headers["host"] == server.url.removeprefix("http://")
    assert request.headers["x-amz-target"] == "secretsmanager.GetSecretValue"
    assert request.headers["content-type"] == "application/x-amz-json-1.1"
    assert request.headers["x-amz-security-token"] == "token"
    assert "/eu-north-1/secretsmanager/aws4_request, SignedHeaders=" in request.headers["authorization"]


@pytest.mark.parametrize(
    "failure",
    [
        HANG_UP,
        Reply(500, b""),
        Reply(502, b"<html>bad gateway</html>"),
        Reply(503, b"{}"),
        Reply(504, b""),
        refusal("ThrottlingException"),
        refusal("ProvisionedThroughputExceededException"),
        refusal("RequestLimitExceeded"),
        refusal("TransactionInProgressException"),
    ],
)
def test_what_passes_is_tried_again(
    failure: Reply | None, monkeypatch: pytest.MonkeyPatch, pauses: list[float]
) -> None:
    with ScriptedServer(failure, failure, SECRET) as server:
        assert secrets_at(server, monkeypatch, pauses).get_secret_value(SecretId="ossi")
        assert len(server.requests) == 3
    assert 0 <= pauses[0] <= 1
    assert 0 <= pauses[1] <= 2


def test_and_not_for_ever(monkeypatch: pytest.MonkeyPatch, pauses: list[float]) -> None:
    with ScriptedServer(refusal("ThrottlingException")) as server:
        with pytest.raises(AwsError, match=r"^GetSecretValue: ThrottlingException$"):
            secrets_at(server, monkeypatch, pauses).get_secret_value(SecretId="ossi")
        assert len(server.requests) == 3
    with ScriptedServer(HANG_UP) as server:
        with pytest.raises(AwsUnreachable, match=r"^GetSecretValue: RemoteDisconnected$"):
            secrets_at(server, monkeypatch, pauses).get_secret_value(SecretId="ossi")
        assert len(server.requests) == 3


@pytest.mark.parametrize(
    "body", [b"<html>not AWS</html>", b"", b"[]", b'"a"', b"\xff", b"[" * 200_000, b'{"a":' * 100_000, b"1" * 5_000]
)
def test_a_good_status_that_is_not_of_aws_is_no_answer(
    body: bytes, monkeypatch: pytest.MonkeyPatch, pauses: list[float]
) -> None:
    with (
        ScriptedServer(Reply(200, body)) as server,
        pytest.raises(AwsUnreachable, match=r"^GetSecretValue: an answer that is not JSON$"),
    ):
        secrets_at(server, monkeypatch, pauses).get_secret_value(SecretId="ossi")


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        (refusal("AccessDeniedException"), "AccessDeniedException"),
        (Reply(400, b'{"__type": "ResourceNotFoundException", "Message": "no"}'), "ResourceNotFoundException"),
        (Reply(403, b"{}", ("x-amzn-ErrorType: AccessDeniedException:http://internal/",)), "AccessDeniedException"),
        (Reply(403, b"<html>a proxy</html>"), "403"),
        (Reply(403, b'{"__type":' * 100_000), "403"),
        (Reply(302, b"[]", ("Location: http://127.0.0.1:9/",)), "302"),
    ],
)
def test_what_lasts_is_told_at_once(
    reply: Reply, code: str, monkeypatch: pytest.MonkeyPatch, pauses: list[float]
) -> None:
    with ScriptedServer(reply) as server:
        with pytest.raises(AwsError) as caught:
            secrets_at(server, monkeypatch, pauses).get_secret_value(SecretId="ossi")
        assert len(server.requests) == 1
    assert (caught.value.response["Error"]["Code"], caught.value.operation_name) == (code, "GetSecretValue")
    assert pauses == []


def test_a_transaction_that_comes_again_is_the_same_one(monkeypatch: pytest.MonkeyPatch, pauses: list[float]) -> None:
    with ScriptedServer(Reply(500), Reply(), Reply()) as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", server.url)
        client = DynamoDbClient(sleep=pauses.append)
        client.transact_write_items(TransactItems=[])
        client.transact_write_items(TransactItems=[])
        first, again, other = [json.loads(request.body)["ClientRequestToken"] for request in server.requests]
    assert first == again != other
    assert 1 <= len(first) <= 36


def test_a_failed_condition_says_what_stood_in_the_way(monkeypatch: pytest.MonkeyPatch) -> None:
    found = refusal("ConditionalCheckFailedException", Item={"state": {"S": "SENT"}})
    with ScriptedServer(found) as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", server.url)
        with pytest.raises(AwsError) as caught:
            DynamoDbClient().update_item(TableName="ledger")
    assert is_conditional_check_failure(caught.value)
    assert item_found(caught.value) == {"state": "SENT"}


def test_a_function_is_invoked(monkeypatch: pytest.MonkeyPatch) -> None:
    with ScriptedServer(Reply(202, b"")) as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL_LAMBDA", server.url)
        arn = "arn:aws:lambda:eu-north-1:123456789012:function:report"
        answer = LambdaClient().invoke(FunctionName=arn, InvocationType="Event", Payload=b'{"a": 1}')
        (request,) = server.requests
    assert answer == {"StatusCode": 202}
    assert request.line == (
        "POST /2015-03-31/functions/arn%3Aaws%3Alambda%3Aeu-north-1%3A123456789012%3Afunction%3Areport/invocations HTTP/1.1"
    )
    assert request.headers["x-amz-invocation-type"] == "Event"
    assert request.body == b'{"a": 1}'


def test_new_credentials_are_used_at_once(monkeypatch: pytest.MonkeyPatch, pauses: list[float]) -> None:
    with ScriptedServer(SECRET) as server:
        client = secrets_at(server, monkeypatch, pauses)
        client.get_secret_value(SecretId="ossi")
        monkeypatch.setenv("AWS_SESSION_TOKEN", "renewed")
        client.get_secret_value(SecretId="ossi")
        assert [request.headers["x-amz-security-token"] for request in server.requests] == ["token", "renewed"]


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, "https://dynamodb.eu-north-1.amazonaws.com"),
        ({"AWS_REGION": "cn-north-1"}, "https://dynamodb.cn-north-1.amazonaws.com.cn"),
        ({"AWS_REGION": "", "AWS_DEFAULT_REGION": "us-east-1"}, "https://dynamodb.us-east-1.amazonaws.com"),
        ({"AWS_ENDPOINT_URL": "http://127.0.0.1:4566/"}, "http://127.0.0.1:4566"),
        ({"AWS_ENDPOINT_URL": "http://a", "AWS_ENDPOINT_URL_DYNAMODB": "http://b"}, "http://b"),
        ({"AWS_ENDPOINT_URL_LAMBDA": "http://b"}, "https://dynamodb.eu-north-1.amazonaws.com"),
    ],
)
def test_where_a_service_is(environment: dict[str, str], expected: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert endpoint("DYNAMODB", regional_host("dynamodb")) == expected


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("name", ["ossi-2026-10-20261103T040000Z-5f3a.xlsx", "ossi-2026-10-x.csv"])
def test_a_download_leads_where_boto3_would_lead(name: str, method: str, monkeypatch: pytest.MonkeyPatch) -> None:
    at = datetime(2026, 11, 3, 4, 0, 0, tzinfo=UTC)
    monkeypatch.setattr(auth, "get_current_datetime", lambda: at.replace(tzinfo=None))
    config = Config(signature_version="s3v4", s3={"addressing_style": "virtual"})
    s3 = boto3.Session(region_name="eu-north-1").client("s3", config=config)
    parameters = {"Bucket": "ossi-test-reports", "Key": f"reports/{name}"}
    if method == "GET":
        parameters["ResponseContentDisposition"] = 'attachment; filename="ossi 2026.xlsx"'
    operation = "get_object" if method == "GET" else "head_object"
    theirs = urlsplit(s3.generate_presigned_url(operation, Params=parameters, ExpiresIn=60))

    downloads = S3Downloads("ossi-test-reports", now=lambda: at)
    ours = urlsplit(downloads.presigned_url(name, method, 60, saved_as="ossi 2026.xlsx"))

    assert (ours.scheme, ours.netloc, ours.path) == (theirs.scheme, theirs.netloc, theirs.path)
    assert parse_qs(ours.query) == parse_qs(theirs.query)


def test_a_download_of_a_configured_endpoint_has_the_bucket_in_its_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:4566")
    url = S3Downloads("ossi-test-reports").presigned_url("ossi.xlsx", "GET", 60, saved_as="ossi.xlsx")
    assert url.startswith("http://127.0.0.1:4566/ossi-test-reports/reports/ossi.xlsx?")


def test_errors_are_read_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the adapters look at stands in botocore's error where it stands in ours."""
    cancelled = refusal(
        "TransactionCanceledException", CancellationReasons=[{"Code": "None"}, {"Code": "ConditionalCheckFailed"}]
    )
    put = [{"Put": {"TableName": "contributions", "Item": {"userId": {"S": "U0AINO001"}}}}]
    with ScriptedServer(cancelled) as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", server.url)
        theirs: Any = boto3.Session(region_name="eu-north-1").client("dynamodb")
        with pytest.raises(AwsError) as ours_caught:
            DynamoDbClient().transact_write_items(TransactItems=put)
        with pytest.raises(ClientError) as theirs_caught:
            theirs.transact_write_items(TransactItems=put)
    ours, theirs_said = ours_caught.value.response, cast("dict[str, Any]", theirs_caught.value.response)
    assert ours["CancellationReasons"] == theirs_said["CancellationReasons"]
    assert ours["Error"] == theirs_said["Error"]
    assert ours_caught.value.operation_name == theirs_caught.value.operation_name


def test_a_function_that_starts_from_a_snapshot_asks_for_its_credentials_and_renews_them() -> None:
    def given(number: int, expiration: str) -> Reply:
        said = {"AccessKeyId": f"AKID{number}", "SecretAccessKey": "secret", "Token": "token", "Expiration": expiration}
        return Reply(body=json.dumps(said).encode())

    now = datetime(2026, 11, 3, 4, 0, tzinfo=UTC).timestamp()
    with ScriptedServer(given(1, "2026-11-03T05:00:00Z"), given(2, "2026-11-03T11:00:00Z")) as server:
        environment = {
            "AWS_CONTAINER_CREDENTIALS_FULL_URI": f"{server.url}/2021-04-23/credentials",
            "AWS_CONTAINER_AUTHORIZATION_TOKEN": "a token of Lambda's",
        }
        credentials = LambdaCredentials(environment, now=lambda: now)
        assert credentials() == credentials() == Credentials("AKID1", "secret", "token")
        now += 56 * 60
        assert credentials() == Credentials("AKID2", "secret", "token")
        assert len(server.requests) == 2
    assert server.requests[0].line == "GET /2021-04-23/credentials HTTP/1.1"
    assert server.requests[0].headers["authorization"] == "a token of Lambda's"


def test_credentials_that_are_not_given_are_an_error() -> None:
    with ScriptedServer(Reply(403)) as server, pytest.raises(ValueError, match="no credentials: status 403"):
        LambdaCredentials(
            {"AWS_CONTAINER_CREDENTIALS_FULL_URI": server.url, "AWS_CONTAINER_AUTHORIZATION_TOKEN": "wrong"}
        )()


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b"[" * 200_000, b'{"Expiration": 7}', b'{"Expiration": "soon"}'])
def test_an_answer_that_holds_no_credentials_is_an_error_that_shows_nothing_of_it(body: bytes) -> None:
    with ScriptedServer(Reply(200, body)) as server, pytest.raises(ValueError, match=r"^no credentials: an answer"):
        LambdaCredentials(
            {"AWS_CONTAINER_CREDENTIALS_FULL_URI": server.url, "AWS_CONTAINER_AUTHORIZATION_TOKEN": "a token"}
        )()


# one deadline, one bound, no redirect: what tests/integration/exchanges/test_https.py shows of every exchange


def test_an_answer_that_drips_is_left_at_the_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    drip = Pieces([b"HTTP/1.1 200 OK\r\nContent-Length: 3000\r\n\r\n", *[b" "] * 3_000], every_s=0.02)
    with ScriptedServer(drip) as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL_SECRETS_MANAGER", server.url)
        with pytest.raises(AwsUnreachable, match=r"^GetSecretValue: timeout$"):
            SecretsManagerClient(attempts=1, timeout_s=0.5).get_secret_value(SecretId="ossi")


def test_an_answer_has_its_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    with ScriptedServer(Reply(body=b'{"Items": []}' + b" " * 1_000_000)) as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL_SECRETS_MANAGER", server.url)
        monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", server.url)
        with pytest.raises(AwsUnreachable, match=r"^GetSecretValue: AnswerTooLong$"):
            SecretsManagerClient(attempts=1).get_secret_value(SecretId="ossi")
        assert DynamoDbClient(attempts=1).query(TableName="contributions") == {"Items": []}, "a page may be longer"


def test_dynamodb_s_answers_have_theirs_too(monkeypatch: pytest.MonkeyPatch) -> None:
    endless = Pieces([b"HTTP/1.1 200 OK\r\n\r\n", *[b" " * 1_000_000] * 33])
    with ScriptedServer(endless) as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", server.url)
        with pytest.raises(AwsUnreachable, match=r"^Query: AnswerTooLong$"):
            DynamoDbClient(attempts=1, timeout_s=30).query(TableName="contributions")


def test_a_redirect_takes_no_signature_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    with (
        ScriptedServer(SECRET) as elsewhere,
        ScriptedServer(Reply(307, headers=(f"Location: {elsewhere.url}/",))) as server,
    ):
        monkeypatch.setenv("AWS_ENDPOINT_URL_SECRETS_MANAGER", server.url)
        with pytest.raises(AwsError, match=r"^GetSecretValue: 307$"):
            SecretsManagerClient().get_secret_value(SecretId="ossi")
        assert not elsewhere.accepted.acquire(blocking=False)


BOTO3_CALLS: dict[Literal["secretsmanager", "dynamodb", "lambda"], Callable[[Any], object]] = {
    "secretsmanager": lambda client: client.get_secret_value(SecretId="ossi"),
    "dynamodb": lambda client: client.get_item(TableName="contributions", Key={"userId": {"S": "U1"}}),
    "lambda": lambda client: client.invoke(FunctionName="report", InvocationType="Event", Payload=b"{}"),
}


@pytest.mark.parametrize("service", BOTO3_CALLS)
@pytest.mark.parametrize("status", [301, 302, 307, 308])  # by 303 urllib3 leaves sockets open, of which pytest warns
def test_a_redirect_takes_nothing_of_boto3_elsewhere(
    status: int, service: Literal["secretsmanager", "dynamodb", "lambda"], monkeypatch: pytest.MonkeyPatch
) -> None:
    with (
        ScriptedServer(SECRET) as elsewhere,
        ScriptedServer(Reply(status, b"{}", (f"Location: {elsewhere.url}/",))) as server,
    ):
        monkeypatch.setenv("AWS_ENDPOINT_URL", server.url)
        monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-north-1")
        theirs = aws_client(service)
        with closing(theirs), suppress(ClientError, BotoCoreError):
            BOTO3_CALLS[service](theirs)
        assert {request.line.split()[0] for request in server.requests} == {"POST"}
        assert not elsewhere.accepted.acquire(blocking=False)


@pytest.mark.parametrize("answer", [HANG_UP, Pieces([b"HTTP/1.1 200 OK\r\n\r\n", b" " * 1_000_001])])
def test_credentials_that_do_not_come_are_asked_for_again(answer: Answer, monkeypatch: pytest.MonkeyPatch) -> None:
    """A function that starts from a snapshot asks for them with its first request."""
    given = {"AccessKeyId": "AKID", "SecretAccessKey": "s", "Token": "t", "Expiration": "2126-11-03T05:00:00Z"}
    with ScriptedServer(answer, Reply(body=json.dumps(given).encode())) as source, ScriptedServer(SECRET) as server:
        environment = {
            "AWS_CONTAINER_CREDENTIALS_FULL_URI": f"{source.url}/2021-04-23/credentials",
            "AWS_CONTAINER_AUTHORIZATION_TOKEN": "a token of Lambda's",
        }
        monkeypatch.setattr(client, "lambda_credentials", LambdaCredentials(environment))
        monkeypatch.setenv("AWS_ENDPOINT_URL_SECRETS_MANAGER", server.url)
        pauses: list[float] = []
        assert SecretsManagerClient(sleep=pauses.append).get_secret_value(SecretId="ossi")
        assert (len(pauses), len(source.requests)) == (1, 2)
