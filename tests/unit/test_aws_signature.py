"""Our Signature Version 4 against botocore's: the same signatures on the same requests."""

import re
from datetime import UTC, datetime
from unittest import mock
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from botocore import auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as BotocoreCredentials
from hypothesis import given
from hypothesis import strategies as st

from ossi.aws.lite.credentials import Credentials, LambdaCredentials
from ossi.aws.lite.signature import Scope, presigned_query, signed_headers

AT = datetime(2026, 10, 31, 7, 5, 9, tzinfo=UTC)

visible = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1)
words = st.text("abcdefghijklmnopqrstuvwxyz0123456789-", min_size=1)
credentials = st.builds(Credentials, words, visible, st.just("") | visible)
names = st.from_regex(r"\A[Xx]-[A-Za-z0-9-]{1,20}\Z").filter(
    lambda name: name.lower() not in {"x-amz-date", "x-amzn-trace-id"}
)
headers = st.dictionaries(
    names.map(str.lower), st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E)).map(str.strip)
)
# AWS takes empty parts and dots out of a path before it signs it; no address of ours has such a part.
parts = st.text(min_size=1).filter(lambda part: part not in {".", ".."})
paths = st.lists(parts).map(lambda each: "/" + "/".join(quote(part.encode(errors="replace"), safe="") for part in each))


def known(ours: Credentials) -> BotocoreCredentials:
    return BotocoreCredentials(ours.access_key, ours.secret_key, ours.session_token or None)


class StandingTime:
    """botocore's time, standing still."""

    @staticmethod
    def now(remove_tzinfo: bool = True) -> datetime:
        return AT.replace(tzinfo=None) if remove_tzinfo else AT


@given(st.sampled_from(["dynamodb", "secretsmanager", "lambda"]), words, paths, headers, st.binary(), credentials)
def test_a_request_is_signed_as_botocore_signs_it(
    service: str, region: str, path: str, more: dict[str, str], body: bytes, ours: Credentials
) -> None:
    host = f"{service}.{region}.amazonaws.com"
    request = AWSRequest("POST", f"https://{host}{path}", headers=dict(more), data=body)
    with mock.patch.object(auth, "get_current_datetime", StandingTime.now):
        auth.SigV4Auth(known(ours), service, region).add_auth(request)

    signed = signed_headers(path, {**more, "Host": host}, body, Scope(service, region, AT), ours)

    assert signed["Authorization"] == request.headers["Authorization"]
    assert signed["X-Amz-Date"] == request.headers["X-Amz-Date"]
    assert signed.get("X-Amz-Security-Token") == request.headers.get("X-Amz-Security-Token")


@given(
    st.sampled_from(["GET", "HEAD"]),
    words,
    st.text("abcdefghijklmnopqrstuvwxyzABCDEF0123456789-_. äß/&", min_size=1),
    st.dictionaries(words, st.text().map(lambda text: text.encode(errors="replace").decode())),
    st.integers(1, 604_800),
    credentials,
)
def test_a_url_is_signed_as_botocore_signs_it(
    method: str, region: str, name: str, parameters: dict[str, str], life_s: int, ours: Credentials
) -> None:
    host, path = f"bucket.s3.{region}.amazonaws.com", quote(f"/reports/{name}", safe="/-_.~")
    request = AWSRequest(method, f"https://{host}{path}", params=dict(parameters))
    with mock.patch.object(auth, "get_current_datetime", StandingTime.now):
        auth.S3SigV4QueryAuth(known(ours), "s3", region, life_s).add_auth(request)

    query = presigned_query(method, host, path, parameters, life_s, Scope("s3", region, AT), ours)

    assert parse_qs(query, keep_blank_values=True) == parse_qs(urlsplit(str(request.url)).query, keep_blank_values=True)


def test_credentials_come_from_lambdas_environment() -> None:
    environment = {"AWS_ACCESS_KEY_ID": "AKID", "AWS_SECRET_ACCESS_KEY": "secret"}
    assert LambdaCredentials(environment)() == Credentials("AKID", "secret", "")
    environment["AWS_SESSION_TOKEN"] = "token"
    assert LambdaCredentials(environment)() == Credentials("AKID", "secret", "token")
    with pytest.raises(KeyError, match="AWS_SECRET_ACCESS_KEY"):
        LambdaCredentials({"AWS_ACCESS_KEY_ID": "AKID"})()


def test_printing_credentials_shows_no_secret() -> None:
    assert re.search("topsecret|token", repr(Credentials("AKID", "topsecret", "token"))) is None
