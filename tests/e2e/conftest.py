"""One `ossi local` for all tests of a process; every test finds it without messages and rows.

Its reconciler runs when a test says so (`work_off`, `hurry`, `on_schedule`): each minute it would, now and then, do what a test is
about to look at.
"""

from collections.abc import Iterator

import pytest

from e2e.driving import Ossi
from e2e.running import Running
from e2e.signing import warm_up
from local_aws.clients import Clients
from local_slack.client import SlackControl


@pytest.fixture(scope="session")
def running_ossi(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ossi]:
    with Running(tmp_path_factory.mktemp("ossi")) as running, SlackControl(running.ready.slack_url) as slack:
        ossi = Ossi(running, slack, Clients(running.ready.aws_endpoint_url, running.ready.aws_region))
        ossi.set_schedule("DISABLED")
        warm_up(ossi)
        yield ossi


@pytest.fixture
def ossi(running_ossi: Ossi) -> Ossi:
    running_ossi.start_over()
    return running_ossi
