"""Secrets are rotated while the functions run: the same execution environment, no deployment."""

import json
from typing import Any

import boto3
import pytest

from fakes import SUBMITTED_AT
from integration.functions.cloud import LINK_KEY, LINK_SECRET, SECRET
from integration.functions.endpoint import AwsEndpoint
from integration.functions.events import SEED, Context, Event, download_event, signed, slash_body
from integration.functions.world import AINO, MAIJA, World, a_row
from ossi.domain.contribution import Status
from ossi.runtime.invocation import InvocationFailed
from ossi_download import bootstrap as download_bootstrap
from ossi_download.handler import handler as download_handler
from ossi_report.handler import handler as report_handler
from ossi_slash.handler import handler as slash_handler

OLD_TOKEN = "xoxb-of-yesterday"
NEW_SIGNING_SECRET = "the-signing-secret-of-tomorrow-0"
NEW_LINK_KEY = "the-link-key-of-tomorrow-of-32-characters"


class Clock:
    """The clock of the secrets: time passes when told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        """As time's own."""
        return self.now

    def move(self, seconds: float) -> None:
        """Moves on."""
        self.now += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr("ossi.aws.secrets.time", clock)
    return clock


class Reads:
    """How often the secret has been read."""

    def __init__(self, endpoint: AwsEndpoint) -> None:
        self._endpoint = endpoint

    def __len__(self) -> int:
        return self._endpoint.operations.count("GetSecretValue")

    def clear(self) -> None:
        """Counts anew."""
        self._endpoint.operations.clear()


@pytest.fixture
def reads(running_endpoint: AwsEndpoint) -> Reads:
    return Reads(running_endpoint)


def put(**parts: str) -> None:
    """What `pulumi up` does with the secrets."""
    links = {"linkSigningKey": parts.pop("linkSigningKey", LINK_KEY)}
    slack = {"slackBotToken": SEED.bot_token, "slackSigningSecret": SEED.signing_secret, **parts}
    for name, value in ((SECRET, slack), (LINK_SECRET, links)):
        boto3.client("secretsmanager").put_secret_value(SecretId=name, SecretString=json.dumps(value))


def help_signed_with(secret: str) -> int:
    return slash_handler(signed("/slash", slash_body(text="help"), secret=secret), Context())["statusCode"]


