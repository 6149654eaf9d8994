"""What the tests of the takeover share."""

from collections.abc import Iterator

import boto3
import pytest

from integration.functions.cloud import REGION
from integration.functions.endpoint import AwsEndpoint
from takeover.taken_over import FIXTURE, TakenOver, taken_over


@pytest.fixture(scope="session")
def session() -> boto3.Session:
    """One serves all tests: a session reads its services' large models from disk."""
    return boto3.Session(region_name=REGION)


@pytest.fixture(scope="session")
def endpoint() -> Iterator[AwsEndpoint]:
    with AwsEndpoint() as endpoint:
        yield endpoint


@pytest.fixture
def over(monkeypatch: pytest.MonkeyPatch, session: boto3.Session, endpoint: AwsEndpoint) -> Iterator[TakenOver]:
    with taken_over(monkeypatch, session, endpoint, FIXTURE["now"]) as over:
        yield over
