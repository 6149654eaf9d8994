"""The secrets: kept for minutes, read again when someone doubts them, and never more than once in ten seconds."""

import json
import logging
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from ossi.aws.lite.client import AwsError, AwsUnreachable
from ossi.aws.secrets import LinkKey, LinkSecret, SlackKeys, SlackSecret, UnreadableSecret

VALUE = {"slackBotToken": "xoxb-first", "slackSigningSecret": "first-signing-secret"}
LINKS = {"linkSigningKey": "first-key"}
DENIED = ClientError({"Error": {"Code": "AccessDeniedException"}}, "GetSecretValue")


class FakeClient:
    """Secrets Manager with one secret. reads: how often it was asked."""

    def __init__(self) -> None:
        self.value: dict[str, str] = dict(VALUE)
        self.failure: Exception | None = None
        self.reads = 0

    def get_secret_value(self, SecretId: str) -> dict[str, Any]:  # noqa: N803  # boto3's own name
        assert SecretId == "of-the-test"
        self.reads += 1
        if self.failure is not None:
            raise self.failure.with_traceback(None)  # as a new one
        return {"SecretString": json.dumps(self.value)}


class FakeTime:
    """Seconds that pass when told to."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def client() -> FakeClient:
    return FakeClient()


@pytest.fixture
def clock() -> FakeTime:
    return FakeTime()


@pytest.fixture
def secrets(client: FakeClient, clock: FakeTime) -> SlackSecret:
    return SlackSecret("of-the-test", client, clock)


@pytest.fixture
def links(client: FakeClient, clock: FakeTime) -> LinkSecret:
    client.value = dict(LINKS)
    return LinkSecret("of-the-test", client, clock)


def test_it_is_read_when_it_is_needed_and_then_kept(secrets: SlackSecret, client: FakeClient) -> None:
    assert client.reads == 0
    assert secrets.bot_token() == "xoxb-first"
    assert secrets.signing_secrets() == ("first-signing-secret",)
    assert client.reads == 1


def test_each_secret_needs_no_part_of_the_other(client: FakeClient, links: LinkSecret) -> None:
    assert links.signing_key() == "first-key"
    client.value = dict(VALUE)
    with pytest.raises(UnreadableSecret, match=r"wrong or missing: linkSigningKey$"):
        LinkSecret("of-the-test", client).signing_key()


def test_the_previous_signing_secret_counts_as_well(secrets: SlackSecret, client: FakeClient) -> None:
    client.value["slackSigningSecretPrevious"] = "previous-signing-secret"
    assert secrets.signing_secrets() == ("first-signing-secret", "previous-signing-secret")


def test_after_five_minutes_it_is_read_anew(secrets: SlackSecret, client: FakeClient, clock: FakeTime) -> None:
    secrets.bot_token()
    client.value["slackBotToken"] = "xoxb-second"
    clock.now += 300
    assert secrets.bot_token() == "xoxb-first"
    clock.now += 1
    assert secrets.bot_token() == "xoxb-second"
    assert client.reads == 2


def test_whoever_doubts_it_gets_the_new_value_at_once(
    secrets: SlackSecret, client: FakeClient, clock: FakeTime
) -> None:
    secrets.bot_token()
    clock.now += 10
    assert secrets.read_again() is False
    client.value["slackBotToken"] = "xoxb-second"
    clock.now += 10
    assert secrets.read_again() is True
    assert secrets.bot_token() == "xoxb-second"
    assert client.reads == 3


def test_doubting_it_all_the_time_reads_it_once_in_ten_seconds(
    secrets: SlackSecret, client: FakeClient, clock: FakeTime
) -> None:
    secrets.bot_token()
    for _ in range(600):  # a minute of ten requests a second
        clock.now += 0.1
        secrets.read_again()
        secrets.signing_secrets()
    assert client.reads <= 1 + 60 / 10


def test_what_was_never_read_is_read_by_doubting_it(secrets: SlackSecret, client: FakeClient) -> None:
    assert secrets.read_again() is True
    secrets.bot_token()
    assert client.reads == 1


@pytest.mark.parametrize(
    "failure",
    [
        DENIED,
        EndpointConnectionError(endpoint_url="https://secrets.example"),
        AwsError({"Error": {"Code": "AccessDeniedException"}}, "GetSecretValue"),
        AwsUnreachable("GetSecretValue: TimeoutError"),
    ],
)
def test_a_value_that_is_known_goes_on_being_used_when_it_cannot_be_read(
    secrets: SlackSecret,
    client: FakeClient,
    clock: FakeTime,
    failure: Exception,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(logging.getLogger("ossi"), "propagate", True)
    secrets.bot_token()
    client.failure = failure
    for _ in range(100):
        clock.now += 4
        assert secrets.bot_token() == "xoxb-first"
    assert client.reads <= 1 + 400 / 10
    assert "could not be read again" in caplog.text
    client.failure, client.value["slackBotToken"] = None, "xoxb-second"
    clock.now += 10
    assert secrets.bot_token() == "xoxb-second"


def test_a_spoiled_secret_does_not_replace_a_good_one(
    secrets: SlackSecret, client: FakeClient, clock: FakeTime
) -> None:
    secrets.bot_token()
    del client.value["slackSigningSecret"]
    clock.now += 20
    assert secrets.read_again() is False
    assert secrets.signing_secrets() == ("first-signing-secret",)


def test_a_first_read_that_fails_is_an_error(secrets: SlackSecret, client: FakeClient) -> None:
    client.failure = DENIED
    with pytest.raises(ClientError, match="AccessDenied"):
        secrets.bot_token()


def test_a_first_read_that_fails_is_remembered_for_two_seconds(
    secrets: SlackSecret, client: FakeClient, clock: FakeTime
) -> None:
    client.failure = DENIED
    traces: set[int] = set()
    for number in range(100):  # ten seconds of ten requests a second
        with pytest.raises(ClientError, match="AccessDenied") as caught:
            (secrets.signing_secrets, secrets.bot_token, secrets.read_again)[number % 3]()
        traces.add(len(caught.traceback))
        clock.now += 0.1
    assert client.reads <= 1 + 10 / 2
    assert max(traces) < 10, "what is raised again doesn't grow"
    client.failure = None
    clock.now += 2
    assert secrets.bot_token() == "xoxb-first"


def test_a_first_read_that_takes_long_to_fail_is_remembered_from_then_on(
    secrets: SlackSecret, client: FakeClient, clock: FakeTime
) -> None:
    def time_out(SecretId: str) -> dict[str, Any]:  # noqa: ARG001, N803  # boto3's own name
        client.reads += 1
        clock.now += 5
        raise DENIED

    client.get_secret_value = time_out  # pyright: ignore[reportAttributeAccessIssue]
    for _ in range(2):
        with pytest.raises(ClientError):
            secrets.bot_token()
    assert client.reads == 1


def test_a_missing_part_is_named_and_no_value_is_shown(secrets: SlackSecret, client: FakeClient) -> None:
    del client.value["slackBotToken"]
    with pytest.raises(UnreadableSecret, match="slackBotToken") as caught:
        secrets.signing_secrets()
    assert not [value for value in VALUE.values() if value in str(caught.value)]


def test_a_link_is_signed_with_a_key_of_the_last_ten_seconds(
    links: LinkSecret, client: FakeClient, clock: FakeTime
) -> None:
    assert links.fresh_signing_key() == "first-key"
    client.value["linkSigningKey"] = "second-key"
    clock.now += 10
    assert links.fresh_signing_key() == "second-key"


@pytest.mark.parametrize("text", ["", "[]", "xoxb-first", "null", "[" * 100_000, None, b"{}"])
def test_what_is_no_secret_of_ours_is_not_shown(text: object) -> None:
    for kind in (SlackKeys, LinkKey):
        with pytest.raises(UnreadableSecret) as caught:
            kind.from_json(text)
        assert "xoxb" not in str(caught.value)
        assert caught.value.code == str(caught.value)


@pytest.mark.parametrize("value", ["", " ", 1, None])
def test_an_empty_part_counts_as_missing(value: object) -> None:
    with pytest.raises(UnreadableSecret, match=r"wrong or missing: slackSigningSecret$"):
        SlackKeys.from_json(json.dumps({**VALUE, "slackSigningSecret": value}))


@pytest.mark.parametrize("value", ["", " ", 1])
def test_an_optional_part_is_good_or_not_there(value: object) -> None:
    with pytest.raises(UnreadableSecret, match=r"wrong or missing: slackSigningSecretPrevious$"):
        SlackKeys.from_json(json.dumps({**VALUE, "slackSigningSecretPrevious": value}))


def test_the_secret_of_a_running_deployment_is_read_whatever_else_it_holds() -> None:
    assert SlackKeys.from_json(json.dumps({**VALUE, **LINKS})) == SlackKeys.from_json(json.dumps(VALUE))


def test_printing_shows_nothing() -> None:
    keys = SlackKeys.from_json(json.dumps({**VALUE, "slackSigningSecretPrevious": "previous-signing-secret"}))
    assert repr(keys) == "SlackKeys()"
    assert repr(LinkKey.from_json(json.dumps(LINKS))) == "LinkKey()"