def last_line(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    return json.loads(capsys.readouterr().out.splitlines()[-1])


def test_a_new_bot_token_is_used_by_the_call_that_the_old_one_failed(world: World, clock: Clock, reads: Reads) -> None:
    put(slackBotToken=OLD_TOKEN)
    assert world.control.command(AINO, "new").view is None
    put()
    clock.move(10)
    assert world.control.command(AINO, "new").view is not None
    assert [entry.kind for entry in world.calls()][-2:] == ["views.open", "views.open"]
    assert len(reads) == 2


@pytest.mark.parametrize("code", ["invalid_auth", "token_revoked", "token_expired", "account_inactive", "not_authed"])
def test_a_token_that_is_still_the_same_is_not_tried_twice(world: World, clock: Clock, reads: Reads, code: str) -> None:
    assert world.control.command(AINO, "new").view is not None
    clock.move(10)
    world.control.fail("views.open", "slack_error", error=code)
    assert world.control.command(AINO, "new").view is None
    assert len(world.calls("views.open")) == 2
    assert len(reads) == 2


def test_the_stream_function_takes_over_a_new_token_within_a_batch(world: World, clock: Clock) -> None:
    put(slackBotToken=OLD_TOKEN)
    world.cloud.put(a_row())
    assert world.run_stream() == []
    assert {record["reason"] for record in world.cloud.ledger().values()} == {"invalid_auth"}  # set aside
    put()
    clock.move(10)
    world.cloud.put(a_row(timestamp=SUBMITTED_AT + 1))
    assert world.run_stream() == []
    assert world.told() == {"aino": 1, "management": 1, "public": 0}


@pytest.mark.usefixtures("world")
def test_a_signature_with_the_new_secret_is_accepted_at_once(clock: Clock, reads: Reads) -> None:
    assert help_signed_with(SEED.signing_secret) == 200
    put(slackSigningSecret=NEW_SIGNING_SECRET)
    clock.move(10)
    assert help_signed_with(NEW_SIGNING_SECRET) == 200
    assert help_signed_with(SEED.signing_secret) == 401
    assert len(reads) == 2


@pytest.mark.usefixtures("world")
def test_while_it_is_rotated_both_are_accepted_and_afterwards_one(
    clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    put(slackSigningSecret=NEW_SIGNING_SECRET, slackSigningSecretPrevious=SEED.signing_secret)
    assert help_signed_with(SEED.signing_secret) == 200
    assert help_signed_with(NEW_SIGNING_SECRET) == 200
    assert help_signed_with("of-somebody-who-is-not-slack") == 401
    put(slackSigningSecret=NEW_SIGNING_SECRET)
    clock.move(301)
    assert help_signed_with(NEW_SIGNING_SECRET) == 200
    assert help_signed_with(SEED.signing_secret) == 401
    printed = capsys.readouterr().out
    assert printed.count('"message": "handled"') == 5
    assert not [secret for secret in (NEW_SIGNING_SECRET, SEED.signing_secret, "not-slack") if secret in printed]


@pytest.mark.usefixtures("world")
def test_a_flood_of_forged_requests_reads_the_secret_once_in_ten_seconds(
    clock: Clock, reads: Reads, capsys: pytest.CaptureFixture[str]
) -> None:
    forged = signed("/slash", slash_body(text="help"), secret="of-somebody-who-is-not-slack")
    for _ in range(200):  # 20 seconds
        assert slash_handler(forged, Context())["statusCode"] == 401
        clock.move(0.1)
    assert len(reads) <= 3
    assert last_line(capsys)["Refused"] == 1
    assert help_signed_with(SEED.signing_secret) == 200


@pytest.mark.usefixtures("world")
def test_a_flood_of_forged_requests_asks_every_other_second_for_a_secret_that_cannot_be_read(
    clock: Clock, reads: Reads
) -> None:
    forged = signed("/slash", slash_body(text="help"), secret="of-somebody-who-is-not-slack")
    delete(SECRET)
    for _ in range(200):  # 20 seconds
        with pytest.raises(InvocationFailed):
            slash_handler(forged, Context())
        clock.move(0.1)
    assert 0 < len(reads) <= 1 + 20 / 2
    restore(SECRET)
    clock.move(2)
    assert help_signed_with(SEED.signing_secret) == 200


@pytest.mark.usefixtures("world")
def test_what_is_not_signed_at_all_asks_for_no_secret(reads: Reads) -> None:
    delete(SECRET)
    unsigned = signed("/slash", slash_body(text="help"))
    for headers in ({}, {**unsigned["headers"], "x-slack-signature": "v0=0"}):
        assert slash_handler({**unsigned, "headers": headers}, Context())["statusCode"] == 401
    assert slash_handler(signed("/slash", slash_body(text="help"), age_s=301), Context())["statusCode"] == 401
    assert len(reads) == 0


@pytest.mark.usefixtures("world")
def test_neither_does_what_can_be_no_link_and_a_made_up_one_seldom(clock: Clock, reads: Reads) -> None:
    assert click("ossi-2026-10-x.xlsx", "no token") == 404
    assert len(reads) == 0
    for _ in range(200):  # 20 seconds
        assert click("ossi-2026-10-x.xlsx", "1792994700." + "0" * 64) == 404
        clock.move(0.1)
    assert len(reads) <= 3
    delete(LINK_SECRET)
    download_bootstrap.app.cache_clear()
    reads.clear()
    for _ in range(200):
        with pytest.raises(InvocationFailed):
            click("ossi-2026-10-x.xlsx", "1792994700." + "0" * 64)
        clock.move(0.1)
    assert 0 < len(reads) <= 1 + 20 / 2


def delete(secret: str) -> None:
    """Nobody can read it until it's restored."""
    boto3.client("secretsmanager").delete_secret(SecretId=secret)


def restore(secret: str) -> None:
    """As it was before it was deleted."""
    boto3.client("secretsmanager").restore_secret(SecretId=secret)


def test_a_link_that_was_signed_with_a_new_key_works_at_once(world: World, clock: Clock) -> None:
    world.cloud.put(a_row(status=Status.ACCEPTED))
    name, token = announced(world)
    assert click(name, token) == 302
    put(linkSigningKey=NEW_LINK_KEY)
    clock.move(10)
    world.cloud.put(a_row(status=Status.ACCEPTED, timestamp=SUBMITTED_AT + 1))
    newer_name, newer_token = announced(world)
    assert click(newer_name, newer_token) == 302
    assert click(name, token) == 404  # the old key is not accepted any more


def announced(world: World) -> tuple[str, str]:
    """Has a report made; answers its link's name and token."""
    asked = {"source": "slash", "month": "2026-10", "requestedBy": MAIJA, "requestId": str(len(world.managers_see()))}
    assert report_handler(asked, Context())["announced"] is True
    return world.announced_link()


def click(name: str, token: str) -> int:
    answer: Event = download_handler(download_event(name, token), Context())
    return answer["statusCode"]
