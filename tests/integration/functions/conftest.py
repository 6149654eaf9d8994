"""The handlers between moto and the local Slack. Every test also shows that nothing personal was logged."""

import json
import logging
from collections.abc import Iterator

import boto3
import pytest
from moto import mock_aws
from moto.core.botocore_stubber import BotocoreStubber
from moto.core.serialize import AttributePicker

from integration.functions.cloud import ENVIRONMENT, LINK_KEY, REGION, Cloud
from integration.functions.endpoint import AwsEndpoint, one_at_a_time, pick_at_once
from integration.functions.events import SEED
from integration.functions.gateway import Gateway
from integration.functions.world import DESCRIPTION, TYPED, URL, World
from local_slack.client import SlackControl
from local_slack.server import SlackServer
from ossi_download import bootstrap as download
from ossi_interactions import bootstrap as interactions
from ossi_interactions.handler import handler as interactions_handler
from ossi_playground.seed import load_seed
from ossi_reconcile import bootstrap as reconcile
from ossi_report import bootstrap as report
from ossi_slash import bootstrap as slash
from ossi_slash.handler import handler as slash_handler
from ossi_stream import bootstrap as stream

# What the log must never hold: what people typed, who they are, where they can be answered, and secrets.
PRIVATE = (
    DESCRIPTION, URL, TYPED, "typed-address", *(user.real_name for user in SEED.users if user.real_name),
    *(f'"{user.name}"' for user in SEED.users), "/response/", "hooks.slack.com",
    SEED.bot_token, SEED.signing_secret, SEED.verification_token, LINK_KEY, "token=", "Traceback",
)  # fmt: skip


@pytest.fixture(scope="session")
def running_slack() -> Iterator[SlackServer]:
    # On AWS no Slack runs beside a function: what the server of the local one logs is not the functions' log.
    uvicorn = logging.getLogger("uvicorn")
    uvicorn.addHandler(logging.NullHandler())
    uvicorn.propagate = False
    # Where Slack's three seconds matter the tests take the time themselves; a busy machine must not fail the others.
    with SlackServer(load_seed(), answer_seconds=20) as server:
        yield server


@pytest.fixture(scope="session")
def running_control(running_slack: SlackServer) -> Iterator[SlackControl]:
    with SlackControl(running_slack.url) as control:
        yield control


@pytest.fixture(scope="session")
def running_gateway(running_slack: SlackServer) -> Iterator[Gateway]:
    with Gateway({"/slash": slash_handler, "/interactions": interactions_handler}) as gateway:
        running_slack.configure_app(slash_url=f"{gateway.url}/slash", interactions_url=f"{gateway.url}/interactions")
        yield gateway


@pytest.fixture(scope="session")
def session() -> boto3.Session:
    """One serves all tests: a session reads its services' large models from disk."""
    return boto3.Session(region_name=REGION)


@pytest.fixture(scope="session")
def running_endpoint() -> Iterator[AwsEndpoint]:
    with AwsEndpoint() as endpoint:
        yield endpoint


@pytest.fixture
def cloud(
    monkeypatch: pytest.MonkeyPatch, running_slack: SlackServer, running_endpoint: AwsEndpoint, session: boto3.Session
) -> Iterator[Cloud]:
    monkeypatch.setattr(BotocoreStubber, "process_request", one_at_a_time)
    monkeypatch.setattr(AttributePicker, "__call__", pick_at_once)
    with mock_aws():
        for name, value in {**ENVIRONMENT, "OSSI_SLACK_API_URL": running_slack.api_url}.items():
            monkeypatch.setenv(name, value)
        for bootstrap in (slash, interactions, stream, report, download, reconcile):
            bootstrap.app.cache_clear()
        running_endpoint.forget()
        monkeypatch.setattr(boto3, "DEFAULT_SESSION", session)
        cloud = Cloud(running_endpoint, session)
        for name, value in running_endpoint.environment.items():
            monkeypatch.setenv(name, value)
        yield cloud


@pytest.fixture
def world(cloud: Cloud, running_slack: SlackServer, running_control: SlackControl, running_gateway: Gateway) -> World:
    running_control.reset()
    running_gateway.events.clear()
    return World(cloud, running_slack, running_control, running_gateway)


@pytest.fixture(autouse=True)
def nothing_personal_is_logged(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[None]:
    """As on Lambda, every library's log goes to standard output too; what stands there in the end is looked through."""
    monkeypatch.setenv("AWS_LAMBDA_FUNCTION_NAME", "ossi-test")
    root, ossi = logging.getLogger(), logging.getLogger("ossi")
    before = [(each, each.level, each.handlers[:], each.propagate) for each in (root, ossi)]
    yield
    for logger, level, handlers, propagate in before:
        logger.setLevel(level)
        logger.handlers[:], logger.propagate = handlers, propagate
    printed = capsys.readouterr()
    leaked = [each for each in PRIVATE if each in printed.out + printed.err]
    assert not leaked, f"in the log: {leaked}\n{printed.out}{printed.err}"
    for line in printed.out.splitlines():
        assert {"timestamp", "level", "message"} <= set(json.loads(line)), line
